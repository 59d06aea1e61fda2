"""The semantic-search corpus keeps the promises its thresholds rest on, in every edition."""

import datetime as dt
import json
import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

CHALLENGE = Path(__file__).resolve().parents[2] / "challenges" / "semantic-search"
sys.path.append(str(CHALLENGE / "authoring"))

from baselines import MODEL, RUBRIC, STORED, verify  # noqa: E402 - the authors' scripts are no package
from cores import BRACES, read  # noqa: E402
from draw import draw, read_plan  # noqa: E402
from words import stems  # noqa: E402

PRODUCT = "quillmere"
RUN = 20  # characters of text that public and hidden data may never share
LONG_WORDS = 1500
ARTICLES = 400
MINIMUM = {
    "paraphrase": 80,
    "keyword": 40,
    "identifier": 30,
    "acronym": 20,
    "long": 25,
    "typo": 10,
    "negation": 10,
}
HIDDEN_AREAS = {"setup", "billing", "hardware", "security", "integrations", "app", "orders", "automation"}
FOLDERS = {
    "a": CHALLENGE / "editions" / "a",
    "b": CHALLENGE / "editions" / "b",
    "public": CHALLENGE / "public" / "data",
}
"""The hidden editions and the public sample."""


def _read(kind, name):
    return [json.loads(line) for line in (FOLDERS[kind] / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


DATA = {kind: ({a["id"]: a for a in _read(kind, "articles")}, _read(kind, "queries")) for kind in FOLDERS}
SETS = pytest.mark.parametrize(("articles", "queries"), DATA.values(), ids=DATA)
HIDDEN_SETS = pytest.mark.parametrize(("articles", "queries"), [DATA["a"], DATA["b"]], ids=["a", "b"])


def _whole(article):
    return f"{article['title']} {article['text']}"


def _identifiers(text):
    """Tokens which look like a code: a digit, an underscore, and no plain word."""
    return [
        token
        for token in re.findall(r"[A-Za-z0-9]+(?:[_.-][A-Za-z0-9]+)*", text)
        if re.search(r"\d.*[A-Za-z]|[A-Za-z].*\d{2}|_|^\d{3,}$|^\d+[.]\d+[.]\d+$", token)
    ]


def _holds(article, identifier):
    return re.search(rf"(?<![\w-]){re.escape(identifier)}(?![\w-])", _whole(article), re.IGNORECASE) is not None


def _runs(text):
    plain = re.sub(r"\s+", " ", text.lower().replace(PRODUCT, " "))
    return {plain[start : start + RUN] for start in range(len(plain) - RUN + 1)}


@pytest.mark.parametrize("kind", FOLDERS)
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


@HIDDEN_SETS
def test_hidden_areas_and_audiences_are_all_filterable(articles, queries):
    """Each of the eight areas holds at least thirty articles and each audience fifty, so that filters have work."""
    assert queries
    areas = Counter(article["metadata"]["area"] for article in articles.values())
    assert set(areas) == HIDDEN_AREAS
    assert min(areas.values()) >= 30
    assert min(Counter(article["metadata"]["audience"] for article in articles.values()).values()) >= 50


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


@HIDDEN_SETS
def test_counts(articles, queries):
    """An edition is large enough for the bootstrap error that the thresholds assume; the public sample is small."""
    assert len(articles) >= ARTICLES
    counts = Counter(query["type"] for query in queries)
    assert {kind: counts[kind] for kind in MINIMUM if counts[kind] < MINIMUM[kind]} == {}
    assert counts.total() >= 300
    assert [len(part) for part in DATA["public"]] == [40, 30]


@SETS
def test_paraphrases_share_no_stem_with_what_they_ask_for(articles, queries):
    """No word stem of a paraphrase occurs in the whole of an article it is judged to with 2 or 3."""
    shared = {
        query["text"]: words
        for query in queries
        if query["type"] == "paraphrase"
        for article_id, grade in query["judgments"].items()
        if grade >= 2 and (words := stems(query["text"]) & stems(_whole(articles[article_id])))
    }
    assert shared == {}


@HIDDEN_SETS
def test_paraphrases_have_lexical_distractors(articles, queries):
    """Nine paraphrases in ten share words with articles that do not answer them, so that word matching misleads."""
    own = {article_id: stems(_whole(article)) for article_id, article in articles.items()}
    paraphrases = [query for query in queries if query["type"] == "paraphrase"]
    misled = [
        query
        for query in paraphrases
        if sum(bool(stems(query["text"]) & words) for i, words in own.items() if i not in query["judgments"]) >= 5
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


@HIDDEN_SETS
def test_long_queries_ask_long_articles(articles, queries):
    """At least twelve articles have 1,500 words or more, some 2,000, and those answer every long query."""
    words = {i: len(article["text"].split()) for i, article in articles.items()}
    long_ids = {i for i, count in words.items() if count >= LONG_WORDS}
    assert len(long_ids) >= 12
    assert max(words.values()) >= 2000
    for query in queries:
        if query["type"] == "long":
            assert {i for i, grade in query["judgments"].items() if grade == 3} <= long_ids


def test_long_answers_stand_deep_in_every_edition():
    """The paragraph that answers a long query has 300 words before it: beyond what an encoder reads at once."""
    cores = read().cores.values()
    answers = {
        question.text: core.paragraphs[question.paragraph]
        for core in cores
        for question in core.questions
        if question.type == "long"
    }
    for articles, queries in (DATA["a"], DATA["b"]):
        for query in (query for query in queries if query["type"] == "long"):
            (article,) = (articles[i] for i, grade in query["judgments"].items() if grade == 3)
            start = BRACES.split(answers[query["text"]])[0]
            assert len(article["text"].split(start)[0].split()) >= 300, query["text"]


@HIDDEN_SETS
def test_every_article_is_non_trivial(articles, queries):
    """Hidden articles are long or have 58 to 140 words, public ones at least 50, and every title says something."""
    assert queries
    for article in articles.values():
        words = len(article["text"].split())
        assert 58 <= words <= 140 or words >= LONG_WORDS, article["id"]
    public = DATA["public"][0].values()
    assert all(len(article["text"].split()) >= 50 for article in public)
    for article in [*articles.values(), *public]:
        assert len(stems(article["title"])) >= 1
        assert len(stems(article["text"])) >= 25


@SETS
def test_articles_are_distinct(articles, queries):
    """Titles are unique and no two short articles share more than a quarter of their stems."""
    assert queries
    assert len({article["title"].lower() for article in articles.values()}) == len(articles)
    short = [(i, stems(_whole(a))) for i, a in articles.items() if len(a["text"].split()) < LONG_WORDS]
    close = [
        (i, j)
        for at, (i, left) in enumerate(short)
        for j, right in short[:at]
        if len(left & right) > 0.25 * len(left | right)
    ]
    assert close == []


def _all_runs(articles, queries):
    texts = [text for a in articles.values() for text in (a["title"], a["text"])] + [q["text"] for q in queries]
    return set().union(*map(_runs, texts))


@HIDDEN_SETS
def test_public_data_tell_nothing_of_the_hidden_data(articles, queries):
    """No run of twenty characters occurs in both public and hidden texts, the product's name aside."""
    assert _all_runs(*DATA["public"]) & _all_runs(articles, queries) == set()


@HIDDEN_SETS
def test_slots_are_filled(articles, queries):
    """No brace of a core is left in an edition."""
    texts = [_whole(article) for article in articles.values()] + [query["text"] for query in queries]
    assert [text for text in texts if re.search(r"[{}]|#\d?#", text)] == []


def test_editions_are_drawn_alike_by_one_seed_and_apart_by_two():
    """One seed gives the same bytes again; the committed editions differ in articles, codes and most questions."""
    pool, plan = read(), read_plan()
    assert draw(pool, plan, plan.seeds["a"]).files() == draw(pool, plan, plan.seeds["a"]).files()
    (articles, asked), (others, asked_too) = DATA["a"], DATA["b"]
    assert len({a["title"] for a in articles.values()} ^ {a["title"] for a in others.values()}) >= 50
    both = {q["text"] for q in asked} & {q["text"] for q in asked_too}
    assert len(both) < 0.5 * len(asked)
    codes, others = (
        {code for query in part for code in _identifiers(query["text"]) if re.search(r"\d", code)}
        for part in (asked, asked_too)
    )
    assert len(codes & others) < 0.4 * len(codes)


def test_any_edition_could_be_drawn():
    """No paraphrase shares a stem with its article, whatever values and wordings an edition draws; no id is twice."""
    cores = read().cores
    shared = {
        question.text: words
        for core in cores.values()
        for question in core.questions
        if question.type == "paraphrase" and (words := stems(question.text) & stems(core.whole))
    }
    assert shared == {}
    assert len({core.title.lower() for core in cores.values()}) == len(cores)


def test_what_is_stored_is_what_comes_out():
    """Editions are what cores and seeds give, the scales are what the stored baselines give, and editions agree."""
    verdict = verify(None)
    assert verdict.problems == []
    assert abs(verdict.points["a"]["fusion"] - verdict.points["b"]["fusion"]) <= 3
    for points in verdict.points.values():
        assert points["random"] == 0
        assert 0 < points["bm25"] < 8
        assert points["fusion"] > 17


def test_moved_numbers_are_named(tmp_path):
    """A scale that is not derived from the baselines, and two editions that differ, are named."""
    shutil.copytree(STORED, tmp_path / "baselines")
    rubric = tmp_path / "challenge.toml"
    own = RUBRIC.read_text("utf-8")
    scale = re.search(r'id = "relevance.paraphrase".*?anchors = \[\[(0\.\d+)', own, re.DOTALL)
    rubric.write_text(f"{own[: scale.start(1)]}0.21{own[scale.end(1) :]}")
    assert [line.partition(":")[0] for line in verify(None, rubric=rubric).problems] == [
        "challenge.toml, relevance.paraphrase"
    ]
    path = tmp_path / "baselines" / "b.json"
    table = json.loads(path.read_text("utf-8"))
    table["types"]["paraphrase"]["rankers"]["dense"]["recall_at_10"] = [0.31, 0.25, 0.36]
    path.write_text(json.dumps(table))
    problems = verify(None, stored=tmp_path / "baselines").problems
    assert any(line.startswith("edition b against a: paraphrase, dense, recall_at_10: 0.310") for line in problems)
    assert any("relevance.paraphrase: the scale is" in line for line in problems)


@pytest.mark.long
def test_baselines_come_out_again(tmp_path):
    """Each stored number comes out of a new measurement within its interval; one that was altered is named."""
    shutil.copytree(STORED, tmp_path / "baselines")
    path = tmp_path / "baselines" / "a.json"
    table = json.loads(path.read_text("utf-8"))
    table["types"]["long"]["rankers"]["tfidf"]["recall_at_10"] = [0.01, 0.0, 0.02]
    path.write_text(json.dumps(table))
    problems = verify(MODEL, stored=tmp_path / "baselines").problems
    assert {line.partition(":")[0] for line in problems if "stored" in line} == {"edition a, long, tfidf, recall_at_10"}
