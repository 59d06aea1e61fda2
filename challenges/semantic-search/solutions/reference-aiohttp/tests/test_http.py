"""The contract, over HTTP."""

import asyncio
import json

import pytest

GOOD = {"title": "T", "text": "x"}


def is_error(status, body):
    return (
        400 <= status < 500
        and set(body) == {"error"}
        and set(body["error"]) == {"code", "message"}
        and all(isinstance(value, str) and value for value in body["error"].values())
    )


async def test_health(api):
    assert await api.send("GET", "/health") == (200, {"status": "ok"})


async def test_a_document_comes_back_exactly(api):
    document = {
        "title": " \u0000é日本\ufeff",
        "text": "\r\n😀 שלום e\u0301\u2028",
        "metadata": {"": "", "n": 1.0, "i": 10**30, "b": True},
    }
    status, _ = await api.send("PUT", "/documents/a", document)
    assert status == 200
    assert await api.send("GET", "/documents/a") == (200, {"id": "a", **document})


async def test_metadata_is_empty_by_default(api):
    await api.send("PUT", "/documents/a", GOOD)
    assert (await api.send("GET", "/documents/a"))[1] == {"id": "a", **GOOD, "metadata": {}}


@pytest.mark.parametrize("name", ["batch", ".", "..", "search", "-", "A" * 64])
async def test_any_valid_id_can_be_used(api, name):
    path = f"/documents/{name}".encode()
    body = json.dumps(GOOD).encode()
    head = b" HTTP/1.1\r\nHost: s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    assert b" 200 " in await api.raw(b"PUT " + path + head % len(body) + body)
    assert name.encode() in await api.raw(b"GET " + path + head % 0)
    assert b" 204 " in await api.raw(b"DELETE " + path + head % 0)
    assert b" 404 " in await api.raw(b"GET " + path + head % 0)


async def test_replacing_replaces_everything(api):
    await api.put("a", "The car is fast.", kind="old", extra=1)
    await api.put("a", "The sea is deep.", title="New", kind="new")
    _, body = await api.send("GET", "/documents/a")
    assert body == {"id": "a", "title": "New", "text": "The sea is deep.", "metadata": {"kind": "new"}}
    assert await api.ids("sea", filter={"kind": "old"}) == []
    assert (await api.search("fast car"))[0]["snippet"] == "The sea is deep."


async def test_a_deleted_document_is_gone_until_it_is_stored_again(api):
    await api.put("a", "The car is fast.")
    assert (await api.send("DELETE", "/documents/a"))[0] == 204
    assert (await api.send("GET", "/documents/a"))[0] == 404
    assert await api.ids("car") == []
    assert (await api.send("DELETE", "/documents/a"))[0] == 204
    await api.put("a", "The car is fast.")
    assert await api.ids("car") == ["a"]


async def test_a_deleted_document_leaves_no_trace_in_the_scores(api):
    await api.put("a", "The car is fast.")
    before = await api.search("a fast train")
    await api.put("b", "The train is a fast one.")
    assert await api.search("a fast train") != before
    await api.send("DELETE", "/documents/b")
    assert await api.search("a fast train") == before


async def test_a_batch_is_stored(api):
    documents = [{"id": f"d{n}", "title": f"T{n}", "text": "x", "metadata": {"n": n}} for n in range(64)]
    assert await api.send("POST", "/documents/batch", {"documents": documents}) == (200, {"stored": 64})
    assert (await api.send("GET", "/documents/d63"))[1] == documents[63]
    assert await api.ids("x", filter={"n": 5}) == ["d5"]


async def test_a_batch_with_an_invalid_document_is_not_stored(api):
    await api.put("old", "before")
    documents = [{"id": "old", "title": "T", "text": "after"}, {"id": "new", **GOOD}, {"id": "bad", "title": "T"}]
    status, body = await api.send("POST", "/documents/batch", {"documents": documents})
    assert is_error(status, body)
    assert (await api.send("GET", "/documents/new"))[0] == 404
    assert (await api.send("GET", "/documents/old"))[1]["text"] == "before"


@pytest.mark.parametrize(
    ("method", "path", "raw", "expected"),
    [
        ("GET", "/nowhere", b"", 404),
        ("GET", "/documents/unknown", b"", 404),
        ("GET", "/documents/a%20b", b"", 404),
        ("DELETE", "/documents/a%20b", b"", 404),
        ("POST", "/documents/a", b"{}", 405),
        ("GET", "/search", b"", 405),
        ("PUT", "/documents/a%20b", b'{"title": "T", "text": "x"}', 422),
        ("PUT", "/documents/a", b"{", 400),
        ("PUT", "/documents/a", b"[]", 422),
        ("PUT", "/documents/a", b'{"title": "T"}', 422),
        ("PUT", "/documents/a", b'{"title": "' + b"a" * 2_100_000 + b'"}', 413),
        ("POST", "/documents/batch", b"{}", 422),
        ("POST", "/search", b"", 400),
        ("POST", "/search", b"\xff", 400),
        ("POST", "/search", b"[" * 100_000, 400),
        ("POST", "/search", b"{}", 422),
        ("POST", "/search", b'{"query": "\\ud800"}', 422),
        ("POST", "/search", b'{"query": "a", "top_k": 101}', 422),
    ],
)
async def test_broken_requests_get_a_structured_error(api, method, path, raw, expected):
    status, body = await api.send(method, path, raw=raw)
    assert status == expected
    assert is_error(status, body)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"garbage\r\n\r\n",
        b"GET /documents/\xff HTTP/1.1\r\nHost: s\r\n\r\n",
        b"POST /search HTTP/1.1\r\nHost: s\r\nContent-Length: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: s\r\nx: " + b"a" * 20_000 + b"\r\n\r\n",
        b"POST /search HTTP/1.1\r\nHost: s\r\nConnection: close\r\nExpect: x\r\nContent-Length: 0\r\n\r\n",
        b"POST /search HTTP/1.1\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
async def test_broken_http_gets_a_structured_error_too(api, request_bytes):
    head, _, body = (await api.raw(request_bytes)).partition(b"\r\n\r\n")
    assert b"application/json" in head
    assert is_error(int(head.split()[1]), json.loads(body))


async def test_a_bug_is_answered_as_a_structured_500(api, monkeypatch):
    monkeypatch.setattr("service.validation.search_from", lambda _: 1 / 0)
    status, body = await api.send("POST", "/search", {"query": "a"})
    assert status == 500
    assert body["error"]["code"] == "internal_error"
    assert await api.send("GET", "/health") == (200, {"status": "ok"})


async def test_wrong_methods_name_the_right_ones(api):
    reply = await api.raw(b"DELETE /search HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n")
    assert b"Allow: POST" in reply


async def test_meaning_finds_what_shares_no_word(api):
    await api.put("car", "An automobile needs oil.")
    await api.put("sea", "The ocean is salty.")
    await api.put("dog", "A canine barks loudly.")
    assert (await api.ids("puppy"))[0] == "dog"
    assert (await api.ids("vehicle"))[0] == "car"
    assert len(await api.ids("vehicle")) == 3


async def test_an_identifier_is_found_first(api):
    for number in range(12):
        await api.put(f"d{number:02}", f"Replace part UVS-30{number:02}-Q of the lamp.")
    assert (await api.ids("UVS-3007-Q"))[0] == "d07"


async def test_an_answer_deep_in_a_long_article_is_found_and_shown(api):
    filler = [f"Paragraph {n} speaks about general things of no importance at all." for n in range(200)]
    filler[120] = "Your puppy may sleep in the kitchen."
    await api.put("long", " ".join(filler))
    for number in range(12):
        await api.put(f"short{number}", f"Paragraph {number} speaks about general things.")
    result = (await api.search("dog"))[0]
    assert result["id"] == "long"
    assert len(result["snippet"]) <= 300


async def test_results_have_their_fields_and_fall(api):
    text = "The needle is here. " * 3 + "Other words follow. " * 40
    for number in range(5):
        await api.put(f"d{number}", text * (number + 1), title=f"Title {number}")
    results = await api.search("needle words")
    assert [set(result) for result in results] == [{"id", "score", "snippet"}] * 5
    assert [result["score"] for result in results] == sorted((r["score"] for r in results), reverse=True)
    assert all(1 <= len(r["snippet"]) <= 300 and r["snippet"] in text * 5 for r in results)
    assert len({result["id"] for result in results}) == 5


async def test_a_blank_text_shows_its_title(api):
    await api.put("a", "\n", title="Only this")
    assert (await api.search("only"))[0]["snippet"] == "Only this"


async def test_pages_join(api):
    for number in range(12):
        await api.put(f"d{number}", "The same words everywhere.", n=number % 2)
    whole = await api.search("same words", top_k=12)
    assert len(whole) == 12
    assert await api.search("same words") == whole[:10]
    pages = [await api.search("same words", top_k=5, offset=offset) for offset in (0, 5, 10, 15)]
    assert sum(pages, []) == whole
    assert pages[3] == []
    assert await api.search("same words", top_k=12) == whole


async def test_filters_come_before_the_cut(api):
    for number in range(15):
        await api.put(f"d{number}", "The car is fast.", n=number)
    await api.put("rare", "Nothing alike.", n="7", flag=True)
    assert await api.ids("car", top_k=1, filter={"flag": True}) == ["rare"]
    assert await api.ids("car", filter={"n": "7"}) == ["rare"]
    assert await api.ids("car", filter={"n": 7}) == ["d7"]
    assert set(await api.ids("car", filter={"n": [1, 2, "7"]})) == {"d1", "d2", "rare"}
    assert await api.ids("car", filter={"n": 7, "flag": True}) == []
    assert await api.ids("car", filter={"flag": 1}) == []


@pytest.mark.parametrize(
    "query", ['"', "AND OR NOT", "a* (b", "<b>x</b>", "'; DROP TABLE documents", " ", "\u0000", "🙂"]
)
async def test_a_query_is_plain_text(api, query):
    await api.put("a", "Anything.")
    assert await api.ids(query) == ["a"]


async def test_an_empty_store(api):
    assert await api.search("anything") == []


async def test_everything_survives_a_restart_and_costs_nothing(api, gateway):
    await api.put("car", "An automobile needs oil.", n=1)
    await api.put("sea", "The ocean is salty.")
    await api.send("DELETE", "/documents/sea")
    before = await api.search("vehicle")
    cost = len(gateway.texts)
    await api.restart()
    assert (await api.send("GET", "/documents/car"))[1]["metadata"] == {"n": 1}
    assert (await api.send("GET", "/documents/sea"))[0] == 404
    assert await api.search("vehicle") == before
    assert gateway.texts[cost:] == ["vehicle"]


async def test_unchanged_documents_are_not_embedded_again(api, gateway):
    await api.put("a", "An automobile needs oil.")
    cost = len(gateway.texts)
    assert cost == 2
    await api.put("a", "An automobile needs oil.")
    await api.put("a", "An automobile needs oil.", changed="metadata only")
    await api.put("copy", "An automobile needs oil.")
    await api.send("DELETE", "/documents/a")
    await api.send("DELETE", "/documents/copy")
    await api.put("a", "An automobile needs oil.")
    assert len(gateway.texts) == cost
    await api.put("a", "An automobile needs more oil.")
    assert gateway.texts[cost:] == ["Title\nAn automobile needs more oil."]


async def test_the_pages_of_a_search_cost_one_text(api, gateway):
    await api.put("a", "An automobile needs oil.")
    cost = len(gateway.texts)
    await asyncio.gather(*(api.search("vehicle", offset=n) for n in (0, 0, 0)))
    await api.search("vehicle", top_k=3)
    assert gateway.texts[cost:] == ["vehicle"]


async def test_a_page_past_the_end_costs_nothing(api, gateway):
    await api.put("a", "An automobile needs oil.")
    cost = len(gateway.texts)
    assert await api.search("vehicle", offset=1) == []
    assert await api.search("vehicle", filter={"no": "match"}) == []
    assert len(gateway.texts) == cost


async def test_searches_and_writes_run_side_by_side(api):
    await api.put("base", "The car is fast.")
    writes = [api.put(f"d{n}", f"The car number {n}.") for n in range(20)]
    searches = [api.send("POST", "/search", {"query": f"car {n}"}) for n in range(20)]
    answers = await asyncio.gather(*writes, *searches)
    assert answers[:20] == [200] * 20
    assert {status for status, _ in answers[20:]} == {200}
    assert len(await api.ids("car", top_k=100)) == 21


async def test_the_last_of_many_writes_counts(api):
    for number in range(10):
        await api.put("a", f"Version {number}.")
    assert (await api.send("GET", "/documents/a"))[1]["text"] == "Version 9."
    await api.restart()
    assert (await api.send("GET", "/documents/a"))[1]["text"] == "Version 9."
