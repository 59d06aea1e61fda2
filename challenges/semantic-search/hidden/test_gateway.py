"""The gateway fails, comes back, and keeps count."""

from __future__ import annotations

import contextlib
import time
from collections import Counter

import corpus
from support import (
    ask,
    clear,
    draw,
    first_sentence,
    found,
    good,
    planted,
    put,
    put_batch,
    read_back,
    results_of,
)
from topics import BY_MEANING

from harness.probe import CheckFailed, ServiceFault, check, expect, pick
from harness.probe.metrics import percentile
from harness.probe.refusals import is_error_body

BACK_S = 15.0
DOWN = [{"kind": "status", "status": 500, "times": None}]


def wait_until(service, holds, seconds):
    """Ask again and again until it holds; whether it did in time."""
    until = time.monotonic() + seconds
    while True:
        with contextlib.suppress(CheckFailed, ServiceFault):
            if holds():
                return True
        if time.monotonic() >= until:
            return False
        service.pause(0.5)


def after_faults(service, control):
    """End the faults and give the service its promised time, so that the next check meets it well."""
    control.clear_faults()
    wait_until(service, lambda: ask(service, "anything at all").status == 200, BACK_S)


def quiet(service, control):
    """Wait until the gateway is not called for a second: work of earlier checks must not count here."""
    until = time.monotonic() + 10
    mark = control.mark()
    while time.monotonic() < until:
        service.pause(1.0)
        seen = control.mark()
        if seen == mark:
            return
        mark = seen


def texts(entries):
    """How many texts these calls asked for."""
    return sum(len(entry["digests"]) for entry in entries)


def own_words(document):
    """A query of words that all stand in the document, and that no other check has asked."""
    return f"{first_sentence(document)} {document['title']}"


def honest(reply, doc_id):
    """A search in an outage: the document by its own words, or a structured 503."""
    if reply.status == 503:
        expect(
            is_error_body(reply), expected="code and message in a 503", seen=reply.body[:200].decode("utf-8", "replace")
        )
        return
    expect(reply.status == 200, expected="200 or 503 while the gateway is down", seen=f"status {reply.status}")
    ids = [result["id"] for result in results_of(reply)]
    expect(doc_id in ids, expected="the document whose exact words were searched, as the answer is 200", seen=ids)


def never_empty(reply):
    """A search in an outage that no word can answer: anything but an empty list, which would say that nothing fits."""
    if reply.status != 503:
        listed = len(results_of(reply))
        expect(listed > 0, expected="a 503, or results, while the gateway is down", seen="200 with an empty list")


def search_under(fault, service, rng, control, scratch):
    """Plant documents, break the gateway, search each by its words."""
    documents = draw(rng, 3, scratch, kind="outage")
    with planted(service, documents):
        try:
            control.faults([fault])
            for doc_id, document in documents.items():
                honest(ask(service, own_words(document)), doc_id)
        finally:
            after_faults(service, control)


@check("gateway.short_faults")
def test_short_faults(service, rng, control, scratch):
    """Two 429 with Retry-After, or two 500, before a search or a write."""
    documents = draw(rng, 4, scratch, kind="short")
    *stored, late = documents
    limited = {"kind": "status", "status": 429, "retry_after_s": 1, "times": 2}
    broken = {"kind": "status", "status": 500, "times": 2}
    with planted(service, {doc_id: documents[doc_id] for doc_id in stored}):
        try:
            for doc_id, fault in zip(stored, (limited, broken), strict=False):
                control.faults([fault])
                ids = found(service, own_words(documents[doc_id]))
                expect(doc_id in ids, expected="the document in spite of two failed calls", seen=ids)
                control.clear_faults()
            control.faults([limited])
            good(put(service, late, documents[late]), "a document is stored in spite of two failed calls")
            expect(late in found(service, first_sentence(documents[late])), expected="it in a search")
        finally:
            clear(service, [late])
            after_faults(service, control)


@check("gateway.outage_search")
def test_outage_search(service, rng, control, scratch):
    """The gateway answers nothing but 500, to known words and to words that stand in no document."""
    search_under(DOWN[0], service, rng, control, scratch)
    unknown = " ".join("".join(rng.choices("bcdfghjkmpqvwxz", k=9)) for _ in range(3))
    with planted(service, draw(rng, 2, f"{scratch}-unknown", kind="outage")):
        try:
            control.faults(DOWN)
            never_empty(ask(service, unknown))
        finally:
            after_faults(service, control)


@check("gateway.hang")
def test_hang(service, rng, control, scratch):
    """The gateway takes calls and never answers; the client's deadline is the promised one."""
    search_under({"kind": "hang", "times": None, "seconds": 30}, service, rng, control, scratch)


@check("gateway.garbage")
def test_garbage(service, rng, control, scratch):
    """The gateway answers 200 with something else."""
    search_under({"kind": "garbage", "times": None}, service, rng, control, scratch)


@check("gateway.outage_write")
def test_outage_write(service, rng, control, scratch):
    """What is answered 2xx is there, what is answered 503 is not, and later both can be stored."""
    documents = draw(rng, 5, scratch, kind="outage-write")
    batch = dict(list(documents.items())[2:4])
    early = list(documents)[4]
    good(put(service, early, documents[early]), "a valid document is stored")
    try:
        control.faults(DOWN)
        replies = {doc_id: put(service, doc_id, documents[doc_id]) for doc_id in list(documents)[:2]}
        replies |= dict.fromkeys(batch, put_batch(service, batch))
        for doc_id, reply in replies.items():
            stored = 200 <= reply.status < 300
            expect(stored or reply.status == 503, expected="2xx or 503 for a write", seen=f"status {reply.status}")
            status = service.get(f"/documents/{doc_id}").status
            wanted = 200 if stored else 404
            expect(status == wanted, expected=f"{wanted} when read, as the write got {reply.status}", seen=f"{status}")
            if stored:
                honest(ask(service, first_sentence(documents[doc_id])), doc_id)
        after_faults(service, control)
        for doc_id, document in documents.items():
            good(put(service, doc_id, document), "a document is stored after the outage")
            ids = found(service, first_sentence(document))
            expect(doc_id in ids, expected="the document after the outage", seen=ids)
    finally:
        clear(service, documents)
        after_faults(service, control)


@check("gateway.recovers")
def test_recovers(service, rng, control, scratch):
    """Documents written in an outage are found by meaning once it is over."""
    named = {f"{scratch}-meaning-{n}": row for n, row in enumerate(BY_MEANING)}
    run = {"run": scratch}
    everything = draw(rng, 12, scratch, **run)
    everything |= {i: {"title": title, "text": text, "metadata": run} for i, (title, text, _) in named.items()}
    questions = {i: question for i, (_, _, question) in named.items()}
    order = list(everything)
    rng.shuffle(order)

    def right():
        """How many questions have their article among the first three of eighteen."""
        hits = 0
        for doc_id, question in questions.items():
            ids = found(service, question, top_k=20, filter=run)
            hits += doc_id in [i for i in ids if i in everything][:3]
        return hits

    def store():
        return 200 <= put_batch(service, {i: everything[i] for i in order}).status < 300

    good(put(service, order[0], everything[order[0]]), "a valid document is stored")
    try:
        control.faults(DOWN)
        waiting = not store()
        control.clear_faults()
        began = time.monotonic()
        if waiting:
            stored = wait_until(service, store, BACK_S)
            expect(stored, expected="writes to work soon after the gateway is back", seen="they are refused")
        enough = len(questions) - 1
        in_time = wait_until(service, lambda: right() >= enough, began + BACK_S - time.monotonic())
        seen = right() if not in_time else enough
        expect(in_time, expected=f"{enough} of {len(questions)} questions answered by meaning", seen=f"{seen} in time")
    finally:
        clear(service, everything)
        after_faults(service, control)


@check("gateway.unchanged")
def test_unchanged(service, rng, control, scratch):
    """Storing the same again, or the same text with other metadata, sends no text a second time."""
    documents = draw(rng, 6, scratch, kind="unchanged")
    try:
        quiet(service, control)
        since = control.mark()
        good(put_batch(service, documents), "a valid batch is stored")
        quiet(service, control)
        first = {digest for entry in control.ledger(since).entries for digest in entry["digests"]}
        since = control.mark()
        good(put_batch(service, documents), "the same batch is stored again")
        for doc_id, document in list(documents.items())[:3]:
            good(put(service, doc_id, document), "the same document is stored again")
            good(put(service, doc_id, document | {"metadata": {"kind": "moved"}}), "its metadata is changed")
        quiet(service, control)
        again = [d for entry in control.ledger(since).entries for d in entry["digests"] if d in first]
        expect(not again, expected="no text of an unchanged document sent again", seen=f"{len(again)} texts")
        last = list(documents)[-1]
        read_back(service, last, documents[last])
    finally:
        clear(service, documents)


@check("gateway.query_cost")
def test_query_cost(service, rng, control, scratch):
    """The mean number of texts over some searches, with retries not provoked."""
    documents = draw(rng, 6, scratch, kind="cost")
    with planted(service, documents):
        quiet(service, control)
        since = control.mark()
        for doc_id, document in documents.items():
            ids = found(service, f"{document['title']}: {first_sentence(document)} {rng.randrange(10**6)}", top_k=20)
            expect(doc_id in ids, expected="the document whose words were searched", seen=ids)
        sent = texts(control.ledger(since).entries)
        limit = 3 * len(documents)
        expect(sent <= limit, expected=f"at most {limit} texts for {len(documents)} searches", seen=f"{sent}")


@check("gateway.side_by_side")
def test_side_by_side(service, rng, scratch):
    """Eight clients at once: every request succeeds and every document is there in the end."""
    documents = draw(rng, 24, scratch, kind="parallel")
    calls = [("PUT", f"/documents/{i}", d) for i, d in documents.items()]
    calls += [("POST", "/search", {"query": first_sentence(d)}) for d in documents.values()]
    rng.shuffle(calls)
    try:
        replies = service.many(calls, workers=8)
        wrong = Counter(r.kind if isinstance(r, ServiceFault) else r.status for r in replies)
        for status in [s for s in wrong if isinstance(s, int) and 200 <= s < 300]:
            del wrong[status]
        expect(not wrong, expected=f"success for {len(calls)} requests, eight at a time", seen=dict(wrong))
        for doc_id, document in documents.items():
            ids = found(service, first_sentence(document))
            expect(doc_id in ids, expected="every document in a search afterwards", seen=ids)
    finally:
        clear(service, documents)


@check("gateway.latency")
def test_latency(service, rng, state, control, measure):
    """One search after the other, over the whole corpus; what the gateway took is the gateway's."""
    stored = corpus.ensure(service, rng, state, control, measure)
    by_own_words = [q for q in corpus.lines("queries.jsonl") if q["type"] == "keyword"]
    questions = rng.sample(by_own_words, 80)
    for question in questions[:5]:
        results_of(ask(service, question["text"]))
    times = []
    hits = 0
    for question in questions:
        since = control.mark()
        reply = ask(service, " ".join(reversed(question["text"].split())))
        results = pick(good(reply, "a valid search is sent").json(), "results", kind=list)
        listed = {stored.original.get(pick(results, n, "id", kind=str)) for n in range(len(results))}
        hits += not listed.isdisjoint(question["judgments"])
        times.append(max(0.0, reply.elapsed_ms - control.ledger(since).busy_ms()))
    expect(
        hits >= len(times) / 2,
        expected="searches that find articles by their own words",
        seen=f"{hits} of {len(times)}",
    )
    measure("p95_ms", percentile(times, 95), n=len(times), unit="ms")
    measure("p50_ms", percentile(times, 50), n=len(times), unit="ms")
