"""The unpublished articles and questions: stored once per pod, scored by many checks."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import WRITE_S, draw, put, put_batch

from harness.probe import CheckFailed, ServiceFault
from harness.probe.metrics import bootstrap_interval, mean, ndcg_at_k, recall_at_k

DATA = Path(__file__).parent / "data"
"""The edition of this grading (``editions/NAME``), laid here when the pod is filled."""
BATCH = 32
LEAST_SHARE = 0.9
"""Below this share of stored articles a score would say nothing about relevance."""


def lines(name: str) -> list[dict[str, Any]]:
    """A JSON-lines file of the data folder."""
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines() if line.strip()]


@dataclass(slots=True)
class Corpus:
    """The articles as stored: under ids drawn per run, so that an id says nothing."""

    stored_as: dict[str, str]
    original: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.original = {given: article for article, given in self.stored_as.items()}


def ensure(service: Any, rng: Any, state: dict[str, Any], control: Any, measure: Any) -> Corpus:
    """The corpus in the service; the first call of a phase stores it.

    Raises:
        CheckFailed: too few articles could be stored, now or in an earlier call.
    """
    if state.get("corpus_failed"):
        raise CheckFailed("the articles to be stored", state["corpus_failed"])
    if "corpus" not in state:
        try:
            _store(service, rng, state, control, measure)
        except (CheckFailed, ServiceFault) as error:
            state["corpus_failed"] = f"storing them ended with: {error}"
            raise
    return Corpus(state["corpus"])


def _store(service: Any, rng: Any, state: dict[str, Any], control: Any, measure: Any) -> None:
    articles = lines("articles.jsonl")
    rng.shuffle(articles)
    numbers = rng.sample(range(10**7, 10**8), len(articles))
    stored_as = {article["id"]: f"kb-{number}" for article, number in zip(articles, numbers, strict=True)}
    documents = {stored_as[a["id"]]: {k: a[k] for k in ("title", "text", "metadata")} for a in articles}
    since = control.mark()
    started = time.monotonic()
    missing = _write_all(service, documents)
    seconds = time.monotonic() - started
    if len(missing) > (1 - LEAST_SHARE) * len(documents):
        raise CheckFailed(f"{len(documents)} articles to be stored", f"{len(missing)} were not")
    measure("ingest_s", seconds, n=len(documents) - len(missing), unit="s")
    state["digests"] = sorted({d for entry in control.ledger(since).entries for d in entry["digests"]})
    _plant_changes(service, rng, state)
    state["mark"] = control.mark()
    state["corpus"] = stored_as


def _write_all(service: Any, documents: dict[str, dict[str, Any]]) -> list[str]:
    """Store by batches; what a batch refuses is tried one by one. The ids that could not be stored."""
    items = list(documents.items())
    missing = []
    for start in range(0, len(items), BATCH):
        part = dict(items[start : start + BATCH])
        try:
            if 200 <= put_batch(service, part).status < 300:
                continue
        except ServiceFault as fault:
            if fault.kind == "timeout":
                raise
        missing += [doc_id for doc_id, document in part.items() if not _put_one(service, doc_id, document)]
        if len(missing) > (1 - LEAST_SHARE) * len(items):
            break
    return missing


def _put_one(service: Any, doc_id: str, document: dict[str, Any]) -> bool:
    try:
        return 200 <= put(service, doc_id, document).status < 300
    except ServiceFault:
        return False


def _plant_changes(service: Any, rng: Any, state: dict[str, Any]) -> None:
    """Replaced and deleted documents for the phase after the restart; judged there."""
    documents = draw(rng, 6, f"kept-{rng.randrange(10**6)}", kind="kept")
    ids = list(documents)
    put_batch(service, documents)
    replaced = {ids[n]: documents[ids[n + 2]] | {"title": f"{documents[ids[n + 2]]['title']} again"} for n in (0, 1)}
    for doc_id, document in replaced.items():
        put(service, doc_id, document)
    for doc_id in ids[2:4]:
        service.delete(f"/documents/{doc_id}", deadline_s=WRITE_S)
    state["replaced"] = replaced
    state["deleted"] = ids[2:4]


def score(service: Any, corpus: Corpus, kinds: tuple[str, ...], seed: int) -> dict[str, Any]:
    """Ask all questions of these kinds; means and intervals by measure.

    A question that the service does not answer soundly counts as found nothing.
    """
    questions = [q for q in lines("queries.jsonl") if q["type"] in kinds]
    calls = [("POST", "/search", {"query": q["text"], "top_k": 10}) for q in questions]
    rankings = [_ids(reply, corpus) for reply in service.many(calls, workers=4)]
    pairs = list(zip(rankings, (q["judgments"] for q in questions), strict=True))
    recalls = [min(1.0, recall_at_k(r, j, 10) * len(j) / min(len(j), 10)) for r, j in pairs]
    ndcgs = [ndcg_at_k(r, j, 10) for r, j in pairs]
    low, high = bootstrap_interval(recalls, seed=seed)
    return {
        "recall": mean(recalls),
        "low": low,
        "high": high,
        "ndcg": mean(ndcgs),
        "answered": sum(1 for ranking in rankings if ranking),
        "n": len(questions),
    }


def _ids(reply: Any, corpus: Corpus) -> list[str]:
    if isinstance(reply, ServiceFault) or reply.status != 200:
        return []
    try:
        results = reply.at("results", kind=list)
    except (CheckFailed, ServiceFault):
        return []
    ids = [result.get("id") for result in results if isinstance(result, dict)]
    return [corpus.original.get(i, "") for i in ids if isinstance(i, str)][:10]
