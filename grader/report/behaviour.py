"""Views of the behaviour checks and the service's log."""

from __future__ import annotations

from grader.evidence import Exchange, Log, Measure
from grader.report import marks
from grader.report.atoms import Fact
from grader.report.marks import Anchors
from grader.report.text import block, count, line, measured, number, plain, seconds, size
from grader.report.views import ChecksView, CheckView, ExchangeView, GroupView, LogView
from grader.scorecard import CheckScore, GroupScore, Scorecard, State

TEXT = 400
EXCHANGES = 2
"""The last ones, where a check ends."""
PRINTED = 10
"""Checks whose exchanges are printed; on paper fifty failed checks would fill twenty pages."""
BODY = 500
LOG_TAIL, LOG_HEAD = 3_000, 1_000


def checks(card: Scorecard, anchors: Anchors) -> ChecksView:
    """Every check in its group, the log after them."""
    titles = {criterion.id: criterion.title for criterion in card.criteria}
    states = [check.state for group in card.groups for check in group.checks]
    opened = _printed(card)
    return ChecksView(
        summary=_summary(states),
        groups=tuple(_group(group, anchors, titles, opened) for group in card.groups),
        training=_log("Training", card.training_log, card.training) if card.training else None,
        log=_log("The service", card.service_log, card.service_stops),
    )


def _summary(states: list[State]) -> str:
    if not states:
        return "No check ran."
    said = [
        f"{states.count(state)} {word}"
        for state, word in (
            (State.PASSED, "passed"),
            (State.PARTLY, "passed partly"),
            (State.FAILED, "failed"),
            (State.NOT_ASSESSED, "not assessed"),
            (State.GRADER_ERROR, "stopped by an error of ours"),
        )
        if state in states
    ]
    return f"{count(len(states), 'hidden check')}: {', '.join(said)}."


def _printed(card: Scorecard) -> frozenset[str]:
    """Ids of the checks that lost most; only their exchanges go to paper."""
    lost = [check for group in card.groups for check in group.checks if check.state is not State.PASSED]
    lost.sort(key=lambda check: (-check.weight * (1 - (check.share or 0)), check.id))
    return frozenset(check.id for check in lost[:PRINTED])


def _group(group: GroupScore, anchors: Anchors, titles: dict[str, str], printed: frozenset[str]) -> GroupView:
    return GroupView(
        title=line(group.title),
        text=line(group.candidate_text, 700),
        summary=f"{group.passed} of {group.total} passed",
        all_passed=all(check.state is State.PASSED for check in group.checks),
        checks=tuple(
            _check(check, anchors, titles.get(check.criterion, check.criterion), printed=check.id in printed)
            for check in group.checks
        ),
    )


def _check(check: CheckScore, anchors: Anchors, criterion: str, *, printed: bool) -> CheckView:
    passed = check.state is State.PASSED
    said = check.expected in check.message and check.seen in check.message
    shown = () if passed else check.exchanges[-EXCHANGES:]
    return CheckView(
        anchor=anchors.id(check.evidence),
        mark=marks.OF_STATE[check.state],
        passed=passed,
        title=line(check.title),
        id=line(check.id, 64),
        criterion=anchors.link(f"criterion-{check.criterion}", criterion),
        weight=plain(check.weight),
        ours=marks.OURS[check.blame] if check.blame and not passed else "",
        brief="" if passed else line(check.brief, TEXT),
        message="" if passed and not check.scored_measure else line(check.message, TEXT),
        expected="" if passed or said else line(check.expected, TEXT),
        seen="" if passed or said else line(check.seen, TEXT),
        measures=tuple(
            Fact(label=line(name, 60), value=measure(m) + ("" if name == check.scored_measure else ", not scored"))
            for name, m in sorted(check.measures.items(), key=lambda item: (item[0] != check.scored_measure, item[0]))
        ),
        repeats=f"{check.repeats_passed} of {check.repeats}" if check.repeats else "none ran",
        seconds=seconds(check.seconds),
        exchanges=tuple(_exchange(exchange) for exchange in shown),
        exchanges_printed=printed,
        exchanges_note=_exchanges_note(len(shown), 0 if passed else len(check.exchanges)),
    )


def measure(found: Measure) -> str:
    """A measure with its interval and sample size, where it has them."""
    said = measured(found.value, found.unit)
    if found.low is not None and found.high is not None:
        said += f" [{measured(found.low, '')}, {measured(found.high, '')}]"
    return said if found.n is None else f"{said}, n = {found.n}"


def _exchange(exchange: Exchange) -> ExchangeView:
    status = "no reply" if exchange.status is None else str(exchange.status)
    head = f"{line(exchange.method, 20)} {line(exchange.path, 120)} → {status}, {number(exchange.ms)} ms"
    if exchange.fault:
        head += f", no valid reply: {line(exchange.fault, 40).replace('_', ' ')}"
    reply = block(exchange.reply, BODY)
    if exchange.truncated:
        reply += "\n(the reply was longer than the record keeps)"
    return ExchangeView(head=head, request=block(exchange.request, BODY), reply=reply)


def _exchanges_note(shown: int, total: int) -> str:
    if total == 0:
        return ""
    if shown == total:
        return count(total, "exchange")
    return f"last {shown} of {total} exchanges; all are in the JSON"


def _log(who: str, log: Log | None, stops: tuple[str, ...]) -> LogView:
    said = tuple(line(stop, TEXT) for stop in stops)
    if log is None:
        return LogView(stops=said, size=f"{who} printed nothing that was kept.", tail="", head="")
    both = log.tail.strip() and log.tail != log.head
    tail, head = (log.tail, log.head) if both else (log.head, "")
    return LogView(
        stops=said,
        size=f"{who} printed {size(log.bytes)}." + (" The middle was not kept." if log.truncated else ""),
        tail=block(tail[-LOG_TAIL:], LOG_TAIL),
        head=block(head, LOG_HEAD),
    )
