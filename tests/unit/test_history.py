"""History: sessions and their error, dates that run backwards, and what came after the deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fetch_hosts import ENVIRONMENT, LOCAL
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import CandidateError
from grader.fetch import Commit, fetch
from grader.history import gather_history, history_facts

pytest_plugins = ["fetch_fixtures"]
pytestmark = pytest.mark.usefixtures("no_proxy")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def commits(*minutes: int) -> list[Commit]:
    """A line of commits at these minutes, newest first as git gives them."""
    made = []
    for number, minute in enumerate(minutes):
        when = (START + timedelta(minutes=minute)).isoformat()
        parents = (f"{number:02x}" * 20,) if number else ()
        made.append(
            Commit(sha=f"{number + 1:02x}" * 20, author_time=when, committer_time=when, subject="Work", parents=parents)
        )
    return made[::-1]


@pytest.mark.parametrize(
    ("minutes", "sessions", "hours"),
    [
        ((0,), 1, (0.0, 0.5, 1.0)),
        ((0, 20, 40), 1, (0.67, 1.17, 1.67)),
        ((0, 45, 90), 1, (0.0, 2.0, 2.5)),
        ((0, 20, 300, 320), 2, (0.67, 1.67, 2.67)),
    ],
)
def test_sessions_have_a_range(minutes, sessions, hours):
    """Gaps split sessions; the narrow and the wide reading give the ends of the range."""
    facts = history_facts(commits(*minutes))
    assert len(facts.sessions) == sessions
    assert (facts.low_hours, facts.hours, facts.high_hours) == pytest.approx(hours, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_the_estimate_lies_in_its_range(minutes):
    """Whatever the times are, low <= estimate <= high, and every commit is in one session."""
    facts = history_facts(commits(*minutes))
    assert facts.low_hours <= facts.hours <= facts.high_hours
    assert sum(session.commits for session in facts.sessions) == len(minutes)


def test_dates_that_run_backwards_are_named():
    """A commit dated before its parent is a fact with both ids and both times."""
    facts = history_facts(commits(0, 60, 30))
    assert facts.backwards_total == 1
    assert facts.backwards == (
        "030303030303 (2026-01-05T09:30:00+00:00) is dated before its parent 020202020202 (2026-01-05T10:00:00+00:00)",
    )


@pytest.mark.parametrize("stated", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "nonsense"])
def test_silly_times_stop_nothing(stated):
    """Times that no calendar has count as the earliest."""
    facts = history_facts([Commit(sha="0" * 40, author_time=stated, committer_time=stated, subject="")])
    assert facts.commits == 1


@pytest.fixture
def dated(repo, monkeypatch):
    """Commit files at an hour of the fifth of January."""
    made: list[str] = []

    def commit(hour: int, **files: str) -> str:
        for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
            monkeypatch.setitem(ENVIRONMENT, name, f"2026-01-05T{hour:02}:00:00+00:00")
        made.append(repo.files(*made[-1:], **files))
        return made[-1]

    return commit


def test_what_came_late_is_named(dated, repo, get):
    """Commits after the deadline are counted, and the files that differ since are named."""
    dated(9, a="1", b="1")
    dated(12, a="1", b="2")
    dated(13, a="1", b="2", c="3")
    got = get(repo.path)
    facts = gather_history(got, 500, deadline=START + timedelta(hours=2), chosen="newest")
    assert (facts.late_commits, facts.late_files, facts.late_files_total) == (2, ("b", "c"), 2)
    nothing = gather_history(got, 500, deadline=START + timedelta(hours=9), chosen="newest")
    assert (nothing.late_commits, nothing.late_files) == (0, ())
    everything = gather_history(got, 500, deadline=START - timedelta(hours=1), chosen="newest")
    assert (everything.late_commits, everything.late_files_total) == (3, 3)


def test_the_log_is_bounded(dated, repo, get):
    """Beyond the limit older commits are not read, and that is said."""
    for hour in range(5):
        dated(hour, a=str(hour))
    facts = gather_history(get(repo.path), 3, deadline=None, chosen="newest")
    assert (facts.commits, facts.truncated) == (3, True)


def test_the_newest_commit_before_the_deadline_can_be_graded(dated, repo, tmp_path):
    """With `before`, the newest commit of the default branch that was made by then is pinned; a given commit wins."""
    first = dated(9, a="1")
    second = dated(12, a="2")

    def pinned(name: str, **wanted) -> str:
        return fetch(str(repo.path), into=tmp_path / name, policy=LOCAL, **({"commit": None} | wanted)).commit

    assert pinned("one", before=START + timedelta(hours=1)) == first
    assert pinned("two", before=START + timedelta(hours=3)) == second
    assert pinned("three", before=START + timedelta(hours=1), commit=second) == second
    with pytest.raises(CandidateError, match="no commit from before the deadline"):
        pinned("four", before=START - timedelta(hours=1))
