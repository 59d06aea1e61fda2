"""Every sample scorecard by name; those of the gallery's later pages are built here."""

from __future__ import annotations

from functools import cache

from grader.errors import Blame
from grader.evidence import Failure
from grader.evidence_code import FileMetrics, FunctionComplexity
from grader.overrides import Override
from grader.scorecard import Point, Scorecard, State, Status
from tests.golden import cards
from tests.golden.builders import build, check_score, code, finding
from tests.golden.sample_challenge import CHECKS
from tests.golden.work_cards import work

TYPESCRIPT = (
    "export async function search(req: Request): Promise<Response> {",
    "  const body: any = await req.json();",
    "  const limit = body.top_k ?? 10;",
    "  if (limit == undefined || limit < 1) {",
    '    return problem(422, "top_k");',
    "  }",
    "  return Response.json(await index.query(body.query, limit));",
)


@cache
def weak() -> Scorecard:
    """A third of the points, no gate closed."""
    kept = {"contract.health", "contract.put", "data.visible", "data.restart", "filter.bounds", "ops.latency"}
    said = ("Expected a result; saw an empty list.", "at least one result", "none")
    checks = [
        check_score(spec, 1.0, ("", "", "")) if spec[0] in kept else check_score(spec, 0.25 if "." in spec[0] and spec[3] > 1 else 0.0, said)
        for spec in CHECKS
    ]  # fmt: skip
    return build(
        checks=checks, shares={"lint": 0.4, "complexity": 0.6}, work=work(),
        strengths=(
            Point(text="All 40 documents were found after the restart.", criterion="persistence", evidence="check-data.restart"),
            Point(text="p95 of search was 143.2 ms; the brief asks for 500 ms.", criterion="operations", evidence="check-ops.latency"),
        ),
        concerns=(
            Point(text="Paraphrases found their article in 11 of 84 queries.", criterion="relevance", evidence="check-relevance.paraphrase"),
            Point(text="A batch with one bad document stored two of three.", criterion="persistence", evidence="check-data.batch"),
            Point(text="A missing field answered 500 in 3 of 3 repeats.", criterion="contract", evidence="check-contract.missing"),
        ),
    )  # fmt: skip


@cache
def partly_assessed() -> Scorecard:
    """Our runner lost a third of the checks; what is left is scored, and the score is not final."""
    checks = []
    for spec in CHECKS:
        lost = spec[1] in {"search", "ops"}
        change = {
            "state": State.GRADER_ERROR, "share": None, "blame": Blame.INFRASTRUCTURE, "repeats": 0,
            "repeats_passed": 0, "message": "The probe was ended by the engine.", "exchanges": (), "measures": {},
        }  # fmt: skip
        checks.append(check_score(spec, 1.0).model_copy(update=change if lost else {}))
    return build(
        checks=checks,
        shares={"lint": 0.9, "complexity": 0.8},
        work=work(check="check-data.restart"),
        status=Status.INCOMPLETE,
        strengths=(
            Point(
                text="All 40 documents were found after the restart.",
                criterion="persistence",
                evidence="check-data.restart",
            ),
        ),
    )


@cache
def overridden() -> Scorecard:
    """Two reviewers decided what people decide, and one of them changed a level of the harness."""
    decided = (
        Override(criterion="structure", level=3, by="Reviewer 1", at="2025-11-24T09:12:00+00:00",
                 why="Storage and ranking stand apart; app/search.py still knows of the index file."),
        Override(criterion="decisions", level=2, by="Reviewer 2", at="2025-11-24T10:40:00+00:00",
                 why="README.md:18 names reasons; an alternative is named once."),
        Override(criterion="contract", level=3, by="Reviewer 1", at="2025-11-24T11:02:00+00:00",
                 why="The 3 MB body hit the brief's own limit of 1 MB; a refusal without a body is allowed there."),
        Override(criterion="contract", level=4, by="Reviewer 2", at="2025-11-24T11:30:00+00:00",
                 why="Agreed with Reviewer 1 after reading the exchange: the one lost check is ours to mend."),
    )  # fmt: skip
    card = cards.excellent()
    checks = [
        check.model_copy(update={"share": 0.0, "state": State.FAILED})
        if check.id in {"contract.malformed", "contract.types"}
        else check
        for group in card.groups
        for check in group.checks
    ]
    return build(
        checks=checks,
        shares={"lint": 0.9, "complexity": 0.8},
        overrides=decided,
        work=work(),
        strengths=card.strengths,
        concerns=card.concerns,
    )


@cache
def empty_repository() -> Scorecard:
    """A repository with a README alone."""
    failure = Failure(
        code="manifest.missing", blame=Blame.CANDIDATE, stage="manifest",
        message="The repository has no takehome.toml at its root.",
        next_step="Add takehome.toml with [service] and command, as the starter has it.",
    )  # fmt: skip
    nothing = code(
        (), files=0, lines=0, languages={}, functions=(), complex_share=0.0, maintainability=None, metrics=(),
        left_out=(), left_out_total=0, notes=(), secrets=(), similar=(), licence={},
    )  # fmt: skip
    base = cards.not_gradable()
    sent = base.submission.model_copy(update={"files": 1, "bytes": 12, "notes": (), "subject": "Initial commit"})
    return base.model_copy(
        update={"failure": failure, "code": nothing, "service_log": None, "submission": sent, "left_out": ()}
    )


@cache
def typescript() -> Scorecard:
    """A service in TypeScript: the same checks, the other linter's rules."""

    def found(line: int, rule: str, category: str, message: str):
        return finding(0, rule, category, path="src/server.ts", line=line, excerpt_start=41, excerpt=TYPESCRIPT,
                       message=message, url=f"https://docs.deno.com/lint/rules/{rule}")  # fmt: skip

    findings = (
        found(42, "no-explicit-any", "bugs", "`any` type is not allowed"),
        found(44, "eqeqeq", "correctness", "expected '===' and instead saw '=='."),
        found(41, "require-await", "async", "Async function has no await expression"),
    )
    metrics = tuple(
        FileMetrics(path=path, language="typescript", lines=lines, comments=4, functions=many, complexity=most)
        for path, lines, many, most in (("src/server.ts", 402, 21, 9), ("src/index.ts", 266, 12, 12))
    )
    functions = (
        FunctionComplexity(
            path="src/index.ts", name="Index.query", line=61, lines=40, complexity=12, excerpt=TYPESCRIPT
        ),
    )
    card = cards.capped()
    scored = code(
        findings, languages={"typescript": 11}, files=11, lines=1_204, metrics=metrics, functions=functions, secrets=(),
        maintainability=None, tools={"deno": "2.9.3", "lizard": "1.24.1"}, scored_categories=("async", "bugs", "correctness"),
    )  # fmt: skip
    sent = card.submission.model_copy(update={"url": "https://github.com/osprey-77/search-service", "files": 31})
    return card.model_copy(update={"code": scored, "submission": sent, "service_stops": ()})


SAMPLES = {
    "excellent": cards.excellent,
    "weak": weak,
    "capped": cards.capped,
    "all-failed": cards.all_failed,
    "not-gradable": cards.not_gradable,
    "incomplete": cards.incomplete,
    "partly-assessed": partly_assessed,
    "overridden": overridden,
    "many-findings": cards.many_findings,
    "hostile": cards.hostile,
    "empty-repository": empty_repository,
    "typescript": typescript,
}
"""What a gallery shows: a scorecard of every kind."""


def cohort_of(card: Scorecard, scores: tuple[float, ...]) -> list[Scorecard]:
    """Other submissions of the same challenge version and harness, with these scores."""
    return [
        card.model_copy(
            update={
                "grading": f"g-other-{number}",
                "score": score,
                "earned": score,
                "status": Status.GRADED,
                "failure": None,
                "submission": card.submission.model_copy(
                    update={"url": f"https://git.example/other-{number}/search.git"}
                ),
            }
        )
        for number, score in enumerate(scores)
    ]


OTHERS = (22.0, 38.5, 41.0, 52.4, 55.0, 58.9, 61.2, 61.8, 63.0, 70.0, 70.0, 74.1, 83.5, 92.0)


def regraded(card: Scorecard) -> Scorecard:
    """The same submission graded again: another commit and seed, one check mended."""
    identity = card.provenance.identity.model_copy(update={"commit": "c0ffee" * 6 + "abcd", "seed": 77})
    fixed = {"contract.types"}
    checks = [
        check.model_copy(update={"share": 1.0, "state": State.PASSED, "message": "", "repeats_passed": 3})
        if check.id in fixed
        else check
        for group in card.groups
        for check in group.checks
    ]
    again = build(
        checks=checks,
        shares={"lint": 0.7, "complexity": 0.3},
        gates=card.gates,
        work=card.work,
        overrides=(
            Override(criterion="structure", level=2, by="Reviewer 1", at="2025-11-25T08:00:00+00:00",
                     why="Search and storage share one class; tests cover the filters alone."),
        ),
    )  # fmt: skip
    return again.model_copy(
        update={
            "grading": "g-20251125-0800-9a1b",
            "submission": card.submission.model_copy(update={"commit": identity.commit}),
            "provenance": card.provenance.model_copy(update={"identity": identity, "began_at": "2025-11-25T08:00:00Z"}),
        }
    )
