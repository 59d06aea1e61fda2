"""The keyword index."""

import pytest

from service.keywords import Features, KeywordIndex


@pytest.fixture
def index():
    index = KeywordIndex()
    index.add("valve", Features.of("Brass valve", ["Turn the brass valve MT-77 slowly.", "Rust is harmless."]))
    index.add("gauge", Features.of("Vapour gauge", ["Detects volatile organic compounds.", "Order code MT-78."]))
    index.add("pump", Features.of("Pump MT-79", ["A pump for LPG and rust."]))
    return index


def best(index, query):
    hits = index.search(query)
    return max(hits, key=lambda name: hits[name].coverage + hits[name].exact)


def test_coverage_is_the_share_of_the_query(index):
    assert index.search("brass valves")["valve"].coverage == pytest.approx(1.0)
    assert 0 < index.search("brass elephant")["valve"].coverage < 0.6
    assert index.search("elephant") == {}


def test_rare_words_count_more_than_common_ones(index):
    hits = index.search("harmless rust")
    assert hits["valve"].coverage == pytest.approx(1.0)
    assert hits["pump"].coverage < 0.5


def test_words_are_counted_per_passage(index):
    hit = index.search("slowly harmless")["valve"]
    assert set(hit.passages) == {0, 1}
    assert hit.coverage == pytest.approx(0.5)


def test_the_title_belongs_to_every_passage(index):
    hit = index.search("brass rust")["valve"]
    assert hit.title > 0
    assert hit.coverage == pytest.approx(1.0)


@pytest.mark.parametrize("query", ["MT-77", "mt77", "what does MT 77 mean"])
def test_identifiers_are_exact(index, query):
    hits = index.search(query)
    assert hits["valve"].exact == pytest.approx(1.0)
    assert all(hit.exact == 0 for name, hit in hits.items() if name != "valve")


def test_an_identifier_in_the_title_counts_more(index):
    assert index.search("MT-79")["pump"].exact == pytest.approx(1.2)


def test_acronyms_work_in_both_directions(index):
    assert best(index, "VOC") == "gauge"
    assert best(index, "liquefied petroleum gas") == "pump"


def test_replaced_and_removed_documents_leave_nothing(index):
    index.add("valve", Features.of("Tap", ["Copper."]))
    assert "valve" not in index.search("brass MT-77")
    assert "valve" in index.search("copper tap")
    for name in ("valve", "gauge", "pump", "unknown"):
        index.remove(name)
    assert index.search("copper tap rust vapour") == {}
    assert index._postings == {}
