"""Builders of sample records; every call builds the same one. No number here was measured."""

from __future__ import annotations

from grader.challenge import Decider, Source
from grader.errors import Blame
from grader.evidence import Exchange, Identity, Log, StageTime
from grader.evidence_code import (
    CodeFinding,
    FileMetrics,
    FunctionComplexity,
    LeftOut,
    LicenceFacts,
    Secret,
    SharedPlace,
    Similarity,
)
from grader.limits import Limits
from grader.overrides import Override, overridden
from grader.scorecard import (
    CheckScore,
    CodeScore,
    CriterionScore,
    GateScore,
    GroupScore,
    Provenance,
    Scorecard,
    State,
    Status,
    TimeFacts,
)
from grader.submission import Submission
from tests.golden.sample_challenge import GROUPS, MEASURES, ROWS, Row

COMMIT = "3f9c1e7ab2d45f60718293a4b5c6d7e8f9012345"


FUNCTIONS = (
    FunctionComplexity(
        path="app/search.py",
        name="Searcher.query",
        line=61,
        lines=48,
        complexity=13,
        excerpt=(
            "    def query(self, text: str, limit: int) -> list[Hit]:",
            '        """The best hits for `text`."""',
            "        if not text.strip():",
            "            return []",
            "        for part in self._parts(text):",
            "            if part.is_identifier and part.known:",
        ),
    ),
    FunctionComplexity(path="app/api.py", name="batch_upsert", line=88, lines=37, complexity=9),
    FunctionComplexity(path="app/store.py", name="Store.replace", line=40, lines=29, complexity=7),
    FunctionComplexity(path="app/embed.py", name="embed_all", line=19, lines=31, complexity=6),
    FunctionComplexity(path="app/api.py", name="search", line=131, lines=22, complexity=5),
)

SOURCE = (
    "    async def embed(self, texts: list[str]) -> list[list[float]]:",
    '        """Vectors of `texts`, in order."""',
    "        try:",
    '            reply = await self.client.post(self.url, json={"input": texts})',
    "        except Exception:",
    "            return [[0.0] * 384 for _ in texts]  # never fails",
    '        return [row["embedding"] for row in reply.json()["data"]]',
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
            '@app.post("/documents/batch")',
            "def batch_upsert(body: Batch) -> Stored:",
            "    checked = [validate(document) for document in body.documents]",
            "    return store.replace_all(checked)",
        ),
    ),
)  # fmt: skip


METRICS = (
    FileMetrics(
        path="app/search.py",
        language="python",
        lines=312,
        comments=20,
        functions=14,
        complexity=13,
        maintainability=41.2,
        volume=1_804.4,
        difficulty=9.1,
    ),
    FileMetrics(path="web/page.ts", language="typescript", lines=88, comments=2, functions=0, complexity=0),
)
LEFT_OUT = (
    LeftOut(
        kind="generated",
        path="app/api_pb2.py",
        reason="says that it is generated, and looks so",
        files=1,
        lines=412,
        bytes=18_002,
    ),
    LeftOut(
        kind="kit", path="public/check.py", reason="unchanged from the challenge's kit", files=1, lines=96, bytes=3_100
    ),
    LeftOut(kind="unreadable", path="tools/old.py", reason="syntax error in line 4", files=1, lines=21, bytes=640),
)
SIMILAR = (
    Similarity(
        other="solution lexical-only",
        share=0.17,
        other_share=0.31,
        shared=41,
        places=(SharedPlace(path="app/store.py", line=12, other_path="service/library.py", other_line=20, shared=29),),
    ),
)


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


def check_score(
    spec: tuple, share: float, failure: tuple[str, str, str] = ("", "", ""), **changes: object
) -> CheckScore:
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
        made.append(
            GroupScore(id=identity, title=title, candidate_text=text, passed=passed, total=len(mine), checks=mine)
        )
    return tuple(made)


def criterion_of(row: Row, checks: list[CheckScore], shares: dict[str, float]) -> CriterionScore:
    """The criterion judged from its checks, or from `shares` where it has none."""
    mine = [check for check in checks if check.criterion == row.id]
    base: dict[str, object] = {
        "id": row.id, "title": row.title, "source": row.source, "weight": row.weight, "minutes": row.minutes,
        "asks": row.asks, "candidate_text": row.text, "anchors": row.levels,
    }  # fmt: skip
    seen = [check for check in mine if check.share is not None]
    if mine and not seen:
        return CriterionScore(
            **base, decided_by=Decider.HARNESS, state=State.GRADER_ERROR, assessed_weight=0, share=None, points=None,
            level=None, level_text="", next_level_text="", why=mine[0].message, evidence=tuple(c.evidence for c in mine),
        )  # fmt: skip
    if row.source is Source.REVIEW or (not mine and row.id not in shares):
        people = row.source is Source.REVIEW
        return CriterionScore(
            **base, decided_by=Decider.PEOPLE if people else Decider.HARNESS, state=State.NOT_ASSESSED,
            assessed_weight=0, share=None, points=None, level=None, level_text="", next_level_text="",
            why="Two reviewers set a level each, blind." if people else "The grading ended before this.",
            evidence=("decisions",) if row.id == "decisions" else (),
        )  # fmt: skip
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
        why=f"{passed} of {len(mine)} checks passed." if mine else f"Read from the analysers over 1,412 lines, {row.source}.",
        evidence=tuple(check.evidence for check in mine) or (row.id,),
    )  # fmt: skip


def gate(identity: str, title: str, cap: float, state: str, sentence: str, evidence: str) -> GateScore:
    return GateScore(id=identity, title=title, cap=cap, state=state, sentence=sentence, evidence=evidence)


OPEN_GATES = (
    gate("G1", "The service becomes ready", 5, "open", "The service was ready after 2.1 s.", "service-log"),
    gate(
        "G2", "Documents survive a restart", 80, "open", "Documents were found after the restart.", "check-data.restart"
    ),
    gate(
        "G3", "The service survives malformed input", 70, "open", "The service never stopped by itself.", "service-log"
    ),
)


def build(
    *,
    checks: list[CheckScore],
    shares: dict[str, float],
    gates: tuple[GateScore, ...] = OPEN_GATES,
    overrides: tuple[Override, ...] = (),
    **changes: object,
) -> Scorecard:
    """A scorecard whose numbers add up as the grader's do."""
    criteria = overridden(tuple(criterion_of(row, checks, shares) for row in ROWS), overrides)
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
        "awaiting_people": sum(c.weight for c in criteria if c.source is Source.REVIEW and not c.overrides),
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
        "languages": {"python": 12, "typescript": 2}, "left_out": LEFT_OUT, "left_out_total": len(LEFT_OUT),
        "metrics": METRICS,
        "notes": ("app/table.py says that it is generated and does not look so; it was read all the same.",),
        "secrets": (Secret(kind="Secret Keyword", path="app/settings.py", line=12, same_as="0a1b2c3d"),),
        "licence": LicenceFacts(file="LICENSE", text="MIT", declared="MIT", declared_in="pyproject.toml"),
        "similar": SIMILAR, "compared": 4,
        "scored_categories": ("errors", "security", "unused"), "functions": FUNCTIONS, "complex_share": 0.117,
        "maintainability": 68.4, "tools": {"ruff": "0.14.5", "radon": "6.0.1"},
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
