"""Training, the model's own account, and whether answers stay."""

from __future__ import annotations

import time

from support import (
    all_same,
    answer_of,
    answers_of,
    ask,
    ask_batch,
    good,
    of,
    sent,
)

from harness.probe import ServiceFault, check, expect, pick
from harness.probe.metrics import percentile
from harness.probe.refusals import refused

DOWN = {"kind": "status", "status": 500, "times": None}
BACK_S = 15.0


@check("lifecycle.training")
def test_training(training, service, rng, state, measure):
    """The training command ended with success, and a service runs by it; its answers are kept for later phases."""
    expect(training.ok, expected="training to end with success in its time", seen=training.sentence)
    measure("training_s", training.seconds, unit="s")
    drawn = rng.sample(of("main"), 96)
    state["kept"] = dict(zip((row["id"] for row in drawn), answers_of(service, [sent(r) for r in drawn]), strict=True))


@check("lifecycle.model")
def test_model(training, service):
    """A version, and the digest of the file that was trained on."""
    body = good(service.get("/model"), "the model is asked for").json()
    version = pick(body, "version", kind=str)
    expect(version.strip(), expected="a version that is a text", seen=version)
    digest = pick(body, "training_sha256", kind=str)
    expect(digest.lower() == training.files["train.csv"], expected="the SHA-256 of train.csv", seen=digest)


@check("lifecycle.batch")
def test_batch(service, rng):
    """Each ticket of a batch gets what it gets alone."""
    drawn = rng.sample(of("main"), 24)
    together = answers_of(service, [sent(row) for row in drawn])
    all_same(
        ((answer_of(service, sent(row)), answer) for row, answer in zip(drawn, together, strict=True)),
        "in a batch the answers that the tickets get alone",
    )


@check("lifecycle.same")
def test_same(service, rng):
    """The same ticket twice, with others in between."""
    drawn = [sent(row) for row in rng.sample(of("main"), 24)]
    first = answers_of(service, drawn)
    rng.shuffle(order := list(range(len(drawn))))
    again = dict(zip(order, answers_of(service, [drawn[place] for place in order]), strict=True))
    all_same(((first[place], again[place]) for place in order), "the same answer to the same ticket")


def kept(state):
    """The rows and answers of the main phase."""
    rows = {row["id"]: row for row in of("main")}
    return [(rows[key], tuple(answer)) for key, answer in state["kept"].items()]


def as_before(service, state, expected):
    """Every kept answer must be given again."""
    before = kept(state)
    now = answers_of(service, [sent(row) for row, _ in before])
    all_same(zip((answer for _, answer in before), now, strict=True), expected)


@check("lifecycle.restart")
def test_restart(service, state):
    """The service was killed and started again."""
    as_before(service, state, "after a restart the answers from before")


@check("lifecycle.retrained")
def test_retrained(training, service, state):
    """The same data were trained on again, into an empty folder."""
    expect(training.ok, expected="training to end with success the second time too", seen=training.sentence)
    as_before(service, state, "after training again on the same data the same answers")


@check("requests.answers")
def test_answers(service, rng):
    """A ticket with all fields, and with the required ones alone."""
    for row in rng.sample(of("main"), 6):
        answer_of(service, sent(row))
        answer_of(service, {"subject": row["subject"], "body": row["body"]})
    answer_of(service, {"subject": "", "body": ""})


@check("requests.batch")
def test_batches(service, rng):
    """64 get their answers in order; none, 65, or an invalid one are refused."""
    drawn = [sent(row) for row in rng.sample(of("main"), 64)]
    answers = good(ask_batch(service, drawn), "a batch of 64 is sent").json()
    expect(len(pick(answers, "results", kind=list)) == 64, expected="64 results", seen=len(answers["results"]))
    turned = answers_of(service, drawn[:16][::-1])
    straight = answers_of(service, drawn[:16])
    all_same(zip(turned[::-1], straight, strict=True), "results in the order of the tickets")
    refused(ask_batch(service, []), "an empty batch")
    refused(ask_batch(service, [*drawn, drawn[0]]), "a batch of 65")
    refused(ask_batch(service, [*drawn[:3], {"subject": "only"}]), "a batch that holds an invalid ticket")


@check("load.side_by_side")
def test_side_by_side(service, rng):
    """Eight clients at once: all are served, and each gets its own answer."""
    drawn = [sent(row) for row in rng.sample(of("main"), 48)]
    alone = answers_of(service, drawn)
    replies = service.many([("POST", "/classify", ticket) for ticket in drawn], workers=8)
    faults = [reply.kind for reply in replies if isinstance(reply, ServiceFault)]
    expect(not faults, expected="48 answers, eight at a time", seen=f"{len(faults)} faults: {faults[:3]}")
    wrong = [reply.status for reply in replies if reply.status != 200]
    expect(not wrong, expected="48 answers, eight at a time", seen=f"{len(wrong)} others: {wrong[:5]}")
    categories = [pick(reply.json(), "category", kind=str) for reply in replies]
    mixed = sum(one != answer[0] for one, answer in zip(categories, alone, strict=True))
    expect(not mixed, expected="each ticket's own answer", seen=f"{mixed} of 48 got another")


def after_faults(service, control, ticket):
    """End the faults and give the service its time, so that the next check meets it well."""
    control.clear_faults()
    until = time.monotonic() + BACK_S
    while time.monotonic() < until:
        try:
            if ask(service, ticket).status == 200:
                return
        except ServiceFault:
            pass
        service.pause(0.5)


@check("faults.short")
def test_short_faults(service, rng, control):
    """Two 429 with Retry-After, and two 500: the caller sees nothing of them."""
    *drawn, last = [sent(row) for row in rng.sample(of("main"), 5)]
    before = answers_of(service, drawn)
    limited = {"kind": "status", "status": 429, "retry_after_s": 1, "times": 2}
    broken = {"kind": "status", "status": 500, "times": 2}
    try:
        for place, ticket in enumerate(drawn):
            control.faults([(limited, broken)[place % 2]])
            changed = ticket | {"body": f"{ticket['body']} {rng.randrange(10**6)}"}
            answer_of(service, changed)
            control.clear_faults()
        all_same(zip(before, answers_of(service, drawn), strict=True), "the answers from before the faults")
    finally:
        after_faults(service, control, last)


@check("faults.outage")
def test_outage(service, rng, control):
    """The gateway answers nothing but 500, then nothing at all: an answer or a 503, in ten seconds."""
    *drawn, last = [sent(row) for row in rng.sample(of("main"), 7)]
    faults = (DOWN, {"kind": "hang", "times": None, "seconds": 30}, {"kind": "garbage", "times": None})
    try:
        for place, ticket in enumerate(drawn):
            control.faults([faults[place // 2]])
            reply = ask(service, ticket | {"body": f"{ticket['body']} {rng.randrange(10**6)}"})
            honest = reply.status in (200, 503)
            expect(honest, expected="200 or 503 while the gateway is down", seen=f"status {reply.status}")
            control.clear_faults()
    finally:
        after_faults(service, control, last)


@check("load.latency")
def test_latency(service, rng, control, measure):
    """One ticket after the other; what the gateway took is the gateway's."""
    drawn = [sent(row) for row in rng.sample(of("main"), 85)]
    times = []
    for place, ticket in enumerate(drawn):
        since = control.mark()
        reply = good(ask(service, ticket), "a valid ticket is sent")
        if place >= 5:
            times.append(max(0.0, reply.elapsed_ms - control.ledger(since).busy_ms()))
    measure("p95_ms", percentile(times, 95), n=len(times), unit="ms")
    measure("p50_ms", percentile(times, 50), n=len(times), unit="ms")
