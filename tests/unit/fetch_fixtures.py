"""Fixtures of the fetch tests, loaded as a plug-in by each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fetch_hosts import LOCAL, Repository, processes_in

from grader.errors import CandidateError, GraderError
from grader.fetch import FetchedSource, FetchLimits, FetchPolicy, fetch


@pytest.fixture
def no_proxy(monkeypatch):
    """Tests talk to loopback, whatever the machine's proxy is."""
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repo(tmp_path):
    """An empty bare repository at ``hosted/work.git``."""
    (tmp_path / "hosted").mkdir()
    return Repository(tmp_path / "hosted" / "work.git")


@pytest.fixture
def fails(tmp_path):
    """Fetch something that must fail: checks code, blame's class, sentence, and that nothing is left."""

    def attempt(
        url: str | Path,
        code: str,
        kind: type[GraderError] = CandidateError,
        *,
        commit: str | None = None,
        policy: FetchPolicy = LOCAL,
        **limits: float,
    ) -> GraderError:
        into = tmp_path / "fetched"
        with pytest.raises(GraderError) as caught:
            fetch(str(url), commit=commit, into=into, policy=policy, limits=FetchLimits(**limits))
        error = caught.value
        assert (error.code, type(error)) == (code, kind), error.detail
        assert str(error).isprintable()
        assert error.message.endswith(".")
        assert error.next_step
        assert not into.exists()
        assert not processes_in(into)
        return error

    return attempt


@pytest.fixture
def get(tmp_path):
    """Fetch something that must succeed into ``fetched``."""

    def attempt(
        url: str | Path, *, commit: str | None = None, policy: FetchPolicy = LOCAL, **limits: float
    ) -> FetchedSource:
        into = tmp_path / "fetched"
        got = fetch(str(url), commit=commit, into=into, policy=policy, limits=FetchLimits(**limits))
        assert {place.name for place in into.iterdir()} == {"git", "tree"}
        assert not processes_in(into)
        return got

    return attempt
