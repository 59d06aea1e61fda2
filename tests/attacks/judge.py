"""Whether an attack was held: what came of it, beside what its expected.toml says."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from grader.challenge import load_challenge
from grader.report.editions import Edition, Format, file_name, render
from grader.scorecard import Scorecard
from grader.validation.leaks import hidden_texts, shared_runs
from grader.wording import shown_to_candidates
from tests.attacks.field import ROOT, Ran
from tests.attacks.kit import Attack, Expected

CHALLENGES = ROOT / "tests" / "challenges"

_MB = 1024 * 1024
_RECORDS_MB = 2
"""All that one grading of the small challenges may write, whatever was printed and answered."""
NOT_PLAIN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One attack, graded and compared."""

    attack: str
    held: bool
    problems: tuple[str, ...]
    status: str
    score: float | None
    blame: str
    code: str
    seconds: float
    probe_mb: float | None
    service_mb: float | None

    @property
    def same(self) -> tuple[object, ...]:
        """What has to be alike from run to run."""
        return (self.attack, self.held, self.status, self.blame, self.code)


def judge(attack: Attack, ran: Ran) -> Verdict:
    """Compare everything that expected.toml states."""
    card, evidence = ran.record("scorecard"), ran.record("evidence")
    failure = card.get("failure") or {}
    problems = [*_verdict_problems(attack.expected, ran, card), *_around_problems(attack.expected, ran, evidence)]
    if evidence:
        problems += [*_service_problems(attack.expected, ran, evidence), *_record_problems(attack.expected, ran)]
    service = (evidence.get("service") or {}).get("memory_peak_bytes")
    probe = max((phase["memory_peak_bytes"] or 0 for phase in evidence.get("phases", ())), default=0)
    return Verdict(
        attack=attack.id,
        held=not problems,
        problems=tuple(problems),
        status=card.get("status", f"exit {ran.exit}"),
        score=card.get("score"),
        blame=failure.get("blame") or ", ".join(sorted(_blames(card))),
        code=failure.get("code", ""),
        seconds=round(ran.seconds, 1),
        probe_mb=round(probe / _MB, 1) if probe else None,
        service_mb=round(service / _MB, 1) if service else None,
    )


def checks(card: dict[str, Any]) -> list[dict[str, Any]]:
    """Every check of a scorecard."""
    return [check for group in card.get("groups", ()) for check in group["checks"]]


def exchanges(evidence: dict[str, Any]) -> list[dict[str, Any]]:
    """Every kept exchange of every check."""
    repeats = [r for phase in evidence["phases"] for check in phase["checks"] for r in check["repeats"]]
    return [exchange for repeat in repeats for exchange in repeat["exchanges"]]


def told(evidence: dict[str, Any]) -> dict[str, Any]:
    """What the attack printed with ``tells.tell``, the later over the earlier."""
    log = (evidence.get("service") or {}).get("log") or {"head": "", "tail": ""}
    found: dict[str, Any] = {}
    for line in f"{log['head']}\n{log['tail']}".splitlines():
        if line.startswith("TOLD {") and line.endswith("}"):
            found |= json.loads(line.removeprefix("TOLD "))
    return found


def _blames(card: dict[str, Any]) -> set[str]:
    return {str(check["blame"]) for check in checks(card) if check["state"] != "passed"}


def _as_wanted(found: Iterable[str], wanted: Iterable[str], *, racing: bool) -> bool:
    return set(found) <= set(wanted) if racing else set(found) == set(wanted)


def _verdict_problems(wanted: Expected, ran: Ran, card: dict[str, Any]) -> Iterator[str]:
    if ran.exit != wanted.exit:
        yield f"exit code {ran.exit}, not {wanted.exit}: {' '.join(ran.err.split())[-300:]}"
    if not card:
        if wanted.exit != 2:
            yield "no scorecard was written"
        return
    score, failure = card["score"], card["failure"] or {}
    if wanted.score is None and score is not None:
        yield f"a score of {score}, where there must be none"
    if wanted.score is not None and (score is None or not wanted.score[0] <= score <= wanted.score[1]):
        yield f"a score of {score}, not within {wanted.score[0]:g} and {wanted.score[1]:g}"
    if failure.get("code") != wanted.code:
        yield f"the failure is {failure.get('code')}, not {wanted.code}"
    blames = {failure["blame"]} if failure else _blames(card)
    if not _as_wanted(blames, [wanted.blame.value] if wanted.blame else [], racing=wanted.racing):
        yield f"the blame is {sorted(blames)}, not {wanted.blame and wanted.blame.value}"
    closed = [gate["id"] for gate in card["gates"] if gate["state"] == "closed"]
    if not _as_wanted(closed, wanted.gates, racing=wanted.racing):
        yield f"the closed gates are {closed}, not {list(wanted.gates)}"
    failing = sorted(check["id"] for check in checks(card) if check["state"] != "passed")
    if wanted.failing is not None and failing != sorted(wanted.failing):
        yield f"the checks that do not pass are {failing}, not {sorted(wanted.failing)}"


def _shown_problems(wanted: Expected, ran: Ran, found: dict[str, Any]) -> Iterator[str]:
    """What a candidate and a terminal are shown: no hidden word, no control character."""
    shown = ran.out + ran.err
    if NOT_PLAIN.search(shown):
        yield "the command line prints control characters"
    editions = candidate_editions(ran) if ran.record("scorecard") else {}
    for name, text in editions.items():
        yield from (f"{name} shares hidden text, {run}" for run in _hidden_runs(wanted.challenge, text))
        if NOT_PLAIN.search(text):
            yield f"{name} holds control characters"
    if wanted.leaks:
        seen = found.pop("saw", [])
        if not seen:
            yield "the attack saw no hidden request, so it proves nothing"
        for name, text in {"the command line": shown, **editions}.items():
            yield from (f"{name} shows a candidate {word!r}" for word in seen if word in html.unescape(text))


def candidate_editions(ran: Ran) -> dict[str, str]:
    """Everything that `grader report --edition candidate` makes of a grading, by file name."""
    card = Scorecard.load(ran.folder / "scorecard.json")
    return {file_name(Edition.CANDIDATE, form): render(card, Edition.CANDIDATE, form) for form in Format}


def _hidden_runs(challenge: str, text: str) -> list[str]:
    root = CHALLENGES / challenge
    rubric = load_challenge(challenge, CHALLENGES).challenge
    public = [said for _, said in shown_to_candidates(rubric)]
    return shared_runs(text, hidden_texts(root / "hidden"), public)


def _around_problems(wanted: Expected, ran: Ran, evidence: dict[str, Any]) -> Iterator[str]:
    if ran.seconds > wanted.wall_s:
        yield f"it took {ran.seconds:.1f} s, more than {wanted.wall_s:g}"
    if not re.search(wanted.says, " ".join((ran.out + " " + ran.err).split())):
        yield f"the command line does not say {wanted.says!r}"
    yield from (f"left behind: {thing}" for thing in ran.left)
    yield from (f"reached: {address}" for address in ran.reached)
    notes = (evidence.get("submission") or {}).get("notes", [])
    yield from (f"the fetch did not note {note!r}: {notes}" for note in wanted.notes if note not in notes)
    static = ((evidence.get("static") or {}).get("evidence") or {}).get("by_category", {})
    for category, least in wanted.counted.items():
        if static.get(category, 0) < least:
            yield f"{static.get(category, 0)} findings of {category}, fewer than {least}"


def _service_problems(wanted: Expected, ran: Ran, evidence: dict[str, Any]) -> Iterator[str]:
    ends = sorted({end["reason"] for end in (evidence.get("service") or {}).get("ends", ())})
    if not _as_wanted(ends, wanted.ends, racing=wanted.racing):
        yield f"the service's ends are {ends}, not {sorted(wanted.ends)}"
    found = told(evidence)
    yield from _shown_problems(wanted, ran, found)
    for name, most in wanted.at_most.items():
        value = found.pop(name, None)
        if value is None or value > most:
            yield f"the attack says {name} = {value}, which must be said and be at most {most:g}"
    if found != wanted.told:
        yield f"the attack says {json.dumps(found)[:400]}, not {json.dumps(wanted.told)}"
    came = exchanges(evidence)
    faults = sorted({exchange["fault"] for exchange in came} - {None})
    if wanted.faults is not None and faults != sorted(wanted.faults):
        yield f"the HTTP faults are {faults}, not {sorted(wanted.faults)}"
    allowed = evidence["identity"]["limits"]["exchange_s"] * 1000 + 1_000
    yield from (f"an exchange took {one['ms']:.0f} ms" for one in came if one["ms"] > allowed)
    for phase in evidence["phases"]:
        if (phase["memory_peak_bytes"] or 0) > wanted.probe_mb * _MB:
            yield f"the probe held {phase['memory_peak_bytes'] / _MB:.0f} MB in phase {phase['phase']}"


def _record_problems(wanted: Expected, ran: Ran) -> Iterator[str]:
    """No record carries what could harm its reader; what must be seen is seen, as text."""
    files = sorted(path for path in ran.folder.rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in files)
    if size > _RECORDS_MB * _MB:
        yield f"the records of the grading hold {size / _MB:.1f} MB"
    for path in files:
        text = path.read_text("utf-8")
        yield from (f"{path.name} holds {words!r}" for words in wanted.never if words in text)
        if NOT_PLAIN.search(text):
            yield f"{path.name} holds control characters"
    page = (ran.folder / "report.html").read_text("utf-8")
    if "<script" in page.lower() or re.search(r"<[^>]+\son\w+\s*=", page):
        yield "the page holds a script"
    yield from (f"the page does not show {words!r}" for words in wanted.escaped if html.escape(words) not in page)
