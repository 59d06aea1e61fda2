"""Run the suite on one tree: ``python3 -I -S run.py``, in a container with the candidate's environment.

Reads ``/src/job/job.json`` ({"nonce", "files", "lines": {path: [line, …]} or null, "sites": [[path, line], …],
"seconds"}); copies ``/src/app`` to ``/tmp/app``, since suites write where they stand; starts ``child`` in the
candidate's interpreter, and prints one line of JSON at its end. This process loads nothing of the candidate's; what it
prints is still the child's word.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from typing import Any

PYTHON, HERE = "/env/py/bin/python", os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - quick to start
SOURCE, TREE, JOB = "/src/app", "/tmp/app", "/src/job/job.json"  # noqa: S108 - the container's own tmpfs
_ANSWER, _OUTPUT, _WORDS = 4 * 1024 * 1024, 600, 160
"""Small enough that the one line fits into what is kept of a container's log, whatever has to be escaped."""
_LAST_WORDS_S = 0.5
_PR_SET_DUMPABLE = 4


def main() -> int:
    """Run and report. The first line says that this process of ours was alive."""
    print(json.dumps({"owntests": "started"}), flush=True)
    with contextlib.suppress(
        OSError, AttributeError
    ):  # closes /proc/PID of this process to the child, which has our uid
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    with open(JOB, encoding="utf-8") as file:  # noqa: PTH123
        job = json.load(file)
    shutil.copytree(SOURCE, TREE)
    for folder, _, names in os.walk(TREE):  # the volume's files belong to root and nobody may write them
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - its own copy in its own container
        for name in names:
            os.chmod(os.path.join(folder, name), 0o644)  # noqa: PTH101, PTH118
    os.makedirs("/tmp/data", exist_ok=True)  # noqa: S108, PTH103
    answer, output, code = _child(job)
    result = {"owntests": job["nonce"], "exit": code, "output": output, **_summary(job, answer)}
    print(json.dumps(result), flush=True)
    return 0


def _child(job: dict[str, Any]) -> tuple[bytes, str, int | str]:
    """The child's answer (none when it gave none), the end of what it printed, and its exit code."""
    reading, writing = os.pipe()
    command = [PYTHON, os.path.join(HERE, "child.py"), str(writing), *job["files"]]  # noqa: PTH118
    if job["lines"] is not None:
        command.insert(3, "--coverage")
    process = subprocess.Popen(
        command,
        cwd=TREE,
        pass_fds=(writing,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    os.close(writing)
    answer, tail = bytearray(), bytearray()
    ends_at = time.monotonic() + job["seconds"]
    pipes = {reading: answer, process.stdout.fileno() if process.stdout else -1: tail}
    while pipes and time.monotonic() < ends_at:
        ready, _, _ = select.select(list(pipes), [], [], 0.2)
        for descriptor in ready:
            piece = os.read(descriptor, 65_536)
            if not piece:
                del pipes[descriptor]
            elif descriptor == reading and len(answer) < _ANSWER:
                answer += piece
            elif descriptor != reading:
                tail += piece
                del tail[:-_OUTPUT]
        if process.poll() is not None and not ready:
            ends_at = min(ends_at, time.monotonic() + _LAST_WORDS_S)  # a grandchild may hold the pipes for ever
    late = process.poll() is None
    if late:
        os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    return bytes(answer), tail.decode("utf-8", "replace"), "deadline" if late else code


def _summary(job: dict[str, Any], raw: bytes) -> dict[str, object]:
    """Counts of the child's answer; which wanted lines and sites it says it reached."""
    try:
        answer = json.loads(raw)
        counts = {name: int(answer[name]) for name in ("passed", "failed", "errors", "skipped", "collected")}
        words = {name: str(answer[name])[:_WORDS] for name in ("asserted", "first", "runner")}
        reached = {str(path): {int(line) for line in lines} for path, lines in answer["reached"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {"answer": None}
    hit = sum(1 << place for place, (path, line) in enumerate(job["sites"]) if line in reached.get(path, ()))
    lines = job["lines"] or {}
    covered = sum(len(reached.get(path, set()) & set(wanted)) for path, wanted in lines.items())
    return {"answer": counts | words, "covered": covered, "hit": f"{hit:x}"}


if __name__ == "__main__":
    sys.exit(main())
