"""Judges the hidden checks: each planned check becomes a share of its points, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from grader.challenge import Challenge, CheckSpec
from grader.errors import Blame
from grader.evidence import CheckResult, Evidence, Outcome, PhaseResults, Repeat
from grader.scorecard import CheckScore, State

_FULL = 1 - 1e-9


def judge_checks(evidence: Evidence) -> tuple[CheckScore, ...]:
    """Every planned check once, in the rubric's order."""
    found = {check.id: check for phase in evidence.phases for check in phase.checks}
    return tuple(_judge(spec, found.get(spec.id), evidence) for spec in evidence.challenge.checks)


def judge_results(challenge: Challenge, phases: Sequence[PhaseResults]) -> dict[str, CheckScore]:
    """The checks that have results, by id: what a proof of the challenge looks at."""
    found = {check.id: check for phase in phases for check in phase.checks if check.repeats}
    return {spec.id: _judge_result(spec, found[spec.id]) for spec in challenge.checks if spec.id in found}


def _judge(spec: CheckSpec, result: CheckResult | None, evidence: Evidence) -> CheckScore:
    if result is None or not result.repeats:
        return _without_result(spec, evidence)
    return _judge_result(spec, result)


def _judge_result(spec: CheckSpec, result: CheckResult) -> CheckScore:
    assessed = [repeat for repeat in result.repeats if _assessed(spec, repeat)]
    share = _share(spec, assessed) if assessed else None
    # What is shown is what the share rests on: our own trouble in another repeat explains nothing.
    rests_on = assessed or list(result.repeats)
    shown = next((r for r in rests_on if r.outcome is not Outcome.PASSED), rests_on[0])
    if share is None and shown.outcome is Outcome.PASSED:
        return _unmeasured(spec, result)
    state = _state(share, shown)
    return _score(
        spec,
        state=state,
        share=share,
        blame=_blame(state, shown),
        passed=sum(r.outcome is Outcome.PASSED for r in result.repeats),
        repeats=len(result.repeats),
        shown=shown,
    )


def _assessed(spec: CheckSpec, repeat: Repeat) -> bool:
    """Whether a repeat says something of the candidate's work."""
    if repeat.outcome is Outcome.PASSED:
        return spec.scale is None or spec.scale.measure in repeat.measures
    return repeat.blame is Blame.CANDIDATE or (repeat.outcome is Outcome.FAILED and repeat.blame is None)


def _unmeasured(spec: CheckSpec, result: CheckResult) -> CheckScore:
    """A check that passes and leaves out the measure that its points depend on is the challenge's bug."""
    measure = spec.scale.measure if spec.scale else ""
    return _score(
        spec,
        state=State.GRADER_ERROR,
        share=None,
        blame=Blame.CHALLENGE,
        passed=len(result.repeats),
        repeats=len(result.repeats),
        message=f"The check did not measure {measure}.",
    )


def _share(spec: CheckSpec, repeats: Sequence[Repeat]) -> float:
    """Mean over the assessed repeats: the scale of the measure where there is one, else passed or not."""
    return fmean(_repeat_share(spec, repeat) for repeat in repeats)


def _repeat_share(spec: CheckSpec, repeat: Repeat) -> float:
    if repeat.outcome is not Outcome.PASSED:
        return 0.0
    if spec.scale is None:
        return 1.0
    return spec.scale.share(repeat.measures[spec.scale.measure].value)


def _state(share: float | None, shown: Repeat) -> State:
    if share is None:
        return State.GRADER_ERROR if shown.blame is not None else State.NOT_ASSESSED
    if share >= _FULL:
        return State.PASSED
    return State.PARTLY if share > 0 else State.FAILED


def _blame(state: State, shown: Repeat) -> Blame | None:
    """Whose the lost points are; a measure below the scale's top is the submission's, like a failed assertion."""
    if state is State.PASSED:
        return None
    return shown.blame or (Blame.CANDIDATE if state in (State.PARTLY, State.FAILED) else None)


def _without_result(spec: CheckSpec, evidence: Evidence) -> CheckScore:
    """A check of a phase that never ran: its blame is that of what stopped the grading."""
    failure = evidence.failure
    if failure is not None and not evidence.source_seen:
        message, blame, state, share = failure.message, failure.blame, State.NOT_ASSESSED, None
    elif failure is not None and failure.blame is Blame.CANDIDATE:
        message, blame, state, share = failure.message, Blame.CANDIDATE, State.FAILED, 0.0
    elif failure is not None:
        message, blame, state, share = failure.message, failure.blame, State.GRADER_ERROR, None
    elif evidence.service is not None and not evidence.service.became_ready:
        message, blame, state, share = "The service never became ready.", Blame.CANDIDATE, State.FAILED, 0.0
    else:
        message, blame, state, share = "This check did not run.", Blame.INFRASTRUCTURE, State.GRADER_ERROR, None
    return _score(spec, state=state, share=share, blame=blame, passed=0, repeats=spec.repeats, message=message)


def _score(  # the record's fields, gathered
    spec: CheckSpec,
    *,
    state: State,
    share: float | None,
    blame: Blame | None,
    passed: int,
    repeats: int,
    shown: Repeat | None = None,
    message: str = "",
) -> CheckScore:
    return CheckScore(
        id=spec.id,
        title=spec.title,
        criterion=spec.criterion,
        group=spec.group,
        weight=spec.weight,
        state=state,
        share=share,
        blame=blame,
        brief=spec.brief,
        repeats_passed=passed,
        repeats=repeats,
        seconds=round(shown.seconds, 3) if shown else 0.0,
        message=(shown.message or _on_scale(spec, shown)) if shown else message,
        expected=shown.expected if shown else "",
        seen=shown.seen if shown else "",
        measures=dict(shown.measures) if shown else {},
        scored_measure=spec.scale.measure if spec.scale else "",
        exchanges=shown.exchanges if shown and state is not State.PASSED else (),
        evidence=f"check-{spec.id}",
    )


def _on_scale(spec: CheckSpec, repeat: Repeat) -> str:
    """Where a measure stands between no points and all of them."""
    measure = repeat.measures.get(spec.scale.measure) if spec.scale else None
    if spec.scale is None or measure is None:
        return ""
    (first, low), (last, high) = spec.scale.anchors[0], spec.scale.anchors[-1]
    foot, top = (first, last) if high > low else (last, first)
    unit = f" {measure.unit}" if measure.unit else ""
    name = spec.scale.measure.replace("_", " ").removesuffix(" ms").capitalize()
    return f"{name} is {measure.value:.3g}{unit}; no points at {foot:g}{unit}, all from {top:g}{unit}."


def by_criterion(checks: Sequence[CheckScore], challenge: Challenge) -> Mapping[str, tuple[CheckScore, ...]]:
    """The checks of each criterion, in the rubric's order."""
    return {c.id: tuple(check for check in checks if check.criterion == c.id) for c in challenge.criteria}
