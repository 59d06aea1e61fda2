"""What a search must do apart from being relevant."""

from __future__ import annotations

import re
from itertools import pairwise

from support import ask, clear, draw, first_sentence, found, good, planted, put_batch, results_of

from harness.probe import check, expect

PLACES = ("harbour", "valley", "station", "market", "castle", "garden", "museum", "stadium")
QUERY = "opening hours of the municipal reading room"


def rooms(count, prefix, **metadata):
    """Documents that all hold every word of ``QUERY``."""
    return {
        f"{prefix}-{n}": {
            "title": f"Reading room {n} at the {PLACES[n % len(PLACES)]}",
            "text": f"The opening hours of the municipal reading room {n} near the {PLACES[n % len(PLACES)]} "
            f"are from {7 + n % 5} to {15 + n % 6}.",
            "metadata": dict(metadata),
        }
        for n in range(count)
    }


def labelled(scratch, rows):
    """Reading rooms with one metadata object each."""
    documents = rooms(len(rows), scratch)
    for document, metadata in zip(documents.values(), rows, strict=True):
        document["metadata"] = {"run": scratch, **metadata}
    return documents


def exactly(service, documents, wanted, conditions):
    """A filter must give exactly the documents whose metadata the predicate wants."""
    right = {doc_id for doc_id, document in documents.items() if wanted(document["metadata"])}
    ids = found(service, QUERY, top_k=50, filter=conditions)
    expect(set(ids) == right, expected=f"the {len(right)} documents that fit the filter", seen=f"{len(ids)}: {ids}")


@check("search.filter_value")
def test_filter_value(service, rng, scratch):
    """Text, number and truth value each select by equality."""
    base = rng.randrange(10**6, 10**8)
    field = f"open{base}"
    rows = [{"wing": f"{scratch}-{'ab'[n % 2]}", "floor": base + n % 3, field: n % 4 == 0} for n in range(12)]
    documents = labelled(scratch, rows)
    with planted(service, documents):
        exactly(service, documents, lambda m: m["wing"].endswith("-b"), {"wing": f"{scratch}-b"})
        exactly(service, documents, lambda m: m["floor"] == base + 2, {"floor": base + 2})
        exactly(service, documents, lambda m: m[field], {field: True})


@check("search.filter_any")
def test_filter_any(service, scratch):
    """A list of values selects any of them."""
    documents = labelled(scratch, [{"wing": f"{scratch}-{'abcd'[n % 4]}"} for n in range(12)])
    with planted(service, documents):
        names = [f"{scratch}-{letter}" for letter in "ac"]
        exactly(service, documents, lambda m: m["wing"] in names, {"wing": names})
        exactly(service, documents, lambda m: m["wing"] == names[0], {"wing": names[:1]})
        exactly(service, documents, lambda m: m["wing"] == names[1], {"wing": [names[1], "unheard-of"]})


@check("search.filter_all")
def test_filter_all(service, scratch):
    """Several fields must hold together; a field that a document lacks does not match."""
    rows = [{"wing": "ab"[n % 2], "floor": n % 3} for n in range(12)]
    del rows[0]["floor"]
    documents = labelled(scratch, rows)
    with planted(service, documents):
        exactly(
            service,
            documents,
            lambda m: m["wing"] == "a" and m.get("floor") in (0, 1),
            {"run": scratch, "wing": "a", "floor": [0, 1]},
        )
        exactly(service, documents, lambda m: m.get("floor") == 0, {"run": scratch, "floor": 0})


@check("search.filter_typed")
def test_filter_typed(service, scratch):
    """The number two and the text "2" are different values."""
    documents = labelled(scratch, [{"floor": 2}, {"floor": "2"}, {"floor": 2}, {"floor": "two"}])
    with planted(service, documents):
        exactly(service, documents, lambda m: m["floor"] == 2, {"run": scratch, "floor": 2})
        exactly(service, documents, lambda m: m["floor"] == "2", {"run": scratch, "floor": "2"})


@check("search.filter_selective")
def test_filter_selective(service, rng, scratch):
    """Three matching documents are found behind more than a hundred that fit the query better."""
    crowd = rooms(126, f"{scratch}-crowd", shelf="crowd")
    rare = {f"{scratch}-rare-{n}": d for n, d in enumerate(draw(rng, 3, scratch, shelf=scratch).values())}
    for document in rare.values():
        document["text"] += " See the reading room."
    documents = crowd | rare
    items = list(documents.items())
    rng.shuffle(items)
    try:
        for start in range(0, len(items), 43):
            good(put_batch(service, dict(items[start : start + 43])), "a valid batch is stored")
        ids = found(service, QUERY, filter={"shelf": scratch})
        expect(set(ids) == set(rare), expected="the three documents that fit the filter", seen=ids)
    finally:
        clear(service, documents)


@check("search.filter_no_match")
def test_filter_no_match(service, scratch):
    """A filter without a match is an ordinary, empty answer."""
    with planted(service, rooms(2, scratch, shelf=scratch)):
        expect(len(found(service, QUERY, filter={"shelf": scratch})) == 2, expected="two documents with their filter")
        for conditions in ({"shelf": f"{scratch}-none"}, {f"{scratch}-field": "x"}, {"shelf": ["no", "nor"]}):
            ids = found(service, QUERY, filter=conditions)
            expect(ids == [], expected="an empty list where nothing fits", seen=ids)


@check("search.pages")
def test_pages(service, scratch):
    """Pages neither repeat nor skip, and end."""
    documents = rooms(23, scratch, shelf=scratch)
    with planted(service, documents):
        whole = found(service, QUERY, top_k=60, filter={"shelf": scratch})
        expect(set(whole) == set(documents), expected="all 23 documents in one large page", seen=f"{len(whole)}")
        for size in (10, 7):
            pages = [
                found(service, QUERY, top_k=size, offset=start, filter={"shelf": scratch})
                for start in range(0, 23 + size, size)
            ]
            joined = [doc_id for page in pages for doc_id in page]
            expect(joined == whole, expected="the pages' ids in the order of the large page", seen=joined)
        beyond = found(service, QUERY, offset=10_000, filter={"shelf": scratch})
        expect(beyond == [], expected="an empty page beyond the end", seen=beyond)


@check("search.top_k")
def test_top_k(service, scratch):
    """As many results as asked for; ten when nothing is said."""
    with planted(service, rooms(14, scratch, shelf=scratch)):
        conditions = {"shelf": scratch}
        for asked, count in (({}, 10), ({"top_k": 1}, 1), ({"top_k": 13}, 13), ({"top_k": 100}, 14)):
            ids = found(service, QUERY, filter=conditions, **asked)
            expect(len(ids) == count, expected=f"{count} results with {asked or 'no top_k'}", seen=f"{len(ids)}")


@check("search.order")
def test_order(service, rng, scratch):
    """Scores never rise along the list, and no id stands twice, long documents included."""
    documents = draw(rng, 12, scratch, shelf=scratch)
    for document in documents.values():
        document["text"] = " ".join([document["text"]] * 40)
    with planted(service, documents):
        for wanted, document in list(documents.items())[:3]:
            results = results_of(ask(service, first_sentence(document), top_k=100))
            rising = [(a["score"], b["score"]) for a, b in pairwise(results) if b["score"] > a["score"]]
            expect(not rising, expected="scores that fall or stay", seen=rising[:3])
            ids = [result["id"] for result in results]
            expect(wanted in ids, expected="the document whose sentence was searched", seen=ids)
            expect(len(ids) == len(set(ids)), expected="no id twice", seen=ids)


@check("search.same_list")
def test_same_list(service, rng, scratch):
    """Repeating a search repeats the list."""
    documents = rooms(9, scratch, shelf=scratch) | draw(rng, 9, f"{scratch}-t", shelf=scratch)
    with planted(service, documents):
        for wanted, query in (
            (f"{scratch}-3", documents[f"{scratch}-3"]["text"]),
            (f"{scratch}-t-0", first_sentence(documents[f"{scratch}-t-0"])),
        ):
            lists = [found(service, query, top_k=20) for _ in range(3)]
            expect(wanted in lists[0], expected="the document whose words were searched", seen=lists[0])
            expect(lists[0] == lists[1] == lists[2], expected="the same ids in the same order", seen=lists)


@check("search.snippet")
def test_snippet(service, rng, scratch):
    """Each snippet is copied from its document and short."""
    documents = draw(rng, 8, scratch, shelf=scratch)
    texts = list(documents.values())
    texts[0]["text"] = " ".join(document["text"] for document in texts) * 3
    texts[1]["text"] = "x" * 900 + " " + texts[1]["text"]
    with planted(service, documents):
        for query in (first_sentence(texts[1]), first_sentence(texts[4]), texts[6]["title"]):
            results = results_of(ask(service, query, filter={"shelf": scratch}))
            expect(results, expected="results", seen="an empty list")
            for result in results:
                expect(result["id"] in documents, expected="only documents that fit the filter", seen=result["id"])
                snippet, document = result["snippet"], documents[result["id"]]
                expect(0 < len(snippet) <= 300, expected="1 to 300 characters", seen=f"{len(snippet)}")
                inside = squeezed(snippet) in squeezed(f"{document['title']}\n{document['text']}")
                expect(inside, expected="words that stand in the document", seen=snippet)


def squeezed(text):
    """A text with its white space made alike."""
    return re.sub(r"\s+", " ", text).strip()
