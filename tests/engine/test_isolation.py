"""Hostile submissions (tests/repos/attacks): what the pod must hold, whose the verdict is, and what stays behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.limits import MB, PodLimits
from tests.engine.conftest import LIMITS, REPOS, TESTS, Desk, Ran

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


@pytest.fixture(scope="module")
def explored(repositories, state, listener, tmp_path_factory) -> dict:
    """What a submission could do that tried everything: one grading, read by several tests."""
    root, address = repositories
    own, folder = root / "explorer", tmp_path_factory.mktemp("explorer")
    own.mkdir()
    (folder / "limits.toml").write_text(LIMITS)
    environment = read_environment(folder / "limits.toml", state)
    desk = Desk(environment=environment, address=f"{address}/explorer", root=own, folder=folder)
    ran = Attack(desk, folder).run("explorer", targets_json=json.dumps(listener.targets))
    return told(ran)


def read_environment(limits: Path, state: Path) -> dict[str, str]:
    """The environment of the desk fixture, for a fixture of the whole module."""
    ours = {
        "GRADER_CHALLENGES": str(TESTS / "challenges"),
        "GRADER_LIMITS": str(limits),
        "GRADER_STATE": str(state),
        "COLUMNS": "200",
    }
    return dict(os.environ) | ours


def evidence(ran: Ran) -> dict:
    """The evidence that a grading wrote."""
    return json.loads((ran.folder / "evidence.json").read_text("utf-8"))


def exchanges(ran: Ran) -> list[dict]:
    """Every kept exchange of every check."""
    checks = [check for phase in evidence(ran)["phases"] for check in phase["checks"]]
    return [exchange for check in checks for repeat in check["repeats"] for exchange in repeat["exchanges"]]


def told(ran: Ran) -> dict:
    """What the service answered to /echo instead of echoing."""
    reply = next(exchange["reply"] for exchange in exchanges(ran) if exchange["path"] == "/echo")
    return json.loads(json.loads(reply)["text"])


def held_against(ran: Ran) -> set[str]:
    """Whose fault the checks are that did not pass."""
    return {check["blame"] for group in ran.card()["groups"] for check in group["checks"] if check["state"] != "passed"}


def ends(ran: Ran) -> set[str]:
    """How the service's container ended by itself."""
    return {end["reason"] for end in evidence(ran)["service"]["ends"]}


def test_sees_nothing_of_ours(explored):
    """No hidden check, control socket, engine socket, kernel memory, device or foreign process is in sight."""
    assert (explored["read"], explored["processes"], explored["abstract"]) == ([], [], [])


def test_writes_only_where_it_may(explored):
    """Only DATA_DIR, /tmp and /dev/shm can be written, and nothing in them can be run; the source stays as it was."""
    assert explored["written"] == ["/data", "/tmp", "/dev/shm"]  # noqa: S108 - inside the container
    assert explored["run"] == []


def test_system_calls_are_refused(explored):
    """No capability, no namespace, mount, tracing, keyring, bpf, io_uring or module; no device node, no root."""
    assert (explored["called"], explored["capabilities"]) == ([], [])


def test_only_plain_sockets_and_not_our_port(explored):
    """Only unix, IPv4, IPv6 and route netlink sockets can be made, and the gateway's port cannot be taken or shared."""
    assert explored["bound"] == []
    assert explored["opened"] == [socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK]
    assert (explored["raw"], explored["configured"]) == ([], [])


def test_no_way_out(explored, listener):
    """Nothing leaves the pod: not to loopback, bridge or interface addresses of the host, by TCP or UDP."""
    assert explored["reached"] == []
    assert listener.called() == []


def test_fork_bomb_beside_an_honest_submission(attack, desk):
    """Taking every process id costs the bomb its own checks; an honest one graded at the same time keeps its 100."""
    url = attack.publish("bombs", mode_txt="forks")
    with attack.desk.started(url=url, out="forks") as process:
        assert desk.run(url=desk.publish("good", REPOS / "good"), out="good").card()["score"] == 100
        process.communicate(timeout=120)
    bomb = Ran(code=process.returncode, out="", err="", folder=attack.desk.folder / "forks")
    assert (bomb.code, held_against(bomb)) == (0, {"candidate"})
    assert bomb.card()["score"] <= 70


def test_memory_bomb(attack):
    """Beyond its memory the service is ended, and that it stopped is held against the submission."""
    bomb = attack.run("bombs", mode_txt="memory")
    assert (ends(bomb), held_against(bomb)) == ({"out_of_memory"}, {"candidate"})
    assert [gate["id"] for gate in bomb.card()["gates"] if gate["state"] == "closed"][-1] == "g3"


def test_endless_output(attack):
    """A flood of output ends the service; the records keep its head and tail, printable and escaped."""
    bomb = attack.run("bombs", mode_txt="output")
    assert (ends(bomb), held_against(bomb)) == ({"log_flood"}, {"candidate"})
    log = evidence(bomb)["service"]["log"]
    assert log["truncated"]
    assert log["bytes"] > 64 * MB
    assert sum(path.stat().st_size for path in bomb.folder.rglob("*") if path.is_file()) < MB
    assert not NOT_PLAIN.search((bomb.folder / "logs" / "service.txt").read_text("utf-8"))


def test_disk_fill(attack):
    """Every writable place ends at its size and at its number of files."""
    taken, limits = told(attack.run("bombs", mode_txt="disk")), PodLimits()
    caps = {
        "/tmp": (limits.tmp_bytes, limits.tmp_inodes),  # noqa: S108 - inside the container
        "/dev/shm": (limits.shm_bytes, limits.shm_inodes),  # noqa: S108
        "/data": (limits.data_bytes, limits.data_inodes),
    }
    assert taken.keys() == caps.keys()
    for place, (size, count) in taken.items():
        assert caps[place][0] / 2 < size <= caps[place][0]
        assert count < caps[place][1]


def test_no_process_outlives_a_restart(attack):
    """A child that left the session and ignores every signal is gone after the restart, and its note with it."""
    ran = attack.run("survivor")
    states = {check["id"]: check["state"] for group in ran.card()["groups"] for check in group["checks"]}
    assert (states["notes.write"], states["notes.kept"]) == ("passed", "failed")
    assert held_against(ran) == {"candidate"}


def test_hostile_http_ends_in_time(attack):
    """Dripping, endless, huge, nested, reset and interim replies each fail their check, within its deadline."""
    ran = attack.run("http")
    assert {exchange["fault"] for exchange in exchanges(ran)} - {None} >= {"timeout", "too_large", "bad_json", "closed"}
    assert all(exchange["ms"] < 1_500 for exchange in exchanges(ran))
    assert (ran.code, held_against(ran)) == (0, {"candidate"})


def test_flooded_gateway_is_not_our_failure(attack):
    """A submission that floods the gateway keeps the blame, and the score, of its own wrong answers."""
    ran = attack.run("flood")
    card = ran.card()
    assert (ran.code, card["status"], card["assessed_weight"]) == (0, "graded", 80)
    assert card["score"] <= 5
    assert held_against(ran) == {"candidate"}


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
