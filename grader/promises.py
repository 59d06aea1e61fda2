"""What this engine gives, tried on it: for ``grader doctor --deep``, and once per engine for ``--strict``."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.challenge import tree_digest
from grader.errors import GraderError
from grader.sandbox import docker
from grader.sandbox.base import Sandbox
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.engine import Engine
from grader.sandbox.images import ensure_base
from grader.sandbox.promises import Trial, Verdict, accepted, require_promises
from grader.sandbox.runs import live_run
from grader.sandbox.trial import PROGRAMS, Around, try_promises
from grader.settings import Settings

_SIOCGIFADDR = 0x8915
_PORT = 2375
_CLEAN = "cleanup.whole"
_HARDENING = ("docker.py", "seccomp.json", "promises.py", "trial.py")

MakeSandbox = Callable[[Engine, str, Settings], Sandbox]


def docker_sandbox(engine: Engine, run_id: str, settings: Settings) -> Sandbox:
    """The sandbox that gradings run in."""
    return DockerSandbox(engine, run_id, host=settings.host_id(), runtime=settings.runtime, seccomp=settings.seccomp)


def put_to_trial(engine: Engine, settings: Settings, make: MakeSandbox = docker_sandbox) -> Trial:
    """Try every promise on this engine now, and keep what was seen, if all was tried, in the state folder.

    Raises:
        InfrastructureError: no engine, no base image, or the sandbox could not be furnished.
    """
    facts = engine.facts()
    base = ensure_base(engine, settings)
    with live_run(settings) as run_id, _listening(engine) as around:
        sandbox = make(engine, run_id, settings)
        try:
            verdicts = try_promises(sandbox, base, settings.limits, around)
        finally:
            sandbox.close()
            left = [f"{item.kind} {item.name}" for item in engine.leftovers() if item.run_id == run_id]
            docker_sandbox(engine, run_id, settings).close()  # whatever that sandbox did
    seen = Verdict(promise=_CLEAN, state="not held" if left else "held", saw=", ".join(left[:3]) or "nothing was left")
    trial = Trial(
        engine=f"{facts['engine']} ({facts['cgroup']})",
        runtime=settings.runtime or facts["runtime"],
        kernel=facts["kernel"],
        key=_key(engine, settings, facts),
        verdicts=tuple(seen if verdict.promise == _CLEAN else verdict for verdict in verdicts),
    )
    if make is docker_sandbox and all(verdict.state != "not tried" for verdict in trial.verdicts):
        trial.save(_path(settings, trial.key))
    return trial


def require(engine: Engine, settings: Settings) -> None:
    """Go on only where the engine holds what the operator has not accepted; tried once for each engine.

    Raises:
        InfrastructureError: ``engine.not_held``.
        UsageError: ``settings.accept``.
    """
    accept = accepted(settings.accept)
    key = _key(engine, settings, engine.facts())
    trial = _known(_path(settings, key), key) or put_to_trial(engine, settings)
    require_promises(trial, accept)


def _known(path: Path, key: str) -> Trial | None:
    with contextlib.suppress(GraderError):
        found = Trial.load(path)
        return found if found.key == key else None
    return None


def _path(settings: Settings, key: str) -> Path:
    return settings.state / "promises" / f"{key[:32]}.json"


def _key(engine: Engine, settings: Settings, facts: dict[str, str]) -> str:
    """Everything that a trial's outcome depends on: the engine, its host's kernel, our hardening, our limits."""
    folder = Path(docker.__file__).parent
    parts = [facts[name] for name in ("id", "engine", "kernel", "cgroup", "runtime", "runtimes", "seccomp")]
    parts += [tree_digest(folder, _HARDENING), tree_digest(PROGRAMS, ("promises",))]
    parts += [
        settings.runtime or "",
        settings.seccomp or "",
        settings.limits.service.to_json(),
        settings.limits.edge.to_json(),
    ]
    parts += [engine.image_id(ensure_base(engine, settings)) or ""]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@contextlib.contextmanager
def _listening(engine: Engine) -> Iterator[Around]:
    """Listen on this machine's addresses, whom no stranger's code may reach, while the trial lasts."""
    with contextlib.ExitStack() as stack:
        ears = []
        for address in _own_addresses():
            with contextlib.suppress(OSError):
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                stream = stack.enter_context(socket.create_server((address, 0), family=family))
                port = int(stream.getsockname()[1])
                datagrams = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
                datagrams.bind((address, port))
                stream.settimeout(0)
                datagrams.settimeout(0)
                ears.append((address, port, stream, datagrams))
        heard = {address for address, *_ in ears}
        elsewhere = [(address, _PORT) for address in engine.gateways() if address not in heard]

        def called() -> list[str]:
            found = []
            for address, _, stream, datagrams in ears:
                with contextlib.suppress(OSError):
                    stream.accept()[0].close()
                    found.append(f"tcp {address}")
                with contextlib.suppress(OSError):
                    datagrams.recv(64)
                    found.append(f"udp {address}")
            return found

        yield Around(targets=(*((ear[0], ear[1]) for ear in ears), *elsewhere), called=called)


def _own_addresses() -> list[str]:
    """This machine's addresses, loopback and link-local left out: a container has such ones of its own."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                answer = fcntl.ioctl(asking, _SIOCGIFADDR, struct.pack("256s", name.encode()))
                found.append(socket.inet_ntoa(answer[20:24]))
    with contextlib.suppress(OSError):
        for line in Path("/proc/net/if_inet6").read_text("ascii").splitlines():
            packed, _, _, scope, *_ = line.split()
            found += [socket.inet_ntop(socket.AF_INET6, bytes.fromhex(packed))] if scope == "00" else []
    return [address for address in found if not address.startswith("127.")]
