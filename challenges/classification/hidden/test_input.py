"""Malformed, incomplete, mistyped, oversized and hostile requests; last, so that a stop costs nothing else."""

from __future__ import annotations

from functools import partial

from support import answers_of, ask, of, sent

from harness.probe import ServiceFault, check, expect
from harness.probe.refusals import all_refused, is_error_body, none_breaks, refused, still_works

JSON = {"content-type": "application/json"}
VALID = {"subject": "A subject", "body": "Some words about a bill."}
PATHS = ("/classify", "/classify/batch")


def raw(service, path, body):
    """A request whose body is sent as it is."""
    return partial(service.request, "POST", path, body=body, headers=JSON)


def one(service, ticket):
    """One ticket, valid or not."""
    return partial(service.post, "/classify", json=ticket)


def batch(service, tickets):
    """A batch, valid or not."""
    return partial(service.post, "/classify/batch", json={"tickets": tickets})


@check("input.malformed")
def test_malformed(service, rng):
    """Bodies that no JSON parser takes, and JSON that is no object."""
    bodies = {
        "a cut object": b'{"subject": "words", "body": "a te',
        "no body": b"",
        "a form": b"subject=words&body=words",
        "broken UTF-8": b'{"subject": "\xff\xfe", "body": "\xc3", "tickets": ["\xff"]}',
        "a list": b'[{"subject": "words", "body": "words"}]',
        "null": b"null",
        "a string": b'"words"',
        "a number": b"7",
    }
    cases = [(f"{name} to {path}", raw(service, path, body)) for path in PATHS for name, body in bodies.items()]
    rng.shuffle(cases)
    all_refused(cases)
    still_works(service)


@check("input.missing")
def test_missing(service):
    """Each required field left out."""
    all_refused(
        [
            ("a ticket without a body", one(service, {"subject": "words"})),
            ("a ticket without a subject", one(service, {"body": "words"})),
            ("an empty object", one(service, {})),
            ("a batch without tickets", partial(service.post, "/classify/batch", json={})),
            ("a batch entry without a body", batch(service, [VALID, {"subject": "words"}])),
            ("an empty batch entry", batch(service, [{}])),
        ]
    )


@check("input.types")
def test_types(service):
    """Each field with values of other types."""
    wrong = {
        "subject": ([], {"a": 1}, 7, None, True),
        "body": (["words"], {}, 1.5, None, False),
        "queue": ([], {"a": 1}),
        "channel": ([1],),
    }
    cases = [
        (f"{name} {value!r}", one(service, VALID | {name: value})) for name, values in wrong.items() for value in values
    ]
    cases += [
        (f"tickets {value!r}", partial(service.post, "/classify/batch", json={"tickets": value}))
        for value in ({}, "words", 7, [7], [None], [["a"]])
    ]
    all_refused(cases)


@check("input.bounds")
def test_bounds(service):
    """Just within the lengths, and beyond them."""
    for what, ticket in (
        ("a subject of 300", VALID | {"subject": "s" * 300}),
        ("a body of 20,000", VALID | {"body": "word " * 4_000}),
    ):
        status = ask(service, ticket).status
        expect(status == 200, expected=f"200 for {what}", seen=f"status {status}")
    all_refused(
        [
            ("a subject of 320", one(service, VALID | {"subject": "s" * 320})),
            ("a body of 20,200", one(service, VALID | {"body": "word " * 4_040})),
            ("a batch entry with a long subject", batch(service, [VALID, VALID | {"subject": "s" * 320}])),
        ]
    )


@check("input.error_body")
def test_error_body(service, scratch):
    """Code and message on each kind of refusal."""
    replies = {
        "malformed JSON": raw(service, "/classify", b'{"subject": ')(),
        "a missing field": one(service, {"subject": "words"})(),
        "a wrong type": one(service, VALID | {"body": [1]})(),
        "a value out of bounds": one(service, VALID | {"subject": "s" * 320})(),
        "an empty batch": batch(service, [])(),
        "a batch that holds one bad entry": batch(service, [VALID, {}])(),
        "an unknown path": service.get(f"/{scratch}-nowhere"),
    }
    for what, reply in replies.items():
        refused(reply, what)
    bare = [what for what, reply in replies.items() if not is_error_body(reply)]
    expect(not bare, expected="code and message, both non-empty strings, on every refusal", seen=f"not on {bare}")


@check("input.not_found")
def test_not_found(service, scratch):
    """Unknown paths are 404."""
    for method, path in (
        ("GET", f"/{scratch}-nowhere"),
        ("POST", f"/classify/{scratch}"),
        ("GET", f"/model/{scratch}"),
    ):
        status = service.request(method, path).status
        expect(status == 404, expected=f"404 for {method} of an unknown path", seen=f"status {status}")


@check("input.languages")
def test_languages(service, rng):
    """Other languages and scripts are answered like any ticket."""
    texts = (
        "Меня дважды взяли за один месяц",
        "الإنترنت لا يعمل منذ الصباح",
        "ネットが遅くて仕事になりません",
        "हटाना चाहता हूँ 🧾🧾",
        "e\u0301te\u0301 \u200d\u202e \u2067abc\u2069 \U0001f469\u200d\U0001f4bb",
    )
    tickets = [{"subject": text[:20], "body": text} for text in texts]
    tickets += [sent(row) for row in rng.sample(of("languages"), 10)]
    answers_of(service, tickets)


@check("input.hostile")
def test_hostile(service):
    """JSON at the edges of what parsers take: refused or answered, never a 5xx."""
    deep = b"[" * 60_000 + b"]" * 60_000
    cases = {
        "a deep body": raw(service, "/classify", b'{"subject": "a", "body": ' + deep + b"}"),
        "a deep batch": raw(service, "/classify/batch", b'{"tickets": ' + deep + b"}"),
        "half a surrogate pair": raw(service, "/classify", b'{"subject": "a \\ud800 b", "body": "\\udfff"}'),
        "a NUL": one(service, VALID | {"body": "a\x00b"}),
        "a huge number": raw(service, "/classify", b'{"subject": "a", "body": "b", "n": 1' + b"0" * 5_000 + b"}"),
        "infinity": raw(service, "/classify", b'{"subject": "a", "body": "b", "n": 1e999}'),
        "NaN": raw(service, "/classify", b'{"subject": "a", "body": "b", "queue": NaN}'),
        "unknown fields": one(service, VALID | {"mode": "fast", "category": "billing", "_id": {"a": [1]}}),
        "nulls": one(service, VALID | {"ticket_id": None, "created_at": None, "channel": None, "queue": None}),
        "markup": one(service, {"subject": "<b>{{7*7}}</b> %s", "body": "'; DROP TABLE t; -- <script>1</script>"}),
        "one word, many times": one(service, VALID | {"body": "x" * 20_000}),
        "only spaces": one(service, {"subject": " \t\n", "body": "\n\n\n"}),
    }
    none_breaks(list(cases.items()))
    still_works(service)


@check("input.large")
def test_large(service):
    """Three megabytes are refused, by an answer or by closing the connection, and the service goes on."""
    words = b"word " * 600_000
    ticket = b'{"subject": "words", "body": "' + words + b'"}'
    for path, body in zip(PATHS, (ticket, b'{"tickets": [' + ticket + b"]}"), strict=True):
        try:
            refused(raw(service, path, body)(), "a body of three megabytes")
        except ServiceFault as fault:
            if fault.kind != "closed":
                raise
    still_works(service)
