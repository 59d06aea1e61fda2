"""Programs for the scripted sandbox that stand in for the edge, a service and the probe."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from grader.challenge import ChallengeFolder, load_challenge
from grader.gather.service import hidden_files
from grader.limits import Limits
from grader.runtimes.python import PYTHON
from grader.sandbox.images import Images
from grader.sandbox.pod import Pod, PodSpec, Training, fill_volume
from grader.sandbox.scripted import Machine, Program, ScriptedSandbox

ECHO: ChallengeFolder = load_challenge("echo", Path(__file__).resolve().parent.parent / "challenges")
IMAGES = Images(
    base="base",
    tags={role: role for role in ("base", "edge", "probe", "static", "install", "tests", "node")},
    ids={},
    built=(),
    base_source="test",
)
Change = Callable[[dict, dict], object]


def edge(machine: Machine) -> int:
    """Says that it is ready and stays."""
    machine.say(b'{"event": "ready"}\n')
    machine.sleep(60)
    return 0


def serve(machine: Machine) -> int:
    """A service that stays."""
    machine.say(b"serving\n")
    machine.sleep(60)
    return 0


def inbox_of(machine: Machine) -> tuple[str, str]:
    """Where the probe reads, and its phase."""
    words = list(machine.spec.command)
    return words[words.index("--in") + 1], words[words.index("--phase") + 1]


def plan_of(machine: Machine) -> dict:
    """The plan that the probe was given."""
    inbox, phase = inbox_of(machine)
    return json.loads(machine.read(f"{inbox}/plan-{phase}.json"))


def gone(machine: Machine) -> bool:
    """Whether the probe was told that the service will not come back."""
    try:
        machine.read(f"{inbox_of(machine)[0]}/service-gone")
    except FileNotFoundError:
        return False
    return True


def one_repeat(index: int, outcome: str = "passed", blame: str | None = None) -> dict:
    """One repeat as the probe writes it."""
    fixed = {"seconds": 0.1, "expected": "", "seen": "", "service_stopped": False, "exchanges": [], "measures": {}}
    message = "" if outcome == "passed" else "It did not."
    return {"index": index, "seed": index, "outcome": outcome, "blame": blame, "message": message} | fixed


def honest(plan: dict, outcome: str = "passed", blame: str | None = None) -> dict:
    """Results that hold every planned check once, all with the same outcome."""
    ready = outcome != "not_run"
    return {name: plan[name] for name in ("schema_version", "run_id", "nonce", "phase", "seed")} | {
        "ready": {"ok": ready, "seconds": 0.25, "sentence": "It was ready." if ready else "It was never ready."},
        "seconds": 1.0,
        "service_stops": [],
        "checks": [
            {"id": c["id"], "repeats": [one_repeat(n, outcome, blame) for n in range(c["repeats"])]}
            for c in plan["checks"]
        ],
    }


def write_results(machine: Machine, data: bytes) -> None:
    """Write the results file of the phase."""
    machine.write(f"/pod/out/results-{inbox_of(machine)[1]}.json", data)


def probe(change: Change = lambda results, plan: None) -> Program:  # noqa: ARG005 - changes nothing
    """A probe that writes honest results, changed by ``change(results, plan)`` first."""

    def program(machine: Machine) -> int:
        plan = plan_of(machine)
        results = honest(plan)
        changed = change(results, plan)
        value = results if changed is None else changed
        write_results(machine, value if isinstance(value, bytes) else json.dumps(value).encode())
        return 0

    return program


def make_pod(
    sandbox: ScriptedSandbox,
    limits: Limits | None = None,
    command: tuple[str, ...] = ("serve",),
    training: Training | None = None,
) -> Pod:
    """An open pod whose service runs ``command``."""
    limits = limits or Limits()
    source = fill_volume(sandbox, IMAGES, limits, "source", [])
    spec = PodSpec(
        images=IMAGES,
        limits=limits,
        source=source,
        image=IMAGES.tags[PYTHON.image],
        env=PYTHON.env,
        command=command,
        hidden=hidden_files(ECHO),
        training=training,
    )
    pod = Pod(sandbox, spec)
    pod.open()
    pod.serve(sandbox.kept_volume("env"))
    return pod
