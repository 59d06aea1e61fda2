"""Reads files one after another: ``python -m harness.static.reading`` takes them on stdin and answers a JSON line each.

It is a process of its own because what it reads is hostile: a file that takes too much processor time, memory
or stack ends this process, and costs itself only; the parent starts another one behind it.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from pathlib import Path, PurePosixPath
from typing import Required, TypedDict

from harness.static.complexity import Measures, looks_like_python, measure_python, measure_script
from harness.static.credentials import SecretFacts, key_lines, secrets_in
from harness.static.fingerprints import Marks, fingerprints
from harness.static.languages import CODE, JAVASCRIPT, PERHAPS, PYTHON, TEXT, TYPESCRIPT

FILE_S, _MEMORY = 15, 480 * 1024 * 1024
"""Processor seconds for one file, address space for the process."""
_SCANNED = 256 * 1024
_LIZARD = {JAVASCRIPT: ".js", TYPESCRIPT: ".ts"}


class Answer(TypedDict, total=False):
    """What was read from one file; only code has measures, and none when there was a problem."""

    language: Required[str]
    problem: str
    secrets: list[SecretFacts]
    keys: list[int]
    """Lines of private keys."""
    measures: Measures
    marks: Marks
    cpu_s: float
    """Processor seconds that the reader had used by then."""


def read(root: Path, name: str, language: str) -> Answer:
    """Everything that is read from one file. Never raises for what it contains."""
    data = (root / name).read_bytes()
    try:
        source = data.decode("utf-8")
    except UnicodeDecodeError:
        source = data.decode("latin-1")
        if language in CODE or (language == PERHAPS and looks_like_python(source)):
            return {"language": PYTHON if language == PERHAPS else language, "problem": "not UTF-8"}
    if language == PERHAPS:
        language = PYTHON if looks_like_python(source) else TEXT
    answer: Answer = {"language": language}
    if language in CODE or len(source) <= _SCANNED:  # beyond that it is data
        answer |= {"secrets": secrets_in(name, source), "keys": sorted(key_lines(source))}
    if language not in CODE:
        return answer
    suffix = PurePosixPath(name).suffix.lower()
    measured = (
        measure_python(name, source)
        if language == PYTHON
        else measure_script(name, source, ".tsx" if suffix in {".tsx", ".jsx"} else _LIZARD[language])
    )
    if isinstance(measured, str):
        return answer | {"problem": measured}
    return answer | {"measures": measured, "marks": fingerprints(language, source)}


def main() -> int:
    """Answer every file of the request, in order."""
    request = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    for name, language in request["files"]:
        signal.setitimer(signal.ITIMER_PROF, FILE_S)
        try:
            answer = read(Path(request["root"]), name, language)
        except (MemoryError, RecursionError, OSError) as error:
            answer = {"language": language, "problem": f"not analysed ({type(error).__name__})"}
        sys.stdout.write(json.dumps(answer | {"cpu_s": time.process_time()}) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
