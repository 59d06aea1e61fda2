"""What stands around the code, for the sample scorecards; every call builds the same record."""

from __future__ import annotations

from grader.evidence import Measure
from grader.evidence_code import CodeFinding
from grader.evidence_work import Decision, History, Mention, Mutant, OwnTests, Session, SuiteRun, TestFile
from grader.scorecard_work import (
    ClaimFact,
    LeftOutFact,
    OwnTestsScore,
    Question,
    ScopeFact,
    SectionFact,
    SideOfChecks,
    SituationFacts,
    WorkScore,
)


def _mutant(line: int, operator: str, before: str, after: str, outcome: str) -> Mutant:
    by = "tests/test_index.py::test_filters" if outcome == "caught" else ""
    return Mutant(
        path="app/index.py",
        line=line,
        operator=operator,
        before=before,
        after=after,
        outcome=outcome,
        by=by,
        seconds=1.2,
    )


MUTANTS = (
    _mutant(41, "boundary", "len(page) < top_k", "((len(page)) <= (top_k))", "survived"),
    _mutant(57, "negate", "vector is None", "((vector) is not (None))", "caught"),
    _mutant(
        63,
        "and_or",
        "name in fields and fields[name] == wanted",
        "((name in fields) or (fields[name] == wanted))",
        "caught",
    ),
    _mutant(88, "drop_call", "self._cache.pop(key)", "pass", "stopped"),
)


def own_tests(text: str = "") -> OwnTestsScore:
    """A suite of eleven tests."""
    run = SuiteRun(outcome="green", passed=11, runner="pytest 9.0.1", output=text, seconds=1.9)
    mutants = (
        tuple(m.model_copy(update={"before": text[:160], "after": text[:160], "by": text[:200]}) for m in MUTANTS)
        if text
        else MUTANTS
    )
    facts = OwnTests(
        test_files=(TestFile(path=text[:200] or "tests/test_index.py", tests=11, without_assertion=1),), test_files_total=1, source_files=9,
        extra_requirements=("pytest==9.0.1",), notes=(text[:300],) if text else (), base=run, lines=240, covered=180, sites=160,
        sites_reached=104, sites_total=160, controls=(run, run), mutants=mutants, planned=4, cut_short=bool(text), seconds=21.0,
    )  # fmt: skip
    sentence = text or (
        "11 tests pass and reach 65 % of the places for a bug. Of 3 bugs seeded there, a test noticed 2."
        " 1 more only stopped the program, which tells nothing."
    )
    caught = Measure(value=0.4333, low=0.135, high=0.61, n=3)
    return OwnTestsScore(
        facts=facts, caught=caught, reached_share=0.65, n=3, stopped=1, sentence=sentence, survivors=mutants[:1]
    )


def _decision(
    line: int, title: str, text: str, mentions: tuple[Mention, ...], alternative: str, reason: str = ""
) -> Decision:
    return Decision(path="README.md", line=line, title=title, text=text, alternative=alternative, reason=reason,
                    trade_off="It costs more calls once, at writing.", measurement="", mentions=mentions)  # fmt: skip


DECISIONS = (
    _decision(18, "SQLite for documents and vectors.", "Alternative: a vector index on disk. An exact product takes 2 ms, because there are 900 chunks.",
              (Mention(name="SQLite", kind="library", where="app/store.py:5"),), "Alternative: a vector index on disk."),
    _decision(24, "A cache in Redis.", "Rather than in memory, so that restarts are cheap.",
              (Mention(name="Redis", kind="absent", where=""),), "Rather than in memory, so that restarts are cheap."),
    _decision(29, "Chunks of 800 characters.", "Instead of whole articles.", (Mention(name="chunks()", kind="definition", where="app/chunking.py:22"),), "Instead of whole articles."),
)  # fmt: skip


def _history(text: str) -> History:
    session = Session(began="2025-11-22T13:02:11+00:00", ended="2025-11-22T16:40:07+00:00", commits=9)
    return History(
        commits=9, truncated=False, first="2025-11-22T13:02:11+00:00", last="2025-11-22T18:40:07+00:00", sessions=(session, session),
        low_hours=2.9, hours=4.2, high_hours=6.6, backwards=((text or "3f9c1e7ab2d4 (2025-11-22T15:00:00+00:00) is dated before its parent")[:300],),
        backwards_total=1, after_commit=2, deadline="2025-11-22T18:00:00+00:00", late_commits=1,
        late_files=(text[:280] or "README.md",), late_files_total=12, chosen="newest",
    )  # fmt: skip


def _questions(text: str, check: str) -> tuple[Question, ...]:
    rows = (
        ("claim_differs", "recall_at_10 is stated as 0.95 (takehome.toml); we measured 0.874.",
         "On which data and with which code was this number measured, and what would explain ours?", "decisions", ("claims", check)),
        ("no_fallback", "The gateway fails or does not answer: 2 of 5 checks earned nothing, first “Searches in an outage”.",
         "What does a caller see while the dependency is away, and what should they see?", "operations", (check,)),
        ("own_tests", "In app/index.py:41, “len(page) < top_k” was changed, and every test still passed.",
         "What would a user notice of this change, and which test would you write for it?", "lint", ("own-tests",)),
    )  # fmt: skip
    return tuple(
        Question(id=name, seen=text or seen, ordinary=text or "Another data set, or an earlier version of the code.", ask=text or ask,
                 minutes=5, criterion=criterion, evidence=evidence, named_as_left_out=name == "no_fallback")
        for name, seen, ask, criterion, evidence in rows
    )  # fmt: skip


def work(text: str = "", *, check: str = "check-ops.outage") -> WorkScore:
    """All of it; with a text, that text stands wherever a stranger's could."""
    finding = CodeFinding(
        path=text[:200] or "app/gateway.py",
        line=44,
        rule="S113",
        category="security",
        message=text[:300] or "Call without timeout",
    )
    side = SideOfChecks(
        id="ops.outage",
        title=text or "Search in an outage",
        state="failed",
        message=text or "An empty 200.",
        evidence=check,
    )
    situation = SituationFacts(id="away", title=text or "The gateway fails or does not answer", checks=(side, side.model_copy(update={"state": "passed"})) * 4,
                               passed=4, total=8, findings=(finding,) * 2, findings_total=2, findings_known=True, finding_ids=("finding-1", "finding-2"))  # fmt: skip
    decisions = (
        tuple(d.model_copy(update={"title": text[:300], "text": text, "alternative": text[:300]}) for d in DECISIONS)
        if text
        else DECISIONS
    )
    measure = Measure(value=0.874, low=0.806, high=0.931, n=84)
    return WorkScore(
        own_tests=own_tests(text[:1_000]), own_tests_missing="",
        situations=(situation, situation.model_copy(update={"id": "bad", "title": "The caller sends something malformed", "findings": (), "finding_ids": (), "findings_total": 0})),
        sections=(SectionFact(id="run", title="How to run it", where="README.md:3", heading=text[:300] or "Run", words=31), SectionFact(id="m", title="What was measured", where="", heading="", words=0)),
        documents_read=(text[:300] or "README.md (412 words)",), documents_missing="", decisions=decisions, decisions_asked=(3, 5),
        claims=(ClaimFact(name=text[:90] or "recall_at_10", where="takehome.toml", stated=0.95, quote="", measured=measure, stands="above", evidence=("check-relevance.paraphrase",)),
                ClaimFact(name="mrr", where="README.md:40", stated=0.7, quote=text[:300], measured=None, stands="not_measured", evidence=())),
        scope=(ScopeFact(id="ui", title="User interface", kind="extra", seen=(text[:200] or "web/index.html",)), ScopeFact(id="tests", title="Own tests", kind="asked", seen=())),
        left_out=(LeftOutFact(text=text or "Re-ranking of the top results; the README says what it would cost.", criteria=("relevance",)),),
        history=_history(text), history_missing="", late="flag", questions=_questions(text, check),
    )  # fmt: skip
