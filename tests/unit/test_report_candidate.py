"""The candidate's edition and the blind sheet: an allow-list of fields, nothing hidden, nobody's name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import evidence, repeat, static

from grader.challenge import load_challenge
from grader.errors import Blame, UsageError
from grader.evidence import Exchange, Log, ServiceEvidence
from grader.report.blind import NAMELESS, names_in
from grader.report.candidate import candidate_view
from grader.report.editions import Edition, Format, file_name, render
from grader.report.groups import FEWEST, merged
from grader.report.sheet import sheet_view
from grader.scorecard import GroupScore, Scorecard, State
from grader.scoring import score
from grader.validation.leaks import hidden_texts, public_texts, shared_runs
from tests.golden import cards
from tests.golden.marked import Marked
from tests.golden.pages import Page
from tests.golden.samples import SAMPLES

ROOT = Path(__file__).resolve().parents[2]
CHALLENGES = sorted(path.parent for top in ("challenges", "tests/challenges") for path in ROOT.glob(f"{top}/*/hidden"))
FORMATS = [(edition, form) for edition in (Edition.CANDIDATE, Edition.SHEET) for form in Format
           if edition is Edition.CANDIDATE or form not in (Format.SARIF, Format.JUNIT)]  # fmt: skip

CANDIDATE = {
    "challenge", "challenge_title", "challenge_version", "grading", "provenance.began_at",
    "provenance.identity.grader_version", "submission.commit", "submission.notes", "submission.tree", "submission.url",
    "failure.message", "failure.next_step", "gates.sentence", "groups.title", "groups.candidate_text",
    "criteria.title", "criteria.candidate_text", "criteria.asks", "criteria.level_text", "criteria.next_level_text",
    "criteria.overrides.at", "code.findings.category", "code.findings.message", "code.findings.path",
    "code.findings.rule", "code.functions.name", "code.functions.path", "code.left_out.path", "code.left_out.reason",
    "code.secrets.kind", "code.secrets.path", "code.tools key", "code.tools value", "left_out", "work.claims.name",
    "work.claims.where", "work.own_tests.sentence", "work.own_tests.survivors.after",
    "work.own_tests.survivors.before", "work.own_tests.survivors.path", "work.scope.title", "work.sections.heading",
    "work.sections.title", "work.sections.where",
}  # fmt: skip
SHEET = {
    "challenge", "challenge_title", "challenge_version", "code.functions.name", "code.functions.path",
    "code.metrics.path", "criteria.anchors", "criteria.asks", "criteria.id", "criteria.title",
    "work.decisions.mentions.name", "work.decisions.mentions.where", "work.decisions.path", "work.decisions.text",
    "work.decisions.title", "work.documents_read", "work.own_tests.sentence", "work.sections.heading",
    "work.sections.title", "work.sections.where", "work.situations.checks.message", "work.situations.checks.title",
    "work.situations.findings.message", "work.situations.findings.path", "work.situations.findings.rule",
    "work.situations.title",
}  # fmt: skip


def every(card: Scorecard, edition: Edition) -> dict[Format, str]:
    """An edition in all its formats."""
    return {form: render(card, edition, form) for own, form in FORMATS if own is edition}


@pytest.mark.parametrize(("edition", "allowed"), [(Edition.CANDIDATE, CANDIDATE), (Edition.SHEET, SHEET)])
def test_only_allowed_fields_are_let_through(edition, allowed):
    """With a marker in every text of the record, exactly the allowed places reach an edition, over all formats."""
    found = set()
    for name in SAMPLES:
        marked = Marked(SAMPLES[name]())
        for text in every(marked.record, edition).values():
            found |= marked.found(text)
    assert found == allowed


def test_a_failure_of_ours_keeps_its_words_to_itself():
    """What our engine said is for us; the candidate reads that it was ours, and that nothing is needed."""
    marked = Marked(cards.incomplete())
    found = set().union(*(marked.found(text) for text in every(marked.record, Edition.CANDIDATE).values()))
    assert "failure.message" not in found
    notice = candidate_view(cards.incomplete()).notice
    assert notice.sentence == "Our runner stopped; this was not scored."
    assert notice.next_step == "Nothing is needed from you. We grade the same commit again, and it costs nothing."
    failure = cards.incomplete().failure.model_copy(update={"blame": Blame.CHALLENGE})
    other = candidate_view(cards.incomplete().model_copy(update={"failure": failure})).notice
    assert other.sentence == "The challenge is at fault; this was not scored."


def hidden_card(folder: Path, step: int) -> tuple[Scorecard, dict[str, str]]:
    """A grading of a challenge in which nothing passed, and hidden text stands wherever a run may leave some."""
    rubric = load_challenge(folder.name, folder.parent).challenge
    hidden = hidden_texts(folder / "hidden")
    whole = "\n".join(hidden.values())
    pieces = iter(whole[at : at + 600] for at in range(step, 10**9, max(1, len(whole) // 400)))

    def piece() -> str:
        return next(pieces) or whole[:600]

    def failed(number: int):
        exchange = Exchange(method="POST", path=piece(), request=piece(), status=500, reply=piece(), ms=1.0,
                            fault=None, truncated=False)  # fmt: skip
        return repeat(number, "failed", message=piece(), expected=piece(), seen=piece(), exchanges=(exchange,))

    verdicts = {check.id: [failed(n) for n in range(check.repeats)] for check in rubric.checks}
    log = Log(head=piece(), tail=piece(), bytes=9, truncated=True)
    own = evidence(verdicts, rubric, static=static(3), service=ServiceEvidence(became_ready=True, boot_s=0.5, log=log))
    return score(own), hidden


@pytest.mark.parametrize("folder", CHALLENGES, ids=lambda folder: folder.name)
def test_no_run_of_twenty_characters_is_shared_with_a_hidden_file(folder):
    """Whatever a run brought back of hidden files, no format for candidates holds 20 characters of it."""
    card, hidden = hidden_card(folder, 0)
    for form, text in every(card, Edition.CANDIDATE).items():
        assert shared_runs(text, hidden, public_texts(folder).values()) == [], form
    assert shared_runs(render(card, Edition.REVIEWER, Format.HTML), hidden) != []


@pytest.mark.parametrize("folder", CHALLENGES, ids=lambda folder: folder.name)
def test_no_check_can_be_named(folder):
    """No id and no title of a check, and none of its sentences of the brief, stands in the candidate's edition."""
    card, _ = hidden_card(folder, 7)
    words = {word for group in card.groups for check in group.checks for word in (check.id, check.title)}
    rows = (" ".join((row.title, row.candidate_text, row.asks, *row.anchors)) for row in card.criteria)
    allowed = " ".join((card.challenge_title, *(g.title + g.candidate_text for g in card.groups), *rows))
    for form, text in every(card, Edition.CANDIDATE).items():
        assert [word for word in words if word in text and word not in allowed] == [], form


def test_the_search_sees_through_layout_and_escapes():
    """A shared run is found over line breaks, in escaped HTML and in JSON; public text is no secret."""
    hidden = {"a.py": 'expect(reply["id"] == "kb-0192",\n    "the id <of> the document")'}
    assert shared_runs("<p>the id &lt;of&gt; the\n document</p>", hidden) != []
    assert shared_runs(json.dumps({"x": 'reply["id"] == "kb-0192"'}), hidden) != []
    assert shared_runs("<p>the id <b>and</b> the document</p>", hidden) == []
    assert shared_runs("<p>the id &lt;of&gt; the document</p>", hidden, ["about the id <of> the document"]) == []


def group(name: str, size: int) -> GroupScore:
    """A group of so many checks."""
    check = cards.excellent().groups[0].checks[0]
    checks = tuple(check.model_copy(update={"id": f"{name}.{n}", "group": name}) for n in range(size))
    return GroupScore(id=name, title=name, candidate_text="About it.", passed=size, total=size, checks=checks)


@given(st.lists(st.integers(min_value=0, max_value=8), max_size=8))
def test_small_groups_are_merged(sizes):
    """No part has fewer than three checks unless all together have; no check is lost or shown twice."""
    found = tuple(group(f"g{number}", size) for number, size in enumerate(sizes))
    parts = merged(found)
    counts = [sum(len(one.checks) for one in part) for part in parts]
    assert sum(counts) == sum(sizes)
    assert all(count >= FEWEST for count in counts) or sum(sizes) < FEWEST
    names = [one.id for part in parts for one in part]
    assert sorted(names) == sorted(one.id for one in found if one.checks)


def test_too_few_checks_are_not_counted():
    """Two checks in all are not shown apart from the score."""
    card = cards.excellent().model_copy(update={"groups": (group("one", 2),)})
    view = candidate_view(card)
    assert view.groups == ()
    assert view.groups_note == "There are too few hidden checks to show them apart from the score."


def test_group_weights_are_points():
    """The weights of the groups sum to the weight of the criteria that take checks."""
    card = cards.capped()
    view = candidate_view(card)
    wanted = sum(row.weight for row in card.criteria if row.source == "checks")
    assert sum(float(part.weight) for part in view.groups) == pytest.approx(wanted, abs=0.3)


def test_what_was_lost_by_us_is_not_counted_against():
    """A check that our runner lost leaves the group's total and is said to be no fault of the submission."""
    (part,) = [one for one in candidate_view(cards.capped()).groups if one.note]
    assert (part.summary, part.note) == (
        "1 of 3 passed in full",
        "1 check could not be assessed, through no fault of the submission.",
    )
    (row,) = [row for row in candidate_view(cards.capped()).criteria if row.points is not None and row.why]
    assert (row.title, row.why) == (
        "Dependencies and latency",
        "8 of 10 could be assessed. The rest is left out.",
    )


def test_feedback_is_as_specific_in_praise_as_in_loss():
    """Strengths and open points name a criterion, quote a level's anchor, and link to its row."""
    view = candidate_view(cards.excellent())
    assert len(view.strengths) == 3
    assert view.adds_most
    for said in (*view.strengths, *view.adds_most):
        row = next(row for row in view.criteria if row.anchor == said.anchor)
        assert row.title == said.criterion
    assert "points are open. One level more: " in view.adds_most[0].text


def test_a_capped_score_says_why_without_an_id():
    """What was earned, the limit and its reason stand there; the gate's id does not."""
    view = candidate_view(cards.capped())
    assert view.limit == "Earned 51.7. Limited to 40 because the service stopped on malformed input."
    assert "G3" not in render(cards.capped(), Edition.CANDIDATE, Format.HTML)


def test_an_override_is_told_without_who_and_why():
    """A candidate reads that a person changed a level, and from what; reviewers' names and reasons stay theirs."""
    card = SAMPLES["overridden"]()
    changed = [row.changed for row in candidate_view(card).criteria if row.changed]
    assert "A person changed level 2 to level 4 on 2025-11-24 11:30:00 UTC." in changed
    assert "A person set level 3 on 2025-11-24 09:12:00 UTC." in changed
    text = render(card, Edition.CANDIDATE, Format.HTML)
    assert not [s for row in card.criteria for s in row.overrides if s.by in text or s.why in text]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("capped", "people decide the rest"),
        ("empty-repository", "A person looks at that before anything is decided."),
        ("incomplete", "The same commit is graded again. Nothing is decided before that."),
    ],
)
def test_what_happens_next_goes_by_how_it_ended(name, words):
    """Graded, not gradable, or incomplete through us: each says what comes next."""
    assert words in candidate_view(SAMPLES[name]()).next_steps[0]


def test_how_to_appeal_is_said():
    """The page says who decides, by when, and how to have a person look again."""
    text = Page(render(cards.capped(), Edition.CANDIDATE, Format.HTML)).text
    for words in ("A named person of the company that invited you decides", "within the time", "looks at it again"):
        assert words in text


@pytest.mark.parametrize(("edition", "form"), FORMATS)
@pytest.mark.parametrize("name", SAMPLES)
def test_same_record_same_bytes(name, edition, form):
    """Every edition and format is the same bytes for the same record."""
    assert render(SAMPLES[name](), edition, form) == render(SAMPLES[name](), edition, form)


@pytest.mark.parametrize("name", SAMPLES)
def test_links_of_all_editions_lead_somewhere(name):
    """Each link stays on its page and has its target exactly once."""
    for edition in (Edition.CANDIDATE, Edition.SHEET):
        found = Page(render(SAMPLES[name](), edition, Format.HTML))
        assert {link.removeprefix("#") for link in found.links} <= set(found.ids)
        assert len(found.ids) == len(set(found.ids))


# --- the sheet -----------------------------------------------------------------------------------


def test_the_sheet_has_no_score_and_no_level():
    """Neither total, points, levels nor who decided what is on the sheet, whatever the record says."""
    card = SAMPLES["overridden"]()
    text = Page(render(card, Edition.SHEET, Format.HTML)).text
    assert str(card.score) not in text
    assert "of 100." not in text
    assert not [row for row in card.criteria for step in row.overrides if step.by in text or step.why in text]
    assert not {"points", "score", "level"} & json.loads(render(card, Edition.SHEET, Format.JSON)).keys()
    unknown = {"level": None, "points": None, "share": None, "state": State.NOT_ASSESSED, "overrides": ()}
    criteria = tuple(row.model_copy(update=unknown) for row in card.criteria)
    other = card.model_copy(update={"score": 12.0, "earned": 12.0, "criteria": criteria})
    assert render(other, Edition.SHEET, Format.HTML) == render(card, Edition.SHEET, Format.HTML)


def test_the_sheet_asks_for_what_people_decide():
    """Each criterion that people decide stands there with five anchored levels, and no other."""
    marks = sheet_view(cards.capped()).marks
    assert [mark.title for mark in marks] == ["Structure and tests", "Decisions and trade-offs"]
    assert all([level.level for level in mark.levels] == [0, 1, 2, 3, 4] for mark in marks)
    assert marks[0].levels[4].text.startswith("Each part stands alone and is tested")


def test_the_sheet_names_nobody():
    """Owner and repository of the address, and e-mail addresses, are taken out wherever they stand."""
    card = cards.capped()
    work = card.work.model_copy(update={"documents_read": ("wren-214/README.md by Wren-214 (me@mail.example)",)})
    for form in (Format.HTML, Format.JSON, Format.CSV):
        text = render(card.model_copy(update={"work": work}), Edition.SHEET, form)
        assert "wren-214" not in text.lower()
        assert "helpdesk-search" not in text
        assert "mail.example" not in text
        assert card.submission.commit[:12] not in text
    assert (
        f"{NAMELESS}/README.md by {NAMELESS} ({NAMELESS})"
        in sheet_view(card.model_copy(update={"work": work})).log.read
    )


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://github.com/owner-1/some-work.git", ("owner-1", "some-work")),
        ("https://git.sr.ht/~wren/ab", ("wren",)),
        ("git@host:team/work.git", ("team", "work", "git@host")),
        ("https://[broken/owner", ("https", "[broken", "owner")),
    ],
)
def test_names_in_an_address(url, names):
    """The parts of an address that may name somebody, the longest first, ordinary words left out."""
    assert set(names_in(url)) <= set(names) | {"git@host"}
    assert names_in(url)
    assert list(names_in(url)) == sorted(names_in(url), key=lambda name: (-len(name), name))


def test_the_sheet_has_no_verdicts_format():
    """The sheet is html, json or csv; another format is refused with what to do."""
    with pytest.raises(UsageError) as caught:
        render(cards.capped(), Edition.SHEET, Format.JUNIT)
    assert caught.value.code == "report.no_such_format"
    assert re.search("html, json or csv", caught.value.next_step)


def test_files_have_one_name_each():
    """No edition in one format is written over another."""
    names = [file_name(edition, form) for edition in Edition for form in Format]
    assert len(set(names)) == len(names)
    assert {"report.html", "candidate.html", "candidate.json", "sheet.csv", "report.junit.xml"} <= set(names)
