"""The semantic-search corpus keeps the promises its thresholds rest on."""

import datetime as dt
import json
import re
from collections import Counter
from pathlib import Path

import pytest
import snowballstemmer

CHALLENGE = Path(__file__).resolve().parents[2] / "challenges" / "semantic-search"
PRODUCT = "quillmere"
RUN = 20  # characters of text that public and hidden data may never share
LONG_WORDS = 1500
MINIMUM = {
    "paraphrase": 100,
    "keyword": 40,
    "identifier": 30,
    "acronym": 20,
    "long": 12,
    "typo": 10,
    "negation": 10,
}
HIDDEN_AREAS = {"setup", "billing", "hardware", "security", "integrations", "app", "orders", "automation"}
STOPWORDS = frozenset(
    re.findall(
        r"\w+",
        """
a about after again all also am an and any are aren as at be because been before being below between both but
by can cannot could couldn d did didn do does doesn doing don down during each else ever few for from further
get gets getting had has hasn have haven having he her here hers him his how i if in into is isn it its itself
just ll m many may me might more most much must my no nor not of off on once one only or other our out over
own please re s same shall she should shouldn so some such t than that the their them then there these they
this those through to too under until up us ve very was wasn we were what when where which while who whom
whose why will with won would you your
""",
    )
)
STEMMER = snowballstemmer.stemmer("english")


def _read(kind, name):
    path = CHALLENGE / kind / "data" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


HIDDEN = {article["id"]: article for article in _read("hidden", "articles")}
PUBLIC = {article["id"]: article for article in _read("public", "articles")}
HIDDEN_QUERIES = _read("hidden", "queries")
PUBLIC_QUERIES = _read("public", "queries")
SETS = pytest.mark.parametrize(
    ("articles", "queries"), [(HIDDEN, HIDDEN_QUERIES), (PUBLIC, PUBLIC_QUERIES)], ids=["hidden", "public"]
)


def _whole(article):
    return f"{article['title']} {article['text']}"


def _stems(text):
    return {STEMMER.stemWord(word) for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in STOPWORDS}


def _identifiers(text):
    """Tokens which look like a code: a digit, an underscore, and no plain word."""
    return [
        token
        for token in re.findall(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*", text)
        if re.search(r"\d.*[A-Za-z]|[A-Za-z].*\d{2}|_|^\d{3,}$", token)
    ]


def _holds(article, identifier):
    return re.search(rf"(?<![\w-]){re.escape(identifier)}(?![\w-])", _whole(article), re.IGNORECASE) is not None


def _runs(text):
    plain = re.sub(r"\s+", " ", text.lower().replace(PRODUCT, " "))
    return {plain[start : start + RUN] for start in range(len(plain) - RUN + 1)}


@pytest.mark.parametrize("kind", ["hidden", "public"])
def test_ids_are_unique(kind):
    """No id names two articles or two queries."""
    for name in ("articles", "queries"):
        ids = [row["id"] for row in _read(kind, name)]
        assert len(ids) == len(set(ids))


@SETS
def test_articles_follow_the_schema(articles, queries):
    """Every article has exactly the documented fields, with values of the documented kinds."""
    assert queries
    for article in articles.values():
        assert set(article) == {"id", "title", "text", "metadata"}
        metadata = article["metadata"]
        assert set(metadata) == {"area", "audience", "version", "updated"}
        assert isinstance(metadata["area"], str)
        assert metadata["audience"] in {"customer", "installer", "admin"}
        assert metadata["version"] in {1, 2, 3, 4}
        assert dt.date.fromisoformat(metadata["updated"]) <= dt.date(2025, 12, 31)


def test_hidden_areas_and_audiences_are_all_filterable():
    """Each of the eight areas holds at least ten articles and each audience twenty, so that filters have work."""
    areas = Counter(article["metadata"]["area"] for article in HIDDEN.values())
    assert set(areas) == HIDDEN_AREAS
    assert min(areas.values()) >= 10
    assert min(Counter(article["metadata"]["audience"] for article in HIDDEN.values()).values()) >= 20


@SETS
def test_queries_follow_the_schema(articles, queries):
    """Every query has a known type, a text, and grades 1 to 3 for articles that exist, one of them at least 2."""
    for query in queries:
        assert set(query) == {"id", "type", "text", "judgments"}
        assert query["type"] in MINIMUM
        assert query["text"].strip()
        assert set(query["judgments"]) <= set(articles)
        assert set(query["judgments"].values()) <= {1, 2, 3}
        assert max(query["judgments"].values()) >= 2


@SETS
def test_no_query_is_asked_twice(articles, queries):
    """A query text occurs once."""
    assert articles
    assert not [text for text, n in Counter(query["text"].lower() for query in queries).items() if n > 1]


def test_counts():
    """The corpus is large enough for the bootstrap error the thresholds assume."""
    assert len(HIDDEN) >= 220
    assert len(PUBLIC) == 40
    assert len(PUBLIC_QUERIES) == 30
    counts = Counter(query["type"] for query in HIDDEN_QUERIES)
    assert {kind: counts[kind] for kind in MINIMUM if counts[kind] < MINIMUM[kind]} == {}


@SETS
def test_paraphrases_share_no_stem_with_what_they_ask_for(articles, queries):
    """No word stem of a paraphrase occurs in the whole of an article it is judged to with 2 or 3."""
    shared = {
        query["text"]: words
        for query in queries
        if query["type"] == "paraphrase"
        for article_id, grade in query["judgments"].items()
        if grade >= 2 and (words := _stems(query["text"]) & _stems(_whole(articles[article_id])))
    }
    assert shared == {}


def test_paraphrases_have_lexical_distractors():
    """Nine paraphrases in ten share words with articles that do not answer them, so that word matching misleads."""
    stems = {article_id: _stems(_whole(article)) for article_id, article in HIDDEN.items()}
    paraphrases = [query for query in HIDDEN_QUERIES if query["type"] == "paraphrase"]
    misled = [
        query
        for query in paraphrases
        if sum(bool(_stems(query["text"]) & words) for i, words in stems.items() if i not in query["judgments"]) >= 5
    ]
    assert len(misled) >= 0.9 * len(paraphrases)


@SETS
def test_identifiers_occur_where_they_are_judged_and_hardly_elsewhere(articles, queries):
    """An identifier query holds a code that occurs in one or two articles, one of which is its answer."""
    for query in queries:
        if query["type"] != "identifier":
            continue
        answers = {i for i, grade in query["judgments"].items() if grade == 3}
        places = [{i for i, a in articles.items() if _holds(a, code)} for code in _identifiers(query["text"])]
        assert any(1 <= len(where) <= 2 and answers <= where for where in places), query["text"]


def test_long_queries_ask_for_the_middle_of_long_articles():
    """At least twelve articles have 1,500 words or more, and every long query is answered by one of those."""
    long_ids = {i for i, article in HIDDEN.items() if len(article["text"].split()) >= LONG_WORDS}
    assert len(long_ids) >= 12
    for query in HIDDEN_QUERIES:
        if query["type"] == "long":
            assert {i for i, grade in query["judgments"].items() if grade == 3} <= long_ids


def test_every_article_is_non_trivial():
    """Hidden articles are long or have 60 to 140 words, public ones at least 50, and every title says something."""
    for article in HIDDEN.values():
        words = len(article["text"].split())
        assert 60 <= words <= 140 or words >= LONG_WORDS, article["id"]
    assert all(len(article["text"].split()) >= 50 for article in PUBLIC.values())
    for article in [*HIDDEN.values(), *PUBLIC.values()]:
        assert len(_stems(article["title"])) >= 1
        assert len(_stems(article["text"])) >= 25


@SETS
def test_articles_are_distinct(articles, queries):
    """Titles are unique and no two short articles share more than a quarter of their stems."""
    assert queries
    assert len({article["title"].lower() for article in articles.values()}) == len(articles)
    short = [(i, _stems(_whole(a))) for i, a in articles.items() if len(a["text"].split()) < LONG_WORDS]
    close = [
        (i, j)
        for at, (i, left) in enumerate(short)
        for j, right in short[:at]
        if len(left & right) > 0.25 * len(left | right)
    ]
    assert close == []


def test_public_data_tell_nothing_of_the_hidden_data():
    """No run of twenty characters occurs in both public and hidden texts, the product's name aside."""

    def runs(articles, queries):
        texts = [text for a in articles.values() for text in (a["title"], a["text"])] + [q["text"] for q in queries]
        return set().union(*map(_runs, texts))

    assert runs(PUBLIC, PUBLIC_QUERIES) & runs(HIDDEN, HIDDEN_QUERIES) == set()
