"""The command line on the real engine, with a challenge of seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.gather.environment import KnownEnvironment
from grader.sandbox.engine import Engine
from grader.validation.publish import bare_repository, served

TESTS = Path(__file__).resolve().parent.parent
REPOS = TESTS / "repos"
GRADER = str(Path(sys.executable).with_name("grader"))
LIMITS = """\
boot_s = 6
recover_s = 6
exchange_s = 3
phase_s = 60
"""


@dataclass(frozen=True)
class Ran:
    """One run of the command line."""

    code: int
    out: str
    err: str
    folder: Path

    def card(self) -> dict:
        """The scorecard it wrote."""
        return json.loads((self.folder / "scorecard.json").read_text("utf-8"))

    def said(self) -> str:
        """All it said, as one line of single spaces."""
        return " ".join((self.out + " " + self.err).split())


@dataclass(frozen=True)
class Desk:
    """Where a test runs the grader: its own environment, repositories and folder."""

    environment: dict[str, str]
    address: str
    root: Path
    folder: Path

    def publish(self, name: str, files: Path) -> str:
        """Make a repository of a folder and give its URL."""
        bare_repository(files, self.root / f"{name}.git")
        return f"{self.address}/{name}.git"

    def command(self, *arguments: str, url: str = "", out: str = "grading") -> list[str]:
        """A command line; with a URL, `grader run` on it."""
        if not url:
            return [GRADER, *arguments]
        fixed = ["run", url, "--challenge", "echo", "--local-network", "--out", str(self.folder / out)]
        return [GRADER, *fixed, *arguments]

    def run(self, *arguments: str, url: str = "", out: str = "grading", env: dict[str, str] | None = None) -> Ran:
        """Run it to its end."""
        done = subprocess.run(
            self.command(*arguments, url=url, out=out),
            capture_output=True,
            text=True,
            check=False,
            env=self.environment | (env or {}),
            timeout=300,
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr, folder=self.folder / out)

    @contextmanager
    def started(
        self, *arguments: str, url: str, out: str = "grading", env: dict[str, str] | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """Start it and go on; whatever is left of it at the end is killed."""
        with subprocess.Popen(
            self.command(*arguments, url=url, out=out),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment | (env or {}),
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture(scope="session")
def repositories(tmp_path_factory) -> Iterator[tuple[Path, str]]:
    """A folder of repositories behind git's own daemon."""
    root = tmp_path_factory.mktemp("repositories")
    with served(root) as address:
        yield root, address


@pytest.fixture(scope="session")
def state(tmp_path_factory) -> Iterator[Path]:
    """A state folder for the session: its own locks and its own list of environments, which go with it."""
    folder = tmp_path_factory.mktemp("state")
    yield folder
    made = [KnownEnvironment.load(path).volume for path in folder.glob("environments/*/*.json")]
    with Engine() as engine:
        for volume in made:
            engine.remove("volume", volume)


@pytest.fixture
def desk(repositories, state, tmp_path) -> Desk:
    """A place to run the grader from."""
    limits = tmp_path / "limits.toml"
    limits.write_text(LIMITS)
    environment = dict(os.environ) | {
        "GRADER_CHALLENGES": str(TESTS / "challenges"),
        "GRADER_LIMITS": str(limits),
        "GRADER_STATE": str(state),
        "COLUMNS": "200",
    }
    root, address = repositories
    own = root / tmp_path.name
    own.mkdir(exist_ok=True)
    return Desk(environment=environment, address=f"{address}/{own.name}", root=own, folder=tmp_path / "out")


def ours(engine: Engine, state: Path) -> list[str]:
    """What stands in the engine with this session's host id."""
    host = (state / "host-id").read_text().strip()
    return [f"{item.kind} {item.name}" for item in engine.leftovers() if item.host == host]


@pytest.fixture
def nothing_left(state) -> Iterator[None]:
    """After the test, nothing of this session stands in the engine."""
    yield
    with Engine() as engine:
        assert ours(engine, state) == []
