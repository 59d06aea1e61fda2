"""Which runs are alive is the kernel's word: a lock that ends with its process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from grader.errors import InfrastructureError
from grader.record import write_whole
from grader.sandbox.engine import Leftover
from grader.sandbox.runs import any_alive, live_run, orphaned, sweep
from grader.settings import Settings, read_settings

HOLD = """
import sys
from grader.sandbox.runs import live_run
from grader.settings import read_settings
with live_run(read_settings()) as run_id:
    print(run_id, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A state folder of the test's own."""
    return read_settings({"GRADER_STATE": str(tmp_path)})


@contextmanager
def another(settings: Settings) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process with a live run; yields it and the run's id."""
    environment = os.environ | {"GRADER_STATE": str(settings.state)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


class SmallEngine:
    """An engine of a few lines: things with labels, some of which will not go."""

    def __init__(self, *items: Leftover, stuck: tuple[str, ...] = ()) -> None:
        self.items = list(items)
        self.stuck = stuck

    def leftovers(self) -> list[Leftover]:
        """What carries our label."""
        return list(self.items)

    def remove(self, kind: str, name: str) -> None:
        """Remove it, unless it is stuck."""
        if name in self.stuck:
            raise InfrastructureError("engine.refused", "No.", next_step="", detail=f"{kind} in use")
        self.items = [item for item in self.items if item.name != name]


def left(name: str, run_id: str, host: str, age_s: float = 5) -> Leftover:
    """A container that a run left."""
    return Leftover(kind="container", name=name, run_id=run_id, host=host, age_s=age_s)


def locks(settings: Settings) -> list[str]:
    """The lock files, by run."""
    return sorted(path.stem for path in (settings.state / "runs").glob("*.lock"))


def test_a_run_is_alive_as_long_as_it_holds_its_lock(settings):
    """A run is alive inside its block and leaves no lock behind; its id names the lock."""
    assert not any_alive(settings)
    with live_run(settings) as one, live_run(settings) as two:
        assert any_alive(settings)
        assert locks(settings) == sorted([one, two])
    assert not any_alive(settings)
    assert locks(settings) == []


def test_another_process_is_seen_and_its_death_too(settings):
    """A run of another process is alive until it dies, kill -9 included; its lock file may stay."""
    with another(settings) as (process, run_id):
        assert any_alive(settings)
        process.kill()
        process.wait()
        assert not any_alive(settings)
        assert locks(settings) == [run_id]


def test_a_run_that_fails_leaves_no_lock(settings):
    """An error inside a run takes its lock away."""
    with pytest.raises(RuntimeError, match="x"), live_run(settings):
        raise RuntimeError("x")
    assert locks(settings) == []


def test_a_sweep_takes_the_dead_and_leaves_the_living(settings):
    """Of this machine's things, those whose run nobody holds go, whatever their age; the others stay."""
    host = settings.host_id()
    with another(settings) as (process, run_id), live_run(settings) as own:
        alive = [left("a", run_id, host, 9e9), left("b", own, host)]
        dead = [left("c", "261123000000-0000dead", host), left("d", "", host), left("e", "../../x", host)]
        engine = SmallEngine(*alive, *dead)
        swept = sweep(engine, settings)
        assert (swept.removed, swept.stuck, engine.items) == (tuple(dead), (), alive)
        process.kill()
        process.wait()
        assert [item.name for item in sweep(engine, settings).removed] == ["a"]


def test_another_machines_things_go_by_age(settings):
    """What another machine's grader made in a shared engine is left alone until no run can still own it."""
    engine = SmallEngine(left("young", "r", "other", 2_000), left("old", "r", "other", 9_000), left("odd", "r", ""))
    assert [item.name for item in sweep(engine, settings).removed] == ["old"]


def test_what_will_not_go_is_named(settings):
    """A thing that the engine keeps is named with the engine's words, and the others still go."""
    host = settings.host_id()
    engine = SmallEngine(left("a", "dead", host), left("b", "dead", host), stuck=("a",))
    swept = sweep(engine, settings)
    assert [item.name for item in swept.removed] == ["b"]
    assert swept.stuck == ("container a: container in use",)


def test_dead_locks_go_when_they_are_old(settings):
    """A sweep drops the locks of the dead; a young one may belong to a run that has not locked it yet."""
    with live_run(settings) as own:
        for name, age in (("old", 120), ("young", 5), (own, 120)):
            path = settings.state / "runs" / f"{name}.lock"
            path.touch()
            os.utime(path, (time.time() - age,) * 2)
        sweep(SmallEngine(), settings)
        assert locks(settings) == sorted([own, "young"])


def test_an_environment_is_kept_as_long_as_it_is_listed_or_filled(settings):
    """A kept volume is an orphan when it is an environment, no list names it and no live run fills it."""
    write_whole(settings.state / "environments" / "engine" / "a.json", b'{"volume": "grader-env-1-a-ffff"}')
    assert not orphaned(settings, "grader-wheels")
    assert not orphaned(settings, "grader-env-1-a-ffff")
    assert orphaned(settings, "grader-env-1-b-ffff")
    with live_run(settings) as own:
        assert not orphaned(settings, f"grader-env-{own}-ffff")
    assert orphaned(settings, f"grader-env-{own}-ffff")
