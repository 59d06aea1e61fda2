"""Sample scorecards for the report: `SAMPLES` names them; every call builds the same record."""

from __future__ import annotations

from functools import cache

from grader.errors import Blame
from grader.evidence import Exchange, Failure, Log, Measure, StageTime
from grader.evidence_code import FileMetrics, FunctionComplexity, LeftOut, LicenceFacts, Secret, SharedPlace, Similarity
from grader.scorecard import Point, Scorecard, State, Status, TimeFacts
from grader.submission import Submission
from tests.golden.builders import COMMIT, FINDINGS, OPEN_GATES, build, check_score, code, finding, gate, provenance
from tests.golden.sample_challenge import CHECKS
from tests.golden.work_cards import work

WEAK_FAILURES: dict[str, tuple[str, str, str]] = {
    "contract.malformed": (
        "The service answered 500 and then stopped.",
        "a 4xx with error.code",
        "500, then no answer",
    ),
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


@cache
def excellent() -> Scorecard:
    """Nearly everything passed; people have not looked yet."""
    shares = {"contract.huge": 0.0, "relevance.acronym": 0.84}
    said = ("No reply within 15.0 s.", "413, or 200 and the document", "no reply")
    checks = [
        check_score(spec, shares.get(spec[0], 1.0), said if spec[0] == "contract.huge" else ("", "", ""))
        for spec in CHECKS
    ]
    return build(
        checks=checks, shares={"lint": 0.9, "complexity": 0.8}, work=work(),
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
        checks.append(
            check_score(
                spec,
                share,
                WEAK_FAILURES.get(spec[0], ("Part of the scale was reached.", "", "") if share < 1 else ("", "", "")),
            )
        )
    at = next(i for i, c in enumerate(checks) if c.id == "ops.latency")
    checks[at] = checks[at].model_copy(
        update={
            "state": State.GRADER_ERROR,
            "share": None,
            "blame": Blame.INFRASTRUCTURE,
            "message": "The probe lost its clock.",
            "repeats": 0,
            "repeats_passed": 0,
        }
    )
    gates = (
        OPEN_GATES[0],
        gate(
            "G2",
            "Documents survive a restart",
            45,
            "closed",
            "Limited to 45 because no document was found after the restart.",
            "check-data.restart",
        ),
        gate(
            "G3",
            "The service survives malformed input",
            40,
            "closed",
            "Limited to 40 because the service stopped on malformed input.",
            "check-contract.malformed",
        ),
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
            tail="Traceback (most recent call last):\n  File \"/job/app/api.py\", line 91, in batch_upsert\n    body = json.loads(raw)\njson.decoder.JSONDecodeError: Expecting ',' delimiter: line 1 column 42 (char 41)\nCRITICAL exiting\n",
            bytes=9_120, truncated=False,
        ),
        claims={"recall_at_10": 0.95, "mrr": 0.7}, work=work(), time=TimeFacts(budget_minutes=240, stated_hours=6.5), left_out=(),
    )  # fmt: skip


@cache
def all_failed() -> Scorecard:
    """Sixty checks, none passed: the longest page that an honest submission makes."""
    said = (
        "Expected success when a valid document is stored; saw status 501.",
        "success when a valid document is stored",
        "status 501",
    )
    twice = [(f"{spec[0]}{suffix}", *spec[1:]) for suffix in ("", ".again") for spec in CHECKS]
    checks = [check_score(spec, 0.0, said) for spec in twice]
    return build(checks=checks, shares={"lint": 0.0, "complexity": 0.0}, concerns=capped().concerns)


def _nothing(failure: Failure, status: Status, score: float | None, **changes: object) -> Scorecard:
    gates = tuple(
        g.model_copy(
            update={"state": "not_assessed", "sentence": "The grading ended before this.", "evidence": "failure"}
        )
        for g in OPEN_GATES
    )
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
    log = Log(
        head="Traceback (most recent call last):\n  File \"main.py\", line 3, in <module>\n    import fastapi\nModuleNotFoundError: No module named 'fastapi'\n",
        tail="",
        bytes=143,
        truncated=False,
    )
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
    sent = capped().submission.model_copy(update={"url": "https://codeberg.org/wren-214/helpdesk-search.git"})
    return capped().model_copy(update={"code": code(findings), "submission": sent})


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
    exchange = Exchange(
        method="GET<b>",
        path=text[:600],
        request=text,
        status=200,
        reply=text + "\r\n" + text,
        ms=1.0,
        fault=text[:40],
        truncated=True,
    )
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
        "groups": groups, "code": code(
            findings, left_out=(LeftOut(kind="other", path=text, reason=text, files=1, lines=2, bytes=3),) * 20, left_out_total=20, notes=(text,) * 3,
            functions=(FunctionComplexity(path=text, name=text[:200], line=1, lines=2, complexity=3, excerpt=lines),),
            metrics=(FileMetrics(path=text, language=text[:20], lines=1, comments=2, functions=3, complexity=4),) * 3,
            secrets=(Secret(kind=text[:90], path=text, line=1, same_as="0a1b2c3d"),) * 12,
            licence=LicenceFacts(file=text[:200], text="unknown", declared=text[:90], declared_in="pyproject.toml"), compared=5,
            similar=(Similarity(other=text[:200], share=1.0, other_share=0.5, shared=99, places=(SharedPlace(path=text, line=1, other_path=text, other_line=2, shared=3),)),),
        ),
        "work": work(text[:700]), "left_out": (text,) * 20, "claims": {text[:100]: 1.0, "recall_at_10": 1e18},
        "service_log": Log(head=text * 4, tail=text * 4, bytes=4, truncated=True), "service_stops": (text,),
        "provenance": provenance(command=text, engine={text[:50]: text}, stages=(StageTime(stage=text, began_s=0, seconds=1, note=text),)),
    })  # fmt: skip
