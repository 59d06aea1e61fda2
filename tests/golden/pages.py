"""A rendered report read back: its ids, links, tags, attributes and words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from grader.report import render_reviewer
from tests.golden.samples import SAMPLES


class Page(HTMLParser):
    """Ids, links, tags, attributes and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.rows: dict[str, list[str]] = {}
        self.words: list[str] = []
        self._row = ""
        self._style = False
        self.feed(html)
        self.close()
        self.text = re.sub(r"\s+", " ", "".join(self.words))

    def handle_starttag(self, tag, attrs) -> None:
        """Note the tag, its attributes, id and link."""
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= given.keys()
        self.ids += [given["id"]] if "id" in given else []
        self._style = self._style or tag == "style"
        if tag == "tr":
            self._row = given.get("id", "")
            self.rows[self._row] = []
        if "href" in given:
            self.links.append(given["href"])
            self.rows.setdefault(self._row, []).append(given["href"])

    def handle_data(self, data) -> None:
        """Keep text that a reader sees."""
        self.words += [] if self._style else [data]

    def handle_endtag(self, tag) -> None:
        """Leave the stylesheet."""
        self._style = self._style and tag != "style"


def page(name: str) -> Page:
    """A sample, rendered and read back."""
    return Page(render_reviewer(SAMPLES[name]()))
