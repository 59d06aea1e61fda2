"""Red flags as questions: each says what was seen, its ordinary explanations, and what to ask. Never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.challenge import Challenge, Source
from grader.evidence import Evidence
from grader.evidence_work import Documents
from grader.scorecard import State
from grader.scorecard_work import ClaimFact, OwnTestsScore, Question, SectionFact, SituationFacts

_EVALUATES = re.compile(
    r"(^|[/_-])(eval|evals|evaluat\w*|bench\w*|measure\w*|metrics?|experiments?)([._/-]|$)", re.IGNORECASE
)
_MEASURED = ("measure", "evaluat", "benchmark", "metric", "results")
_FRAMEWORKS = ("langchain", "langchain_core", "langchain_community", "langchain_openai", "langgraph", "llama_index",
               "haystack", "crewai", "autogen", "dspy", "semantic_kernel")  # fmt: skip
_MOSTLY = 0.5
_FEW_FILES = 3
_THIN_WORDS = 12


def questions(
    evidence: Evidence,
    *,
    claims: Sequence[ClaimFact],
    sections: Sequence[SectionFact],
    situations: Sequence[SituationFacts],
    own_tests: OwnTestsScore | None,
) -> tuple[Question, ...]:
    """Every question that this evidence asks, in a fixed order."""
    documents = evidence.work.documents if evidence.work else None
    found = [
        *_no_evaluation(evidence, documents, claims, sections),
        *_claims(evidence.challenge, documents, claims),
        *(_no_fallback(evidence.challenge, situations) if evidence.failure is None else ()),
        *_one_framework(evidence.challenge, documents),
        *_decisions(evidence.challenge, documents),
        *_own_tests(evidence.challenge, own_tests),
    ]
    named = " ".join(evidence.manifest.left_out if evidence.manifest else ()).casefold()
    return tuple(q.model_copy(update={"named_as_left_out": True}) if _is_named(q, named) else q for q in found)


_SAYS = {
    "no_evaluation": ("evaluat", "measure", "metric", "benchmark"),
    "no_fallback": ("fallback", "outage", "gateway", "retry", "circuit"),
    "own_tests": ("test",),
    "decision_log": ("decision",),
}


def _is_named(question: Question, left_out: str) -> bool:
    """What the candidate names as left out is known already; the question says so and is no second loss."""
    return any(word in left_out for word in _SAYS.get(question.id, ()))


def _reading(challenge: Challenge) -> str:
    """The criterion that people read the documents under."""
    return challenge.documents.criterion


def _no_evaluation(
    evidence: Evidence, documents: Documents | None, claims: Sequence[ClaimFact], sections: Sequence[SectionFact]
) -> Iterator[Question]:
    if documents is None or claims or not evidence.challenge.claims:
        return
    if any(_EVALUATES.search(path) for path in documents.paths):
        return
    wanted = [section for section in sections if any(word in section.title.casefold() for word in _MEASURED)]
    if any(section.words >= _THIN_WORDS for section in wanted):
        return
    yield Question(
        id="no_evaluation",
        seen="No number for quality is stated, no section says what was measured, and no file evaluates the results.",
        ordinary="It was measured by hand or in a notebook that was not handed in; the time went elsewhere.",
        ask="How did you know that one version was better than another, and how large would a difference have to be?",
        minutes=5,
        criterion=_reading(evidence.challenge),
        evidence=("documents",),
    )


def _claims(challenge: Challenge, documents: Documents | None, claims: Sequence[ClaimFact]) -> Iterator[Question]:
    off = next((claim for claim in claims if claim.stands in ("above", "below")), None)
    if off is not None and off.measured is not None:
        yield Question(
            id="claim_differs",
            seen=f"{off.name} is stated as {off.stated:g} ({off.where}); we measured {off.measured.value:.3g}.",
            ordinary="Another data set, another definition of the metric, or an earlier version of the code.",
            ask="On which data and with which code was this number measured, and what would explain ours?",
            minutes=5,
            criterion=_reading(challenge),
            evidence=("claims", *off.evidence[:1]),
        )
    stated = next(iter(claims), None)
    if stated is None or documents is None:
        return
    told = any(re.search(r"\b(measur|evaluat|benchmark|sample|queries|questions|n ?=)", s.text, re.IGNORECASE)
               for s in documents.statements)  # fmt: skip
    told = told or any(word in h.title.casefold() for h in documents.headings for word in _MEASURED)
    if not told and not any(_EVALUATES.search(path) for path in documents.paths):
        yield Question(
            id="claim_unexplained",
            seen=f"{stated.name} is stated as {stated.stated:g}; nothing says how it was measured.",
            ordinary="The measurement was made and not written down.",
            ask="Show how this number came to be. What would you change to measure it again next month?",
            minutes=4,
            criterion=_reading(challenge),
            evidence=("claims",),
        )


def _no_fallback(challenge: Challenge, situations: Sequence[SituationFacts]) -> Iterator[Question]:
    outside = {item.id for item in challenge.error_handling.situations if item.dependency}
    for facts in situations:
        failed = [check for check in facts.checks if check.state == State.FAILED.value]
        if facts.id in outside and failed:
            yield Question(
                id="no_fallback",
                seen=f"{facts.title}: {len(failed)} of {facts.total} checks earned nothing, first “{failed[0].title}”.",
                ordinary="Another kind of failure was expected, or the time went elsewhere.",
                ask="What does a caller see while the dependency is away, and what should they see?",
                minutes=5,
                criterion=challenge.error_handling.criterion,
                evidence=tuple(check.evidence for check in failed[:3]),
            )


def _one_framework(challenge: Challenge, documents: Documents | None) -> Iterator[Question]:
    if documents is None or documents.code_files < _FEW_FILES:
        return
    name = max(_FRAMEWORKS, key=lambda framework: documents.imports.get(framework, 0))
    files = documents.imports.get(name, 0)
    if files / documents.code_files < _MOSTLY:
        return
    yield Question(
        id="one_framework",
        seen=f"{name} is imported in {files} of {documents.code_files} code files.",
        ordinary="The framework was known well, or covers what the brief asks.",
        ask="Which part would you take out of the framework first, and what would you lose?",
        minutes=4,
        criterion=_reading(challenge),
        evidence=("documents",),
    )


def _decisions(challenge: Challenge, documents: Documents | None) -> Iterator[Question]:
    fewest = challenge.documents.decisions[0]
    if documents is None or not fewest:
        return
    entries = documents.decisions
    weighed = [entry for entry in entries if entry.alternative]
    if len(entries) < fewest or not weighed:
        yield Question(
            id="decision_log",
            seen=f"{len(entries)} decisions are written down, {len(weighed)} of them with an alternative;"
            f" the brief asks for {fewest} to {challenge.documents.decisions[1]}.",
            ordinary="Decisions were made and not written down, or stand in commit messages.",
            ask="Which choice was closest, and what would have tipped it the other way?",
            minutes=5,
            criterion=_reading(challenge),
            evidence=("decisions",),
        )
    for entry in entries:
        absent = [mention.name for mention in entry.mentions if mention.kind == "absent"]
        if absent:
            yield Question(
                id="decision_absent",
                seen=f"The decision “{entry.title[:120]}” ({entry.path}:{entry.line}) names {', '.join(absent[:3])};"
                " no file, definition or import of that name was found.",
                ordinary="It was renamed or replaced later, stands in configuration, or is known by another name.",
                ask="Where in the code does this decision stand?",
                minutes=4,
                criterion=_reading(challenge),
                evidence=("decisions",),
            )
            return


def _own_tests(challenge: Challenge, own: OwnTestsScore | None) -> Iterator[Question]:
    criterion = next((c.id for c in challenge.criteria if c.source is Source.OWN_TESTS), "")
    if own is None or not criterion:
        return
    if own.caught is None:
        seen, ask = own.sentence, "What would you test first, and which mistake would that test find?"
    elif own.survivors:
        bug = own.survivors[0]
        seen = f"In {bug.path}:{bug.line}, “{bug.before}” was changed to “{bug.after}”, and every test still passed."
        ask = "What would a user notice of this change, and which test would you write for it?"
    else:
        return
    yield Question(
        id="own_tests",
        seen=seen,
        ordinary="Other risks came first within the hours, or another kind of check covers this.",
        ask=ask,
        minutes=4,
        criterion=criterion,
        evidence=("own-tests",),
    )
