"""Find the hidden checks with pytest's collection (and its assertion rewriting); running them is not pytest's."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from harness.probe.errors import Overrun
from harness.probe.kit import MARK
from harness.probe.text import printable
from harness.probe.watchdog import Watchdog

SECONDS: Final = 30.0
GIVEN: Final = frozenset({"service", "rng", "measure", "state", "control", "scratch", "training"})
"""The names a check may ask for."""

_OFF: Final = ("cacheprovider", "faulthandler", "warnings", "logging", "doctest", "junitxml", "pastebin", "unittest")


@dataclass(slots=True, kw_only=True)
class Collected:
    """What the hidden files hold.

    Attributes:
        tests: by check id; more than one is a fault of the challenge.
        broken: file, or test without a mark, to what is wrong with it.
    """

    tests: dict[str, list[Callable[..., object]]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


class _Collector:
    """The pytest plug-in: notes what is collected, and runs nothing."""

    def __init__(self) -> None:
        self.found = Collected()

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{MARK}(id): the test of one planned check")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            self.found.broken[report.nodeid or "hidden"] = _reason(str(report.longrepr))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            marks = [mark for mark in item.iter_markers(MARK) if len(mark.args) == 1]
            function = getattr(item, "obj", None)
            if len(marks) != 1 or not isinstance(marks[0].args[0], str) or function is None:
                self.found.broken[item.nodeid] = "the test has no check id of its own"
            else:
                self.found.tests.setdefault(marks[0].args[0], []).append(function)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:  # noqa: ARG002 - pytest's signature
        return True


def collect(hidden: Path) -> Collected:
    """Import the hidden files and find their checks; whatever is wrong with them is in ``broken``."""
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True
    collector = _Collector()
    arguments = [
        *("-c", os.devnull, "--rootdir", str(hidden), "--confcutdir", str(hidden), "--noconftest"),
        *("-q", "--no-header", "--no-summary", "--capture=no", "--color=no", "--continue-on-collection-errors"),
        *(part for name in _OFF for part in ("-p", f"no:{name}")),
        str(hidden),
    ]
    try:
        with Watchdog(SECONDS), contextlib.redirect_stdout(sys.stderr):
            pytest.main(arguments, plugins=[collector])
    except Overrun:
        collector.found.broken["hidden"] = f"loading the hidden files takes more than {SECONDS:g} s"
    except SystemExit:
        collector.found.broken["hidden"] = "a hidden file ends the process"
    return collector.found


def misshapen(test: Callable[..., object]) -> str | None:
    """Why a test cannot be run here, if it cannot."""
    if inspect.iscoroutinefunction(test) or inspect.isgeneratorfunction(test) or inspect.isasyncgenfunction(test):
        return "the test is a coroutine or a generator, which would never run"
    foreign = set(inspect.signature(test).parameters) - GIVEN
    return f"the test asks for {', '.join(sorted(foreign))}, which the probe does not give" if foreign else None


def _reason(text: str) -> str:
    """The sentence of a collection error: pytest marks it with ``E``."""
    lines = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")] or text.strip().splitlines()
    return printable(lines[-1] if lines else "it cannot be collected", 300)
