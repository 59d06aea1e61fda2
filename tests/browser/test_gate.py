"""Every page of the gallery is held to every bar; test_gate_mutants.py shows that each bar can stop a page."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.browser import gate
from tests.browser.gallery import SCREENS, Shot, Shown, index
from tests.golden.gallery import page_names, page_text

ALL = page_names()
SLICE = (
    "capped/report.html",
    "hostile/report.html",
    "capped/candidate.html",
    "hostile/candidate.html",
    "capped/sheet.html",
    "compare.html",
    "diff.html",
    "validation.html",
)
"""What `make test` opens; `make test-long` and `make gallery` open all of them."""
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PAGES = [pytest.param(name, marks=() if name in SLICE else pytest.mark.long) for name in ALL]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible(browser, axe, pages, name):
    """No rule of axe finds a node in light, dark, narrow and forced colours, nor any below AAA contrast."""
    assert gate.accessible(browser, pages[name], axe) == []


@pytest.mark.parametrize("bar", gate.IN_BROWSER)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_holds_every_bar(browser, pages, name, bar):
    """Width, text size, requests, scripts off, focus and paper."""
    assert gate.IN_BROWSER[bar](browser, pages[name]) == []


@pytest.mark.parametrize("name", ALL)
def test_every_page_is_small(pages, name):
    """At most 150 kB, and 600 kB with 200 findings or hostile text everywhere."""
    assert gate.small(pages[name]) == []


def test_every_page_is_valid(pages):
    """Both checkers, vnu and html-validate, have nothing to say about any page."""
    assert gate.by_the_nu_checker(pages.values()) == []
    assert gate.by_html_validate(pages.values()) == []


@pytest.mark.parametrize("name", ALL)
def test_a_rebuild_is_byte_identical(pages, name):
    """Rendered again, a page is the same bytes."""
    assert page_text(name).encode() == pages[name].read_bytes()


@pytest.fixture(scope="module")
def index_page(pages, tmp_path_factory) -> Path:
    """The gallery's index over two samples, with a dot in place of every picture."""
    folder = tmp_path_factory.mktemp("index")
    names = [name for name in ALL if name.startswith(("capped/", "hostile/")) or "/" not in name]
    shown = [Shown(name, tuple(Shot(view, f"{number}.png") for view in SCREENS)) for number, name in enumerate(names)]
    for number, name in enumerate(names):
        (folder / f"{number}.png").write_bytes(DOT)
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(pages[name].read_bytes())
    path = folder / "index.html"
    path.write_text(index(folder, shown), "utf-8")
    return path


def test_the_index_holds_the_bars_too(browser, axe, index_page):
    """The page that shows the gallery is accessible, fits, shows its focus, says all without scripts, and is valid."""
    assert gate.accessible(browser, index_page, axe) == []
    for bar in ("fits", "readable", "without scripts", "focusable"):
        assert gate.IN_BROWSER[bar](browser, index_page) == []
    assert gate.by_the_nu_checker([index_page]) == []
    assert gate.by_html_validate([index_page]) == []
