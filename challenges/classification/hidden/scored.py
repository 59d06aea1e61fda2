"""The answers to all unpublished tickets: asked once per phase, scored by many checks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from support import ANSWER_S, BATCH, Answer, answer_at, answers_of, ask, of, rows, sent

from harness.probe import CheckFailed, ServiceFault, expect
from harness.probe.classification import macro_f1_of
from harness.probe.metrics import bootstrap_interval

LEAST_SHARE = 0.9
"""Below this share of answered tickets a score would say little about the model."""
WRONG, WRONG_SECURITY = 3.0, 10.0
"""What an automatic route costs that is wrong, and that takes a security ticket to another team."""


def ensure(service: Any, state: dict[str, Any]) -> dict[str, Answer]:
    """The answer to every ticket, by the row's id; the first call of a phase asks for them.

    A ticket that is not answered soundly is missing.

    Raises:
        CheckFailed: too few could be had, now or in an earlier call.
    """
    if state.get("answers_failed"):
        raise CheckFailed("answers to the unpublished tickets", state["answers_failed"])
    if "answers" not in state:
        try:
            state["answers"] = _ask_all(service)
        except (CheckFailed, ServiceFault) as error:
            state["answers_failed"] = f"asking for them ended with: {error}"
            raise
    return {key: (category, confidence, route) for key, (category, confidence, route) in state["answers"].items()}


def _ask_all(service: Any) -> dict[str, Answer]:
    everything = list(rows())
    found: dict[str, Answer] = {}
    for start in range(0, len(everything), BATCH):
        part = everything[start : start + BATCH]
        try:
            answers = answers_of(service, [sent(row) for row in part])
            found |= dict(zip((row["id"] for row in part), answers, strict=True))
        except CheckFailed:
            found |= _one_by_one(service, part)
        _require(len(found), start + len(part))
    return found


def _one_by_one(service: Any, part: list[dict[str, Any]]) -> dict[str, Answer]:
    """A batch that was not served: the check on batches says so, and quality is measured all the same."""
    found = {}
    for row in part:
        try:
            found[row["id"]] = answer_at(ask(service, sent(row), deadline_s=ANSWER_S).json())
        except (CheckFailed, ServiceFault):
            continue
    return found


def _require(had: int, asked: int) -> None:
    enough = had >= LEAST_SHARE * asked - BATCH / 2
    expect(enough, expected=f"sound answers to {asked} tickets", seen=f"{had} sound answers")


def pairs(answers: dict[str, Answer], name: str) -> list[tuple[dict[str, Any], Answer]]:
    """Rows of a slice with their answers; an unanswered ticket counts as wrong and routed to a person."""
    return [(row, answers.get(row["id"], ("", 0.0, "human"))) for row in of(name)]


def measured_f1(found: list[tuple[dict[str, Any], Answer]], seed: int) -> dict[str, float]:
    """Macro-F1 with its interval (percentile bootstrap over tickets)."""
    drawn_from = [(row["category"], answer[0]) for row, answer in found]
    low, high = bootstrap_interval(
        range(len(drawn_from)),
        seed=seed,
        statistic=lambda drawn: macro_f1_of(Counter(drawn_from[int(place)] for place in drawn)),
    )
    return {"value": macro_f1_of(Counter(drawn_from)), "low": low, "high": high, "n": len(drawn_from)}


def utility(found: list[tuple[dict[str, Any], Answer]]) -> float:
    """Earnings of unseen routes a ticket, at the costs of the brief."""
    total = 0.0
    for row, (category, _, route) in found:
        if route == "human":
            continue
        if category == row["category"]:
            total += 1
        else:
            total -= WRONG_SECURITY if row["category"] == "security" else WRONG
    return total / len(found)
