"""Every page of the gallery is held to every bar, and every bar stops a page that misses it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import gate
from tests.browser.gallery import SCREENS, Shot, Shown, index
from tests.golden.gallery import page_names, page_text, write_page

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


# --- mutants: a page that misses one bar ---------------------------------------------------------


def restyled(html: str, css: str) -> str:
    """The page with more style, and the policy's digest made anew, so that the style applies."""
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, style + css)]
    return html.replace(style, style + css).replace(digests[0], digests[1])


def free(html: str) -> str:
    """The page without its policy."""
    return re.sub(r"<meta http-equiv[^>]*>\n", "", html)


def before_end(html: str, more: str) -> str:
    """The page with more markup at its end."""
    return html.replace("</main>", f"{more}</main>")


MUTANTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "no language": ("accessible", lambda html: html.replace(' lang="en"', "")),
    "an image without a name": ("accessible", lambda html: re.sub(r' aria-label="Score[^"]*"', "", html, count=1)),
    "grey text in light": ("accessible", lambda html: restyled(html, "p { color: light-dark(#8a8a8a, #fff); }")),
    "AA is not AAA": ("accessible", lambda html: restyled(html, "p { color: light-dark(#6b6b6b, #fff); }")),
    "dim text in dark": ("accessible", lambda html: restyled(html, "p { color: light-dark(#000, #888); }")),
    "a wide box": ("fits", lambda html: restyled(html, ".score { width: 900px; }")),
    "no room for spacing": ("fits", lambda html: restyled(html, ".edition { white-space: nowrap; font-size: 20px; }")),
    "small print": ("readable", lambda html: restyled(html, ".sub { font-size: 12px; }")),
    "a picture from elsewhere": ("alone", lambda html: before_end(free(html), '<img src="other.png" alt="">')),
    "a style that the policy refuses": ("alone", lambda html: html.replace("</style>", "p{}</style>")),
    "an inline style": ("alone", lambda html: before_end(html, '<p style="color: red">x</p>')),
    "text by script": (
        "without scripts",
        lambda html: before_end(free(html), "<script>document.querySelector('h1').append('!')</script>"),
    ),
    "no outline": ("focusable", lambda html: restyled(html, ":focus-visible { outline: 0; }")),
    "no skip link": ("focusable", lambda html: re.sub(r'<a class="skip".*?</a>', "", html)),
    "a page a section": ("prints", lambda html: restyled(html, "@media print { section { break-before: page; } }")),
    "dark paper": ("prints", lambda html: restyled(html, "@media print { body { background: #14171b; } }")),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_bar_stops_a_page_that_misses_it(browser, axe, tmp_path, mutant):
    """The bar finds something wrong with the mutant page, and nothing with the page that it was made of."""
    bar, change = MUTANTS[mutant]
    path = write_page(tmp_path, "capped/candidate.html")
    changed = change(path.read_text("utf-8"))
    assert changed != path.read_text("utf-8")
    path.write_text(changed, "utf-8")
    found = gate.accessible(browser, path, axe) if bar == "accessible" else gate.IN_BROWSER[bar](browser, path)
    assert found != []


def test_the_first_sheet_of_paper_is_held(browser, tmp_path):
    """A rubric on the second page is found."""
    path = write_page(tmp_path, "capped/report.html")
    path.write_text(restyled(path.read_text("utf-8"), "@media print { #rubric { break-before: page; } }"), "utf-8")
    assert gate.prints(browser, path) != []


def test_a_heavy_page_is_found(tmp_path):
    """More bytes than a typical page may have."""
    path = write_page(tmp_path, "capped/candidate.html")
    path.write_text(path.read_text("utf-8") + "<!--" + "x" * gate.TYPICAL + "-->", "utf-8")
    assert gate.small(path) != []


def test_markup_that_is_not_valid_is_found(tmp_path):
    """A block inside a paragraph is vnu's, a duplicate id html-validate's."""
    path: Path = write_page(tmp_path, "capped/candidate.html")
    html = path.read_text("utf-8")
    path.write_text(before_end(html, "<p><div>x</div></p>"), "utf-8")
    assert gate.by_the_nu_checker([path]) != []
    path.write_text(before_end(html, '<p id="main">x</p>'), "utf-8")
    assert gate.by_html_validate([path]) != []
