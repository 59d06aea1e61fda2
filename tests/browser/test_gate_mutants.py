"""Mutant pages: every bar of the gate stops a page that misses it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import gate
from tests.golden.gallery import write_page


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
