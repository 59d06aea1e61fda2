"""Strangers' text on its way into a report: lines and blocks, excerpts of source, and the page as a whole."""

from __future__ import annotations

from functools import cache
from string import ascii_lowercase

import nh3

from grader.evidence import CodeFinding, Exchange, FunctionComplexity, Log, Measure
from grader.report import render_reviewer
from grader.report.excerpts import excerpt
from grader.report.text import LONGEST_ESCAPE, block, line, masked, strings_masked
from grader.scorecard import Scorecard
from grader.submission import Submission
from tests.fuzz.support import Cut, Target, hold
from tests.golden import cards
from tests.golden.pages import Page

_SECRET = "sk-" + "hunter2hunter2hunter2"
_CAP = 500


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def report_text(data: bytes) -> None:
    """Lines and blocks: printable, within their cap, as many lines as before, and without a key between spaces."""
    text = _decoded(data)
    shown = line(text, _CAP)
    hold(shown.isprintable() and len(shown) <= _CAP + 1, "a line that cannot be shown")
    many = block(text, _CAP)
    hold(all(row.isprintable() for row in many.split("\n")), "a block that cannot be shown")
    hold(len(many) <= LONGEST_ESCAPE * _CAP + 1, "a block beyond its cap")
    hold(masked(text).count("\n") == text.count("\n"), "masking that loses lines")
    hold("\n" in text or "\n" not in strings_masked(text), "masking that makes lines")
    hold(_SECRET not in masked(f"{text} {_SECRET} {text}"), "a key that is shown")


_NAMES = ("app.py", "app/<b>.pyw", "setup.py", "x.py\u202e", "SConstruct", "a.pyi", "wscript", "README.py.md", "Makefile",
          "x.html", "x.ts", "Dockerfile", "x.unknown", "", "..")  # fmt: skip


def report_excerpt(data: bytes) -> None:
    """A coloured excerpt: the same lines in the same order, printable, whatever lexer the name suggests."""
    cut = Cut(data)
    name, secret = _NAMES[cut.number(len(_NAMES))], bool(cut.number(2))
    start, marked = 1 + cut.number(200), cut.number(9)
    rows = tuple(row[:200] for row in _decoded(cut.rest()).splitlines()[:9])  # as the analysers cut them
    shown = excerpt(name, rows, start, start + marked, secret=secret)
    hold([row.number for row in shown] == [start + n for n in range(len(rows))], "lines that are lost or made")
    for row, source in zip(shown, rows, strict=True):
        text = "".join(span.text for span in row.spans)
        hold(text.isprintable(), "an excerpt that cannot be shown")
        plain = source.isascii() and source.isprintable() and masked("\n".join(rows)) == "\n".join(rows)
        hold(secret or not plain or text == source, f"source that changes: {source!r} {text!r}")


def _card(texts: list[str]) -> Scorecard:
    """A scorecard with these texts wherever a stranger's text can stand."""
    first, second, third = (texts * 3)[:3]
    card = cards.capped()
    exchange = Exchange(method=first[:20], path=second[:600], request=third[:2_000], status=200, reply=first[:2_000], ms=1.0,
                        fault=second[:40], truncated=True)  # fmt: skip
    groups = tuple(
        group.model_copy(update={"checks": tuple(
            check.model_copy(update={"message": first[:600], "expected": second[:600], "seen": third[:600],
                                     "exchanges": (exchange,),
                                     "measures": {first[:80]: Measure(value=0.5, unit=second[:20])}})
            for check in group.checks)})
        for group in card.groups
    )  # fmt: skip
    finding = CodeFinding(path=(first or "x")[:200] + "/a.py", line=3, rule=second[:20], category=third[:40],
                          message=first[:600], url=second[:300], excerpt_start=1,
                          excerpt=tuple(row[:200] for row in third.splitlines()[:9]))  # fmt: skip
    function = FunctionComplexity(path=first[:200], name=second[:200], line=1, lines=2, complexity=30)
    changed = {
        "submission": Submission(url=first, commit=card.submission.commit, subject=second, notes=(third, first)),
        "left_out": (second, third),
        "claims": {third[:100]: 1.0},
        "service_log": Log(head=first, tail=second, bytes=9, truncated=True),
        "service_stops": (third,),
        "groups": groups,
    }
    if card.code is not None:
        changed["code"] = card.code.model_copy(update={"findings": (finding,), "functions": (function,)})
    return card.model_copy(update=changed)


_ELEMENTS = frozenset(
    [
        "a",
        "abbr",
        "address",
        "area",
        "article",
        "aside",
        "audio",
        "b",
        "base",
        "bdi",
        "bdo",
        "blockquote",
        "body",
        "br",
        "button",
        "canvas",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "data",
        "datalist",
        "dd",
        "del",
        "details",
        "dfn",
        "dialog",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frame",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hgroup",
        "hr",
        "html",
        "i",
        "iframe",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "legend",
        "li",
        "link",
        "main",
        "map",
        "mark",
        "math",
        "menu",
        "meta",
        "meter",
        "nav",
        "noscript",
        "object",
        "ol",
        "optgroup",
        "option",
        "output",
        "p",
        "param",
        "picture",
        "plaintext",
        "pre",
        "progress",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "script",
        "search",
        "section",
        "select",
        "slot",
        "small",
        "source",
        "span",
        "strong",
        "style",
        "sub",
        "summary",
        "sup",
        "svg",
        "table",
        "tbody",
        "td",
        "template",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "time",
        "title",
        "tr",
        "track",
        "u",
        "ul",
        "use",
        "var",
        "video",
        "wbr",
        "xmp",
    ]
)


def _as_a_browser(html: str) -> tuple[set[str], set[str]]:
    """Elements and attributes as an HTML5 tree builder sees them (html5ever, by way of nh3)."""
    seen: set[str] = set()

    def note(_: str, attribute: str, value: str) -> str:
        seen.add(attribute)
        hold(not value.strip().lower().startswith(("javascript:", "data:text", "vbscript:")), f"{attribute}={value!r}")
        return value

    clean = nh3.clean(
        html,
        tags=set(_ELEMENTS),
        clean_content_tags=set(),
        attributes={},
        attribute_filter=note,
        generic_attribute_prefixes=set(ascii_lowercase),
        link_rel=None,
        strip_comments=False,
    )
    return Page(clean).tags, seen


@cache
def _tame() -> tuple[set[str], set[str], set[str], set[str]]:
    html = render_reviewer(_card(["plain", "a text\nof two lines", "x = 'y'"]))
    page = Page(html)
    return page.tags, page.attributes, *_as_a_browser(html)


def report_page(data: bytes) -> None:
    """A whole report around hostile text: no element and no attribute that a tame one lacks, in two parsers."""
    texts = [_decoded(part) for part in data[:2_000].split(b"\xff")][:3]
    html = render_reviewer(_card(texts))
    html.encode()
    hold({c for c in html if not c.isprintable()} <= {"\n"}, "control characters on the page")
    page = Page(html)
    tags, attributes, browser_tags, browser_attributes = _tame()
    hold(
        page.tags <= tags and page.attributes <= attributes,
        f"markup: {page.tags - tags} {page.attributes - attributes}",
    )
    seen_tags, seen_attributes = _as_a_browser(html)
    hold(seen_tags <= browser_tags, f"elements in a browser: {seen_tags - browser_tags}")
    hold(seen_attributes <= browser_attributes, f"attributes in a browser: {seen_attributes - browser_attributes}")
    hold(
        not (seen_tags | page.tags) & {"script", "iframe", "object", "embed", "form", "base", "link"}, "active content"
    )
    hold(len(page.ids) == len(set(page.ids)), "an id that stands twice")


_MARKUP = (b"<script>", b"</script>", b"</style>", b"<!--", b"-->", b"]]>", b"<img src=x onerror=", b'" onclick="', b"' x='",
           b"{{ 7*7 }}", b"{% raw %}", b"&lt;", b"&#x3c;", b"</title>", b"</textarea>", b"<svg/onload=", b"javascript:",
           b"[a](javascript:b)", b"\xe2\x80\xae", b"\x00", b"\x1b[31m", b"\xff", b"\xcc\x81\xcc\x81\xcc\x81\xcc\x81")  # fmt: skip
_SECRETS = (b"-----BEGIN RSA PRIVATE KEY-----", b"-----END PRIVATE KEY-----", b"AKIAABCDEFGHIJKLMNOP", b"sk-" + b"a" * 20,
            b"password = '", b"Bearer ", b"eyJ" + b"a" * 10 + b"." + b"b" * 10, b"://u:p@h", b"A" * 60 + b" ")  # fmt: skip

TARGETS = (
    Target(
        name="report_text",
        run=report_text,
        max_bytes=8_192,
        seeds=(
            b"plain",
            b"password = 'x' \x1b[31m \xe2\x80\xae api_key: \"y\" https://u:p@h/ Bearer abcdefghijkl",
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\r\n\tx",
            "a\u0301\u0301\u0301\u0301\u0301b 日本語 \u1100\u1161".encode(),
            b"eyJ-" * 1_000,
        ),
        words=(*_SECRETS, *_MARKUP, b"\r\n", b"\t"),
    ),
    Target(
        name="report_excerpt",
        run=report_excerpt,
        seeds=(
            b"\0\0\1\2def f(x):\n    '''text\n    x = \"a\\\"b\"\n\n    '''\nreturn f'{x!r:>{3}}'",
            b"\0\1\1\0password = 'tr0ub4dor' + \"x\"",
            b"\1\0\1\0\x00\x0b<b>\xe2\x80\xa8\n-----BEGIN PRIVATE KEY-----\nAAA\nx",
            b"\x09\0\1\0<script>x='</script>'\n<!-- {{ 7*7 }} -->",
            b"\x0a\0\1\0const x: string = `${'a'}`; // b",
        ),
        words=(
            *_SECRETS,
            b"'''",
            b'"""',
            b"f'{",
            b"}'",
            b"\\\n",
            b"#",
            b"def ",
            b"class ",
            b"@",
            b"lambda",
            b"\t",
            b"\x0c",
        ),
    ),
    Target(
        name="report_page",
        run=report_page,
        seconds=5.0,
        max_bytes=2_000,
        seeds=(
            b"plain\xfftext\xff<script>alert(1)</script>",
            b"\" onmouseover=\"x\xff' autofocus='\xff</style></title><svg onload=x>",
            b"javascript:alert(1)\xff<!--\xff{{ 7*7 }}{% raw %}",
            b"\x00\x1b[31m\xe2\x80\xae\xff\n\n\xff]]>",
            b"\xff\xff",
        ),
        words=(*_MARKUP, *_SECRETS),
    ),
)
