"""Would make every pytest in sight pass, were it ever imported by ours."""

import os

os.write(1, b"\nTOLD {\"imported\": true}\n")


def pytest_runtest_makereport(item, call):
    from _pytest.reports import TestReport

    report = TestReport.from_item_and_call(item, call)
    report.outcome = "passed"
    return report


def pytest_sessionfinish(session, exitstatus):
    os._exit(0)
