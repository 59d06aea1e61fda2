"""pytest in the candidate's interpreter; what it saw goes to the descriptor that the first argument names.

The candidate's own pytest (and coverage) is used where it is installed; ours stands at the end of the path. A test
counts as failed by an assertion when it raised one, or when pytest says that an expected exception did not come; any
other exception is only a program that stopped, which a test without assertions notices too.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

TREE = os.getcwd()  # noqa: PTH109
sys.path[0] = TREE
sys.path.append("/opt/grader/site")

import pytest  # noqa: E402 - only found on that path

if TYPE_CHECKING:
    from coverage import Coverage

_USAGE_ERROR = 4
_EXPECTED = (AssertionError, pytest.fail.Exception)


class Watch:
    """Counts what pytest reports; stops at the first failed assertion, since more would tell nothing more."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(("passed", "failed", "errors", "skipped", "collected"), 0)
        self.asserted, self.first = "", ""
        self.stop_early = True

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, None]:  # noqa: ANN401
        """One stage of one test."""
        outcome = yield
        report = outcome.get_result()
        if report.failed:
            self.counts["failed" if report.when == "call" else "errors"] += 1
            kind = "no exception" if call.excinfo is None else call.excinfo.typename
            said = "" if call.excinfo is None else str(call.excinfo.value)
            self.first = self.first or f"{item.nodeid}: {kind}: {said}"[:300]
            if call.excinfo is None or isinstance(call.excinfo.value, _EXPECTED):
                self.asserted = self.asserted or item.nodeid[:300]
                if self.stop_early:
                    item.session.shouldstop = "noticed"
        elif report.when == "call" and type(report) is pytest.TestReport:  # a subtest is a part of its test
            self.counts["skipped" if report.skipped else "passed"] += 1
        elif report.skipped:
            self.counts["skipped"] += 1

    def pytest_collectreport(self, report: Any) -> None:  # noqa: ANN401
        """A file that could not be collected."""
        if report.failed:
            self.counts["errors"] += 1
            self.first = self.first or f"{report.nodeid}: {report.longrepr}"[:300]

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """What was collected."""
        self.counts["collected"] = len(items)


def main() -> None:
    """Run the files that the arguments name."""
    channel, files = int(sys.argv[1]), sys.argv[2:]
    measured = bool(files) and files[0] == "--coverage"
    files = files[1:] if measured else files
    sys.argv[1:] = []
    coverage = _coverage() if measured else None
    watch = Watch()
    watch.stop_early = not measured
    status = _pytest(watch, files)
    reached: dict[str, list[int]] = {}
    if coverage is not None:
        coverage.stop()
        data = coverage.get_data()
        reached = {os.path.relpath(path, TREE): sorted(data.lines(path) or ()) for path in data.measured_files()}
    runner = f"pytest {pytest.__version__}"
    answer: dict[str, object] = {**watch.counts, "asserted": watch.asserted, "first": watch.first}
    answer |= {"runner": runner, "reached": reached, "status": int(status)}
    left = json.dumps(answer).encode()
    while left:
        left = left[os.write(channel, left) :]
    sys.stdout.flush()
    os._exit(0)  # whatever threads the suite left behind


def _coverage() -> Coverage:
    import coverage  # noqa: PLC0415 - only for the first run

    measuring = coverage.Coverage(data_file=None, source=[TREE], config_file=False, messages=False)
    measuring.start()
    return measuring


def _pytest(watch: Watch, files: list[str]) -> int:
    """Run with the candidate's options; where pytest cannot read those (a plug-in is missing), without them."""
    options = ["-q", "--no-header", "--tb=line", f"--rootdir={TREE}"]
    options += [f"-pno:{name}" for name in ("cacheprovider", "xdist", "randomly", "pytest_cov")]
    status = pytest.main([*options, *files], plugins=[watch])
    if status == _USAGE_ERROR and not watch.counts["collected"]:
        status = pytest.main([*options, "-o", "addopts=", *files], plugins=[watch])
    return int(status)


if __name__ == "__main__":
    main()
