"""The library's promises, the gateway's client and the HTTP surface, with doubles of the gateway."""

import tempfile
import unittest
from pathlib import Path

import httpx
import numpy as np

from search_service.app import create_app
from search_service.embeddings import DIMENSIONS, Embeddings, GatewayError
from search_service.library import Library, SearchUnavailableError
from search_service.models import Document, Search
from search_service.settings import read_settings
from search_service.store import Store

SETTINGS = read_settings({})


class FakeGateway:
    """One axis per text that it was told of; every other text is far from all."""

    def __init__(self, meanings: dict[str, int]) -> None:
        self.meanings, self.away, self.embedded = meanings, False, 0

    async def embed(self, texts: list[str], *, budget_s: float, call_s: float) -> np.ndarray:
        if self.away:
            raise GatewayError("away")
        self.embedded += len(texts)
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            axis = next((axis for word, axis in self.meanings.items() if word in text), DIMENSIONS - 1)
            row[axis] = 1.0
        return rows


def document(text: str, **metadata: object) -> Document:
    return Document(title="Title", text=text, metadata=metadata)


class WithLibrary(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = Store(Path(folder.name))
        self.addCleanup(self.store.close)
        self.gateway = FakeGateway({"kettle": 0, "boil": 0, "pipe": 1, "leak": 1, "lamp": 2})
        self.library = Library(self.store, self.gateway)


class Promises(WithLibrary):
    async def test_found_by_meaning(self) -> None:
        """A question that shares no word comes first by its vector, with a passage of the text."""
        await self.library.put({"a": document("A copper kettle."), "b": document("A lead pipe.")})
        hits = await self.library.search(Search(query="boil"))
        self.assertEqual([hit.id for hit in hits], ["a", "b"])
        self.assertAlmostEqual(hits[0].score, 0.8)
        self.assertEqual(hits[0].snippet, "A copper kettle.")

    async def test_pages_join(self) -> None:
        """Offset and top_k cut one list."""
        await self.library.put({name: document(f"{name} kettle") for name in "abcde"})
        whole = await self.library.search(Search(query="kettle", top_k=5))
        parts = [await self.library.search(Search(query="kettle", top_k=2, offset=at)) for at in (0, 2, 4)]
        self.assertEqual([hit for part in parts for hit in part], whole)
        self.assertEqual([len(part) for part in parts], [2, 2, 1])

    async def test_nothing_is_embedded_twice(self) -> None:
        """A changed field costs no call; a changed text costs one; a restart none."""
        await self.library.put({"a": document("A kettle.")})
        await self.library.put({"a": document("A kettle.", kind="new")})
        self.assertEqual(self.gateway.embedded, 1)
        await self.library.put({"a": document("A pipe.")})
        self.assertEqual(self.gateway.embedded, 2)
        again = Library(self.store, self.gateway)
        self.assertEqual((await again.search(Search(query="leak")))[0].score, 0.8)
        self.assertEqual(self.gateway.embedded, 3)  # the query

    async def test_deleted_leaves_nothing(self) -> None:
        """Deleting says whether there was one; document and vectors are gone from disk and memory."""
        await self.library.put({"a": document("A kettle."), "b": document("A pipe.")})
        self.assertTrue(await self.library.delete("a"))
        self.assertFalse(await self.library.delete("a"))
        self.assertIsNone(self.library.get("a"))
        self.assertEqual(list(self.store.documents()), ["b"])
        self.assertEqual(len(self.store.vectors()), 1)

    async def test_shared_vectors_stay(self) -> None:
        """Deleting one of two equal documents keeps the vectors of the other."""
        await self.library.put({"a": document("A kettle."), "b": document("A kettle.")})
        await self.library.delete("a")
        self.assertEqual(len(self.store.vectors()), 1)
        self.assertEqual((await self.library.search(Search(query="boil")))[0].id, "b")


class Outage(WithLibrary):
    async def test_writes_and_words_go_on(self) -> None:
        """Without the gateway a write is kept and found by its words; without a word in common there is no answer."""
        self.gateway.away = True
        await self.library.put({"a": document("A kettle.")})
        self.assertEqual(self.store.documents()["a"].text, "A kettle.")
        self.assertEqual([hit.id for hit in await self.library.search(Search(query="kettle"))], ["a"])
        with self.assertRaises(SearchUnavailableError):
            await self.library.search(Search(query="boil"))

    async def test_the_old_meaning_is_gone_meanwhile(self) -> None:
        """A text replaced in an outage is not found by the vectors of the old one."""
        await self.library.put({"a": document("A kettle."), "b": document("A lamp.")})
        self.gateway.away = True
        await self.library.put({"a": document("A pipe.")})
        self.gateway.away = False
        self.assertEqual((await self.library.search(Search(query="boil")))[0].score, 0.0)


class Client(unittest.IsolatedAsyncioTestCase):
    def answering(self, *replies: httpx.Response) -> Embeddings:
        left = list(replies)
        self.calls = 0

        def answer(_request: httpx.Request) -> httpx.Response:
            self.calls += 1
            return left.pop(0)

        client = Embeddings(SETTINGS)
        client._client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        return client

    def vectors(self, *order: int) -> httpx.Response:
        rows = [{"index": i, "embedding": [2.0 * (place == i) for place in range(DIMENSIONS)]} for i in order]
        return httpx.Response(200, json={"data": rows})

    async def test_rows_in_order_and_of_unit_length(self) -> None:
        """Rows follow the texts, whatever order they come in."""
        rows = await self.answering(self.vectors(1, 0)).embed(["a", "b"], budget_s=5, call_s=5)
        np.testing.assert_array_equal(rows, np.eye(2, DIMENSIONS, dtype=np.float32))

    async def test_two_faults_are_absorbed(self) -> None:
        """A 429 and a 200 without embeddings, then an answer: three calls."""
        client = self.answering(httpx.Response(429, headers={"retry-after": "0"}), httpx.Response(200, json={}), self.vectors(0))
        await client.embed(["a"], budget_s=5, call_s=5)
        self.assertEqual(self.calls, 3)

    async def test_gives_up(self) -> None:
        """A wait beyond the budget ends it at once; a wrong number of rows is no answer."""
        with self.assertRaises(GatewayError):
            await self.answering(httpx.Response(503, headers={"retry-after": "60"})).embed(["a"], budget_s=5, call_s=5)
        self.assertEqual(self.calls, 1)
        with self.assertRaises(GatewayError):
            await self.answering(*[self.vectors(0)] * 4).embed(["a", "b"], budget_s=5, call_s=5)


class Surface(WithLibrary):
    def setUp(self) -> None:
        super().setUp()
        app = create_app(SETTINGS)
        app.state.library = self.library
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")

    async def test_documents(self) -> None:
        """Stored whole, given back, deleted; then not found, with the promised error body."""
        sent = {"title": "T", "text": "x", "metadata": {"n": 2}}
        self.assertEqual((await self.http.put("/documents/a", json=sent)).status_code, 200)
        self.assertEqual((await self.http.get("/documents/a")).json(), {"id": "a", **sent})
        self.assertEqual((await self.http.delete("/documents/a")).status_code, 204)
        gone = await self.http.get("/documents/a")
        self.assertEqual((gone.status_code, gone.json()["error"]["code"]), (404, "not_found"))

    async def test_bounds(self) -> None:
        """What breaks the contract is a 4xx; a batch with one bad document stores none."""
        batch = {"documents": [{"id": "a", "title": "T", "text": "x"}, {"id": "b", "title": "", "text": "x"}]}
        for path, body in (("/documents/batch", batch), ("/search", {"query": ""}), ("/search", {"query": "x", "top_k": 101})):
            answer = await self.http.post(path, json=body)
            self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (422, "invalid"))
        self.assertEqual((await self.http.get("/documents/a")).status_code, 404)

    async def test_outage_is_said(self) -> None:
        """A search that nothing honest can be said to is a 503."""
        self.gateway.away = True
        answer = await self.http.post("/search", json={"query": "boil"})
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (503, "embeddings_unavailable"))


if __name__ == "__main__":
    unittest.main()
