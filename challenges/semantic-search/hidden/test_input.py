"""Malformed, incomplete, mistyped, oversized and hostile requests; last, so that a stop costs nothing else."""

from __future__ import annotations

from functools import partial

from support import absent, ask, clear, draw, first_sentence, found, planted

from harness.probe import ServiceFault, check, expect
from harness.probe.refusals import all_refused, is_error_body, none_breaks, refused, still_works

JSON = {"content-type": "application/json"}
VALID = {"title": "A title", "text": "A text of some words.", "metadata": {}}


def endpoints(scratch):
    """The three requests that take a body."""
    return (("PUT", f"/documents/{scratch}-bad"), ("POST", "/documents/batch"), ("POST", "/search"))


def raw(service, method, path, body):
    """A request whose body is sent as it is."""
    return partial(service.request, method, path, body=body, headers=JSON)


def put_with(service, scratch, **fields):
    """A valid document besides these fields."""
    return partial(service.put, f"/documents/{scratch}-bad", json=VALID | fields)


def search_with(service, **fields):
    """A valid search besides these fields."""
    return partial(service.post, "/search", json={"query": "words"} | fields)


@check("input.malformed")
def test_malformed(service, rng, scratch):
    """Bodies that no JSON parser takes, and JSON that is no object."""
    bodies = {
        "a cut object": b'{"query": "words", "title": "a ti',
        "no body": b"",
        "a form": b"query=words&title=words",
        "broken UTF-8": b'{"query": "\xff\xfe\xfa", "title": "\xff", "text": "\xc3"}',
        "a list": b'[{"query": "words"}]',
        "null": b"null",
        "a string": b'"words"',
    }
    cases = [
        (f"{name} to {method} {path.split('/')[1]}", raw(service, method, path, body))
        for method, path in endpoints(scratch)
        for name, body in bodies.items()
    ]
    rng.shuffle(cases)
    all_refused(cases)
    absent(service, f"{scratch}-bad")
    still_works(service)


@check("input.missing")
def test_missing(service, scratch):
    """Each required field left out."""
    path = f"/documents/{scratch}-bad"
    entry = {"id": f"{scratch}-bad", **VALID}
    cases = [
        ("a document without text", partial(service.put, path, json={"title": "A title"})),
        ("a document without title", partial(service.put, path, json={"text": "A text."})),
        ("an empty document", partial(service.put, path, json={})),
        ("a search without query", partial(service.post, "/search", json={"top_k": 3})),
        ("a batch without documents", partial(service.post, "/documents/batch", json={})),
    ]
    cases += [
        (
            f"a batch entry without {name}",
            partial(service.post, "/documents/batch", json={"documents": [{k: entry[k] for k in entry if k != name}]}),
        )
        for name in ("id", "title", "text")
    ]
    all_refused(cases)
    absent(service, f"{scratch}-bad")


@check("input.types")
def test_types(service, scratch):
    """Each field with values of other types; none that a lenient parser might convert."""
    wrong = {"title": ([], {"a": 1}, 7, None), "text": (["words"], {}, 1.5, None), "metadata": ([], "words", 3)}
    cases = [
        (f"{name} {value!r}", put_with(service, scratch, **{name: value}))
        for name, values in wrong.items()
        for value in values
    ]
    searches = {
        "query": (["words"], {}, 7, None),
        "top_k": ("many", [5], {}, 2.5),
        "offset": ("far", [0], {}),
        "filter": (["area"], "area", 5),
    }
    cases += [
        (f"{name} {value!r}", search_with(service, **{name: value}))
        for name, values in searches.items()
        for value in values
    ]
    cases += [
        (f"documents {value!r}", partial(service.post, "/documents/batch", json={"documents": value}))
        for value in ({}, "words", [7], [None], [["a"]])
    ]
    cases.append(("nested metadata", put_with(service, scratch, metadata={"a": {"b": 1}})))
    all_refused(cases)
    absent(service, f"{scratch}-bad")


@check("input.document_bounds")
def test_document_bounds(service, scratch):
    """Lengths of id, title and text, and characters of an id."""
    cases = [
        ("an empty title", put_with(service, scratch, title="")),
        ("a title of 320", put_with(service, scratch, title="t" * 320)),
        ("an empty text", put_with(service, scratch, text="")),
        ("a text of 50,200", put_with(service, scratch, text="word " * 10_040)),
        ("an id of 80", partial(service.put, f"/documents/{'i' * 80}", json=VALID)),
        ("an id with a space", partial(service.put, f"/documents/{scratch}%20bad", json=VALID)),
        ("an id with other letters", partial(service.put, f"/documents/{scratch}%C3%A9", json=VALID)),
        ("a batch entry with an empty id", _batch_of(service, {"id": "", **VALID})),
        ("a batch entry with a slash in its id", _batch_of(service, {"id": "a/b", **VALID})),
        ("a batch entry with a long title", _batch_of(service, {"id": f"{scratch}-bad", **VALID, "title": "t" * 320})),
    ]
    all_refused(cases)
    absent(service, f"{scratch}-bad")


def _batch_of(service, *documents):
    return partial(service.post, "/documents/batch", json={"documents": list(documents)})


@check("input.batch_bounds")
def test_batch_bounds(service, scratch):
    """An empty batch and one too long; 64 documents fit."""
    many = [{"id": f"{scratch}-{n}", **VALID, "text": f"A text of some words, number {n}."} for n in range(70)]
    try:
        all_refused([("no documents", _batch_of(service)), ("70 documents", _batch_of(service, *many))])
        absent(service, f"{scratch}-0")
        status = service.post("/documents/batch", json={"documents": many[:64]}, deadline_s=60).status
        expect(200 <= status < 300, expected="success for 64 documents", seen=f"status {status}")
    finally:
        clear(service, [document["id"] for document in many[:64]])


@check("input.search_bounds")
def test_search_bounds(service):
    """Values just beyond and far beyond the bounds of a search."""
    all_refused(
        [
            ("an empty query", search_with(service, query="")),
            ("a query of 2,100", search_with(service, query="word " * 420)),
            ("top_k 0", search_with(service, top_k=0)),
            ("top_k -1", search_with(service, top_k=-1)),
            ("top_k 101", search_with(service, top_k=101)),
            ("top_k 10**30", search_with(service, top_k=10**30)),
            ("offset -1", search_with(service, offset=-1)),
            ("offset 10,001", search_with(service, offset=10_001)),
        ]
    )
    for top_k, offset in ((100, 0), (1, 10_000)):
        status = ask(service, "words", top_k=top_k, offset=offset).status
        expect(status == 200, expected=f"200 for top_k {top_k} and offset {offset}", seen=f"status {status}")


@check("input.error_body")
def test_error_body(service, scratch):
    """Code and message on each kind of refusal."""
    replies = {
        "malformed JSON": raw(service, "POST", "/search", b'{"query": ')(),
        "a missing field": service.post("/search", json={}),
        "a wrong type": put_with(service, scratch, title=[1])(),
        "a value out of bounds": search_with(service, top_k=0)(),
        "a batch that holds one bad entry": _batch_of(service, {"id": f"{scratch}-bad"})(),
        "an unknown document": service.get(f"/documents/{scratch}-never"),
        "an unknown path": service.get(f"/{scratch}-nowhere"),
    }
    for what, reply in replies.items():
        refused(reply, what)
    bare = [what for what, reply in replies.items() if not is_error_body(reply)]
    expect(not bare, expected="code and message, both non-empty strings, on every refusal", seen=f"not on {bare}")


@check("input.not_found")
def test_not_found(service, scratch):
    """What is not there is 404, for reading and any path; a deletion of nothing may be a success too."""
    for method, path in (
        ("GET", f"/documents/{scratch}-never"),
        ("GET", f"/{scratch}-nowhere"),
        ("POST", f"/search/{scratch}"),
    ):
        status = service.request(method, path).status
        expect(status == 404, expected=f"404 for {method} of something unknown", seen=f"status {status}")
    status = service.delete(f"/documents/{scratch}-never").status
    gone = status == 404 or 200 <= status < 300
    expect(gone, expected="404 or a success for the deletion of something unknown", seen=f"status {status}")


@check("input.query_syntax")
def test_query_syntax(service, rng, scratch):
    """Operators of query languages are characters like any other."""
    documents = draw(rng, 4, scratch, kind="syntax")
    with planted(service, documents):
        for doc_id, document in documents.items():
            words = first_sentence(document)
            for query in (
                f'"{words}',
                f"({words} AND NOT",
                f"{words} * ? + - ~ ^ : /",
                f"title:{words} NEAR/3 OR",
                f"'; DROP TABLE documents; -- {words}",
                f"<b>{words}</b> {{{{7*7}}}} %s \\",
            ):
                ids = found(service, query)
                expect(doc_id in ids, expected="the document whose words stand in the query", seen=ids)


@check("input.hostile")
def test_hostile(service, scratch):
    """JSON at the edges of what parsers and databases take: refused or accepted, never a 5xx."""
    path = f"/documents/{scratch}-hostile"
    deep = b'{"query": ' + b"[" * 60_000 + b"]" * 60_000 + b"}"
    deep_metadata = b'{"title": "a", "text": "b", "metadata": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}"
    cases = {
        "a deep query": raw(service, "POST", "/search", deep),
        "deep metadata": raw(service, "PUT", path, deep_metadata),
        "half a surrogate pair in a query": raw(service, "POST", "/search", b'{"query": "a \\ud800 b"}'),
        "half a surrogate pair in a text": raw(service, "PUT", path, b'{"title": "a", "text": "b \\udfff"}'),
        "a NUL in a query": search_with(service, query="a\x00b"),
        "a NUL in a text": partial(service.put, path, json=VALID | {"text": "a\x00b"}),
        "a huge number": raw(service, "POST", "/search", b'{"query": "a", "top_k": 1' + b"0" * 5_000 + b"}"),
        "infinity": raw(service, "POST", "/search", b'{"query": "a", "top_k": 1e999}'),
        "NaN": raw(service, "PUT", path, b'{"title": "a", "text": "b", "metadata": {"n": NaN}}'),
        "a large number in metadata": partial(service.put, path, json=VALID | {"metadata": {"n": 10**30}}),
        "an odd field name": search_with(service, filter={'a"].b[0]; --': 1, "": "x", "$": "y"}),
        "unknown fields": search_with(service, mode="fast", _id={"a": [1]}),
        "a filter of a null": search_with(service, filter={"area": None}),
        "a filter of an object": search_with(service, filter={"area": {"gt": 1}}),
    }
    try:
        none_breaks(list(cases.items()))
    finally:
        clear(service, [f"{scratch}-hostile"])
    still_works(service)


@check("input.large")
def test_large(service, scratch):
    """Three megabytes are refused, by an answer or by closing the connection, and the service goes on."""
    words = b"word " * 600_000
    document = b'{"id": "big", "title": "words", "text": "' + words + b'"}'
    bodies = (document, b'{"documents": [' + document + b"]}", b'{"query": "' + words + b'"}')
    for (method, path), body in zip(endpoints(scratch), bodies, strict=True):
        try:
            refused(raw(service, method, path, body)(), "a body of three megabytes")
        except ServiceFault as fault:
            if fault.kind != "closed":
                raise
    absent(service, f"{scratch}-bad")
    still_works(service)
