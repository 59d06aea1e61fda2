"""Storing, replacing, deleting and reading back."""

from __future__ import annotations

from support import (
    WRITE_S,
    absent,
    ask,
    clear,
    draw,
    first_sentence,
    found,
    good,
    planted,
    put,
    put_batch,
    read_back,
    results_of,
)

from harness.probe import check, expect

SCRIPTS = {
    "combining": ("Cafe\u0301 re\u0301sume\u0301", "Two ways to write e\u0301 and \u00e9 must both stay as they were."),
    "emoji": (
        "Fruit \U0001f34e\U0001f34b",
        "A family \U0001f468\u200d\U0001f469\u200d\U0001f467 and a flag \U0001f1eb\U0001f1f7 share a picnic.",
    ),
    "right-to-left": (
        "\u05d2\u05e9\u05e8 \u05d1\u05e0\u05de\u05dc",
        "\u0627\u0644\u062c\u0633\u0631 \u0641\u064a \u0627\u0644\u0645\u064a\u0646\u0627\u0621.",
    ),
    "han": ("\u6e2f\u53e3\u7684\u6865", "\u6865\u5728\u65e9\u4e0a\u516b\u70b9\u5f00\u653e\u3002"),
    "white": ("  kept\tspaces ", " First line\r\nsecond line\n\n\tindented \u00a0 end "),
    "markup": ('<b>Bold</b> & "quoted"', "Backslash \\n, percent %s, braces {x}, ' OR 1=1; -- and \u2028 stay."),
}


@check("documents.put_visible")
def test_put_visible(service, rng, scratch):
    """A document can be read and found right after the write, without waiting."""
    for doc_id, document in draw(rng, 4, scratch, kind="visible").items():
        with planted(service, {doc_id: document}):
            read_back(service, doc_id, document)
            ids = found(service, first_sentence(document))
            expect(doc_id in ids, expected="the new document in a search for its first sentence", seen=ids)


@check("documents.put_twice")
def test_put_twice(service, rng, scratch):
    """The second identical write succeeds and the document stays one."""
    documents = draw(rng, 2, scratch, kind="twice")
    with planted(service, documents):
        for doc_id, document in documents.items():
            good(put(service, doc_id, document), "the same document is stored again")
            ids = found(service, first_sentence(document), top_k=50)
            expect(ids.count(doc_id) == 1, expected="one result for it", seen=f"{ids.count(doc_id)} results")
            read_back(service, doc_id, document)


@check("documents.update")
def test_update(service, rng, scratch):
    """After a new text, searches and snippets know nothing of the old one."""
    (changed, old), (other, newer) = draw(rng, 2, scratch, kind="update").items()
    with planted(service, {changed: old}):
        put_new = {**newer, "metadata": {"kind": "updated"}}
        good(put(service, changed, put_new), "a document is replaced")
        # Holds the old first sentence and more: a leftover of the old text would match more closely than this.
        witness = {**old, "text": f"{old['text']} {newer['text']} It was written down long ago by someone else."}
        with planted(service, {other: witness}):
            read_back(service, changed, put_new)
            ids = found(service, first_sentence(newer))
            expect(changed in ids, expected="the replaced document in a search for its new text", seen=ids)
            listed = results_of(ask(service, first_sentence(old)))
            ids = [result["id"] for result in listed]
            expect(other in ids, expected="the document that holds the searched sentence", seen=ids)
            above = changed in ids and ids.index(changed) < ids.index(other)
            expect(not above, expected="a replaced document below one that holds the sentence", seen="it is above")
            snippets = [result["snippet"] for result in listed if result["id"] == changed]
            stale = [s for s in snippets if first_sentence(old)[:40] in s]
            expect(not stale, expected="no snippet of a text that was replaced", seen=stale)


@check("documents.update_metadata")
def test_update_metadata(service, rng, scratch):
    """Filters follow a change of metadata, both ways."""
    [(doc_id, document)] = draw(rng, 1, scratch, shelf=f"{scratch}-old").items()
    with planted(service, {doc_id: document}):
        moved = {**document, "metadata": {"shelf": f"{scratch}-new"}}
        good(put(service, doc_id, moved), "a document gets new metadata")
        query = first_sentence(document)
        ids = found(service, query, filter={"shelf": f"{scratch}-new"})
        expect(doc_id in ids, expected="the document under its new shelf", seen=ids)
        ids = found(service, query, filter={"shelf": f"{scratch}-old"})
        expect(doc_id not in ids, expected="nothing under the old shelf", seen=ids)
        read_back(service, doc_id, moved)


@check("documents.delete")
def test_delete(service, rng, scratch):
    """A deletion takes the document from reading and from every search; its neighbours stay."""
    documents = draw(rng, 3, scratch, shelf=scratch)
    gone, *kept = documents
    with planted(service, documents):
        expect(gone in found(service, first_sentence(documents[gone])), expected="the document before its deletion")
        good(service.delete(f"/documents/{gone}"), "a stored document is deleted")
        absent(service, gone)
        ids = found(service, first_sentence(documents[gone]), top_k=50)
        expect(gone not in ids, expected="no deleted document in the results", seen=ids)
        for doc_id in kept:
            read_back(service, doc_id, documents[doc_id])
            expect(doc_id in found(service, first_sentence(documents[doc_id])), expected="its neighbours still found")


@check("documents.put_again")
def test_put_again(service, rng, scratch):
    """A deleted id is free for a new document, and only the new one is found."""
    (doc_id, document), (_, other) = draw(rng, 2, scratch, kind="again").items()
    with planted(service, {doc_id: document}):
        good(service.delete(f"/documents/{doc_id}"), "a stored document is deleted")
        good(put(service, doc_id, other), "a deleted document's id is used again")
        read_back(service, doc_id, other)
        ids = found(service, first_sentence(other))
        expect(doc_id in ids, expected="the document that took the id", seen=ids)


@check("documents.batch")
def test_batch(service, rng, scratch):
    """Every document of a batch is read and found at once, and a second batch replaces."""
    documents = draw(rng, 24, scratch, kind="batch")
    try:
        good(put_batch(service, documents), "a valid batch is stored")
        changed = {i: {**d, "title": f"{d['title']}, revised"} for i, d in list(documents.items())[:5]}
        good(put_batch(service, changed), "a batch replaces documents")
        for doc_id, document in (documents | changed).items():
            read_back(service, doc_id, document)
            ids = found(service, first_sentence(document))
            expect(doc_id in ids, expected="each document of a batch in a search for its first sentence", seen=ids)
    finally:
        clear(service, documents)


@check("documents.batch_atomic")
def test_batch_atomic(service, rng, scratch):
    """One invalid document at any place: nothing is stored, nothing replaced."""
    documents = draw(rng, 5, scratch, kind="atomic")
    first, *fresh = documents
    broken = ({"title": 7}, {"text": ""}, {"metadata": [1]}, {"id": "no spaces allowed"})
    with planted(service, {first: documents[first]}):
        for fault in rng.sample(broken, 3):
            batch = [{"id": i, **d} for i, d in documents.items()]
            batch[0]["title"] = "Replaced by a batch that must not count"
            place = rng.randrange(1, len(batch))
            batch[place] = {**batch[place], **fault}
            status = service.post("/documents/batch", json={"documents": batch}, deadline_s=WRITE_S).status
            expect(400 <= status < 500, expected="a 4xx for a batch that holds one bad entry", seen=f"status {status}")
            read_back(service, first, documents[first])
            for doc_id in fresh:
                absent(service, doc_id)


@check("documents.unicode")
def test_unicode(service, scratch):
    """Code points are neither normalised, trimmed nor escaped on the way."""
    metadata = {"Gr\u00f6\u00dfe": "\u00fcber\u200dlang", "emoji": "\U0001f9ea", "n": 2.5, "yes": True}
    documents = {
        f"{scratch}-{name}": {"title": title, "text": text, "metadata": metadata}
        for name, (title, text) in SCRIPTS.items()
    }
    with planted(service, documents):
        for doc_id, document in documents.items():
            read_back(service, doc_id, document)
            ids = found(service, document["text"], filter={"emoji": "\U0001f9ea"})
            expect(doc_id in ids, expected="a document in a search for its own text", seen=ids)


@check("documents.longest")
def test_longest(service, rng, scratch):
    """A text at the limit is stored whole and found by a sentence near its end."""
    filler = "The committee met again and wrote down what had been said about the matter before. "
    needle = f"The brass key number {rng.randrange(100, 999)} opens the cupboard with the ceremonial trumpets."
    words = (filler * 700)[: 49_000 - len(needle)] + " " + needle + " "
    document = {"title": "Minutes", "text": (words + filler * 20)[:50_000], "metadata": {"kind": "longest"}}
    doc_id = f"{scratch}-longest"
    with planted(service, {doc_id: document, **draw(rng, 14, scratch, kind="short")}):
        read_back(service, doc_id, document)
        ids = found(service, "Which key opens the cupboard with the ceremonial trumpets?")
        expect(doc_id in ids, expected="the longest text in a search for a sentence near its end", seen=ids)
