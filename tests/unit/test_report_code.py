"""Code findings and integrity facts in the report: every place can be clicked, what was left out is said."""

from __future__ import annotations

import pytest

from grader.report import render_reviewer
from grader.report.advice import advice
from grader.report.forge import line_address
from grader.report.render import reviewer_view
from grader.submission import Submission
from harness.static.categories import SCRIPT_RULES, STYLE
from tests.golden import builders, cards
from tests.golden.pages import Page, page

COMMIT = builders.COMMIT


def address(url: str, path: str = "app/x.py", line: int = 7, commit: str = COMMIT) -> str:
    """The address of a line of a submission."""
    return line_address(Submission(url=url, commit=commit), path, line)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://github.com/a/b.git", f"https://github.com/a/b/blob/{COMMIT}/app/x.py#L7"),
        ("https://github.com/a/b/", f"https://github.com/a/b/blob/{COMMIT}/app/x.py#L7"),
        ("https://gitlab.com/a/sub/b", f"https://gitlab.com/a/sub/b/-/blob/{COMMIT}/app/x.py#L7"),
        ("https://bitbucket.org/a/b.git", f"https://bitbucket.org/a/b/src/{COMMIT}/app/x.py#lines-7"),
        ("https://codeberg.org/a/b.git", f"https://codeberg.org/a/b/src/commit/{COMMIT}/app/x.py#L7"),
        ("https://git.sr.ht/~a/b", f"https://git.sr.ht/~a/b/tree/{COMMIT}/item/app/x.py#L7"),
    ],
)
def test_a_known_forge_is_linked_at_the_commit(url, wanted):
    """A line's address has the forge's own form, at the commit that was graded."""
    assert address(url) == wanted


@pytest.mark.parametrize(
    "url",
    [
        "http://github.com/a/b",
        "https://git.example/a/b",
        "https://github.com.evil.example/a/b",
        "https://github.com@evil.example/a/b",
        "https://user:word@github.com/a/b",
        "https://github.com:444/a/b",
        "https://github.com/a/../b",
        "https://github.com/a/b?x=1",
        "https://github.com/a",
        'https://github.com/a/b"onclick=x',
        "javascript://github.com/a/b",
        "https://[broken/a/b",
        "/srv/repositories/a",
    ],
)
def test_other_addresses_are_not_linked(url):
    """Another host, scheme, user, port or an odd path gives no link at all."""
    assert address(url) == ""


def test_a_hostile_path_stays_a_path():
    """Quotes, spaces, fragments and markup in a file's name are quoted; without a commit there is no link."""
    found = address("https://github.com/a/b", path='a "b"/<c>#L1?x.py', line=-3)
    assert found == f"https://github.com/a/b/blob/{COMMIT}/a%20%22b%22/%3Cc%3E%23L1%3Fx.py#L1"
    assert address("https://github.com/a/b", commit="") == ""


def test_every_finding_and_function_on_the_page_can_be_clicked():
    """Each has an anchor of its own, a link to it, and on a known forge one to its line."""
    found, view = page("many-findings"), reviewer_view(cards.many_findings()).code
    findings = [finding for rule in view.rules for finding in rule.findings]
    assert findings
    for shown in (*findings, *view.functions):
        assert shown.anchor in found.ids
        assert shown.href in found.links
    assert {f"#{finding.anchor}" for finding in findings} <= set(found.links)
    assert "#function-1-source" in found.links


def test_what_was_left_out_is_said_with_its_price():
    """Code that was not analysed stands with reason, lines and what it costs; a claim in vain is told."""
    view = reviewer_view(cards.capped()).code
    assert "3 files with 529 lines were not analysed, beside 1,412 that were." in view.left_out
    assert [(row.path, row.costs) for row in view.left_out_rows] == [
        ("app/api_pb2.py", "nothing"),
        ("public/check.py", "nothing"),
        ("tools/old.py", "counts as unread"),
    ]
    assert "was read all the same" in view.notes[0]


def test_integrity_facts_have_no_points():
    """Similarity, secrets and licence are facts with ordinary explanations and a question, never a mark or points."""
    facts = reviewer_view(cards.capped()).integrity.facts
    assert [fact.title for fact in facts] == ["Similarity", "Secrets in the source", "Licence"]
    similar, secrets, licence = facts
    assert "17 % of this code is also in solution lexical-only (31 % of that work)" in similar.seen
    assert similar.places[0].text == "29 passages also in solution lexical-only, service/library.py:20"
    assert secrets.places[0].text == "Secret Keyword, masked (0a1b2c3d)"
    assert all(fact.ordinary and fact.ask for fact in (similar, secrets))
    assert licence.seen == "The repository has LICENSE, which reads as MIT. pyproject.toml declares MIT."


def test_nothing_found_is_said():
    """Without anything to tell, each fact is still a sentence."""
    bare = builders.code((), similar=(), secrets=(), licence={}, left_out=(), left_out_total=0, notes=(), compared=0)
    view = reviewer_view(cards.capped().model_copy(update={"code": bare}))
    assert [fact.seen for fact in view.integrity.facts] == [
        "There was no other work to compare with.",
        "No key, token or password was recognised.",
        "The repository has no licence file.",
    ]
    assert (view.code.left_out, view.code.left_out_rows) == ("", ())
    gone = Page(render_reviewer(cards.capped().model_copy(update={"code": None})))
    assert "The source was not analysed." in gone.text


@pytest.mark.parametrize("rule", [r for kind, rules in SCRIPT_RULES.items() if kind != STYLE for r in rules])
def test_scored_rules_of_scripts_have_advice(rule):
    """Each rule that can cost points says why it matters and what would mend it."""
    assert all(advice(rule))
