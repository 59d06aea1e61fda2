"""What can be proven of a challenge by reading it: the rubric, its brief, and what is told to whom.

Nothing runs here. Each function reads the challenge's folder and gives one proof.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader.challenge import Challenge, ChallengeFolder, Source
from grader.errors import GraderError
from grader.submission import read_manifest
from grader.validation.ladder import Expected
from grader.validation.leaks import squeezed, texts_of
from grader.validation.shapes import TITLES, Demands, Finding, Kind, Proof
from grader.wording import challenge_complaints, shown_to_candidates

_ROW = re.compile(r"\| (\d+(?:\.\d+)?) \| (\d+) \|\s*$", re.MULTILINE)
_CANARY = re.compile(r"\bcanary-[0-9a-f]{32}\b")
_LITERAL_RUN, _DATA_RUN = 30, 20
"""So many characters in a row are no chance: of a string in the code, where phrases of the brief recur, and of data."""
_LEAST_SHOWN = 3
_WHOLE, _NOTHING = 95, 5
_WORTHLESS = {Kind.CHEAT, Kind.STARTER, Kind.EMPTY}
_WIDE = {Kind.REFERENCE: 5, Kind.WEAK: 10, Kind.NULL: 5, Kind.CHEAT: 5, Kind.STARTER: 5, Kind.EMPTY: 0}
"""How wide the band of each kind may be, in points."""
_TEXTS = {".md", ".py", ".toml", ".txt", ".json", ".jsonl", ".csv", ".js", ".mjs", ".ts", ""}


def rubric(folder: ChallengeFolder, demands: Demands) -> Proof:
    """The rubric beyond its shape (which loading has checked): the brief says the same, and it fits on two pages."""
    challenge, brief = folder.challenge, squeezed(_read(folder.root / "brief.md"))
    findings = [*_brief(challenge, folder.root, brief, demands), *_starter(folder)]
    findings += [
        _rubric(challenge.id, complaint, "Word it as docs/challenges.md says.")
        for complaint in challenge_complaints(challenge)
    ]
    for criterion in challenge.criteria:
        own = sum(check.weight for check in challenge.checks if check.criterion == criterion.id)
        if criterion.source is Source.CHECKS and abs(own - criterion.weight) > 1e-6:  # noqa: PLR2004
            message = f"its checks weigh {own:g} and the criterion {criterion.weight:g}: a check's weight is no points"
            findings.append(_rubric(criterion.id, message, "Give both the same sum."))
    for group, count in Counter(check.group for check in challenge.checks).items():
        if count < _LEAST_SHOWN:
            message = f"it has {count} checks; candidates are shown groups of {_LEAST_SHOWN} or more"
            findings.append(_rubric(group, message, "Join it with another group."))
    return _proof(
        "rubric",
        findings,
        f"{len(challenge.criteria)} criteria, {len(challenge.checks)} checks, "
        f"{sum(c.minutes for c in challenge.criteria)} minutes; the brief has {len(_words(brief))} words.",
    )


def scope(folder: ChallengeFolder, demands: Demands) -> Proof:
    """Every check stands on a sentence of the brief, has one hidden test, and a mutant that it must notice."""
    challenge, brief = folder.challenge, squeezed(_read(folder.root / "brief.md"))
    findings = [
        _rubric(check.id, "the sentence that it stands on is not in the brief", "Quote the brief, or change it.")
        for check in challenge.checks
        if squeezed(check.brief) not in brief
    ]
    tests, broken = _hidden_tests(folder.hidden)
    findings += broken
    for check in challenge.checks:
        if len(tests.get(check.id, ())) != 1:
            message = f"{len(tests.get(check.id, ()))} hidden tests have this check's id"
            findings.append(_rubric(check.id, message, "Give it exactly one."))
    for name in sorted(set(tests) - {check.id for check in challenge.checks}):
        findings.append(
            Finding(
                subject=name,
                message="the rubric does not name this hidden test",
                path=tests[name][0],
                next_step="Add it to challenge.toml, or remove the test.",
            )
        )
    noticed = {check for mutant in demands.designed for check in mutant.kills}
    for check in challenge.checks:
        if check.id not in noticed:
            step = "Add a [[mutant]] to validation.toml that it kills."
            findings.append(_rubric(check.id, "no designed mutant shows that it can fail", step, "validation.toml"))
    for name in sorted(noticed - {check.id for check in challenge.checks}):
        findings.append(
            _rubric(name, "a designed mutant names this check, which is unknown", "Mend the name.", "validation.toml")
        )
    sentence = f"All {len(challenge.checks)} checks quote the brief, have one hidden test and a mutant of their own."
    return _proof("scope", findings, sentence)


def leaks(folder: ChallengeFolder, demands: Demands) -> Proof:
    """Nothing hidden is told to candidates: no canary, and no run of text that both sides share."""
    told = {
        path.relative_to(folder.root).as_posix(): squeezed(_read(path))
        for name in ("brief.md", "starter", "public")
        for path in _files(folder.root / name)
    }
    told["challenge.toml"] = squeezed(" ".join(text for _, text in shown_to_candidates(folder.challenge)))
    hidden = [*_files(folder.hidden), *_files(folder.root / "editions")]
    canaries = {
        found: path.relative_to(folder.root).as_posix() for path in hidden for found in _CANARY.findall(_read(path))
    }
    findings = [
        Finding(
            subject=name,
            message=f"it holds the canary of {source}",
            path=name,
            next_step="Take it out, and draw a new canary: what was told stays told.",
        )
        for canary, source in canaries.items()
        for name, text in told.items()
        if canary in text
    ]
    if not canaries:
        findings.append(
            Finding(
                subject="hidden",
                message="no hidden file holds a canary",
                path="hidden",
                next_step="Write canary- and 32 hexadecimal digits into one.",
            )
        )
    apart = [path for path in hidden if path.name not in demands.drawn_alike]
    for size, texts in ((_LITERAL_RUN, _literals(hidden)), (_DATA_RUN, _data(apart))):
        known = {text[i : i + size]: name for name, text in told.items() for i in range(len(text) - size + 1)}
        for name, text in texts:
            run = next((text[i : i + size] for i in range(len(text) - size + 1) if text[i : i + size] in known), None)
            if run is None:
                continue
            findings.append(
                Finding(
                    subject=known[run],
                    message=f"it shares {run!r} with {name}",
                    path=known[run],
                    next_step="Word one of them differently.",
                )
            )
    alike = "".join(f" {name} is drawn alike with public data, by design." for name in demands.drawn_alike)
    sentence = f"{len(canaries)} canaries and every string of {len(apart)} hidden files: none stands in {len(told)} texts that candidates see.{alike}"  # noqa: E501
    return _proof("leaks", findings[:50], sentence)


def kinds(folder: ChallengeFolder, demands: Demands, found: Mapping[str, Expected]) -> list[Finding]:
    """Whether there are enough solutions of each kind, in bands that fit their kind."""
    findings = []
    least = {
        Kind.REFERENCE: demands.references,
        Kind.WEAK: demands.weak,
        Kind.CHEAT: demands.cheats,
        Kind.NULL: demands.nulls,
        Kind.STARTER: 1,
        Kind.EMPTY: 1,
    }
    for kind, count in least.items():
        have = sum(one.kind is kind for one in found.values())
        if have < count:
            message = f"there are {have} solutions of kind {kind}, not {count}"
            findings.append(_rubric(folder.challenge.id, message, "Add solutions/<name>/expected.toml.", "solutions"))
    for name, one in found.items():
        (low, high), path = one.score, f"solutions/{name}/expected.toml"
        wide = high - low > _WIDE[one.kind]
        misplaced = (one.kind is Kind.REFERENCE and low < _WHOLE) or (one.kind in _WORTHLESS and high > _NOTHING)
        if wide or misplaced:
            message = f"a band of {low:g} to {high:g} is none for the kind {one.kind}"
            step = "A reference: 95 and more; cheats and the starter: 5 and less; weak: 10 wide at most; null: 5 wide."
            findings.append(_rubric(name, message, step, path))
        if one.kind is Kind.WEAK and not (one.failing and one.exact):
            message = "a weak solution shows one flaw: it names exactly what it loses"
            findings.append(_rubric(name, message, "Name it in `failing`, without `exact = false`.", path))
    return findings


def _brief(challenge: Challenge, root: Path, brief: str, demands: Demands) -> Iterator[Finding]:
    count = len(_words(brief))
    if not count or count > demands.brief_words:
        message = f"the brief has {count} words; two pages hold {demands.brief_words}"
        yield _rubric("brief", message, "Shorten it." if count else "Write brief.md.", "brief.md")
    for criterion in challenge.criteria:
        if squeezed(criterion.asks) not in brief:
            yield _rubric(criterion.id, "what it asks for is not in the brief", "Quote the brief, or change it.")
    rows = [(float(weight), int(minutes)) for weight, minutes in _ROW.findall(_read(root / "brief.md"))]
    if rows != [(c.weight, c.minutes) for c in challenge.criteria]:
        message = "the brief's table of points and minutes differs from the rubric's criteria"
        yield _rubric("brief", message, "State one row a criterion, in the rubric's order.", "brief.md")
    for gate in challenge.gates:
        if f"{gate.because.split(' while ')[0]}, {gate.cap:g}" not in brief:
            yield _rubric(gate.id, f"the brief does not state the cap of {gate.cap:g}", "State every cap.", "brief.md")


def _starter(folder: ChallengeFolder) -> Iterator[Finding]:
    try:
        read_manifest(folder.root / "starter")
    except GraderError as error:
        yield _rubric("starter", f"its manifest is refused: {error.message}", "Mend it.", "starter/takehome.toml")


def _hidden_tests(hidden: Path) -> tuple[dict[str, list[str]], list[Finding]]:
    """File by check id, and what is wrong with hidden files."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    findings = []
    for path in sorted(hidden.glob("test_*.py")):
        name = f"hidden/{path.name}"
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except SyntaxError as error:
            findings.append(
                Finding(subject=path.name, message=f"it is no Python: {error}", path=name, next_step="Mend it.")
            )
            continue
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test"):
                continue
            marks = [
                d.args[0].value
                for d in node.decorator_list
                if isinstance(d, ast.Call)
                and ast.unparse(d.func) == "check"
                and d.args
                and isinstance(d.args[0], ast.Constant)
            ]
            if len(marks) == 1:
                found[str(marks[0])].append(name)
            if not ast.get_docstring(node):
                step = "Say in a docstring what it asks."
                findings.append(
                    Finding(subject=node.name, message="it does not say what it asks", path=name, next_step=step)
                )
    return dict(found), findings


def _literals(paths: Sequence[Path]) -> list[tuple[str, str]]:
    """Strings of the hidden code besides docstrings; f-strings by their fixed parts."""
    found = []
    for path in paths:
        if path.suffix != ".py":
            continue
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except SyntaxError:
            continue
        said = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
        found += [
            (path.name, squeezed(node.value))
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
        ]
    return found


def _data(paths: Sequence[Path]) -> list[tuple[str, str]]:
    """Texts of the hidden data: every string that stands for something, not the names of the fields."""
    found = []
    for path in paths:
        if path.suffix == ".jsonl":
            values = (
                value for line in _read(path).splitlines() if line.strip() for value in texts_of(json.loads(line))
            )
        elif path.suffix == ".csv":
            values = (cell for row in csv.reader(io.StringIO(_read(path))) for cell in row)
        else:
            continue
        found += [(path.name, squeezed(value)) for value in values]
    return found


def _files(top: Path) -> list[Path]:
    paths = [top] if top.is_file() else sorted(top.rglob("*")) if top.is_dir() else []
    return [p for p in paths if p.is_file() and p.suffix in _TEXTS and "__pycache__" not in p.parts]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _words(text: str) -> list[str]:
    return [word for word in text.split() if re.search(r"\w", word)]


def _rubric(subject: str, message: str, step: str, path: str = "challenge.toml") -> Finding:
    return Finding(subject=subject, message=message, next_step=step, path=path)


def _proof(name: str, findings: Sequence[Finding], sentence: str) -> Proof:
    if not findings:
        return Proof(id=name, title=TITLES[name], state="held", sentence=sentence)
    found = f"{len(findings)} things do not hold."
    return Proof(id=name, title=TITLES[name], state="broken", sentence=found, findings=tuple(findings))
