"""Categories of unpublished tickets, routing by its costs, confidence, and the claim."""

from __future__ import annotations

import scored
from support import answers_of, good, of, sent

from harness.probe import CheckFailed, check, expect, pick
from harness.probe.classification import accuracy, auroc, brier_score, calibration_error, recall_of
from harness.probe.metrics import mean

RAREST = ("moving_home", "refund", "security")
OVER, UNDER = 0.12, 0.4
"""How far a claim may lie above and below what is measured."""
DESKS = ("web form", "phone desk", "shop", "night shift", "mail room", "partner desk")
SPREAD = 0.55
"""A confidence that does not tell right from wrong better than this says nothing, however well its mean fits."""


@check("quality.macro_f1")
def test_macro_f1(service, rng, state, measure):
    """Every category counts the same; what is beside the score is measured with it."""
    answers = scored.ensure(service, state)
    main = scored.pairs(answers, "main")
    found = scored.measured_f1(main, seed=rng.randrange(2**31))
    state["macro_f1"] = found["value"]
    measure("macro_f1", found["value"], low=found["low"], high=found["high"], n=int(found["n"]))
    measure("accuracy", accuracy([r["category"] for r, _ in main], [a[0] for _, a in main]), n=len(main))
    drift = scored.pairs(answers, "drift")
    measure("drift_macro_f1", scored.measured_f1(drift, seed=1)["value"], n=len(drift))
    for name in ("two_topics", "languages"):
        beside = scored.pairs(answers, name)
        measure(f"{name}_accepted", mean([float(a[0] in r["accept"]) for r, a in beside]), n=len(beside))


@check("quality.tail")
def test_tail(service, state, measure):
    """The mean recall of the three categories that training has least of."""
    main = scored.pairs(scored.ensure(service, state), "main")
    gold, guess = [row["category"] for row, _ in main], [answer[0] for _, answer in main]
    measure("tail_recall", mean([recall_of(gold, guess, name) for name in RAREST]), n=sum(g in RAREST for g in gold))
    for name in RAREST:
        measure(f"{name}_recall", recall_of(gold, guess, name), n=gold.count(name))


@check("quality.optional_fields")
def test_optional_fields(service, rng, state, measure):
    """Another id, day, channel and desk: the category stays."""
    answers = scored.ensure(service, state)
    drawn = rng.sample([row for row in of("main") if row["id"] in answers], 128)
    changed = [
        sent(
            row,
            ticket_id=f"T-{rng.randrange(10**6, 10**7)}",
            created_at=f"20{rng.randrange(19, 30)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}T08:00:00Z",
            channel=rng.choice(("mail", "web", "phone", "chat")),
            queue=rng.choice((*DESKS, *(other["category"] for other in drawn[:6]), "Billing", "Security Team")),
        )
        for row in drawn
    ]
    again = answers_of(service, changed)
    kept = mean([float(answers[row["id"]][0] == new[0]) for row, new in zip(drawn, again, strict=True)])
    measure("kept", kept, n=len(drawn))
    expect(kept >= 0.97, expected="the category unchanged for 97 in 100 tickets or more", seen=f"{kept:.0%}")


@check("routing.utility")
def test_utility(service, state, measure):
    """Earnings of unseen routes, a ticket."""
    main = scored.pairs(scored.ensure(service, state), "main")
    measure("utility", scored.utility(main), n=len(main))
    routed = [(row, answer) for row, answer in main if answer[2] == "auto"]
    measure("automatic_share", len(routed) / len(main), n=len(main))
    lost = sum(row["category"] == "security" and answer[0] != "security" for row, answer in routed)
    measure("security_elsewhere", lost, n=sum(row["category"] == "security" for row, _ in main))


@check("routing.no_category")
def test_no_category(service, state, measure):
    """A person sees what fits no category more often than the rest."""
    answers = scored.ensure(service, state)
    shares = [
        mean([float(answer[2] == "human") for _, answer in scored.pairs(answers, name)])
        for name in ("out_of_scope", "main")
    ]
    measure("separation", shares[0] - shares[1], n=len(of("out_of_scope")))
    sure = [[answer[1] for _, answer in scored.pairs(answers, name)] for name in ("main", "out_of_scope")]
    measure("confidence_auroc", auroc(*sure), n=len(sure[1]))


@check("routing.empty")
def test_empty(service, state, measure):
    """Signatures and blank mails go to a person."""
    found = scored.pairs(scored.ensure(service, state), "empty")
    share = mean([float(answer[2] == "human") for _, answer in found])
    measure("to_a_person", share, n=len(found))
    expect(share >= 0.9, expected="tickets that say nothing to be routed to a person", seen=f"{share:.0%} of them")


@check("confidence.calibrated")
def test_calibrated(service, state, measure):
    """Among tickets of confidence .8, eight in ten are right."""
    main = scored.pairs(scored.ensure(service, state), "main")
    right = [row["category"] == answer[0] for row, answer in main]
    sure = [answer[1] for _, answer in main]
    hits = [s for r, s in zip(right, sure, strict=True) if r]
    misses = [s for r, s in zip(right, sure, strict=True) if not r]
    measure("calibration_error", calibration_error(right, sure), n=len(main))
    measure("brier", brier_score(right, sure), n=len(main))
    if not hits or not misses:
        raise CheckFailed("right and wrong answers to compare", f"{len(hits)} right, {len(misses)} wrong")
    apart = auroc(hits, misses)
    measure("right_above_wrong", apart, n=len(main))
    expect(apart >= SPREAD, expected="higher confidence in right answers than in wrong ones", seen=f"AUROC {apart:.2f}")


@check("confidence.claim")
def test_claim(service, state, measure):
    """What the service claims of itself, beside the measured value."""
    main = scored.pairs(scored.ensure(service, state), "main")
    seen = scored.measured_f1(main, seed=1)["value"]
    claim = pick(good(service.get("/model"), "the model is asked for").json(), "claims", "macro_f1", kind=float)
    measure("claimed", claim)
    measure("measured", seen, n=len(main))
    sound = seen - UNDER <= claim <= seen + OVER
    expect(sound, expected=f"a claim near the measured {seen:.2f}", seen=f"a claim of {claim:.2f}")
