"""Is the right article among the first ten? By kind of question, on the unpublished articles."""

from __future__ import annotations

import corpus

from harness.probe import check, expect


def graded(kind, *, service, rng, state, control, measure):
    """Measure recall and nDCG for one kind of question; the scale of the rubric turns recall into points."""
    stored = corpus.ensure(service, rng, state, control, measure)
    got = corpus.score(service, stored, (kind,), seed=rng.randrange(2**31))
    measure("recall_at_10", got["recall"], low=got["low"], high=got["high"], n=got["n"])
    measure("ndcg_at_10", got["ndcg"], n=got["n"])
    answered = f"{got['answered']} of {got['n']} had results"
    expect(got["answered"] >= got["n"] / 2, expected="results for most questions", seen=answered)
    return stored


@check("relevance.paraphrase")
def test_paraphrase(service, rng, state, control, measure):
    """Questions that share no stem with the article; typos and negations are measured beside them."""
    stored = graded("paraphrase", service=service, rng=rng, state=state, control=control, measure=measure)
    for kind in ("typo", "negation"):
        beside = corpus.score(service, stored, (kind,), seed=1)
        measure(f"{kind}_recall_at_10", beside["recall"], n=beside["n"])


@check("relevance.identifier")
def test_identifier(service, rng, state, control, measure):
    """Error codes, settings and part numbers."""
    graded("identifier", service=service, rng=rng, state=state, control=control, measure=measure)


@check("relevance.keyword")
def test_keyword(service, rng, state, control, measure):
    """The article's own words."""
    graded("keyword", service=service, rng=rng, state=state, control=control, measure=measure)


@check("relevance.acronym")
def test_acronym(service, rng, state, control, measure):
    """Short forms of terms that the article spells out, or the other way round."""
    graded("acronym", service=service, rng=rng, state=state, control=control, measure=measure)


@check("relevance.long")
def test_long(service, rng, state, control, measure):
    """Answers in the middle of long articles."""
    graded("long", service=service, rng=rng, state=state, control=control, measure=measure)
