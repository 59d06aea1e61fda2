"""Bad input and bad luck: one clear sentence, whose it is, an exit code, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from grader.sandbox.engine import Engine
from tests.engine.conftest import REPOS, ours

pytestmark = pytest.mark.engine
PHASES = ("engine", "fetch", "install", "pod", "service")


NOTHING_LEFT = pytest.mark.usefixtures("nothing_left")


def _wait_for(process: subprocess.Popen[str], stage: str) -> None:
    """Read progress until a stage begins."""
    for line in process.stderr:
        if line.startswith(f"… {stage}"):
            return
    process.wait()
    pytest.fail(f"stage {stage} never began")


def _files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*")) if folder.exists() else []


@NOTHING_LEFT
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git://127.0.0.1:1/nothing.git", (3, "fetch.unreachable", "infrastructure")),
        ("{address}/no-such-repository.git", (1, "fetch.not_found", "candidate")),
        ("ext::sh -c id", (1, "fetch.transport", "candidate")),
    ],
)
def test_url_that_cannot_be_fetched(desk, url, expected):
    """An URL that gives no source is explained, with no score at all, and still gets a report."""
    ran = desk.run(url=url.format(address=desk.address))
    card = ran.card()
    assert (ran.code, card["failure"]["code"], card["failure"]["blame"]) == expected
    assert card["score"] is None
    assert card["failure"]["message"] in ran.said()
    assert (ran.folder / "report.html").exists()


@NOTHING_LEFT
def test_private_address_is_refused_without_the_flag(desk):
    """Without --local-network, an address of a private network is refused as the candidate's."""
    done = subprocess.run(
        [
            *desk.command()[:1],
            "run",
            "https://10.1.2.3/repo.git",
            "--challenge",
            "echo",
            "--out",
            str(desk.folder / "x"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=desk.environment,
    )
    assert done.returncode == 1
    assert "fetch.private_address" in done.stdout + done.stderr


@NOTHING_LEFT
def test_missing_commit(desk):
    """A commit that the repository does not have is the candidate's, and named."""
    ran = desk.run("--commit", "0123456789abcdef0123", url=desk.publish("good", REPOS / "good"))
    assert (ran.code, ran.card()["failure"]["code"]) == (1, "fetch.commit_not_found")


@NOTHING_LEFT
def test_repository_too_large(desk, tmp_path):
    """A repository over the limit is refused before it is unpacked, with the limit in the sentence."""
    files = tmp_path / "large"
    files.mkdir()
    (files / "blob.bin").write_bytes(os.urandom(3 * 1024 * 1024))
    limits = tmp_path / "small.toml"
    limits.write_text("tree_file_bytes = 1048576\n")
    ran = desk.run(url=desk.publish("large", files), env={"GRADER_LIMITS": str(limits)})
    assert (ran.code, ran.card()["failure"]["code"]) == (1, "fetch.file_too_large")


def test_unknown_challenge(desk):
    """An unknown challenge is a usage error that names the known ones."""
    done = subprocess.run(
        [*desk.command()[:1], "run", "https://example.com/r.git", "--challenge", "nope", "--out", str(desk.folder)],
        capture_output=True,
        text=True,
        check=False,
        env=desk.environment,
    )
    assert done.returncode == 2
    assert "echo" in done.stderr


def test_engine_not_running(desk):
    """Without an engine the sentence says so, with the mend, and nothing is written."""
    url = desk.publish("good", REPOS / "good")
    ran = desk.run(url=url, env={"DOCKER_HOST": "unix:///nonexistent.sock"})
    assert ran.code == 3
    assert "engine.unreachable" in ran.err
    assert "make engine" in ran.err
    assert not ran.folder.exists()
    doctor = desk.run("doctor", env={"DOCKER_HOST": "unix:///nonexistent.sock"})
    assert doctor.code == 3
    assert "✕ engine" in doctor.out


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MB (needs root, as the engine does)."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_disk_full_before_the_start(desk, small_disk):
    """A full disk is found before minutes are spent, and named as ours."""
    (small_disk / "filler").write_bytes(b"x" * (12 * 1024 * 1024))
    url = desk.publish("good", REPOS / "good")
    ran = desk.run("--out", str(small_disk / "grading"), url=url)
    assert (ran.code, "disk.full" in ran.err, "… service" in ran.err) == (3, True, False)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)


@NOTHING_LEFT
def test_disk_full_at_the_end(desk, small_disk):
    """A disk that fills up during the run gives a clear error, and no half-written grading."""
    url = desk.publish("good", REPOS / "good")
    with desk.started("--out", str(small_disk / "grading"), url=url) as process:
        _wait_for(process, "service")
        with pytest.raises(OSError, match="No space"):
            _fill(small_disk / "filler")
        _, err = process.communicate(timeout=120)
    assert (process.returncode, "disk.full" in err) == (3, True)
    assert _files(small_disk) == ["filler"]


@pytest.mark.parametrize("stage", PHASES)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_at_any_stage(desk, state, tmp_path, stage, number):
    """Stopped at any stage, the grader ends soon with 130; nothing keeps running and nothing is written."""
    # A requirement that this state folder has not seen, so that the install stage really installs.
    fresh = {"GRADER_STATE": str(tmp_path / "state")} if stage == "install" else {}
    with desk.started(url=desk.publish("slow", REPOS / "small-requirement"), env=fresh) as process:
        _wait_for(process, stage)
        if stage in ("service", "install"):
            time.sleep(0.4)
        process.send_signal(number)
        began = time.monotonic()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "nothing of this run was kept" in err
    assert time.monotonic() - began < 45
    assert _files(desk.folder) == []
    with Engine() as engine:
        assert ours(engine, Path(fresh["GRADER_STATE"]) if fresh else state) == []


def _killed(desk, url: str, out: str) -> None:
    """Start a grading, and kill it with its pod running."""
    with desk.started(url=url, out=out) as process:
        _wait_for(process, "service")
        time.sleep(0.7)
        process.kill()
        process.communicate()


def test_killed_grader_is_cleaned_up(desk, state):
    """After kill -9, `grader clean` removes every container, volume and network; no result exists."""
    _killed(desk, desk.publish("good", REPOS / "good"), "grading")
    with Engine() as engine:
        left = ours(engine, state)
        assert any(item.startswith("container") for item in left)
        assert desk.run("clean").code == 0
        assert ours(engine, state) == []
    assert _files(desk.folder) == []


def test_next_run_sweeps_what_a_killed_one_left(desk, state):
    """The next run removes what a killed one left, says so, and is not disturbed by it."""
    url = desk.publish("good", REPOS / "good")
    _killed(desk, url, "killed")
    ran = desk.run(url=url, out="next")
    assert "that a dead run had left" in ran.err
    assert ran.card()["score"] == 100
    with Engine() as engine:
        assert ours(engine, state) == []


def test_live_runs_are_left_alone(desk):
    """`grader clean` and a second run touch nothing of a run that is under way."""
    url = desk.publish("good", REPOS / "good")
    with desk.started(url=url, out="first") as first:
        _wait_for(first, "service")
        assert desk.run("clean").out.strip() == "nothing to remove"
        second = desk.run(url=url, out="second")
        _, err = first.communicate(timeout=120)
    assert (first.returncode, second.code) == (0, 0), err


def test_doctor_is_content_here(desk):
    """On a working machine, doctor finds everything and says what engine it is."""
    ran = desk.run("doctor")
    assert ran.code == 0, ran.out
    for name in ("engine", "kernel", "cgroup", "seccomp", "runtime", "base image", "package index", "disk"):
        assert f"✓ {name}" in ran.out


@NOTHING_LEFT
def test_grading_has_a_deadline(desk, tmp_path):
    """A grading over its own deadline is ended as ours: no score, a report that says so, nothing left."""
    limits = tmp_path / "short.toml"
    limits.write_text("grading_s = 2\nboot_s = 30\n")
    ran = desk.run(url=desk.publish("never-ready", REPOS / "never-ready"), env={"GRADER_LIMITS": str(limits)})
    card = ran.card()
    assert (ran.code, card["failure"]["code"], card["score"]) == (3, "grading.timeout", None)
    assert "took longer than 2 seconds" in ran.said()


def test_commit_that_is_none(desk):
    """A commit id that cannot be one is a usage error; nothing is written."""
    ran = desk.run("--commit", "main", url=desk.publish("good", REPOS / "good"))
    assert (ran.code, "fetch.bad_commit" in ran.err, ran.folder.exists()) == (2, True, False)
