"""Facts of a repository's history: sessions, their hours with an error, order of dates, what came late. Never points.

Times are the authors' own statement and anybody can set them. Sessions follow the usual reading of commit times:
commits at most :data:`GAP` apart belong together, and :data:`FIRST` is added for the work before each session's first
commit. The range comes from a narrow and a wide choice of both numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from grader.errors import printable
from grader.evidence_work import History, Session
from grader.fetch import Commit, FetchedSource, changed, history

GAP, FIRST = timedelta(minutes=60), timedelta(minutes=30)
NARROW = (timedelta(minutes=30), timedelta(0))
WIDE = (timedelta(minutes=120), timedelta(minutes=60))
_SAME = timedelta(minutes=1)
_SHOWN, _SESSIONS, _FILES = 20, 100, 50
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


def gather_history(fetched: FetchedSource, limit: int, *, deadline: datetime | None, chosen: str) -> History:
    """Read the log (at most ``limit`` commits) and, with a deadline, the names of files that changed after it.

    Raises:
        CandidateError: ``fetch.malformed``.
        InfrastructureError: ``fetch.timeout``.
    """
    commits = history(fetched.git_dir, fetched.commit, limit=limit + 1)
    facts = history_facts(commits[:limit], truncated=len(commits) > limit)
    facts = facts.model_copy(update={"chosen": chosen})
    if deadline is None:
        return facts
    late = [commit for commit in commits if _moment(commit.committer_time) > deadline]
    before = [commit for commit in commits if _moment(commit.committer_time) <= deadline]
    names, total = (
        ((), 0) if not late else changed(fetched.git_dir, before[0].sha if before else "", fetched.commit, _FILES)
    )
    return facts.model_copy(
        update={
            "deadline": deadline.isoformat(timespec="seconds"),
            "late_commits": len(late),
            "late_files": names,
            "late_files_total": total,
        }
    )


def history_facts(commits: Sequence[Commit], *, truncated: bool = False) -> History:
    """What a log says, newest commit first."""
    times = sorted(_moment(commit.author_time) for commit in commits)
    by_sha = {commit.sha: commit for commit in commits}
    backwards = [
        f"{commit.sha[:12]} ({commit.author_time}) is dated before its parent"
        f" {parent[:12]} ({by_sha[parent].author_time})"
        for commit in commits
        for parent in commit.parents
        if parent in by_sha and _moment(commit.author_time) < _moment(by_sha[parent].author_time)
    ]
    moved = sum(abs(_moment(c.author_time) - _moment(c.committer_time)) > _SAME for c in commits)
    return History(
        commits=len(commits),
        truncated=truncated,
        first=times[0].isoformat() if times else "",
        last=times[-1].isoformat() if times else "",
        sessions=tuple(
            Session(began=run[0].isoformat(), ended=run[-1].isoformat(), commits=len(run))
            for run in _sessions(times, GAP)[:_SESSIONS]
        ),
        low_hours=_hours(times, *NARROW),
        hours=_hours(times, GAP, FIRST),
        high_hours=_hours(times, *WIDE),
        backwards=tuple(printable(text, 300) for text in backwards[:_SHOWN]),
        backwards_total=len(backwards),
        after_commit=moved,
    )


def _sessions(times: Sequence[datetime], gap: timedelta) -> list[list[datetime]]:
    found: list[list[datetime]] = [[times[0]]] if times else []
    for earlier, later in pairwise(times):
        if later - earlier > gap:
            found.append([])
        found[-1].append(later)
    return found


def _hours(times: Sequence[datetime], gap: timedelta, first: timedelta) -> float:
    worked = sum(((run[-1] - run[0]) + first for run in _sessions(times, gap)), timedelta(0))
    return round(worked.total_seconds() / 3600, 2)


def _moment(stated: str) -> datetime:
    """An ISO time in UTC; one that no calendar has (year 0 by its zone) counts as the earliest."""
    try:
        return datetime.fromisoformat(stated).astimezone(UTC)
    except (ValueError, OverflowError):
        return _EARLIEST
