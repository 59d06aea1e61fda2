"""What comes out of containers: archives, logs, and the result files of probe, analysers and installer."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from grader.challenge import ChallengeFolder, load_challenge
from grader.errors import CandidateError, ChallengeError, GraderError, InfrastructureError
from grader.evidence import Log, PhaseResults, Ready, ServiceEvidence
from grader.evidence_code import StaticEvidence
from grader.gather.environment import Installer
from grader.gather.service import _read, require_ready
from grader.gather.static import gather_static
from grader.gather.wanted import Wanted
from grader.limits import Limits
from grader.sandbox.archive import pack, unpack
from grader.sandbox.base import ContainerSpec, End, File
from grader.sandbox.images import Images
from grader.sandbox.logs import LogKeeper
from grader.sandbox.pod import PhaseOutcome
from grader.settings import read_settings
from tests.fuzz.support import Cut, Target, hold, pieces, scratch, sound

ARCHIVE_CAP, BLOCK = 1024 * 1024, 512
_NO_LOG = Log(head="", tail="", bytes=0, truncated=False)
_ENDED = End(reason="exited", exit_code=0, seconds=1.0)


def archive(data: bytes) -> None:
    """A tar stream, cut anywhere, its first block many times: regular files within the cap, or an error of ours."""
    cut = Cut(data)
    times = 1 + 16 * cut.number(160)
    sizes = cut.bytes(cut.number(6))
    try:
        files = unpack(pieces(cut.bytes(BLOCK) * times + cut.rest(), sizes), ARCHIVE_CAP)
    except GraderError as error:
        sound(error, InfrastructureError, "sandbox.too_large", "engine.refused")
        return
    hold(sum(map(len, files.values())) <= ARCHIVE_CAP, "more bytes than the cap")


def packed(data: bytes) -> None:
    """What is packed comes out as it went in."""
    cut = Cut(data)
    files = {f"f/{n}-{cut.number(9)}": cut.bytes(cut.number(256)) for n in range(cut.number(6))}
    said = unpack([pack([File(path=name, data=content) for name, content in files.items()])], 1 << 20)
    hold(said == {name.partition("/")[2]: content for name, content in files.items()}, "files that change on the way")


def log(data: bytes) -> None:
    """Any output: printable, capped, counted; how it was cut into pieces makes no difference; its last words are shown."""
    cut = Cut(data)
    cap = 16 * (1 + cut.number(64))
    sizes = cut.bytes(cut.number(40))
    raw = cut.rest()
    found = []
    for chunks in (pieces(raw, sizes), [raw]):
        keeper = LogKeeper(cap, flood_bytes=1 << 20)
        hold(keeper.feed(chunks), "a flood of a few bytes")
        found.append(keeper.log())
        hold(len(keeper.text()) <= cap, "more text than the cap")
    kept, whole = found
    hold(kept == whole, "pieces that change the log")
    hold(kept.bytes == len(raw) and kept.truncated == (len(raw) > 2 * (cap // 2)), "a wrong count")
    for text in (kept.head, kept.tail):
        hold(len(text) <= len(r"\U0010ffff") * cap, "more text than the cap allows")
        hold(all(c.isprintable() or c in "\n\t" for c in text), "control characters in a log")
    evidence = ServiceEvidence(became_ready=False, boot_s=None, log=kept)
    results = PhaseResults.model_construct(ready=Ready(ok=False, seconds=1, sentence="It was never ready."))
    try:
        require_ready(evidence, [results])
    except CandidateError as error:
        sound(error, CandidateError, "service.never_ready")


def flood(data: bytes) -> None:
    """Output beyond the flood cap ends the reading, and what is kept stays within its own."""
    keeper = LogKeeper(64, flood_bytes=1_000)
    ended = keeper.feed(data[at : at + 100] for at in range(0, len(data), 100))
    kept = keeper.log()
    hold(ended == (len(data) <= 1_000) and kept.bytes <= 1_100, "a flood that is read on")


# Result files, each through the door that the pipeline uses.


@cache
def _echo() -> ChallengeFolder:
    return load_challenge("echo", Path(__file__).resolve().parent.parent / "challenges")


@cache
def _plan() -> dict[str, object]:
    checks = [c for c in _echo().challenge.checks if c.phase == "main"]
    return {
        "schema_version": 1,
        "run_id": "r" * 16,
        "nonce": "n" * 32,
        "phase": "main",
        "seed": 7,
        "checks": [{"id": c.id, "repeats": c.repeats, "deadline_s": c.deadline_s} for c in checks],
    }


def results(data: bytes) -> None:
    """The probe's results: every planned check once, of this run, or nothing at all."""
    plan, phase = _plan(), _echo().challenge.phases[0]
    outcome = PhaseOutcome(results=data, probe=_ENDED, service_ends=(), probe_log=_NO_LOG)
    try:
        found = _read(outcome, plan, phase)
    except GraderError as error:
        sound(error, (InfrastructureError, ChallengeError), "probe.no_results", "challenge.stray_checks")
        hold(error.detail.isprintable(), "a detail that is not printable")
        return
    hold(
        (found.run_id, found.nonce, found.seed) == (plan["run_id"], plan["nonce"], plan["seed"]),
        "another run's results",
    )
    planned = {c["id"]: c["repeats"] for c in plan["checks"]}  # type: ignore[attr-defined]
    hold({c.id: len(c.repeats) for c in found.checks} == planned, "other checks than planned")
    hold(PhaseResults.model_validate_json(found.to_json()) == found, "results that change on the disk")


@dataclass(slots=True)
class Left:
    """Stands in for a sandbox and its one container, which left these files and ended."""

    files: dict[str, bytes]
    said: str = '{"event": "ready"}'
    run_id: str = "run"
    id: str = "id"
    role: str = "one"
    dropped: list[str] = field(default_factory=list)

    def create(self, _: ContainerSpec) -> Left:
        """The container."""
        return self

    def volume(self, role: str, **_: object) -> str:
        """A name."""
        return role

    kept_volume = network = volume

    def has_volume(self, _: str) -> bool:
        """None is kept."""
        return False

    def drop_volume(self, name: str) -> None:
        """Note it."""
        self.dropped.append(name)

    def address(self, *_: object) -> str:
        """An address."""
        return "192.0.2.1"

    def put(self, *_: object) -> None:
        """Takes files."""

    def start(self) -> None:
        """Has ended already."""

    remove = kill = start

    def running(self) -> bool:
        """Only as long as somebody waits for its line."""
        return True

    def wait(self, _: float) -> End:
        """Its end."""
        return _ENDED

    def fetch(self, *_: object, **__: object) -> dict[str, bytes]:
        """What it left."""
        return self.files

    def log(self) -> Log:
        """What it said."""
        return Log(head=self.said, tail="", bytes=len(self.said), truncated=False)


_IMAGES = Images(
    base="base",
    tags={role: role for role in ("base", "edge", "probe", "static", "install")},
    ids={"base": "1"},
    built=(),
    base_source="test",
)


def static_result(data: bytes) -> None:
    """The analysers' result: evidence that survives the disk, or an error of ours."""
    try:
        found = gather_static(Left({"static.json": data}), _IMAGES, Limits(), "source")  # type: ignore[arg-type]
    except GraderError as error:
        sound(error, InfrastructureError, "static.bad_result")
        hold(error.detail.isprintable(), "a detail that is not printable")
        return
    hold(StaticEvidence.model_validate_json(found.to_json()) == found, "evidence that changes on the disk")


def install_result(data: bytes) -> None:
    """The installer's result: an environment with printable packages, or an error with a blame."""
    cut = Cut(data)
    words = ("", ' {"event": "upstream_error"}', ' {"event": "budget_spent"}')[cut.number(3)]
    sandbox = Left({"result.json": cut.rest()}, said='{"event": "ready"}' + words)
    state = scratch() / "state"
    settings = read_settings({"GRADER_STATE": str(state), "GRADER_INDEX_URL": "https://index.example/simple"})
    installer = Installer(sandbox=sandbox, images=_IMAGES, settings=settings, limits=Limits(), engine_id="e")  # type: ignore[arg-type]
    try:
        volume, evidence = installer.environment(Wanted(source="requirements.txt", requirements=("a",)))
    except GraderError as error:
        sound(error, (CandidateError, InfrastructureError), "install.")
        hold(sandbox.dropped, "a volume of a failed install that stays")
        return
    hold(volume and evidence.packages is not None, "no environment")
    shown = (*evidence.packages, evidence.log.head if evidence.log else "")
    hold(all(text.isprintable() for text in shown), f"text that is not printable: {shown}")
    evidence.to_json().encode()


def _tar(
    *members: tuple[str, bytes, dict[str, str]], kind: bytes = tarfile.REGTYPE, form: int = tarfile.PAX_FORMAT
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, bufsize=512) as file:
        for name, content, headers in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.pax_headers = kind, len(content), headers
            file.addfile(info, io.BytesIO(content))
    return buffer.getvalue()[: 512 * (4 + 4 * len(members))]


def _long_name() -> bytes:
    """A header that says that the next one's name is longer; the next one may be another such."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 0
    return info.tobuf(tarfile.GNU_FORMAT)


def _results() -> bytes:
    repeat = {"index": 0, "seed": 1, "outcome": "passed", "blame": None, "message": "", "seconds": 0.1, "expected": "",
              "seen": "", "service_stopped": False, "measures": {}}  # fmt: skip
    exchange = {"method": "GET", "path": "/", "request": "", "status": 200, "reply": "{}", "ms": 1.0, "fault": None,
                "truncated": False}  # fmt: skip
    plan = _plan()
    checks = [
        {"id": c["id"], "repeats": [repeat | {"index": n, "exchanges": [exchange]} for n in range(c["repeats"])]}
        for c in plan["checks"]  # type: ignore[attr-defined]
    ]
    ready = {"ok": True, "seconds": 0.2, "sentence": "It was ready."}
    head = {name: plan[name] for name in ("schema_version", "run_id", "nonce", "phase", "seed")}
    return json.dumps(head | {"ready": ready, "seconds": 1.0, "service_stops": [], "checks": checks}).encode()


_STATIC = {"schema_version": 1, "files": 1, "lines": 2, "skipped": ["x: y"], "unread_share": 0.5,
           "findings": [{"path": "a.py", "line": 1, "rule": "F401", "category": "correctness", "message": "m",
                         "excerpt_start": 1, "excerpt": ["import os"]}],
           "findings_total": 1, "by_category": {"correctness": 1},
           "functions": [{"path": "a.py", "name": "f", "line": 1, "lines": 2, "complexity": 3}], "functions_total": 1,
           "complex_share": 0.0, "maintainability": None, "tools": {"ruff": "0"}}  # fmt: skip
_INSTALLED: dict[str, object] = {"ok": True, "stage": "done", "code": 0, "log": "", "packages": ["httpx==0.28.1"]}
_REFUSED: dict[str, object] = {"ok": False, "stage": "install", "code": 1, "packages": []}
_JSON = (b"{", b"}", b"[", b"]", b":", b",", b"null", b"true", b"false", b"NaN", b"1e999", b"\\ud800", b"\\u001b", b"-1",
         b"9" * 30, b'""')  # fmt: skip


def _installs(*said: dict[str, object]) -> Iterable[bytes]:
    return (b"\0" + json.dumps(one).encode() for one in said)


TARGETS = (
    Target(
        name="archive",
        run=archive,
        max_bytes=8_192,
        seeds=(
            b"\0\0" + _tar(("out/results.json", b"{}", {}), ("out/b", b"x" * 700, {})),
            b"\0\3\x40\xff\x01" + _tar(("out/../../x", b"x", {}), form=tarfile.GNU_FORMAT),
            b"\0\0" + _tar(("out/" + "n" * 200, b"x", {}), form=tarfile.GNU_FORMAT),
            b"\0\0" + _tar(("out/é", b"x", {"size": "-1", "GNU.sparse.realsize": "9" * 9, "GNU.sparse.major": "1"})),
            b"\0\0" + _tar(("out/a", b"0\n1\n", {"GNU.sparse.map": "0,x", "GNU.sparse.size": "5"})),
            b"\0\0" + _tar(("out/dev", b"", {}), kind=tarfile.CHRTYPE),
            b"\x50\0" + _long_name(),
        ),
        words=(
            b"ustar\x0000",
            b"ustar  \0",
            b"\x80" + bytes(11),
            b"\xff" * 12,
            b"GNU.sparse.map=",
            b"30 size=-9\n",
            b"path=",
            b"L",
            b"K",
            b"x",
            b"g",
            b"S",
            b"0" * 12,
            b"7" * 11 + b"\0",
        ),
    ),
    Target(name="packed", run=packed, seeds=(b"\3\1\5hello\2\0\3\xff" + b"x" * 255,)),
    Target(
        name="log",
        run=log,
        seeds=(
            b"\1\2\5\6starting\nlistening on 8000\r\nx",
            b"\0\0" + "\x1b[31m é 😀 \u202e\n".encode() * 20,
            b"\0\3\1\1\1\xff\xf0\x9f" + b"y" * 100,
        ),
        words=(b"\r\n", b"\x1b[2J", b"\xe2\x80\xae", b"\xf0\x9f", b"\n\n", b"Traceback"),
    ),
    Target(name="flood", run=flood, seeds=(b"x" * 1_000, b"x" * 1_001, b"short"), max_bytes=3_000),
    Target(
        name="results",
        run=results,
        max_bytes=8_192,
        seeds=(_results(), _results().replace(b'"passed"', b'"failed"'), b"[" * 500, b"{}", b"\xff"),
        words=(
            *_JSON,
            b'"nonce"',
            b'"checks"',
            b'"repeats"',
            b'"exchanges"',
            b'"measures"',
            b'"outcome"',
            b'"not_run"',
        ),
    ),
    Target(
        name="static_result",
        run=static_result,
        seeds=(json.dumps(_STATIC).encode(), b"{}", b"[" * 500, json.dumps(_STATIC).encode().replace(b"m", b"\\ud800")),
        words=(*_JSON, b'"findings"', b'"functions"', b'"skipped"', b'"tools"'),
    ),
    Target(
        name="install_result",
        run=install_result,
        seeds=(
            *_installs(
                _INSTALLED,
                _INSTALLED | {"packages": ["a\ud800==1", "b\x1b[31m"]},
                _REFUSED | {"log": "Because a was not found in the package registry and you require a, no."},
                _REFUSED | {"log": "Couldn't parse requirement", "code": -9},
                _REFUSED | {"stage": "too_large", "log": "because " * 50},
            ),
            b"\1{}",
            b"\2" + b"[" * 2_000,
            b'\0{"ok": true, "stage": 1, "code": "x", "log": null, "packages": 5}',
        ),
        words=(
            *_JSON,
            b"Because ",
            b"and you require",
            b", we can conclude",
            b"No solution found",
            b"no usable wheels",
        ),
    ),
)
