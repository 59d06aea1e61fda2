"""What callers see when the gateway fails."""

import time

import pytest

from service import catalogue
from tests.fakes import until


@pytest.mark.parametrize("faults", [[429, 500], [500, 500], ["hang", b"garbage"], [b"{}", "hang"]])
async def test_two_failed_calls_do_not_reach_a_search(api, gateway, faults):
    await api.put("car", "An automobile needs oil.")
    await api.put("sea", "The ocean is salty.")
    gateway.faults = list(faults)
    assert (await api.ids("vehicle"))[0] == "car"


@pytest.mark.parametrize("faults", [[429, 500], [500, 500], ["hang", "hang"]])
async def test_two_failed_calls_do_not_reach_a_write(api, gateway, faults):
    await api.put("sea", "The ocean is salty.")
    gateway.faults = list(faults)
    assert await api.put("car", "An automobile needs oil.") == 200
    assert gateway.faults == []
    assert (await api.ids("vehicle"))[0] == "car"


@pytest.mark.parametrize("fault", [500, 429, b"garbage", "hang"])
async def test_in_an_outage_a_search_finds_keywords_or_says_that_it_cannot(api, gateway, fault):
    await api.put("car", "An automobile needs oil.", kind="a")
    await api.put("sea", "The ocean is salty.")
    gateway.lasting = fault
    began = time.monotonic()
    assert await api.ids("salty ocean") == ["sea"]
    status, body = await api.send("POST", "/search", {"query": "vehicle"})
    assert (status, body["error"]["code"]) == (503, "search_unavailable")
    assert (await api.send("POST", "/search", {"query": "salty", "filter": {"kind": "a"}}))[0] == 503
    assert await api.search("salty", filter={"kind": "none"}) == []
    assert time.monotonic() - began < 5


async def test_a_search_makes_at_most_three_attempts(api, gateway):
    await api.put("car", "An automobile needs oil.")
    calls = len(gateway.calls)
    gateway.lasting = 500
    await api.send("POST", "/search", {"query": "vehicle"})
    assert len(gateway.calls) - calls == 3


async def test_a_known_query_needs_no_gateway(api, gateway):
    await api.put("car", "An automobile needs oil.")
    before = await api.search("vehicle")
    gateway.lasting = 500
    assert await api.search("vehicle") == before


@pytest.mark.parametrize("fault", [500, b"garbage", "hang", 429])
async def test_what_is_written_in_an_outage_is_found_by_meaning_afterwards(api, gateway, fault):
    await api.put("sea", "The ocean is salty.")
    gateway.lasting = fault
    assert await api.put("car", "An automobile needs oil.") == 200
    began = time.monotonic()
    assert await api.put("dog", "A canine barks.") == 200
    assert time.monotonic() - began < 1.5
    assert (await api.send("GET", "/documents/car"))[0] == 200
    gateway.lasting = None

    async def both_are_found():
        car, dog = (await api.search("vehicle"))[0], (await api.search("puppy"))[0]
        return (car["id"], dog["id"]) == ("car", "dog") and min(car["score"], dog["score"]) > 0.5

    assert await until(both_are_found)


async def test_in_an_outage_the_gateway_is_probed_with_single_texts(api, gateway):
    gateway.lasting = 500
    await api.put("long", " ".join(f"Sentence {n} is about topic {n}." for n in range(200)))

    async def four_calls():
        return len(gateway.calls) >= 4

    assert await until(four_calls)
    sizes = [len(body["input"]) for _, body in gateway.calls]
    assert sizes[0] > 1
    assert set(sizes[1:]) == {1}


async def test_what_an_outage_left_out_is_embedded_after_a_restart(api, gateway):
    gateway.lasting = 500
    await api.put("car", "An automobile needs oil.")
    await api.put("sea", "The ocean is salty.")
    await api.restart()
    gateway.lasting = None

    async def found():
        return (await api.search("vehicle"))[0]["score"] > 0.5

    assert await until(found)


async def test_a_deleted_document_is_not_embedded_later(api, gateway):
    gateway.lasting = 500
    await api.put("car", "An automobile needs oil.")
    await api.send("DELETE", "/documents/car")
    gateway.lasting = None
    await api.put("sea", "The ocean is salty.")
    assert gateway.texts == ["Title", "Title\nThe ocean is salty."]


async def test_a_text_that_the_gateway_refuses_does_not_stop_the_others(api, gateway):
    gateway.faults = [400, 400]
    documents = [{"id": name, "title": name, "text": text} for name, text in (("a", "A car."), ("b", "The ocean."))]
    assert (await api.send("POST", "/documents/batch", {"documents": documents}))[0] == 200
    assert sorted(gateway.texts) == ["a\nA car.", "b", "b\nThe ocean."]
    assert (await api.ids("vehicle"))[0] == "a"


async def test_a_query_that_the_gateway_refuses_is_answered_by_words(api, gateway):
    await api.put("car", "An automobile needs oil.")
    await api.put("sea", "The ocean is salty.")
    gateway.lasting = 400
    assert await api.ids("salty") == ["sea", "car"]


async def test_long_documents_are_sent_in_small_batches(api, gateway):
    await api.put("long", " ".join(f"Sentence {n} is about topic {n}." for n in range(400)))
    sizes = [len(body["input"]) for _, body in gateway.calls]
    assert len(gateway.texts) > 20
    assert max(sizes) == 16
    assert all("Title" in text for text in gateway.texts)


async def test_a_write_is_answered_although_the_gateway_is_slow(api, gateway, monkeypatch):
    monkeypatch.setattr(catalogue, "WRITE_WAIT", 0.1)
    monkeypatch.setattr("service.embedder.CALL_TIMEOUT", 5.0)
    gateway.lasting = "hang"
    began = time.monotonic()
    assert await api.put("car", "An automobile needs oil.") == 200
    assert time.monotonic() - began < 1


async def test_a_full_store_is_reported_and_changes_nothing(api, monkeypatch):
    monkeypatch.setattr(catalogue, "MAX_CHARACTERS", 20)
    assert await api.put("a", "x" * 15) == 200
    status, body = await api.send("PUT", "/documents/b", {"title": "T", "text": "x" * 6})
    assert (status, body["error"]["code"]) == (507, "storage_full")
    assert (await api.send("GET", "/documents/b"))[0] == 404
    assert await api.put("a", "x" * 20) == 200
    await api.send("DELETE", "/documents/a")
    assert await api.put("b", "x" * 20) == 200
