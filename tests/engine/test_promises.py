"""What `grader doctor --deep` says of the real engine, and that it says otherwise of one that holds nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from grader.errors import InfrastructureError
from grader.promises import put_to_trial, require
from grader.sandbox.base import Container, ContainerSpec, End, Tmpfs
from grader.sandbox.docker import DockerContainer, DockerSandbox
from grader.sandbox.engine import Engine
from grader.sandbox.logs import LogKeeper
from grader.sandbox.promises import IDS, Trial
from grader.settings import Settings, read_settings
from tests.engine.conftest import GRADER

pytestmark = pytest.mark.engine
BUFFERS = {"memory.tcp_buffers", "memory.udp_buffers"}
"""Not held on cgroup v1 (docs/operators.md); on v2 they are."""
HARMLESS = {"PathOnHost": "/dev/zero", "PathInContainer": "/dev/oddity", "CgroupPermissions": "r"}
MORE = ["SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "SYS_RAWIO", "NET_RAW", "NET_ADMIN", "MKNOD", "DAC_READ_SEARCH"]


class Lax(DockerContainer):
    """Waits without ending anything, and lets a flood of output pass."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._keeper = LogKeeper(1 << 14, 1 << 40)

    def wait(self, timeout_s: float) -> End:
        """Let time pass, and call it an end."""
        ends_at = time.monotonic() + timeout_s
        while self.running() and time.monotonic() < ends_at:
            time.sleep(0.05)
        return self._end()


class Weak(DockerSandbox):
    """Holds nothing: each hardening option is off. Only our own programs ever run in it."""

    joined: str | None = None
    name_server = ""

    def network(self, role: str) -> str:
        """One for everybody, with a way out and with IPv6."""
        if self.joined is None:
            self.joined = f"grader-{self.run_id}-{role}"
            ipam = {"Config": [{"Subnet": f"fd5c:{self.run_id[-8:-4]}:{self.run_id[-4:]}::/64"}]}
            labels = self._labels
            self.engine.api.create_network(self.joined, driver="bridge", enable_ipv6=True, ipam=ipam, labels=labels)
        return self.joined

    def volume(self, role: str, *, tmpfs: Tmpfs | None = None) -> str:
        """Without caps."""
        return super().volume(role, tmpfs=tmpfs and replace(tmpfs, bytes=1 << 30, inodes=1 << 20))

    def create(self, spec: ContainerSpec) -> Container:
        """As root."""
        made = super().create(replace(spec, uid=0, gid=0))
        return Lax(self, made.id, spec)

    def host_config(self, spec: ContainerSpec) -> dict[str, Any]:
        """Every limit and every wall taken away."""
        given = super().host_config(spec)
        for name in ("CapDrop", "Ulimits", "PidsLimit", "Memory", "MemorySwap", "NanoCpus", "ReadonlyRootfs"):
            given.pop(name)
        if given["NetworkMode"] == "none":
            given["NetworkMode"] = self.network("everybody")
        open_paths = {"MaskedPaths": [], "ReadonlyPaths": [], "SecurityOpt": ["seccomp=unconfined"], "CapAdd": MORE}
        places = {"Tmpfs": dict.fromkeys(given["Tmpfs"], "rw,mode=1777"), "Binds": ["/usr/share:/host:ro"]}
        if not given["NetworkMode"].startswith("container:"):
            given["Dns"] = [self.name_server]
        return given | open_paths | places | {"Devices": [HARMLESS]}

    def close(self) -> None:
        """Leave everything where it is."""


def states(trial: Trial) -> dict[str, str]:
    """Each promise's state."""
    return {verdict.promise: verdict.state for verdict in trial.verdicts}


@pytest.fixture(scope="module")
def settings(state) -> Settings:
    """Settings whose state folder goes with the session."""
    return read_settings({"GRADER_STATE": str(state)})


@pytest.fixture(scope="module")
def told(state) -> tuple[int, dict[str, Any]]:
    """Exit code and words of one `grader doctor --deep --json`, whose trial every test here reads."""
    environment = dict(os.environ) | {"GRADER_STATE": str(state), "GRADER_ACCEPT": ",".join(sorted(BUFFERS))}
    command = [GRADER, "doctor", "--deep", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=200)
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def real(settings, told) -> Iterator[tuple[Engine, Trial]]:
    """The engine as it is, and its trial as it was kept."""
    assert told[1]["promises"]
    with Engine() as engine:
        yield engine, Trial.load(next((settings.state / "promises").glob("*.json")))


def on_v1(engine: Engine) -> bool:
    """Whether this engine's control groups are of the first kind."""
    return engine.facts()["cgroup"].startswith("v1")


def test_this_engine_holds_every_promise_but_the_known_ones(real):
    """Every promise is tried; all are held, except that cgroup v1 does not count socket buffers."""
    engine, trial = real
    assert [verdict.promise for verdict in trial.verdicts] == list(IDS)
    missed = {f"{v.promise}: {v.state}, {v.saw}" for v in trial.verdicts if v.state != "held"}
    assert {line.partition(":")[0] for line in missed} == (BUFFERS if on_v1(engine) else set()), missed


def test_a_trial_leaves_nothing(real, settings):
    """No container, network or volume of the trial is left in the engine."""
    engine, trial = real
    assert states(trial)["cleanup.whole"] == "held"
    assert [item for item in engine.leftovers() if item.host == settings.host_id()] == []


def test_strict_reads_the_trial_and_names_what_is_not_held(real, settings):
    """Whoever requires the promises is refused by name, unless the operator accepts; the trial is not made again."""
    engine, trial = real
    bad = {name for name, state in states(trial).items() if state != "held"}
    kept = next((settings.state / "promises").glob("*.json"))
    made = kept.stat().st_mtime_ns
    require(engine, replace(settings, accept=tuple(bad)))
    assert kept.stat().st_mtime_ns == made
    lost = trial.model_copy(update={"verdicts": trial.verdicts[1:]})
    lost.save(kept)
    with pytest.raises(InfrastructureError) as caught:
        require(engine, replace(settings, accept=tuple(bad - BUFFERS)))
    assert caught.value.code == "engine.not_held"
    assert all(name in caught.value.message for name in {IDS[0]} | (bad & BUFFERS))
    trial.save(kept)


@pytest.fixture
def name_server() -> Iterator[str]:
    """A name server on the engine's bridge: it says of every name that there is none."""
    with Engine() as engine, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        subnet = engine.api.inspect_network("bridge")["IPAM"]["Config"][0]["Subnet"]
        address = str(ip_network(subnet, strict=False)[1])
        listening.bind((address, 53))

        def answer() -> None:
            with suppress(OSError):
                while True:
                    question, asker = listening.recvfrom(512)
                    listening.sendto(question[:2] + b"\x81\x83" + question[4:], asker)

        threading.Thread(target=answer, daemon=True).start()
        yield address


def absent() -> set[str]:
    """What this machine's kernel does not have at all, so that nothing can let it through."""
    missing = set() if Path("/proc/modules").exists() else {"calls.modules"}
    try:
        socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).close()
    except OSError:
        missing.add("sockets.alg")
    return missing


def test_each_promise_is_seen_broken_where_nothing_is_held(settings, name_server):
    """On a sandbox with every wall taken away no promise is held: none of them is a test that cannot fail."""

    def weak(engine: Engine, run_id: str, settings: Settings) -> Weak:
        made = Weak(engine, run_id, host=settings.host_id())
        made.name_server = name_server
        return made

    with Engine() as engine:
        trial = put_to_trial(engine, settings, weak)
        ours = [item for item in engine.leftovers() if item.host == settings.host_id()]
    wrong = {v.promise: f"{v.state}, {v.saw}" for v in trial.verdicts if v.state != "not held"}
    assert wrong.keys() == absent(), wrong
    assert ours == []


def test_doctor_shows_the_promises_as_json(told):
    """With --deep and --json the doctor prints findings and promises; its exit code says whether all is accepted."""
    code, words = told
    assert [row["id"] for row in words["promises"]] == list(IDS)
    assert [row for row in words["promises"] if row["state"] != "held" and not row["accepted"]] == []
    assert all(row["mend"] for row in words["promises"] if row["state"] != "held")
    assert code == (0 if all(finding["ok"] for finding in words["findings"]) else 3)


def test_a_misspelt_acceptance_is_said(desk):
    """An accepted promise that does not exist is an error of use, never silently nothing."""
    ran = desk.run("doctor", "--deep", env={"GRADER_ACCEPT": "memory.tpc_buffers"})
    assert (ran.code, "settings.accept" in ran.said()) == (2, True)
