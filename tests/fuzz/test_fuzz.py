"""Every kept input, and freshly made ones, through every parser of strangers' bytes; without atheris, in seconds.

The search guided by coverage is `make fuzz`; what it finds is kept and replayed here.
"""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, Template

from grader.report.render import TEMPLATES
from tests.fuzz import corpus
from tests.fuzz.support import Broken, Target
from tests.fuzz.targets import TARGETS

NAMES = sorted(TARGETS)
MADE = 60
"""Inputs made for each target; the same ones every time."""
KEPT_BYTES, KEPT_FILES = 1_500_000, 1_500

SAVED = [(name, kept, data) for name in NAMES for kept, data in corpus.regressions(name)]


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Pieces of the format and of its seeds, in any order, with bytes between them; or a seed with a piece changed."""
    piece = st.one_of(st.sampled_from((*target.words, *target.seeds)), st.binary(max_size=6))
    mixed = st.lists(piece, max_size=12).map(b"".join)

    def spliced(seed: bytes, at: int, dropped: int, new: bytes) -> bytes:
        at %= len(seed) + 1
        return seed[:at] + new + seed[at + dropped :]

    changed = st.builds(
        spliced, st.sampled_from(target.seeds), st.integers(0, 65_535), st.integers(0, 9), st.one_of(piece, mixed)
    )
    return st.one_of(changed, mixed).map(lambda data: data[: target.max_bytes])


@pytest.mark.parametrize("name", NAMES)
def test_kept_inputs_break_nothing(name: str) -> None:
    """Seeds and kept inputs end as the parser documents, and hold its promises."""
    target = TARGETS[name]
    assert target.seeds
    for data in (*target.seeds, *corpus.kept(name)):
        target.run(data)


@pytest.mark.parametrize(("name", "kept", "data"), SAVED, ids=[f"{name}-{kept}" for name, kept, _ in SAVED])
def test_what_once_broke_a_parser_stays_mended(name: str, kept: str, data: bytes) -> None:
    """Each input that a parser once failed on is handled now."""
    assert kept
    TARGETS[name].run(data)


@pytest.mark.parametrize("name", NAMES)
def test_made_inputs_break_nothing(name: str) -> None:
    """Inputs made of the format's own pieces end as the parser documents."""
    target = TARGETS[name]
    many = MADE if target.seconds <= 4 else MADE // 3

    @settings(
        max_examples=many,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(target))
    def run(data: bytes) -> None:
        target.run(data)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run()


def unescaped(name: str) -> Template:
    """The report's template without escaping."""
    loader = FileSystemLoader(TEMPLATES, encoding="utf-8")
    return Environment(loader=loader, trim_blocks=True, lstrip_blocks=True).get_template(name)  # noqa: S701 - the mutant


class Anything:
    """Holds whatever it is asked for."""

    def __contains__(self, _: object) -> bool:
        return True


async def listed(*_: object) -> Anything:
    """An index that lists every address."""
    return Anything()


MUTANTS = {
    "names that climb": ("tree_listing", "grader.source._refuse_dangerous", lambda _: None),
    "urls that climb": ("url", "grader.remote._refuse_path", lambda _: None),
    "subjects as they are": ("commit_log", "grader.fetch.printable", lambda text: text),
    "the server's words": (
        "git_words",
        "tests.fuzz.repository._own_words",
        lambda said, _: said.decode("utf-8", "replace"),
    ),
    "lines of any kind": ("requirements_txt", "grader.gather.requirements._parsed", lambda _, text: text),
    "places of any kind": ("npm_lock", "grader.gather.npm_lock._PLACE", re.compile(".*")),
    "infinity": ("json_body", "harness.probe.strict_json._float", float),
    "logs as they are": ("log", "grader.sandbox.logs._shown", lambda data: data.decode("utf-8", "replace")),
    "no cap on archives": ("archive", "grader.sandbox.archive._regular", lambda *_: {"a": bytes(2_000_000)}),
    "any address": ("index_http", "harness.index.gateway.Gateway._listed", listed),
    "lines as they are": ("report_text", "grader.report.text.printable", lambda text, limit: text[:limit]),
    "text as markup": ("report_page", "grader.report.render._template", unescaped),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_parser_that_lets_more_through_is_noticed(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one rule of a parser taken away, its seeds break a promise: no oracle is always content."""
    name, place, changed = MUTANTS[mutant]
    monkeypatch.setattr(place, changed)
    broke = 0
    for data in TARGETS[name].seeds:
        try:
            TARGETS[name].run(data)
        except (Broken, ValueError):
            broke += 1
    assert broke


def test_every_kept_input_has_a_target() -> None:
    """No corpus and no regression is left behind by a renamed target."""
    assert {path.stem for path in corpus.CORPUS.glob("*.jsonl")} <= TARGETS.keys()
    assert {path.name for path in corpus.REGRESSIONS.iterdir()} <= TARGETS.keys()


def test_the_kept_corpus_stays_small() -> None:
    """What the repository carries for fuzzing is capped in bytes and in files."""
    files = [path for folder in (corpus.CORPUS, corpus.REGRESSIONS) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= KEPT_BYTES
    assert len(files) <= KEPT_FILES


@pytest.mark.parametrize("data", [b"", b"text\n", b"\xff\x00", bytes(5_000), "é".encode()])
def test_packing_loses_nothing(data: bytes) -> None:
    """An input comes out of the packed corpus as it went in."""
    assert corpus.decoded(corpus.encoded(data)) == data
