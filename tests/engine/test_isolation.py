"""Hostile submissions (tests/repos/attacks): what the pod must hold, whose the verdict is, and what stays behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
import shutil
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.limits import Limits
from grader.sandbox.base import ContainerSpec
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.engine import Engine
from grader.sandbox.images import ensure_base
from grader.settings import read_settings
from tests.engine.conftest import REPOS, Desk, Ran

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("nothing_left")]
ATTACKS = REPOS / "attacks"
HURRIED = "boot_s = 4\nrecover_s = 2\nexchange_s = 1\nphase_s = 30\n[service]\nmemory_bytes = 402653184\n"
"""A hostile service hangs on purpose: short waits, and still long enough for an honest one."""
NOT_PLAIN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
_SIOCGIFADDR = 0x8915


class Listener:
    """Listens on every IPv4 address of this machine; afterwards says where something came in."""

    def __init__(self) -> None:
        self._sockets = [(address, *_pair(address)) for address in _own_addresses()]

    @property
    def targets(self) -> list[tuple[str, int]]:
        """Addresses and ports to call."""
        return [(address, stream.getsockname()[1]) for address, stream, _ in self._sockets]

    def called(self) -> list[str]:
        """The addresses that a connection or a datagram reached."""
        found = []
        for address, stream, datagrams in self._sockets:
            with contextlib.suppress(BlockingIOError):
                stream.accept()[0].close()
                found.append(f"tcp {address}")
            with contextlib.suppress(BlockingIOError):
                datagrams.recv(100)
                found.append(f"udp {address}")
        return found

    def close(self) -> None:
        """Stop listening."""
        for _, stream, datagrams in self._sockets:
            stream.close()
            datagrams.close()


def _pair(address: str) -> tuple[socket.socket, socket.socket]:
    stream = socket.create_server((address, 0))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(stream.getsockname())
    stream.settimeout(0)
    datagrams.settimeout(0)
    return stream, datagrams


def _own_addresses() -> list[str]:
    """Loopback, the engine's bridge and the machine's own interfaces."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                answer = fcntl.ioctl(asking, _SIOCGIFADDR, struct.pack("256s", name.encode()))
                found.append(socket.inet_ntoa(answer[20:24]))
    return found


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """Somebody on this machine whom no stranger's code may reach."""
    listening = Listener()
    yield listening
    listening.close()


@dataclass(frozen=True)
class Attack:
    """Publishes and grades hostile submissions."""

    desk: Desk
    folder: Path

    def publish(self, name: str, **files: str) -> str:
        """A folder of tests/repos/attacks and some more files; gives its URL."""
        source = self.folder / "source" / name
        shutil.copytree(ATTACKS / name, source)
        for file, text in files.items():
            (source / file.replace("_", ".")).write_text(text)
        return self.desk.publish(name, source)

    def run(self, name: str, **files: str) -> Ran:
        """Grade one."""
        return self.desk.run(url=self.publish(name, **files), out=name)


@pytest.fixture
def attack(desk: Desk, tmp_path: Path) -> Attack:
    """Grade hostile submissions with short waits."""
    limits = tmp_path / "hurried.toml"
    limits.write_text(HURRIED)
    return Attack(replace(desk, environment=desk.environment | {"GRADER_LIMITS": str(limits)}), tmp_path)


def evidence(ran: Ran) -> dict:
    """The evidence that a grading wrote."""
    return json.loads((ran.folder / "evidence.json").read_text("utf-8"))


def exchanges(ran: Ran) -> list[dict]:
    """Every kept exchange of every check."""
    checks = [check for phase in evidence(ran)["phases"] for check in phase["checks"]]
    return [exchange for check in checks for repeat in check["repeats"] for exchange in repeat["exchanges"]]


def held_against(ran: Ran) -> set[str]:
    """Whose fault the checks are that did not pass."""
    return {check["blame"] for group in ran.card()["groups"] for check in group["checks"] if check["state"] != "passed"}


def test_hostile_http_ends_in_time(attack):
    """Dripping, endless, huge, nested, reset and interim replies each fail their check, within its deadline."""
    ran = attack.run("http")
    assert {exchange["fault"] for exchange in exchanges(ran)} - {None} >= {"timeout", "too_large", "bad_json", "closed"}
    assert all(exchange["ms"] < 1_500 for exchange in exchanges(ran))
    assert (ran.code, held_against(ran)) == (0, {"candidate"})


def test_forged_results_are_text(attack):
    """Printed, written or answered results count for nothing, and markup in them reaches no reader unescaped."""
    ran = attack.run("forger")
    assert (ran.code, ran.card()["score"], held_against(ran)) == (0, 5.0, {"candidate"})
    page = (ran.folder / "report.html").read_text("utf-8")
    assert "<script" not in page.lower()
    assert "onerror=alert(1)>" not in page
    assert "&lt;script&gt;" in page
    for path in (path for path in ran.folder.rglob("*") if path.is_file()):
        assert not NOT_PLAIN.search(path.read_text("utf-8")), path.name


def test_installing_reaches_nobody_but_the_index(listener):
    """On the installing container's network there is no host, no name server and no other run's container."""
    script = (
        "import json, socket, sys\n"
        "found = []\n"
        "for address, port in json.loads(sys.argv[1]):\n"
        "    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n"
        "        with socket.socket(socket.AF_INET, kind) as attempt:\n"
        "            attempt.settimeout(0.3)\n"
        "            try:\n"
        "                attempt.connect((address, port))\n"
        "                attempt.send(b'x')\n"
        "            except OSError:\n"
        "                continue\n"
        "            if kind == socket.SOCK_STREAM:\n"
        "                found.append(address)\n"
        "print(found)\n"
    )
    settings, limits = read_settings(), Limits()
    with Engine() as engine:
        base = ensure_base(engine, settings)
        sandbox = DockerSandbox(engine, "isolation", host="isolation")
        try:
            ours, theirs = sandbox.network("ours"), sandbox.network("theirs")
            common = {"image": base, "uid": 10004, "gid": 10004, "limits": limits.install}
            command = ["python3", "-m", "http.server", "8080"]
            other = sandbox.create(ContainerSpec(role="other", command=command, network=("nets", (theirs,)), **common))
            other.start()
            targets = json.dumps([*listener.targets, (sandbox.address(other, theirs), 8080)])
            command = ["python3", "-c", script, targets]
            mine = sandbox.create(ContainerSpec(role="mine", command=command, network=("nets", (ours,)), **common))
            mine.start()
            assert mine.wait(30).exit_code == 0
            assert mine.log().head.strip() == "[]"
        finally:
            sandbox.close()
    assert listener.called() == []
