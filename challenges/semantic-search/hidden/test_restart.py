"""The service was killed and started again on its data."""

from __future__ import annotations

import corpus
from support import absent, found, read_back

from harness.probe import CheckFailed, check, expect

SETTLE_S = 5.0
"""Some services look for missing vectors only after a while, or at the first search."""


def stored_before(state):
    """The corpus of the main phase; without it there is nothing to keep."""
    if "corpus" not in state:
        raise CheckFailed("articles stored before the restart", state.get("corpus_failed", "none were stored"))
    articles = {article["id"]: article for article in corpus.lines("articles.jsonl")}
    return {given: articles[article] for article, given in state["corpus"].items()}


@check("restart.kept")
def test_kept(service, rng, state):
    """Articles are read back exactly."""
    articles = stored_before(state)
    for doc_id in rng.sample(sorted(articles), 40):
        read_back(service, doc_id, articles[doc_id])


@check("restart.changes")
def test_changes(service, state):
    """The last write counts after the restart too, and deletions stay."""
    stored_before(state)
    for doc_id, document in state["replaced"].items():
        read_back(service, doc_id, document)
    for doc_id in state["deleted"]:
        absent(service, doc_id)


@check("restart.search")
def test_search(service, rng, state):
    """Articles are found by their titles and beginnings, without being stored again."""
    articles = stored_before(state)
    hits = []
    drawn = rng.sample(sorted(articles), 25)
    for doc_id in drawn:
        article = articles[doc_id]
        hits.append(doc_id in found(service, f"{article['title']} {article['text'][:200]}"))
    expect(sum(hits) >= 22, expected="22 of 25 articles in searches for their own words", seen=f"{sum(hits)}")


@check("restart.unchanged")
def test_unchanged(service, state, control):
    """No text that was embedded for storing is sent again by starting."""
    articles = stored_before(state)
    doc_id = min(articles)
    read_back(service, doc_id, articles[doc_id])
    # A question of its own: a title alone may be a text that was embedded for storing.
    found(service, f"which article is called {articles[doc_id]['title']}, and why")
    service.pause(SETTLE_S)
    mark = state["mark"]
    since = mark if control.ledger(mark).next >= mark else 0
    known = set(state["digests"])
    again = [d for entry in control.ledger(since).entries for d in entry["digests"] if d in known]
    expect(not again, expected="no stored text sent to the gateway again", seen=f"{len(again)} texts")
