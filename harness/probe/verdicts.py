"""From how a check's function ended to a verdict: the one table of whose fault it is."""

from __future__ import annotations

import traceback
from dataclasses import replace
from typing import Final

from harness.probe.errors import CheckFailed, ControlFault, Overrun, ServiceFault, StateMissing
from harness.probe.results import Verdict
from harness.probe.text import printable

PASSED: Final = Verdict(outcome="passed")
STOPPED: Final = Verdict(outcome="failed", blame="candidate", message="The service stopped during this check.")


def judge(error: BaseException, file: str) -> Verdict:
    """The verdict of a check whose function raised; ``file`` is the hidden file it stands in."""
    match error:
        case CheckFailed():
            return replace(failed(str(error)), expected=printable(error.expected), seen=printable(error.seen))
        case ServiceFault():
            return replace(failed(error.sentence), seen=error.kind)
        case AssertionError():
            return failed(_assertion(error))
        case StateMissing() if error.earlier:
            earlier = ", ".join(error.earlier[:3])
            return failed(f"It needs what an earlier check stores, and that one failed ({earlier}).")
        case ControlFault():
            return infrastructure(str(error))
    words = f"The check {error} and was ended." if isinstance(error, Overrun) else _bug(error, file)
    return challenge(words)


def failed(message: str) -> Verdict:
    """The service's fault: what the brief promises did not come."""
    return Verdict(outcome="failed", blame="candidate", message=printable(message))


def challenge(message: str) -> Verdict:
    """Ours by the challenge's fault; costs nobody points."""
    return Verdict(outcome="error", blame="challenge", message=printable(message))


def infrastructure(message: str) -> Verdict:
    """Ours by the pod's fault; costs nobody points."""
    return Verdict(outcome="error", blame="infrastructure", message=printable(message))


def _bug(error: BaseException, file: str) -> str:
    return f"{type(error).__name__}: {error} ({_place(error, file)})"


def _assertion(error: AssertionError) -> str:
    """What pytest says, its explanation of parts (``+ where ...``) on the same line."""
    lines = [line.strip().removeprefix("+").strip() for line in str(error).splitlines()]
    return printable("; ".join(line for line in lines if line)) or "An assertion does not hold."


def _place(error: BaseException, file: str) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file]
    name = file.rsplit("/", 1)[-1]
    return f"{name} line {lines[-1]}" if lines else name
