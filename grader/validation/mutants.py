"""Mutants of a reference: whether the hidden checks notice that something else was built.

*Designed* mutants stand in ``validation.toml``, one at least for every check: they show that it can fail. *Drawn* ones
are small changes at random places of the source, by the same operators that seed bugs for a candidate's own tests:
the share that any check notices says how much of the behaviour is looked at.

A drawn mutant first meets the checks that take the reference less than a second, and the others only if those
saw nothing; each run ends with the first failure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from grader.challenge import ChallengeFolder
from grader.errors import ChallengeError
from grader.evidence_work import Edit
from grader.gather.service import Asked
from grader.record import Record
from grader.validation.ladder import solution_files
from grader.validation.shapes import TITLES, Demands, Finding, Proof, Row, Survivor
from grader.validation.shelf import Shelf, solution_digest
from grader.validation.stand import Program, Seen, Stand, attempted

QUICK_S = 1.0
"""Checks that take the reference less are asked first."""
Told = Callable[[str], None]


class Fate(Record):
    """What became of a mutant."""

    id: str
    where: str
    change: str
    designed: bool
    killed_by: tuple[str, ...] = ()
    """Checks that lost points by it; ``ready`` when it never served."""
    missed: tuple[str, ...] = ()
    """Checks that were to notice it, and did not."""
    trouble: str = ""
    seconds: float = 0.0

    @property
    def killed(self) -> bool:
        """Whether anything noticed it."""
        return bool(self.killed_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A reference with one change."""

    id: str
    where: str
    change: str
    program: Program
    kills: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Mutants of one reference on one stand."""

    stand: Stand
    shelf: Shelf
    demands: Demands
    pool: ThreadPoolExecutor
    whole: Seen
    """The reference itself, as it passed."""

    @property
    def folder(self) -> ChallengeFolder:
        """The challenge."""
        return self.stand.folder

    def begin(self, *, full: bool, say: Told) -> list[Future[Fate]]:
        """Begin all mutants; a quick run takes a few designed ones, drawn by the challenge's digest.

        Raises:
            ChallengeError: ``validation.mutant`` when a designed one does not fit the reference.
        """
        mutants = list(self._designed())
        if not full:
            first = int(self.folder.digest()[:8], 16) % max(1, len(mutants))
            mutants = (mutants[first:] + mutants[:first])[: self.demands.mutants.quick]
        else:
            mutants += self._drawn()
        return [self.pool.submit(self._fate, mutant, say) for mutant in mutants]

    def _reference(self) -> Program:
        name = self.demands.mutants.of
        return Program(name=name, folder=solution_files(self.folder, name))

    def _designed(self) -> Iterator[Mutant]:
        reference = self._reference()
        for asked in self.demands.designed:
            path = reference.folder / asked.path
            text = path.read_text("utf-8") if path.is_file() else ""
            if text.count(asked.old) != 1:
                raise ChallengeError(
                    "validation.mutant",
                    f"The text of mutant {asked.id} stands {text.count(asked.old)} times in {asked.path}, not once.",
                    next_step="Mend its `old` in validation.toml.",
                )
            line = text[: text.index(asked.old)].count("\n") + 1
            yield Mutant(
                id=asked.id,
                where=f"{asked.path}:{line}",
                change=f"{_flat(asked.old)} → {_flat(asked.new) or 'nothing'}",
                program=Program(
                    name=asked.id, folder=reference.folder, changed={asked.path: text.replace(asked.old, asked.new)}
                ),
                kills=asked.kills,
                needs=asked.needs,
            )

    def _drawn(self) -> list[Mutant]:
        asked, reference = self.demands.mutants, self._reference()
        survey = self.stand.survey(reference, asked.seed)
        mutants: dict[str, Mutant] = {}
        lines: set[tuple[str, int]] = set()
        for edit in survey.bugs:
            if len(mutants) >= asked.drawn:
                break
            if (edit.path, edit.line) in lines:
                continue
            lines.add((edit.path, edit.line))
            source = (reference.folder / edit.path).read_bytes()
            changed = source[: edit.start] + edit.replacement.encode() + source[edit.end :]
            name = _name(edit, source)
            mutants[name] = Mutant(
                id=name,
                where=f"{edit.path}:{edit.line}",
                change=f"{_flat(edit.before)} → {_flat(edit.after)}",
                program=Program(name=name, folder=reference.folder, changed={edit.path: changed.decode()}),
            )
        return list(mutants.values())

    def _fate(self, mutant: Mutant, say: Told) -> Fate:
        depends = [solution_digest(mutant.program.folder), mutant.program.changed, mutant.kills, mutant.needs]
        found = self.shelf.find(Fate, "mutant", mutant.id, depends)
        if found is None:
            found = self._designed_fate(mutant) if mutant.kills else self._drawn_fate(mutant)
            if not found.trouble:
                self.shelf.keep(found, "mutant", mutant.id, depends)
        by = ", ".join(found.killed_by[:3]) or found.trouble or "nothing"
        say(f"{'✓' if found.killed and not found.missed else '✕'} {mutant.id}: noticed by {by}")
        return found

    def _designed_fate(self, mutant: Mutant) -> Fate:
        seed = self.demands.mutants.seed
        seen = self._run(mutant, Asked(seed=seed, only=frozenset(mutant.kills + mutant.needs)))
        lost = _lost(seen)
        missed = tuple(check for check in mutant.kills if check not in lost and "ready" not in lost)
        return _fate(mutant, seen, killed_by=lost, missed=missed)

    def _drawn_fate(self, mutant: Mutant) -> Fate:
        seed = self.demands.mutants.seed
        restarting = {phase.id for phase in self.folder.challenge.phases if phase.restart}
        phases = {check.id: check.phase for check in self.folder.challenge.checks}
        quick = frozenset(c.id for c in self.whole.checks if c.seconds < QUICK_S and phases[c.id] not in restarting)
        seen = self._run(mutant, Asked(seed=seed, only=quick, until_failure=True))
        if not seen.trouble and not _lost(seen):
            seen = self._run(mutant, Asked(seed=seed, until_failure=True))
        return _fate(mutant, seen, killed_by=_lost(seen))

    def _run(self, mutant: Mutant, asked: Asked) -> Seen:
        return attempted(lambda: self.stand.run(mutant.program, asked))


def proof(fates: Sequence[Fate], demands: Demands, checks: Sequence[str], *, full: bool) -> Proof:
    """What the mutants show."""
    explained = {survivor.id: survivor for survivor in demands.survivors}
    drawn = [fate for fate in fates if not fate.designed]
    survivors = [fate for fate in drawn if not fate.killed and not fate.trouble]
    equal = sum(fate.id in explained and explained[fate.id].reason == "equivalent" for fate in survivors)
    killed = sum(fate.killed for fate in drawn)
    counted = killed + len(survivors) - equal
    rate = killed / counted if counted else 1.0
    findings = [*_designed_findings(fates), *(_unexplained(fate) for fate in survivors if fate.id not in explained)]
    if full:
        findings += _full_findings(fates, checks)
    if rate < demands.mutants.least_killed:
        findings.append(
            Finding(
                subject="drawn mutants",
                message=f"{killed} of {counted} that change behaviour are noticed ({rate:.1%}); "
                f"{demands.mutants.least_killed:.0%} are to be",
                next_step="Add checks for what the survivors change.",
            )
        )
    findings += [
        Finding(subject=fate.id, message=f"it could not be tried: {fate.trouble}", next_step="Run it again.")
        for fate in fates
        if fate.trouble
    ]
    own = sum(fate.designed for fate in fates)
    sentence = f"{sum(f.designed and f.killed for f in fates)} of {own} designed mutants are noticed by their checks"
    if drawn:
        sentence += f"; of {len(drawn)} drawn ones {killed}, {len(survivors)} survive ({equal} equivalent): {rate:.1%}"
    return Proof(
        id="mutants",
        title=TITLES["mutants"],
        state="broken" if findings else "held",
        sentence=f"{sentence}.",
        findings=tuple(findings),
        heads=("where", "change", "noticed by", "why not"),
        rows=tuple(_row(fate, explained.get(fate.id)) for fate in sorted(fates, key=_worst_first)),
    )


def _worst_first(fate: Fate) -> tuple[bool, bool, str]:
    return fate.killed, not fate.designed, fate.id


def _row(fate: Fate, survivor: Survivor | None) -> Row:
    why = f"{survivor.reason}: {survivor.why}" if survivor is not None and not fate.killed else ""
    return Row(
        subject=fate.id,
        held=(fate.killed and not fate.missed) or bool(why),
        cells=(fate.where, fate.change, ", ".join(fate.killed_by[:4]), why),
    )


def _full_findings(fates: Sequence[Fate], checks: Sequence[str]) -> Iterator[Finding]:
    shown = {check for fate in fates for check in fate.killed_by}
    for check in checks:
        if check not in shown:
            yield Finding(subject=check, message="no mutant made it fail", next_step="Mend the check, or its mutant.")


def _designed_findings(fates: Sequence[Fate]) -> Iterator[Finding]:
    for fate in fates:
        for check in fate.missed:
            yield Finding(
                subject=check,
                message=f"it does not notice its mutant {fate.id} ({fate.change})",
                next_step="A check that cannot fail is worth nothing: mend it, or the mutant.",
                path="validation.toml",
            )


def _unexplained(fate: Fate) -> Finding:
    return Finding(
        subject=fate.id,
        message=f"nothing notices this mutant ({fate.where}: {fate.change}), and no [[survivor]] says why",
        next_step="Add a check, or a [[survivor]] to validation.toml.",
        path="validation.toml",
    )


def _lost(seen: Seen) -> tuple[str, ...]:
    if seen.trouble:
        return ()
    return ("ready",) if not seen.ready else tuple(seen.lost())


def _fate(mutant: Mutant, seen: Seen, *, killed_by: tuple[str, ...], missed: tuple[str, ...] = ()) -> Fate:
    return Fate(
        id=mutant.id,
        where=mutant.where,
        change=mutant.change,
        designed=bool(mutant.kills),
        killed_by=killed_by,
        missed=() if seen.trouble else missed,
        trouble=seen.trouble,
        seconds=seen.seconds,
    )


def _name(edit: Edit, source: bytes) -> str:
    """A name that stays while the lines around it change: file, operator, and a digest of line and replacement."""
    line = source.splitlines()[edit.line - 1].strip()
    digest = hashlib.sha256(line + b"\0" + edit.replacement.encode() + b"\0" + edit.before.encode()).hexdigest()
    return f"{edit.path}:{edit.operator}:{digest[:8]}"


def _flat(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 90 else f"{flat[:89]}…"  # noqa: PLR2004
