"""The page of a validation: what an author reads. The same record is always the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from grader.report.render import page
from grader.report.text import line
from grader.validation.shapes import Finding, Proof, Validation

_MARKS = {
    "held": ("✓", "Held", "passed"),
    "broken": ("✕", "Broken", "failed"),
    "skipped": ("–", "Skipped", "none"),
}
_CELL, _SHOWN = 400, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """A label and a value."""

    label: str
    value: str
    code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """Something that does not hold."""

    subject: str
    message: str
    next_step: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One cell, and what its column is called."""

    head: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One line of a proof's table."""

    subject: str
    icon: str
    word: str
    css: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """One proof."""

    anchor: str
    name: str
    title: str
    icon: str
    word: str
    css: str
    sentence: str
    caption: str
    findings: tuple[FindingView, ...]
    heads: tuple[str, ...]
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """All that the template may see."""

    title: str
    challenge: str
    verdict: str
    facts: tuple[FactView, ...]
    proofs: tuple[ProofView, ...]
    command: str


def render_validation(found: Validation) -> str:
    """The page as one HTML file that needs no other file and runs no script."""
    return page("validation.html.j2", _page(found))


def _page(found: Validation) -> PageView:
    broken = [proof for proof in found.proofs if proof.state == "broken"]
    skipped = sum(proof.state == "skipped" for proof in found.proofs)
    whole = f"{len(found.proofs) - len(broken) - skipped} of {len(found.proofs)} proofs hold"
    verdict = f"Broken: {', '.join(proof.id for proof in broken)}" if broken else f"Fair as far as tried: {whole}"
    return PageView(
        title=line(f"{verdict}, {found.challenge} {found.version}", 80),
        challenge=line(f"{found.challenge} {found.version}", 120),
        verdict=line(verdict, 200),
        facts=(
            FactView(label="Mode", value=found.mode),
            FactView(label="Began", value=found.began_at),
            FactView(label="Took", value=f"{found.seconds / 60:.1f} minutes"),
            FactView(label="Challenge", value=found.challenge_digest[:12], code=True),
            FactView(label="Harness", value=found.harness_digest[:12], code=True),
        ),
        proofs=tuple(_proof(proof) for proof in found.proofs),
        command=line(f"Again: grader validate {found.challenge} --{found.mode}", 200),
    )


def _proof(proof: Proof) -> ProofView:
    icon, word, css = _MARKS[proof.state]
    rows = proof.rows[:_SHOWN]
    heads = tuple(line(head.capitalize(), 60) for head in proof.heads)
    more = f"; {len(proof.rows) - len(rows)} more in validation.json" if len(proof.rows) > len(rows) else ""
    return ProofView(
        anchor=f"proof-{proof.id}",
        name=proof.id.capitalize(),
        title=line(proof.title, 200),
        icon=icon,
        word=word,
        css=css,
        sentence=line(proof.sentence, 600),
        caption=f"{len(proof.rows)} in all, {sum(not row.held for row in proof.rows)} not held{more}",
        findings=tuple(_finding(finding) for finding in proof.findings[:_SHOWN]),
        heads=heads,
        rows=tuple(
            RowView(
                subject=line(row.subject, 120),
                icon="✓" if row.held else "✕",
                word="Held" if row.held else "Not held",
                css="passed" if row.held else "failed",
                cells=tuple(
                    CellView(head=head, text=line(cell, _CELL)) for head, cell in zip(heads, row.cells, strict=True)
                ),
            )
            for row in rows
        ),
    )


def _finding(finding: Finding) -> FindingView:
    return FindingView(
        subject=line(finding.subject, 120),
        message=line(finding.message.rstrip("."), 600),
        next_step=line(finding.next_step, 300),
        path=line(finding.path, 200),
    )
