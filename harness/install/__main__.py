"""Install wheels into ``/env/py``: ``python -m harness.install``.

Reads ``/job/in/job.json`` ({"requirements": [...], "constraints": [...], "index": url,
"max_bytes": n}); writes ``/job/out/result.json``. Nothing that is installed is ever
executed here: wheels only, no build, and the bytecode is compiled by the base image's own
interpreter without ``site`` (a wheel's ``.pth`` file or ``sitecustomize`` would run otherwise).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

ENVIRONMENT, CACHE, WORK = Path("/env/py"), Path("/job/out/cache"), Path("/job")
_SITE_BIN = "/opt/grader/site/bin"
_EXCERPT = 3_000


def main() -> int:
    """Install, compile, report. Exit code 0 whenever the result was written."""
    job = json.loads((WORK / "in" / "job.json").read_text("utf-8"))
    result = _install(job)
    target = WORK / "out" / "result.json"
    temporary = target.with_suffix(".tmp")
    temporary.write_text(json.dumps(result), "utf-8")
    temporary.rename(target)
    return 0


def _install(job: dict[str, object]) -> dict[str, object]:
    python = ENVIRONMENT / "bin" / "python"
    made = _uv("venv", "--allow-existing", "--no-project", "--python", "python3", str(ENVIRONMENT))
    if made.returncode != 0:
        return _failed("venv", made)
    # The interpreter is looked at now, while nothing of the candidate's choice stands in the environment.
    requirements, constraints = WORK / "out" / "requirements.txt", WORK / "out" / "constraints.txt"
    requirements.write_text("\n".join(_lines(job, "requirements")) + "\n", "utf-8")
    constraints.write_text("\n".join(_lines(job, "constraints")) + "\n", "utf-8")
    if not _lines(job, "requirements"):
        return {"ok": True, "stage": "done", "code": 0, "log": "", "packages": []}
    too_large = threading.Event()
    arguments = ["pip", "install", "--python", str(python), "--only-binary", ":all:"]
    arguments += ["--link-mode", "copy", "--default-index", str(job["index"])]
    arguments += ["-r", str(requirements), *(["-c", str(constraints)] if _lines(job, "constraints") else [])]
    done = _uv(*arguments, watch=(int(str(job["max_bytes"])), too_large))
    if too_large.is_set() or done.returncode == -signal.SIGXFSZ:  # or one file beyond what a process may write
        return _failed("too_large", done)
    if done.returncode == -signal.SIGKILL and _out_of_memory():
        return _failed("out_of_memory", done)
    if done.returncode != 0:
        return _failed("install", done)
    compiled = subprocess.run(
        ["python3", "-I", "-S", "-m", "compileall", "-q", "-j", "2", str(ENVIRONMENT / "lib")],
        capture_output=True,
        check=False,
    )
    note = "" if compiled.returncode == 0 else "some files could not be compiled to bytecode"
    return {"ok": True, "stage": "done", "code": 0, "log": note, "packages": _packages()}


def _failed(stage: str, done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    text = done.stderr
    log = text if len(text) <= 2 * _EXCERPT else f"{text[:_EXCERPT]} … {text[-_EXCERPT:]}"
    return {"ok": False, "stage": stage, "code": done.returncode, "log": log, "packages": []}


def _lines(job: dict[str, object], name: str) -> list[str]:
    value = job[name]
    return [str(line) for line in value] if isinstance(value, list) else []


def _uv(*arguments: str, watch: tuple[int, threading.Event] | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{_SITE_BIN}:{os.environ['PATH']}", "HOME": "/tmp", "UV_CACHE_DIR": str(CACHE)}  # noqa: S108
    environment |= {"UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "UV_HTTP_TIMEOUT": "60"}
    process = subprocess.Popen(
        ["uv", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",  # it may quote what a stranger's wheel holds
        env=environment,
    )
    if watch is not None:
        threading.Thread(target=_watch_size, args=(process, *watch), daemon=True).start()
    _, errors = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, "", errors)


def _watch_size(process: subprocess.Popen[str], limit: int, too_large: threading.Event) -> None:
    """A wheel can unpack to far more than it weighs: look at what it becomes, and stop in time."""
    while process.poll() is None:
        if _size(ENVIRONMENT, limit) > limit or _size(CACHE, limit) > limit:
            too_large.set()
            process.kill()
            return
        threading.Event().wait(0.5)


def _out_of_memory() -> bool:
    """Whether the kernel ended a process of this container for its memory (cgroup v1, v2)."""
    for record in ("/sys/fs/cgroup/memory/memory.oom_control", "/sys/fs/cgroup/memory.events"):
        try:
            lines = Path(record).read_text("ascii").splitlines()
        except OSError:
            continue
        if any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in lines):
            return True
    return False


def _size(root: Path, limit: int) -> int:
    total, folders = 0, [str(root)]
    while folders and total <= limit:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    total += 4_096
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def _packages() -> list[str]:
    """``name==version`` from the folder names alone; no metadata is parsed."""
    found = []
    for folder in sorted((ENVIRONMENT / "lib").glob("python3*/site-packages/*.dist-info")):
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        found.append(f"{name}=={version}".encode("utf-8", "replace").decode())
    return found


if __name__ == "__main__":
    sys.exit(main())
