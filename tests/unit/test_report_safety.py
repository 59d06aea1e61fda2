"""The reviewer's edition and strangers: same bytes for the same record, and no markup, control or secret."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import time

import pytest

from grader.report import render_reviewer
from grader.report.excerpts import excerpt
from grader.report.text import MASK, block, line, masked, measured, number, percent, plain, seconds
from tests.golden import builders, cards
from tests.golden.pages import Page, page
from tests.golden.samples import SAMPLES

NAMES = list(SAMPLES)


@pytest.mark.parametrize("name", NAMES)
def test_same_record_same_bytes(name) -> None:
    """Rendering twice gives the same bytes."""
    assert render_reviewer(SAMPLES[name]()) == render_reviewer(SAMPLES[name]())


def test_bytes_depend_on_nothing_around() -> None:
    """Another process, hash seed, time zone, locale and working directory give the same bytes."""
    program = "import sys; from tests.golden.samples import SAMPLES; from grader.report import render_reviewer; "
    program += "import hashlib; print(hashlib.sha256(render_reviewer(SAMPLES['hostile']()).encode()).hexdigest())"
    root = os.fspath(cards.__file__).rsplit("/tests/", 1)[0]
    around = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8", "PYTHONPATH": root, "PATH": "/bin"}
    other = subprocess.run(
        [sys.executable, "-c", program], env=around, cwd="/", capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == hashlib.sha256(render_reviewer(cards.hostile()).encode()).hexdigest()


def test_ids_that_look_alike_stay_apart() -> None:
    """Two evidence ids that become the same safe id get two anchors."""
    card = cards.excellent()
    group = card.groups[0]
    first, second = (
        check.model_copy(update={"evidence": evidence})
        for check, evidence in zip(group.checks, ("check-a b", "check-a/b"), strict=False)
    )
    found = Page(
        render_reviewer(card.model_copy(update={"groups": (group.model_copy(update={"checks": (first, second)}),)}))
    )
    assert {"check-a-b", "check-a-b_2"} <= set(found.ids)


@pytest.mark.parametrize("name", NAMES)
def test_policy_allows_the_one_stylesheet_and_nothing_else(name) -> None:
    """The policy names the digest of the inline style; no script, no style attribute, no source of any kind."""
    html = render_reviewer(SAMPLES[name]())
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'" in html
    )
    found = Page(html)
    assert not found.tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not {name for name in found.attributes if name.startswith("on")} | (
        found.attributes & {"style", "src", "srcset", "action"}
    )


def test_hostile_text_adds_no_markup() -> None:
    """Text of strangers brings no tag and no attribute that a tame report lacks."""
    tame, hostile = (page(name) for name in ("capped", "hostile"))
    failure = page("incomplete")
    assert hostile.tags <= tame.tags | failure.tags
    assert hostile.attributes <= tame.attributes | failure.attributes
    assert "{{ 7*7 }}" in hostile.text


def test_hostile_text_is_printable() -> None:
    """No control, format or bidirectional character reaches the page; they are shown as escapes."""
    html = render_reviewer(cards.hostile())
    assert {c for c in html if not c.isprintable()} == {"\n"}
    assert r"\x1b[31m" in html
    assert r"\u202e" in html


def test_no_secret_reaches_the_page() -> None:
    """Keys, passwords and credentials in URLs are masked wherever they stand."""
    html = render_reviewer(cards.hostile())
    assert "hunter2" not in html
    assert "abcd1234abcd" not in html
    assert "pw-abcdef" not in html
    assert html.count(MASK) > 50


def test_a_hardcoded_password_is_masked_in_finding_and_source() -> None:
    """The linter's message and the marked line both quote the secret; the page quotes neither."""
    secret = builders.finding(
        0,
        "S105",
        "security",
        message='Possible hardcoded password assigned to: "passphrase": "tr0ub4dor"',
        line=21,
        excerpt=("import os", 'passphrase = "tr0ub4dor"'),
    )
    html = render_reviewer(cards.excellent().model_copy(update={"code": builders.code((secret,))}))
    assert "tr0ub4dor" not in html
    assert "Possible hardcoded password assigned to" in html


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("key AKIAABCDEFGHIJKLMNOP end", "key  end"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer "),
        ("postgres://app:s3cr3tpw@db/x", "postgres://app:@db/x"),
        ("API_KEY = 'a b c'", "API_KEY = ''"),
        ('{"client_secret": "xyz"}', '{"client_secret": ""}'),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.sig", ""),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nx = 1", "\n\n\n\nx = 1"),
        (f"{'a' * 64}\n{'b' * 64}\n-----END PRIVATE KEY-----", "\n\n"),
    ],
)
def test_masking(text, kept) -> None:
    """Recognisable secrets go, what stands around them stays, and no line is lost."""
    assert masked(text).replace(MASK, "") == kept


@pytest.mark.parametrize(
    "text", ["user_password = None", "sha256:" + "1f" * 32, "the secret of search", "max_tokens: 40"]
)
def test_masking_leaves_ordinary_text(text) -> None:
    """Digests, names and prose are no secrets."""
    assert masked(text) == text


@pytest.mark.parametrize(
    "piece",
    ["eyJ-", "a-", "x://", "password", "A" * 60 + " ", "-----BEGIN PRIVATE KEY", "sk-", '"', "bearer ", "\u0301"],
)
def test_masking_takes_linear_time(piece) -> None:
    """A log of 32 kB written against the patterns does not hold up a report."""
    began = time.perf_counter()
    block(piece * (32_768 // len(piece)), 3_000)
    assert time.perf_counter() - began < 2


def test_combining_marks_cannot_pile_up() -> None:
    """A letter under fifty marks is cut to three and marked as cut."""
    assert line("a" + "\u0321" * 50 + "b") == "a" + "\u0321" * 3 + "…b"


def test_blocks_keep_their_lines() -> None:
    """Line breaks and indentation stay; other controls are shown; what is cut is marked."""
    assert block("a\r\n\tb\x00\rc", 100) == "a\n    b\\x00\\rc"
    assert block("abcdef", 3) == "abc…"


def test_numbers_have_one_form() -> None:
    """One decimal; what somebody set drops its zero; percent has none; seconds have one."""
    assert (number(62.65), number(70), number(-0.01), number(1234.5)) == ("62.7", "70.0", "0.0", "1,234.5")
    assert (plain(24), plain(7.5), plain(1e300)) == ("24", "7.5", "1e+300")
    assert (percent(0.117), seconds(12.34)) == ("12 %", "12.3 s")
    assert (measured(0.8741, ""), measured(143.22, "ms"), measured(12.4, "%"), measured(3, "")) == (
        "0.874",
        "143.2 ms",
        "12 %",
        "3",
    )


@pytest.mark.parametrize("path", ["a.py", "a.ts", "Dockerfile", "a.unknown", "../x\u202e.py", "<b>.html", ""])
def test_an_excerpt_is_its_source(path) -> None:
    """Whatever lexer the name suggests, the lines, their numbers and the mark stay as they were."""
    source = ("", "    '''text", "x = '<b>'", "", "end '''", "")
    rows = excerpt(path, source, 7, 9, secret=False)
    assert tuple("".join(span.text for span in row.spans) for row in rows) == source
    assert [row.number for row in rows] == [7, 8, 9, 10, 11, 12]
    assert [row.number for row in rows if row.marked] == [9]


def test_python_is_coloured_and_plain_text_is_not() -> None:
    """The file's name picks the lexer; an unknown name falls back to plain text."""
    coloured = excerpt("a.py", ("def f(): return 'x'",), 1, 1, secret=False)[0]
    assert len({span.css for span in coloured.spans}) > 2
    assert [span.css for span in excerpt("a.unknown", ("def f(): return 'x'",), 1, 1, secret=False)[0].spans] == [""]
