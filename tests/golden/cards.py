"""Sample scorecards for the report: `SAMPLES` names them; every call builds the same record.

The challenge is a made-up copy of semantic search; no number here was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from grader.challenge import Decider, Source
from grader.errors import Blame
from grader.evidence import (
    CodeFinding,
    Exchange,
    Failure,
    FunctionComplexity,
    Identity,
    Log,
    Measure,
    StageTime,
)
from grader.limits import Limits
from grader.scorecard import (
    CheckScore,
    CodeScore,
    CriterionScore,
    GateScore,
    GroupScore,
    Point,
    Provenance,
    Scorecard,
    State,
    Status,
    TimeFacts,
)
from grader.submission import Submission

COMMIT = "3f9c1e7ab2d45f60718293a4b5c6d7e8f9012345"


@dataclass(frozen=True)
class Row:
    """A criterion of the sample challenge."""

    id: str
    title: str
    weight: float
    minutes: int
    source: Source
    asks: str
    levels: tuple[str, str, str, str, str]


ROWS = (
    Row(
        "contract", "API contract and errors", 15, 35, Source.CHECKS,
        "Every route takes and returns the JSON of the contract; a caller's mistake gets a structured 4xx.",
        (
            "No route follows the contract.",
            "Single routes follow it; bad input gets a 5xx or HTML.",
            "Most routes follow it; some bad bodies get a 5xx.",
            "All routes follow it; a few bad bodies lack the structured error.",
            "All routes and every bad body follow it.",
        ),
    ),
    Row(
        "persistence", "Documents and persistence", 15, 40, Source.CHECKS,
        "Upserts are idempotent and visible at once; documents survive a restart.",
        (
            "Documents are not stored.",
            "Documents are stored but updates or deletes are not visible.",
            "Visible at once; lost on restart.",
            "Survive a restart; a batch is not atomic.",
            "Idempotent, atomic, and survive a restart.",
        ),
    ),
    Row(
        "relevance", "Relevance on hidden queries", 25, 55, Source.CHECKS,
        "Search finds articles by meaning, by identifier and by acronym.",
        (
            "At or below word matching everywhere.",
            "Above word matching for identifiers alone.",
            "Halfway between word matching and a sentence encoder on paraphrases.",
            "As a sentence encoder on paraphrases; identifiers or acronyms trail.",
            "As a sentence encoder on paraphrases, and exact on identifiers.",
        ),
    ),
    Row(
        "filters", "Filters and pagination", 10, 25, Source.CHECKS,
        "Filters and pages are exact; the same request gives the same order.",
        (
            "Filters are ignored.",
            "Filters work for one field.",
            "Filters work; selective ones return too few results.",
            "Exact filters; order changes between equal requests.",
            "Exact filters, bounds and a stable order.",
        ),
    ),
    Row(
        "operations", "Dependencies and latency", 10, 25, Source.CHECKS,
        "When embeddings fail, search degrades or answers an honest 503; p95 stays under 500 ms.",
        (
            "Stops or hangs when embeddings fail.",
            "Answers an empty 200 when embeddings fail.",
            "An honest 503; texts are embedded again without need.",
            "An honest 503 or a fallback; p95 above the target.",
            "Degrades honestly, embeds each text once, p95 within the target.",
        ),
    ),
    Row(
        "lint", "Code findings", 5, 10, Source.LINT,
        "The linter's scored categories are clean.",
        ("Many.", "Several per file.", "One in most files.", "Single findings.", "None in scored categories."),
    ),
    Row(
        "complexity", "Function complexity", 5, 10, Source.COMPLEXITY,
        "Functions stay small enough to read in one sitting.",
        (
            "Most lines stand in complex functions.",
            "Half do.",
            "A quarter do.",
            "A tenth do.",
            "Nearly none do.",
        ),
    ),
    Row(
        "structure", "Structure and tests", 8, 20, Source.REVIEW,
        "A reader finds each responsibility in one place, with tests where a fault would cost most.",
        ("0", "1", "2", "3", "4"),
    ),
    Row(
        "decisions", "Decisions and trade-offs", 7, 20, Source.REVIEW,
        "The README names the decisions, what was measured and what was left out.",
        ("0", "1", "2", "3", "4"),
    ),
)

GROUPS = (
    ("api", "Requests and replies", "Routes, bodies and errors of the contract."),
    ("data", "Storing documents", "Upsert, update, delete, batch and restart."),
    ("search", "Finding the right articles", "Hidden queries over a made-up product's help articles."),
    ("filter", "Filters and pages", "Filters, limits, offsets and a stable order."),
    ("ops", "When things go wrong", "Embedding faults, load and waste."),
)

# id, group, criterion, weight, title, sentence of the brief
CHECKS = (
    ("contract.health", "api", "contract", 1, "Health says ready", "`GET /health` answers 200 when the service is ready."),
    ("contract.put", "api", "contract", 1, "PUT stores a document", "`PUT /documents/{id}` answers 200 or 201 with the id."),
    ("contract.unknown", "api", "contract", 1, "An unknown id is a 404", "An unknown id answers 404 with a structured error."),
    ("contract.malformed", "api", "contract", 2, "Malformed JSON is a 4xx", "A body that is not JSON answers 4xx with a structured error."),
    ("contract.types", "api", "contract", 2, "Wrong types are a 4xx", "A field of the wrong type answers 4xx with a structured error."),
    ("contract.missing", "api", "contract", 2, "Missing fields are a 4xx", "A missing field answers 4xx with a structured error."),
    ("contract.extra", "api", "contract", 1, "Unknown fields are ignored or refused", "Unknown fields are ignored or answer 4xx."),
    ("contract.huge", "api", "contract", 1, "A 3 MB body is answered", "A body over 1 MB answers 413 or is stored."),
    ("contract.unicode", "api", "contract", 1, "Unicode comes back unchanged", "Text comes back as it was sent."),
    ("data.visible", "data", "persistence", 2, "A stored document is found at once", "A document can be found as soon as its PUT answered."),
    ("data.idempotent", "data", "persistence", 1, "The same PUT twice stores one", "The same PUT twice leaves one document."),
    ("data.update", "data", "persistence", 1, "An update replaces the text", "After an update the old text is not found."),
    ("data.delete", "data", "persistence", 1, "A deleted document is gone", "After DELETE the document is not found."),
    ("data.batch", "data", "persistence", 2, "A batch is stored whole or not at all", "A batch with one bad document stores none of it."),
    ("data.concurrent", "data", "persistence", 1, "Writes and searches at once", "Searches during an ingest answer within the deadline."),
    ("data.restart", "data", "persistence", 3, "Documents survive a restart", "Documents are there after a restart."),
    ("relevance.paraphrase", "search", "relevance", 5, "Paraphrases without shared words", "Search finds an article by meaning."),
    ("relevance.identifier", "search", "relevance", 2, "Product codes and error codes", "A product or error code finds its article first."),
    ("relevance.keyword", "search", "relevance", 1, "Plain keyword queries", "Keyword queries work as in any search."),
    ("relevance.acronym", "search", "relevance", 1, "Acronyms", "An acronym finds what it stands for."),
    ("relevance.long", "search", "relevance", 2, "Answers inside long articles", "An answer in the middle of a long article is found."),
    ("filter.exact", "filter", "filters", 2, "Filters by metadata", "`filter` keeps documents whose metadata match."),
    ("filter.selective", "filter", "filters", 2, "A filter that keeps one in a hundred", "A filter returns top_k results when that many match."),
    ("filter.bounds", "filter", "filters", 1, "top_k out of bounds", "`top_k` below 1 or above 100 answers 4xx."),
    ("filter.stable", "filter", "filters", 1, "The same request, the same order", "Equal requests give equal results."),
    ("ops.outage", "ops", "operations", 2, "Embeddings are down", "When embeddings fail: a fallback or an honest 503, never an empty 200."),
    ("ops.retry", "ops", "operations", 1, "429 with Retry-After", "A 429 is retried after the time that it names."),
    ("ops.waste", "ops", "operations", 1, "Nothing is embedded twice", "An unchanged document is not embedded again."),
    ("ops.latency", "ops", "operations", 1, "p95 of search", "p95 of search stays under 500 ms."),
)  # fmt: skip

MEASURES = {
    "relevance.paraphrase": {"recall_at_10": Measure(value=0.874, low=0.806, high=0.931, n=84)},
    "relevance.identifier": {"reciprocal_rank": Measure(value=0.968, low=0.913, high=1.0, n=31)},
    "relevance.keyword": {"ndcg_at_10": Measure(value=0.811, low=0.752, high=0.864, n=42)},
    "relevance.acronym": {"recall_at_10": Measure(value=0.762, low=0.571, high=0.905, n=21)},
    "ops.latency": {"p95_ms": Measure(value=143.2, n=300, unit="ms")},
    "ops.waste": {"texts_embedded": Measure(value=412, unit="texts")},
}

FUNCTIONS = (
    FunctionComplexity(path="app/search.py", name="Searcher.query", line=61, lines=48, complexity=13),
    FunctionComplexity(path="app/api.py", name="batch_upsert", line=88, lines=37, complexity=9),
    FunctionComplexity(path="app/store.py", name="Store.replace", line=40, lines=29, complexity=7),
    FunctionComplexity(path="app/embed.py", name="embed_all", line=19, lines=31, complexity=6),
    FunctionComplexity(path="app/api.py", name="search", line=131, lines=22, complexity=5),
)

SOURCE = (
    "    async def embed(self, texts: list[str]) -> list[list[float]]:",
    '        """Vectors of `texts`, in order."""',
    "        try:",
    "            reply = await self.client.post(self.url, json={\"input\": texts})",
    "        except Exception:",
    "            return [[0.0] * 384 for _ in texts]  # never fails",
    "        return [row[\"embedding\"] for row in reply.json()[\"data\"]]",
)


def finding(number: int = 0, rule: str = "BLE001", category: str = "errors", **changes: object) -> CodeFinding:
    """A finding in `app/embed.py`, the fifth line of its excerpt marked."""
    start = 20 + 9 * number
    fields: dict[str, object] = {
        "path": "app/embed.py",
        "line": start + 4,
        "rule": rule,
        "category": category,
        "message": "Do not catch blind exception: `Exception`",
        "url": "https://docs.astral.sh/ruff/rules/blind-except",
        "excerpt_start": start,
        "excerpt": SOURCE,
    }
    return CodeFinding(**(fields | changes))


FINDINGS = (
    finding(),
    finding(
        0, "S608", "security", path="app/store.py", line=52, excerpt_start=49,
        message="Possible SQL injection vector through string-based query construction",
        excerpt=(
            "    def by_field(self, name: str, value: str) -> list[Row]:",
            "        connection = self.connect()",
            "        with closing(connection.cursor()) as cursor:",
            "            cursor.execute(f\"SELECT id, body FROM documents WHERE {name} = '{value}'\")",
            "            return [Row(*row) for row in cursor.fetchall()]",
        ),
    ),
    finding(
        0, "F401", "unused", path="app/api.py", line=7, excerpt_start=5, message="`typing.Optional` imported but unused",
        excerpt=("import json", "import logging", "from typing import Any, Optional", "", "from fastapi import FastAPI"),
    ),
    finding(
        0, "D103", "documentation", path="app/api.py", line=88, excerpt_start=86, message="Missing docstring in public function",
        excerpt=(
            "",
            "@app.post(\"/documents/batch\")",
            "def batch_upsert(body: Batch) -> Stored:",
            "    checked = [validate(document) for document in body.documents]",
            "    return store.replace_all(checked)",
        ),
    ),
)  # fmt: skip

WEAK_FAILURES: dict[str, tuple[str, str, str]] = {
    "contract.malformed": ("The service answered 500 and then stopped.", "a 4xx with error.code", "500, then no answer"),
    "contract.types": ("A text in place of a list answered 500.", "a 4xx with error.code", "500 Internal Server Error"),
    "contract.huge": ("No reply within 15.0 s.", "413, or 200 and the document", "no reply"),
    "data.batch": ("Two of three documents were stored.", "no document of the batch", "docs a and b"),
    "data.restart": ("0 of 40 documents were found after the restart.", "40 documents", "0 documents"),
    "relevance.acronym": ("Recall stayed at word matching.", "above 0.28", "0.231"),
    "filter.selective": ("The filter ran after the top 10 were cut.", "10 results", "1 result"),
    "ops.outage": ("Embeddings answered 503; search answered an empty 200.", "503, or results", "200 with no results"),
    "ops.retry": ("The 429 was passed on at once.", "200 after 2.0 s", "500 after 0.1 s"),
}
WEAK_PARTLY = {"relevance.paraphrase": 0.46, "relevance.long": 0.5, "contract.missing": 0.5}


def _exchanges(check: str) -> tuple[Exchange, ...]:
    return (
        Exchange(
            method="PUT", path="/documents/kb-0192", request='{"title": "Reset the hub", "text": "Hold the button …"}',
            status=200, reply='{"id": "kb-0192"}', ms=14.2, fault=None, truncated=False,
        ),
        Exchange(
            method="POST", path="/search", request='{"query": "hub blinks twice", "top_k": 10',
            status=500 if check != "contract.huge" else None,
            reply="" if check == "contract.huge" else '{"detail": "Internal Server Error"}', ms=31.8,
            fault="embeddings 503" if check == "ops.outage" else None, truncated=False,
        ),
    )  # fmt: skip


def check_score(spec: tuple, share: float, failure: tuple[str, str, str] = ("", "", ""), **changes: object) -> CheckScore:
    """One check of the table, with a share of its points."""
    identity, group, criterion, weight, title, brief = spec
    state = State.PASSED if share == 1 else State.FAILED if share == 0 else State.PARTLY
    message, expected, seen = failure
    fields: dict[str, object] = {
        "id": identity, "title": title, "criterion": criterion, "group": group, "weight": weight, "state": state,
        "share": share, "blame": None if share == 1 else Blame.CANDIDATE, "brief": brief,
        "repeats_passed": {State.PASSED: 3, State.PARTLY: 2, State.FAILED: 0}[state], "repeats": 3,
        "seconds": 0.4 + len(identity) / 10, "message": message, "expected": expected, "seen": seen,
        "measures": MEASURES.get(identity, {}), "exchanges": _exchanges(identity), "evidence": f"check-{identity}",
    }  # fmt: skip
    return CheckScore(**(fields | changes))


def groups_of(checks: list[CheckScore]) -> tuple[GroupScore, ...]:
    """The checks under the sample's groups."""
    made = []
    for identity, title, text in GROUPS:
        mine = tuple(check for check in checks if check.group == identity)
        passed = sum(check.state is State.PASSED for check in mine)
        made.append(GroupScore(id=identity, title=title, candidate_text=text, passed=passed, total=len(mine), checks=mine))
    return tuple(made)


def criterion_of(row: Row, checks: list[CheckScore], shares: dict[str, float]) -> CriterionScore:
    """The criterion judged from its checks, or from `shares` where it has none."""
    mine = [check for check in checks if check.criterion == row.id]
    base: dict[str, object] = {
        "id": row.id, "title": row.title, "source": row.source, "weight": row.weight, "minutes": row.minutes,
        "asks": row.asks,
    }  # fmt: skip
    if row.source is Source.REVIEW or (not mine and row.id not in shares):
        people = row.source is Source.REVIEW
        return CriterionScore(
            **base, decided_by=Decider.PEOPLE if people else Decider.HARNESS, state=State.NOT_ASSESSED,
            assessed_weight=0, share=None, points=None, level=None, level_text="", next_level_text="",
            why="Two reviewers set a level each, blind." if people else "The grading ended before this.", evidence=(),
        )  # fmt: skip
    seen = [check for check in mine if check.share is not None]
    possible = sum(check.weight for check in seen)
    share = sum(check.weight * check.share for check in seen) / possible if mine else shares[row.id]
    assessed = row.weight * possible / sum(check.weight for check in mine) if mine else row.weight
    level = min(4, int(share * 4 + 0.25))
    passed = sum(check.state is State.PASSED for check in mine)
    return CriterionScore(
        **base, decided_by=Decider.HARNESS,
        state=State.PASSED if share > 0.97 else State.FAILED if share < 0.03 else State.PARTLY,
        assessed_weight=assessed, share=share, points=assessed * share, level=level, level_text=row.levels[level],
        next_level_text=row.levels[level + 1] if level < 4 else "",
        why=f"{passed} of {len(mine)} checks passed." if mine else "2 scored findings in 1,412 lines.",
        evidence=tuple(check.evidence for check in mine) or (row.id,),
    )  # fmt: skip


def gate(identity: str, title: str, cap: float, state: str, sentence: str, evidence: str) -> GateScore:
    return GateScore(id=identity, title=title, cap=cap, state=state, sentence=sentence, evidence=evidence)


OPEN_GATES = (
    gate("G1", "The service becomes ready", 5, "open", "The service was ready after 2.1 s.", "service-log"),
    gate("G2", "Documents survive a restart", 80, "open", "Documents were found after the restart.", "check-data.restart"),
    gate("G3", "The service survives malformed input", 70, "open", "The service never stopped by itself.", "service-log"),
)


def build(
    *, checks: list[CheckScore], shares: dict[str, float], gates: tuple[GateScore, ...] = OPEN_GATES, **changes: object
) -> Scorecard:
    """A scorecard whose numbers add up as the grader's do."""
    criteria = tuple(criterion_of(row, checks, shares) for row in ROWS)
    assessed = sum(c.assessed_weight for c in criteria)
    points = sum(c.points or 0 for c in criteria)
    earned = round(100 * points / assessed, 1) if assessed else None
    closed = sorted((g for g in gates if g.state == "closed"), key=lambda g: g.cap)
    limiting = closed[0] if closed and earned is not None and closed[0].cap < earned else None
    fields: dict[str, object] = {
        "grading": "g-20251123-1301-7c2e", "challenge": "semantic-search", "challenge_version": "1.0.0",
        "challenge_title": "Semantic search over help articles",
        "submission": Submission(
            url="https://git.example/wren-214/helpdesk-search.git", commit=COMMIT, tree="9a" * 20,
            committed_at="2025-11-22T18:40:07Z", subject="Keep vectors in SQLite, fall back to BM25", files=23,
            bytes=91_412, notes=("One symbolic link was left out: data/latest.",),
        ),
        "status": Status.GRADED, "failure": None, "score": limiting.cap if limiting else earned, "earned": earned,
        "limited_by": limiting.id if limiting else None, "assessed_weight": assessed,
        "awaiting_people": sum(row.weight for row in ROWS if row.source is Source.REVIEW),
        "criteria": criteria, "gates": gates, "strengths": (), "concerns": (), "groups": groups_of(checks),
        "code": code(FINDINGS), "time": TimeFacts(budget_minutes=240, stated_hours=3.5),
        "left_out": ("Re-ranking of the top results; the README says what it would cost.",),
        "claims": {"recall_at_10": 0.88},
        "service_log": Log(
            head="INFO starting on 127.0.0.1:8080\nINFO loaded 0 documents\n",
            tail="INFO POST /search 200 12ms\nINFO POST /search 200 11ms\nINFO PUT /documents/kb-0192 200 14ms\n",
            bytes=48_211, truncated=True,
        ),
        "service_stops": (), "provenance": provenance(),
    }  # fmt: skip
    return Scorecard(**(fields | changes))


def code(findings: tuple[CodeFinding, ...], **changes: object) -> CodeScore:
    """What the analysers found, categories counted."""
    categories: dict[str, int] = {}
    for found in findings:
        categories[found.category] = categories.get(found.category, 0) + 1
    fields: dict[str, object] = {
        "files": 14, "lines": 1_412, "findings": findings, "findings_total": len(findings), "by_category": categories,
        "scored_categories": ("errors", "security", "unused"), "functions": FUNCTIONS, "complex_share": 0.117,
        "maintainability": 68.4, "skipped": (), "tools": {"ruff": "0.14.5", "radon": "6.0.1"},
    }  # fmt: skip
    return CodeScore(**(fields | changes))


def provenance(**changes: object) -> Provenance:
    """A grading of two minutes on a made-up engine."""
    identity = Identity(
        commit=COMMIT, challenge="semantic-search", challenge_version="1.0.0", challenge_digest="5e" * 32,
        harness_digest="c4" * 32, grader_version="0.1.0",
        images={role: "sha256:" + digit * 64 for role, digit in (("edge", "1"), ("probe", "2"), ("service", "3"))},
        limits=Limits(), seed=8_261_944, runtime="runc",
    )  # fmt: skip
    stages = (("fetch", 1.2), ("manifest", 0.1), ("install", 21.4), ("static", 6.3), ("service", 2.1), ("probe", 88.7))
    began, times = 0.0, []
    for name, took in stages:
        times.append(StageTime(stage=name, began_s=began, seconds=took, note="cache used" if name == "install" else ""))
        began += took
    fields: dict[str, object] = {
        "identity": identity, "identity_key": identity.key(), "evidence_digest": "7d" * 32,
        "began_at": "2025-11-23T13:01:44Z", "stages": tuple(times),
        "engine": {"version": "28.0.1", "cgroup": "v2", "kernel": "6.1.0", "network": "internal, no egress"},
        "command": f"grader run semantic-search https://git.example/wren-214/helpdesk-search.git --commit {COMMIT} --seed 8261944",
    }  # fmt: skip
    return Provenance(**(fields | changes))


@cache
def excellent() -> Scorecard:
    """Nearly everything passed; people have not looked yet."""
    shares = {"contract.huge": 0.0, "relevance.acronym": 0.84}
    said = ("No reply within 15.0 s.", "413, or 200 and the document", "no reply")
    checks = [check_score(spec, shares.get(spec[0], 1.0), said if spec[0] == "contract.huge" else ("", "", "")) for spec in CHECKS]
    return build(
        checks=checks, shares={"lint": 0.9, "complexity": 0.8},
        strengths=(
            Point(text="Finds 87 % of paraphrases that share no word with the article, as a sentence encoder does.", criterion="relevance", evidence="check-relevance.paraphrase"),
            Point(text="All 40 documents were found after the restart.", criterion="persistence", evidence="check-data.restart"),
            Point(text="With embeddings down, search answered from its word index within 40 ms.", criterion="operations", evidence="check-ops.outage"),
        ),
        concerns=(
            Point(text="A 3 MB body got no reply within 15.0 s; a caller would wait.", criterion="contract", evidence="check-contract.huge"),
            Point(text="One SQL statement is built from text; a field name can change it.", criterion="lint", evidence="finding-2"),
        ),
    )  # fmt: skip


@cache
def capped() -> Scorecard:
    """Middling, stopped on malformed input, and so limited by a gate."""
    checks = []
    for spec in CHECKS:
        share = 0.0 if spec[0] in WEAK_FAILURES else WEAK_PARTLY.get(spec[0], 1.0)
        checks.append(check_score(spec, share, WEAK_FAILURES.get(spec[0], ("Part of the scale was reached.", "", "") if share < 1 else ("", "", ""))))
    at = next(i for i, c in enumerate(checks) if c.id == "ops.latency")
    checks[at] = checks[at].model_copy(update={"state": State.GRADER_ERROR, "share": None, "blame": Blame.INFRASTRUCTURE, "message": "The probe lost its clock.", "repeats": 0, "repeats_passed": 0})
    gates = (
        OPEN_GATES[0],
        gate("G2", "Documents survive a restart", 45, "closed", "0 of 40 documents were found after the restart.", "check-data.restart"),
        gate("G3", "The service survives malformed input", 40, "closed", "The service stopped on malformed input.", "check-contract.malformed"),
        gate("G4", "Search does not leak other tenants", 50, "not_assessed", "No check of this gate ran.", ""),
    )
    return build(
        checks=checks, shares={"lint": 0.55, "complexity": 0.3}, gates=gates,
        strengths=(
            Point(text="Product codes find their article first in 97 % of 31 queries.", criterion="relevance", evidence="check-relevance.identifier"),
            Point(text="Equal requests gave equal results in 3 of 3 repeats.", criterion="filters", evidence="check-filter.stable"),
            Point(text="Unicode came back unchanged, combining marks and right-to-left text included.", criterion="contract", evidence="check-contract.unicode"),
        ),
        concerns=(
            Point(text="The service stopped on a body that is not JSON; every later request of that phase was lost.", criterion="contract", evidence="check-contract.malformed"),
            Point(text="0 of 40 documents were found after a restart; the index lives in memory alone.", criterion="persistence", evidence="check-data.restart"),
            Point(text="With embeddings down, search answers an empty 200, so a caller cannot tell a fault from no result.", criterion="operations", evidence="check-ops.outage"),
        ),
        service_stops=("The service stopped by itself during contract.malformed, repeat 1, after 12.4 s; it was started again.",),
        service_log=Log(
            head="INFO starting on 127.0.0.1:8080\n",
            tail="Traceback (most recent call last):\n  File \"/work/app/api.py\", line 91, in batch_upsert\n    body = json.loads(raw)\njson.decoder.JSONDecodeError: Expecting ',' delimiter: line 1 column 42 (char 41)\nCRITICAL exiting\n",
            bytes=9_120, truncated=False,
        ),
        claims={"recall_at_10": 0.95, "mrr": 0.7}, time=TimeFacts(budget_minutes=240, stated_hours=6.5), left_out=(),
    )  # fmt: skip


def _nothing(failure: Failure, status: Status, score: float | None, **changes: object) -> Scorecard:
    gates = tuple(g.model_copy(update={"state": "not_assessed", "sentence": "The grading ended before this.", "evidence": "failure"}) for g in OPEN_GATES)
    return build(
        checks=[], shares={}, gates=gates, **({
            "status": status, "failure": failure, "score": score, "earned": score, "groups": (), "code": None,
            "service_log": None, "claims": {},
        } | changes),
    )  # fmt: skip


@cache
def not_gradable() -> Scorecard:
    """The candidate's manifest names a command that never listens."""
    failure = Failure(
        code="service.never_ready", blame=Blame.CANDIDATE, stage="service",
        message="The service did not answer GET /health with 200 within 60 s; it exited with status 1.",
        next_step="Start it with the manifest's command in the starter's container, mend what the log shows, and submit that commit.",
    )  # fmt: skip
    log = Log(head="Traceback (most recent call last):\n  File \"main.py\", line 3, in <module>\n    import fastapi\nModuleNotFoundError: No module named 'fastapi'\n", tail="", bytes=143, truncated=False)
    return _nothing(failure, Status.NOT_GRADABLE, 0.0, service_log=log, code=code(FINDINGS[:1]))


@cache
def incomplete() -> Scorecard:
    """Our engine went away."""
    failure = Failure(
        code="engine.gone", blame=Blame.INFRASTRUCTURE, stage="probe",
        message="The container engine stopped answering after 41 s of the main phase.",
        next_step="Nothing is needed from the candidate; this grading runs again when the engine is back.",
    )  # fmt: skip
    return _nothing(failure, Status.INCOMPLETE, None)


@cache
def many_findings() -> Scorecard:
    """Two hundred findings over 24 rules."""
    rules = ("BLE001", "S608", "F401", "D103", "B006", "S113", "E722", "UP006", "SIM102", "PERF401", "ARG001", "T201",
             "B904", "DTZ005", "RET505", "N806", "PLR2004", "RUF012", "S311", "C901", "ERA001", "F841", "TRY300", "ZZZ999")  # fmt: skip
    kinds = {"S": "security", "B": "errors", "E": "errors", "F": "unused"}
    findings = tuple(
        finding(n, rules[n * n % len(rules) if n % 2 else n % len(rules)], kinds.get(rules[n * n % len(rules) if n % 2 else n % len(rules)][0], "style"))
        for n in range(200)
    )  # fmt: skip
    return capped().model_copy(update={"code": code(findings)})


HOSTILE = (
    "<script>alert('x')</script><img src=//evil.example/p onerror=alert(1)>\x1b[31m\u202egnp.exe\u2066 \x00\x07"
    "https://evil.example/x javascript:alert(1) {{ 7*7 }} {% raw %} </style></pre>]]>--> Z\u0301\u0301\u0301\u0301\u0301\u0301 "
    "\u200b\ufeff" + "W" * 180
)
FAKE_KEY = "sk-" + "abcd1234" * 4


@cache
def hostile() -> Scorecard:
    """Every string that a stranger can reach holds markup, controls, long words and a (made-up) key."""
    text = f"{HOSTILE} password='{'hunter2' * 3}' {FAKE_KEY}"
    card = capped()
    exchange = Exchange(method="GET<b>", path=text[:600], request=text, status=200, reply=text + "\r\n" + text, ms=1.0, fault=text[:40], truncated=True)
    groups = tuple(
        group.model_copy(update={"title": text, "candidate_text": text, "checks": tuple(
            check.model_copy(update={"title": text, "brief": text, "message": text, "expected": text, "seen": text,
                                     "exchanges": (exchange,) * 3, "measures": {text[:80]: Measure(value=1e300, unit=text[:20])}})
            for check in group.checks)})
        for group in card.groups
    )  # fmt: skip
    lines = tuple(text[:250] + f" {n}" for n in range(7))
    findings = tuple(
        finding(n, rule, "errors", path=f"a/{text[:60]}/{name}", message=text, url="javascript:alert(1)", excerpt=lines)
        for n, (rule, name) in enumerate((("S105", "x.py"), ("B<b>", "x.html"), ("F401", "Makefile"), ("F401", "x.unknown\u202e")))
    )  # fmt: skip
    return card.model_copy(update={
        "challenge_title": text, "grading": text,
        "submission": Submission(url="https://user:pw-abcdef@evil.example/" + text, commit=COMMIT, committed_at=text, subject=text, notes=(text,) * 30),
        "failure": Failure(code="probe.partial", blame=Blame.INFRASTRUCTURE, message=text, next_step=text, stage=text[:40]),
        "status": Status.INCOMPLETE,
        "criteria": tuple(c.model_copy(update={"title": text, "level_text": text, "next_level_text": text, "asks": text, "why": text}) for c in card.criteria),
        "gates": tuple(g.model_copy(update={"title": text, "sentence": text}) for g in card.gates),
        "strengths": (Point(text=text, criterion="contract", evidence=text),) * 3,
        "groups": groups, "code": code(findings, skipped=(text,) * 20, functions=(FunctionComplexity(path=text, name=text[:200], line=1, lines=2, complexity=3),)),
        "left_out": (text,) * 20, "claims": {text[:100]: 1.0, "recall_at_10": 1e18},
        "service_log": Log(head=text * 4, tail=text * 4, bytes=4, truncated=True), "service_stops": (text,),
        "provenance": provenance(command=text, engine={text[:50]: text}, stages=(StageTime(stage=text, began_s=0, seconds=1, note=text),)),
    })  # fmt: skip


SAMPLES = {
    "excellent": excellent,
    "capped": capped,
    "not-gradable": not_gradable,
    "incomplete": incomplete,
    "many-findings": many_findings,
    "hostile": hostile,
}
