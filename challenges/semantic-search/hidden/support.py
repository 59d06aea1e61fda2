"""What the checks share: documents to plant, searches to send, and replies read without trust."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from topics import TOPICS

from harness.probe import ServiceFault, expect, pick

WRITE_S = 60.0
SEARCH_S = 10.0
SLACK_S = 1.5
"""What relay and a busy machine may add to a promise of the brief."""

Document = dict[str, Any]


def draw(rng: random.Random, count: int, prefix: str, **metadata: object) -> dict[str, Document]:
    """``count`` documents on different subjects, by id; the first sentence of each finds it."""
    picked = rng.sample(TOPICS, count)
    return {
        f"{prefix}-{place}": {"title": title, "text": f"{first} {second}", "metadata": dict(metadata)}
        for place, (title, first, second) in enumerate(picked)
    }


def first_sentence(document: Mapping[str, Any]) -> str:
    """The words that find a document made by :func:`draw`."""
    return document["text"].split(". ")[0] + "."


def put(service: Any, doc_id: str, document: Mapping[str, Any]) -> Any:
    """Store one document; whatever is answered is returned."""
    return service.put(f"/documents/{doc_id}", json=document, deadline_s=WRITE_S)


def put_batch(service: Any, documents: Mapping[str, Mapping[str, Any]]) -> Any:
    """Store documents as one batch; whatever is answered is returned."""
    body = {"documents": [{"id": doc_id, **document} for doc_id, document in documents.items()]}
    return service.post("/documents/batch", json=body, deadline_s=WRITE_S)


def good(reply: Any, doing: str) -> Any:
    """The reply, which must be a success."""
    expect(200 <= reply.status < 300, expected=f"success when {doing}", seen=f"status {reply.status}")
    return reply


@contextlib.contextmanager
def planted(service: Any, documents: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """Store documents one by one, and take them away again whatever happens."""
    try:
        for doc_id, document in documents.items():
            good(put(service, doc_id, document), "a valid document is stored")
        yield
    finally:
        clear(service, documents)


def clear(service: Any, doc_ids: Iterable[str]) -> None:
    """Delete what a check left; a service that cannot is judged by the check on deletion."""
    with contextlib.suppress(ServiceFault):
        for doc_id in doc_ids:
            service.delete(f"/documents/{doc_id}")


def ask(service: Any, query: str, *, deadline_s: float | None = None, **more: Any) -> Any:
    """Send one search; whatever is answered is returned."""
    return service.post("/search", json={"query": query, **more}, deadline_s=deadline_s or SEARCH_S + SLACK_S)


def results_of(reply: Any) -> list[dict[str, Any]]:
    """The results of a search, each with the promised fields."""
    good(reply, "a valid search is sent")
    results = reply.at("results", kind=list)
    for place in range(len(results)):
        for name, kind in (("id", str), ("score", float), ("snippet", str)):
            pick(results, place, name, kind=kind)
    return results


def found(service: Any, query: str, **more: Any) -> list[str]:
    """The ids that a search gives, best first."""
    return [result["id"] for result in results_of(ask(service, query, **more))]


def read_back(service: Any, doc_id: str, document: Mapping[str, Any]) -> None:
    """A document must be there, exactly as it was sent."""
    reply = good(service.get(f"/documents/{doc_id}"), "a stored document is read")
    whole = reply.at(kind=dict)
    for name in ("title", "text", "metadata"):
        same = whole.get(name) == document[name]
        expect(same, expected=f"the {name} as it was sent", seen=_difference(document[name], whole.get(name)))
    expect(whole.get("id") == doc_id, expected=f"the id {doc_id}", seen=whole.get("id"))


def _difference(sent: object, seen: object) -> object:
    if not isinstance(sent, str) or not isinstance(seen, str):
        return seen
    place = next((i for i, (a, b) in enumerate(zip(sent, seen, strict=False)) if a != b), min(len(sent), len(seen)))
    return f"from character {place} on {seen[place : place + 40]!r} instead of {sent[place : place + 40]!r}"


def absent(service: Any, doc_id: str) -> None:
    """A document must not be there."""
    status = service.get(f"/documents/{doc_id}").status
    expect(status == 404, expected="404 for a document that is not there", seen=f"status {status}")
