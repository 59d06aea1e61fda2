"""The reviewer's edition as text: what it says and what it links."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest

from grader.errors import Blame
from grader.report import render_reviewer
from grader.report.render import page as render_page
from grader.report.render import reviewer_view
from grader.report.text import number
from grader.scorecard import Point, State, Status
from tests.golden import builders, cards
from tests.golden.pages import Page, page
from tests.golden.samples import SAMPLES

NAMES = list(SAMPLES)
NO_WORDS = re.compile(
    r"\b(obviously|simply|just|poor|sloppy|plagiar\w*|suspicious|should have|failed to|culture fit"
    r"|cheat\w*|lazy|careless)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_has_its_target(name) -> None:
    """Every link stays on the page, where its target is exactly once, or leads to a line at the graded commit."""
    found = page(name)
    lines = {link for link in found.links if not link.startswith("#")}
    forges = {
        "many-findings": f"https://codeberg.org/wren-214/helpdesk-search/src/commit/{builders.COMMIT}/",
        "typescript": f"https://github.com/osprey-77/search-service/blob/{builders.COMMIT}/",
    }
    assert all(link.startswith(forges.get(name, "nowhere")) for link in lines)
    assert bool(lines) == (name in forges)
    assert {link[1:] for link in set(found.links) - lines} <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))


@pytest.mark.parametrize("name", ["excellent", "capped", "many-findings", "hostile"])
def test_every_criterion_links_all_its_evidence(name) -> None:
    """Each evidence id of a criterion is a link in that criterion's own row."""
    found = page(name)
    for criterion in SAMPLES[name]().criteria:
        assert {f"#{evidence}" for evidence in criterion.evidence} <= set(found.rows[f"criterion-{criterion.id}"])


def test_evidence_anchors_exist() -> None:
    """Checks, gates, findings, linter, complexity, log and failure can be linked to."""
    found = set(page("capped").ids)
    assert {"check-data.restart", "gate-G3", "finding-2", "lint", "complexity", "service-log"} <= found
    assert "failure" in page("not-gradable").ids
    assert {"lint", "complexity", "service-log", "failure"} <= set(page("incomplete").ids)


def test_unknown_evidence_is_text() -> None:
    """An evidence id that the page does not hold is shown, and is no link."""
    card = cards.excellent()
    point = Point(text="A fact.", criterion="lint", evidence="finding-999")
    found = Page(render_reviewer(card.model_copy(update={"strengths": (point,)})))
    assert "finding-999" in found.text
    assert "#finding-999" not in found.links


def test_capped_score_says_why() -> None:
    """A capped score shows what was earned, the gate and its reason, and hatches the lost part."""
    card, found = cards.capped(), page("capped")
    assert card.limited_by == "G3"
    assert f"{number(card.score or 0)} of 100" in found.text
    assert "Earned 51.7; limited to 40 because the service stopped on malformed input. Gate G3" in found.text
    html = render_reviewer(card)
    assert 'class="lost"' in html
    assert "11.7 points were earned and do not count, because a gate limits the score." in html
    assert 'class="lost"' not in render_reviewer(cards.excellent())


def test_the_score_says_what_it_rests_on() -> None:
    """Points of the weight assessed, weight that awaits people, weight nobody assessed; they sum to 100."""
    found = page("capped").text
    assert "42.9 out of 83 points that the harness has assessed so far (83 of 100 weight)." in found
    assert "15 weight awaits people and is not in the score yet." in found
    assert "2 weight was not assessed. It is left out, not counted as zero." in found
    view = reviewer_view(cards.capped()).brief
    assert sum(float(part.weight) for part in view.legend) == pytest.approx(100)
    assert all(a.start + a.length == b.start for a, b in pairwise(view.weight_bar.segments))


def test_the_formula_is_the_score() -> None:
    """The caption's arithmetic gives the earned score from the rubric's own rows."""
    card = cards.capped()
    view = reviewer_view(card).rubric
    points = sum(float(row.points) for row in view.rows if row.points != "–")
    assert 100 * points / card.assessed_weight == pytest.approx(card.earned, abs=0.3)
    assert "= 100 × 42.9 ÷ 83 = 51.7" in view.formula


def test_people_and_grader_errors_are_no_zeros() -> None:
    """A row that awaits people and a check that our runner lost show no points and say whose they are."""
    view = reviewer_view(cards.capped())
    people = [row for row in view.rubric.rows if row.decided_by == "People decide"]
    assert [(row.points, row.mark.word, row.level) for row in people] == [("–", "Awaits people", "")] * 2
    (lost,) = [check for group in view.checks.groups for check in group.checks if check.mark.word == "Grader error"]
    assert lost.ours == "Our runner stopped; this was not scored."


def test_a_row_shows_level_anchor_and_next_level() -> None:
    """A row has its level with that level's anchor, and the anchor of the level above."""
    row = next(row for row in reviewer_view(cards.capped()).rubric.rows if row.title.startswith("API"))
    assert (row.level, row.level_text) == ("Level 2", "Most routes follow it; some bad bodies get a 5xx.")
    assert row.next_level == "level 3: All routes follow it; a few bad bodies lack the structured error."


def test_not_gradable_names_the_next_step() -> None:
    """The candidate's failure is one sentence, the next step another, and no strength or weakness is made up."""
    found = page("not-gradable").text
    assert "Not gradable as it stands" in found
    assert "The service did not answer GET /health with 200 within 60 s" in found
    assert "Next step: Start it with the manifest's command" in found
    assert "Nothing was assessed (0 of 100 weight)." in found
    assert "Strengths" not in found


def test_incomplete_is_ours() -> None:
    """Our failure says it is ours, shows no score, and draws no bar."""
    html = render_reviewer(cards.incomplete())
    found = Page(html).text
    assert "Incomplete: our runner stopped; this was not scored" in found
    assert "Not scored" in found
    assert 'class="got"' not in html


@pytest.mark.parametrize(
    ("blame", "score", "heading"),
    [
        (Blame.CHALLENGE, None, "Incomplete: the challenge is at fault; this was not scored"),
        (Blame.CHALLENGE, 51.7, "Incomplete: the challenge is at fault; the score is not final"),
        (Blame.INFRASTRUCTURE, 51.7, "Incomplete: our runner stopped; the score is not final"),
    ],
)
def test_faults_of_ours_name_their_owner(blame, score, heading) -> None:
    """A broken challenge is not called the runner's fault, and a score beside a fault is not final."""
    failure = cards.incomplete().failure.model_copy(update={"blame": blame})
    card = cards.capped().model_copy(update={"status": Status.INCOMPLETE, "failure": failure, "score": score})
    assert reviewer_view(card).brief.banner.heading == heading


def test_findings_are_capped_by_rule() -> None:
    """Two hundred findings: three excerpts a rule, the rest counted, every excerpt with one marked line."""
    card = cards.many_findings()
    view = reviewer_view(card).code
    by_rule = {rule: sum(f.rule == rule for f in card.code.findings) for rule in {f.rule for f in card.code.findings}}
    assert all(len(rule.findings) == min(3, by_rule[rule.rule]) for rule in view.rules)
    assert all(
        rule.more == f"and {by_rule[rule.rule] - 3} more in the JSON" for rule in view.rules if by_rule[rule.rule] > 3
    )
    assert all(sum(row.marked for row in f.lines) == 1 for rule in view.rules for f in rule.findings)
    assert [rule.scored for rule in view.rules] == sorted((rule.scored for rule in view.rules), reverse=True)


def test_excerpts_are_capped_over_all() -> None:
    """A thousand rules do not make a page of a thousand excerpts."""
    findings = tuple(builders.finding(n, f"X{n}", "style") for n in range(1_000))
    view = reviewer_view(cards.excellent().model_copy(update={"code": builders.code(findings)})).code
    assert sum(len(rule.findings) for rule in view.rules) == 60
    assert view.rules_more == "Excerpts of 940 more rules are in the JSON."


def test_claims_stand_beside_measures() -> None:
    """A claim is shown next to our measure of the same name, linked; one we do not measure says so."""
    claims = {claim.name: claim for claim in reviewer_view(cards.capped()).scope.claims}
    assert (claims["recall_at_10"].claimed, claims["recall_at_10"].measured) == (
        "0.950",
        "0.874 [0.806, 0.931], n = 84",
    )
    assert claims["recall_at_10"].link.anchor == "check-relevance.paraphrase"
    assert (claims["mrr"].measured, claims["mrr"].link) == ("not measured by us", None)


def test_provenance_is_complete() -> None:
    """Commit, digests, seed, limits, stages, the command and the digest of the JSON are on the page."""
    card, found = cards.capped(), page("capped").text
    identity = card.provenance.identity
    wanted = [identity.commit, identity.challenge_digest, identity.harness_digest, str(identity.seed), card.digest()]
    wanted += [
        *identity.images.values(),
        card.provenance.command,
        card.provenance.evidence_digest,
        "service memory size",
    ]
    assert [text for text in wanted if text not in found] == []


def test_passed_checks_are_short() -> None:
    """A check that passed shows no exchange; one that did not shows the brief's sentence and its last exchanges."""
    checks = {check.id: check for group in reviewer_view(cards.capped()).checks.groups for check in group.checks}
    assert checks["contract.health"].exchanges == ()
    failed = checks["contract.malformed"]
    assert failed.brief == "A body that is not JSON answers 4xx with a structured error."
    assert failed.exchanges[-1].head == "POST /search → 500, 31.8 ms"
    assert failed.exchanges_note == "2 exchanges"


def test_our_words() -> None:
    """None of our own sentences uses a word that judges a person."""
    assert [
        match[0] for name in ("excellent", "capped", "incomplete") for match in NO_WORDS.finditer(page(name).text)
    ] == []


def test_every_outcome_has_icon_and_word() -> None:
    """No outcome is told by colour alone."""
    card = cards.excellent()
    group = card.groups[0]
    checks = tuple(check.model_copy(update={"state": state}) for check, state in zip(group.checks, State, strict=False))
    view = reviewer_view(card.model_copy(update={"groups": (group.model_copy(update={"checks": checks}),)}))
    marks = [(check.mark.icon, check.mark.word) for check in view.checks.groups[0].checks]
    assert marks == [("✓", "Passed"), ("◐", "Partly"), ("✕", "Failed"), ("–", "Not assessed"), ("!", "Grader error")]


def test_a_page_renders_quickly() -> None:
    """A typical view goes through its template in 50 ms of processor time, so that a dashboard renders on request."""
    view = reviewer_view(cards.capped())
    times = []
    for _ in range(5):
        began = time.process_time()
        render_page("reviewer.html.j2", view)
        times.append(time.process_time() - began)
    assert min(times) <= 0.05


def test_incomplete_without_a_failure_says_why() -> None:
    """When too little could be assessed, the page says so although no stage failed."""
    banner = reviewer_view(cards.capped().model_copy(update={"status": Status.INCOMPLETE})).brief.banner
    assert banner.heading == "Incomplete: our runner stopped; the score is not final"
    assert banner.sentence == "Too much of the weight could not be assessed; the rubric says why."


def test_a_limit_in_other_words_is_a_sentence_too() -> None:
    """A gate whose sentence does not begin with its limit still yields what was earned and the limit."""
    card = cards.capped()
    gates = tuple(gate.model_copy(update={"sentence": "It stopped"}) for gate in card.gates)
    limit = reviewer_view(card.model_copy(update={"gates": gates})).brief.limit
    assert (limit.sentence, limit.link.anchor) == ("Earned 51.7; limited to 40: It stopped.", "gate-G3")


def test_what_the_message_says_is_not_said_twice() -> None:
    """Expected and seen are left out where the message holds both."""
    checks = [check for group in reviewer_view(cards.all_failed()).checks.groups for check in group.checks]
    assert {(check.expected, check.seen) for check in checks} == {("", "")}
    assert sum(check.exchanges_printed for check in checks) == 10


def test_long_lists_are_cut_and_counted() -> None:
    """Skipped files, things left out and notes beyond a screenful are counted, not dropped in silence."""
    view = reviewer_view(cards.hostile())
    assert view.code.left_out_more == "and 10 more in the JSON"
    assert view.scope.left_out[-1].text == "and 8 more in the JSON"
    assert view.provenance.notes[-1] == "and 20 more in the JSON"


def test_absence_is_said() -> None:
    """No stated hours, no finding and findings beyond the record are each a sentence, not a gap."""
    card = cards.excellent()
    time_facts = card.time.model_copy(update={"stated_hours": None})
    clean = reviewer_view(card.model_copy(update={"time": time_facts, "code": builders.code(())}))
    assert clean.scope.stated == "The candidate stated no hours."
    assert clean.code.lint == "The linter found nothing."
    more = builders.code(builders.FINDINGS, findings_total=9_000, maintainability=None)
    view = reviewer_view(card.model_copy(update={"code": more})).code
    assert view.lint == "9,000 findings; 3 in categories that are scored. The record keeps the first 4."
    assert "Mean maintainability" not in view.complexity
