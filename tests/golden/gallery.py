"""Every page of the gallery as files: three editions of each sample, compare, two gradings, and the exports."""

from __future__ import annotations

from pathlib import Path

from grader.errors import UsageError
from grader.report.diff import render_diff
from grader.report.editions import Edition, Format, file_name, render
from grader.report.matrix import render_matrix
from grader.scorecard import Scorecard
from grader.validation.page import render_validation
from tests.golden.samples import OTHERS, SAMPLES, cohort_of, regraded
from tests.golden.validated import VALIDATED

COMPARED = ("weak", "capped", "excellent", "overridden")


def page_names() -> list[str]:
    """``capped/report.html`` and so on, in the gallery's order."""
    names = [f"{sample}/{file_name(edition, Format.HTML)}" for sample in SAMPLES for edition in Edition]
    return [*names, "compare.html", "diff.html", "validation.html"]


def page_text(name: str) -> str:
    """One page of the gallery by its name."""
    if name == "compare.html":
        return render_matrix([_by_somebody(SAMPLES[sample](), sample) for sample in COMPARED])
    if name == "diff.html":
        return render_diff(SAMPLES["capped"](), regraded(SAMPLES["capped"]()))
    if name == "validation.html":
        return render_validation(VALIDATED)
    sample, file = name.split("/")
    card = SAMPLES[sample]()
    edition = next(one for one in Edition if file_name(one, Format.HTML) == file)
    others = cohort_of(card, OTHERS) if edition is Edition.REVIEWER else None
    return render(card, edition, Format.HTML, others)


def _by_somebody(card: Scorecard, sample: str) -> Scorecard:
    """The sample from a repository of its own."""
    sent = card.submission.model_copy(update={"url": f"https://git.example/{sample}/helpdesk-search.git"})
    return card.model_copy(update={"submission": sent})


def write_page(folder: Path, name: str) -> Path:
    """Write one page below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page_text(name), "utf-8")
    return path


def write_exports(folder: Path) -> None:
    """Every other format of every edition, beside its page."""
    for sample, card in SAMPLES.items():
        for edition in Edition:
            for form in Format:
                if form is Format.HTML:
                    continue
                try:
                    text = render(card(), edition, form)
                except UsageError:
                    continue  # the sheet has no verdicts to export
                (folder / sample / file_name(edition, form)).write_text(text, "utf-8")
