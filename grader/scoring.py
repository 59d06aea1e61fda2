"""Criteria, weights and gates make a scorecard. Pure: evidence in, scorecard out.

``score = min(caps, 100 · Σ points / Σ assessed weight)``. What was not assessed for a reason
that is not the candidate's leaves the denominator; what people decide enters it when they have.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.challenge import Criterion, Gate, GateEvent, Source
from grader.checks.code import Judged, judge_complexity, judge_lint
from grader.checks.hidden import by_criterion, judge_checks
from grader.checks.own_tests import judge_own_tests, why_no_suite
from grader.checks.work import work_score
from grader.errors import Blame
from grader.evidence import Evidence, Log, TrainingRun
from grader.overrides import Override, overridden
from grader.record import Record
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

INCOMPLETE_ABOVE = 0.10
"""More of the harness's weight than this without evidence, by no fault of the candidate's: not a final grading."""
_LEVEL_STEPS = (0.25, 0.5, 0.75, 0.95)
_POINTS = 3
_NOISE = 1e-3
"""Weights are rounded to four decimals per criterion."""


def score(evidence: Evidence, overrides: Sequence[Override] = ()) -> Scorecard:
    """What the evidence is worth, with the levels that named people set."""
    checks = judge_checks(evidence)
    criteria = overridden(_criteria(evidence, checks), overrides)
    gates = tuple(_gate(gate, evidence, checks) for gate in evidence.challenge.gates)
    earned = _earned(criteria)
    limit = min((gate for gate in gates if gate.state == "closed"), key=lambda gate: gate.cap, default=None)
    status = _status(evidence, criteria)
    # By what is shown: a cap of 70 does not limit 70.0000001.
    limited = limit is not None and earned is not None and round(limit.cap, 1) < round(earned, 1)
    total = earned if not limited or limit is None else limit.cap
    if status is Status.INCOMPLETE and evidence.failure is not None:
        total = None  # our runner stopped: what there is of it is no score
    challenge = evidence.challenge
    return Scorecard(
        grading=evidence.grading,
        challenge=challenge.id,
        challenge_version=challenge.version,
        challenge_title=challenge.title,
        submission=evidence.submission,
        status=status,
        failure=evidence.failure,
        score=None if total is None else round(total, 1),
        earned=None if earned is None else round(earned, 1),
        limited_by=limit.id if limited and limit is not None else None,
        assessed_weight=round(sum(c.assessed_weight for c in criteria), 2),
        awaiting_people=sum(c.weight for c in criteria if c.source is Source.REVIEW and not c.overrides),
        criteria=criteria,
        gates=gates,
        strengths=_strengths(criteria),
        concerns=_concerns(criteria, gates),
        groups=_groups(evidence, checks),
        code=_code(evidence),
        time=TimeFacts(
            budget_minutes=sum(c.minutes for c in challenge.criteria),
            stated_hours=evidence.manifest.hours if evidence.manifest else None,
        ),
        left_out=evidence.manifest.left_out if evidence.manifest else (),
        claims=dict(evidence.manifest.claims) if evidence.manifest else {},
        work=work_score(evidence, checks),
        service_log=evidence.service.log if evidence.service else None,
        service_stops=_stop_sentences(evidence),
        training=tuple(f"For phase {run.phase}: {run.sentence}" for run in _trainings(evidence)),
        training_log=_training_log(_trainings(evidence)),
        provenance=_provenance(evidence),
    )


def _criteria(evidence: Evidence, checks: Sequence[CheckScore]) -> tuple[CriterionScore, ...]:
    own = by_criterion(checks, evidence.challenge)
    return tuple(_criterion(criterion, evidence, own[criterion.id]) for criterion in evidence.challenge.criteria)


def _criterion(criterion: Criterion, evidence: Evidence, checks: Sequence[CheckScore]) -> CriterionScore:
    if criterion.source is Source.CHECKS:
        assessed = [check for check in checks if check.share is not None]
        weight = sum(check.weight for check in assessed)
        part = weight / sum(check.weight for check in checks)
        if not assessed:
            return _unassessed(criterion, State.GRADER_ERROR, checks[0].message, tuple(c.evidence for c in checks))
        share = sum(check.weight * (check.share or 0.0) for check in assessed) / weight
        passed = sum(check.state is State.PASSED for check in assessed)
        why = f"{passed} of {len(assessed)} checks passed in full."
        if len(assessed) < len(checks):
            why += f" {len(checks) - len(assessed)} could not be assessed, through no fault of the submission."
        order = sorted(
            checks, key=lambda check: (-check.weight * (1 - (check.share or 0.0)), check.id)
        )  # most lost first
        return _judged(criterion, Judged(share=share, why=why), part, tuple(check.evidence for check in order[:6]))
    if criterion.source is Source.REVIEW:
        return _unassessed(
            criterion,
            State.NOT_ASSESSED,
            "People decide this; no review has been returned yet.",
            _for_people(criterion, evidence),
        )
    if criterion.source is Source.OWN_TESTS:
        return _own_tests_criterion(criterion, evidence)
    return _code_criterion(criterion, evidence)


def _code_criterion(criterion: Criterion, evidence: Evidence) -> CriterionScore:
    anchor = (criterion.source.value,)
    static = evidence.static.evidence if evidence.static else None
    if static is not None:
        judge = judge_lint if criterion.source is Source.LINT else judge_complexity
        return _judged(criterion, judge(criterion, static), 1.0, anchor)
    failure = (evidence.static.failure if evidence.static else None) or evidence.failure
    if failure is not None and failure.blame is Blame.CANDIDATE and evidence.source_seen:
        return _judged(criterion, Judged(share=0.0, why=failure.message), 1.0, ("failure",))
    message = failure.message if failure else "Static analysis did not run."
    return _unassessed(criterion, State.GRADER_ERROR, message, ("failure",) if failure else ())


def _for_people(criterion: Criterion, evidence: Evidence) -> tuple[str, ...]:
    """Anchors of the facts that were laid side by side for the people who decide a criterion."""
    challenge = evidence.challenge
    if evidence.work is None:
        return ()
    wanted = (("errors", challenge.error_handling.criterion), ("decisions", challenge.documents.criterion))
    return tuple(anchor for anchor, name in wanted if name == criterion.id)


def _own_tests_criterion(criterion: Criterion, evidence: Evidence) -> CriterionScore:
    if no_suite := why_no_suite(evidence.runtime):
        return _unassessed(criterion, State.NOT_ASSESSED, no_suite, ())
    own = evidence.work.own_tests if evidence.work else None
    if own is not None:
        return _judged(criterion, judge_own_tests(criterion, own), 1.0, ("own-tests",))
    failure = next((f for f in evidence.work_failures if f.stage == "own_tests"), None) or evidence.failure
    if failure is not None and failure.blame is Blame.CANDIDATE and evidence.source_seen:
        return _judged(criterion, Judged(share=0.0, why=failure.message), 1.0, ("failure",))
    message = failure.message if failure else "The submission's own tests were not run."
    return _unassessed(criterion, State.GRADER_ERROR, message, ("failure",) if evidence.failure else ())


def _judged(criterion: Criterion, judged: Judged, part: float, evidence: tuple[str, ...]) -> CriterionScore:
    level = sum(judged.share >= step for step in _LEVEL_STEPS)
    top = len(criterion.anchors) - 1
    weight = criterion.weight * part
    state = State.PASSED if level == top else State.FAILED if judged.share <= 0 else State.PARTLY
    return CriterionScore(
        **_common(criterion),
        state=state,
        assessed_weight=round(weight, 4),
        share=round(judged.share, 6),
        points=round(judged.share * weight, 4),
        level=level,
        level_text=criterion.anchors[level],
        next_level_text=criterion.anchors[level + 1] if level < top else "",
        why=judged.why,
        evidence=evidence,
    )


def _unassessed(criterion: Criterion, state: State, why: str, evidence: tuple[str, ...]) -> CriterionScore:
    return CriterionScore(
        **_common(criterion),
        state=state,
        assessed_weight=0.0,
        share=None,
        points=None,
        level=None,
        level_text="",
        next_level_text="",
        why=why,
        evidence=evidence,
    )


def _common(criterion: Criterion) -> dict[str, object]:
    names = ("id", "title", "decided_by", "source", "weight", "minutes", "asks", "candidate_text", "anchors")
    return {name: getattr(criterion, name) for name in names}


def _earned(criteria: Sequence[CriterionScore]) -> float | None:
    weight = sum(c.assessed_weight for c in criteria)
    return 100 * sum(c.points or 0.0 for c in criteria) / weight if weight > 0 else None


def _status(evidence: Evidence, criteria: Sequence[CriterionScore]) -> Status:
    failure = evidence.failure
    if failure is not None and failure.blame is Blame.CANDIDATE:
        return Status.NOT_GRADABLE
    if failure is not None:
        return Status.INCOMPLETE
    decided = [c for c in criteria if c.source is not Source.REVIEW and c.state is not State.NOT_ASSESSED]
    missing = sum(c.weight - c.assessed_weight for c in decided)
    bound = INCOMPLETE_ABOVE * sum(c.weight for c in decided) + _NOISE
    return Status.INCOMPLETE if missing > bound else Status.GRADED


def _gate(gate: Gate, evidence: Evidence, checks: Sequence[CheckScore]) -> GateScore:
    closed, anchor = _gate_closed(gate, evidence, checks)
    cap = f"{gate.cap:g}"
    sentences = {
        True: f"Limited to {cap} because {gate.because.rstrip('.')}.",
        False: f"The limit of {cap} does not apply.",
        None: f"There was no evidence to tell whether the limit of {cap} applies.",
    }
    names = {True: "closed", False: "open", None: "not_assessed"}
    return GateScore.model_validate(
        {
            "id": gate.id,
            "title": gate.title,
            "cap": gate.cap,
            "state": names[closed],
            "sentence": sentences[closed],
            "evidence": anchor,
        }
    )


def _gate_closed(gate: Gate, evidence: Evidence, checks: Sequence[CheckScore]) -> tuple[bool | None, str]:
    """Whether a gate is closed (none: nobody can tell), and the anchor of its evidence."""
    failure = evidence.failure
    if gate.event is not None and evidence.service is None:
        candidate = failure is not None and failure.blame is Blame.CANDIDATE and evidence.source_seen
        never = gate.event is GateEvent.NEVER_READY
        return (never if candidate else None), "failure" if failure else ""
    service = evidence.service
    if gate.event is GateEvent.NEVER_READY:
        return service is not None and not service.became_ready, "service-log"
    if gate.event is GateEvent.STOPPED:
        stops = service.stops if service and service.became_ready else ()
        named = next((stop.check for stop in stops if stop.check), "")
        return bool(stops), f"check-{named}" if named else "service-log"
    watched = [check for check in checks if check.id in gate.failed]
    if any(check.share for check in watched):
        return False, watched[0].evidence
    if any(check.share is None for check in watched):
        return None, ""
    return True, watched[0].evidence


def _strengths(criteria: Sequence[CriterionScore]) -> tuple[Point, ...]:
    held = [
        c
        for c in criteria
        if c.points and c.state in (State.PASSED, State.PARTLY) and (c.share or 0) >= _LEVEL_STEPS[2]
    ]
    held.sort(key=lambda c: (-(c.points or 0.0), c.id))
    return tuple(
        Point(text=f"{c.title}: {c.why} {c.level_text}", criterion=c.id, evidence=c.evidence[-1] if c.evidence else "")
        for c in held[:_POINTS]
    )


def _concerns(criteria: Sequence[CriterionScore], gates: Sequence[GateScore]) -> tuple[Point, ...]:
    closed = [
        Point(text=f"{g.title}: {g.sentence}", criterion="", evidence=g.evidence) for g in gates if g.state == "closed"
    ]
    lost = [(c.assessed_weight - (c.points or 0.0), c) for c in criteria if c.points is not None]
    lost = sorted((item for item in lost if item[0] >= 0.05), key=lambda item: (-item[0], item[1].id))  # noqa: PLR2004 - shown as 0.1
    points = [
        Point(
            text=f"{c.title}: {points:.1f} of {c.assessed_weight:g} points not earned. {c.why}",
            criterion=c.id,
            evidence=c.evidence[0] if c.evidence else "",
        )
        for points, c in lost
    ]
    return tuple((closed + points)[:_POINTS])


def _groups(evidence: Evidence, checks: Sequence[CheckScore]) -> tuple[GroupScore, ...]:
    groups = []
    for group in evidence.challenge.groups:
        own = tuple(check for check in checks if check.group == group.id)
        passed = sum(check.state is State.PASSED for check in own)
        groups.append(
            GroupScore(
                id=group.id,
                title=group.title,
                candidate_text=group.candidate_text,
                passed=passed,
                total=len(own),
                checks=own,
            )
        )
    return tuple(groups)


def _code(evidence: Evidence) -> CodeScore | None:
    static = evidence.static.evidence if evidence.static else None
    if static is None:
        return None
    scored = {p.category for c in evidence.challenge.criteria if c.source is Source.LINT for p in c.penalties}
    shared = set(CodeScore.model_fields) & set(type(static).model_fields)
    fields = {name: getattr(static, name) for name in shared}
    return CodeScore.model_validate(_plain(fields) | {"scored_categories": tuple(sorted(scored))})


def _plain(fields: dict[str, object]) -> dict[str, object]:
    """Records as plain data, so that another record can be made of them."""

    def plain(value: object) -> object:
        if isinstance(value, Record):
            return value.model_dump()
        return tuple(plain(item) for item in value) if isinstance(value, tuple) else value

    return {name: plain(value) for name, value in fields.items()}


def _trainings(evidence: Evidence) -> tuple[TrainingRun, ...]:
    return evidence.service.training if evidence.service else ()


def _training_log(runs: tuple[TrainingRun, ...]) -> Log | None:
    """Of the first run that failed, or else of the last."""
    shown = next((run for run in runs if not run.ok), runs[-1] if runs else None)
    return shown.log if shown else None


def _stop_sentences(evidence: Evidence) -> tuple[str, ...]:
    if evidence.service is None:
        return ()
    return tuple(
        f"In phase {end.phase} the service stopped by itself after {end.seconds:.1f} s"
        f" ({end.reason.replace('_', ' ')}, exit code {end.exit_code})."
        for end in evidence.service.ends
    )


def _provenance(evidence: Evidence) -> Provenance:
    identity = evidence.identity
    commit = f" --commit {identity.commit}" if identity.commit else ""
    edition = f" --edition {identity.edition}" if identity.edition else ""
    return Provenance(
        identity=identity,
        identity_key=identity.key(),
        evidence_digest=evidence.digest(),
        began_at=evidence.began_at,
        stages=evidence.stages,
        engine=evidence.engine,
        command=f"grader run {evidence.submission.url} --challenge {identity.challenge}{edition}{commit}"
        f" --seed {identity.seed}",
    )
