"""``make bench``: a warm grading beside the same work done by hand, in one run.

By hand means: git clone, volumes, the same three containers with the same images, the same probe plan
and the same analysers, driven by the engine's own command line with nothing checked, recorded, scored or rendered.
The two alternate; medians and their ratio are printed, since machines are shared and absolute times are not
worth much. Also: the grader's own processor time and peak memory.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.challenge import ChallengeFolder, load_challenge
from grader.sandbox.engine import Engine
from grader.sandbox.images import Images, ensure_images
from grader.settings import read_settings
from grader.validation.publish import bare_repository, served

TESTS = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("ROUNDS", "5"))
PREFIX = "grader-bench"
Times = dict[str, float]


def docker(*arguments: str, data: bytes | None = None) -> str:
    """The engine's command line."""
    done = subprocess.run(["docker", *arguments], input=data, capture_output=True, check=True)
    return done.stdout.decode()


@contextmanager
def timed(times: Times, stage: str) -> Iterator[None]:
    """Add a stage's seconds."""
    began = time.monotonic()
    yield
    times[stage] += time.monotonic() - began


def plan_of(folder: ChallengeFolder, phase: str) -> bytes:
    """The probe's plan, as the grader writes it."""
    checks = folder.challenge.checks
    planned = [
        {"id": c.id, "repeats": c.repeats, "deadline_s": c.deadline_s, "group": c.group}
        for c in checks
        if c.phase == phase
    ]
    plan = {
        "schema_version": 1,
        "run_id": "bench",
        "nonce": "00",
        "phase": phase,
        "seed": 1,
        "ready_deadline_s": 20,
        "recover_deadline_s": 10,
        "phase_deadline_s": 120,
        "exchange_deadline_s": 10,
        "max_reply_bytes": 4_194_304,
        "service_socket": "/run/pod/service.sock",
        "control_socket": "/run/pod/control.sock",
        "ready_path": "/health",
        "hidden_dir": "/pod/in/hidden",
        "checks": planned,
        "elsewhere": [c.id for c in checks if c.phase != phase],
    }
    return json.dumps(plan).encode()


def by_hand(url: str, folder: ChallengeFolder, images: Images, environment: str) -> Times:
    """The floor: the same work, nothing around it."""
    times: Times = defaultdict(float)
    names = {name: f"{PREFIX}-{name}" for name in ("edge", "service", "probe", "static", "fill")}
    volumes = {name: f"{PREFIX}-{name}-volume" for name in ("source", "data", "sockets", "pod", "work")}
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary) / "app"
        with timed(times, "fetch"):
            subprocess.run(["git", "clone", "--quiet", url, str(tree)], check=True)
            shutil.rmtree(tree / ".git")
        with timed(times, "pod"):
            options = "size=1m,uid=10003,gid=10002,mode=0750"
            docker(
                "volume",
                "create",
                "--opt",
                "type=tmpfs",
                "--opt",
                "device=tmpfs",
                "--opt",
                f"o={options}",
                volumes["sockets"],
            )
            options = "size=128m,uid=10001,mode=0700"
            docker(
                "volume",
                "create",
                "--opt",
                "type=tmpfs",
                "--opt",
                "device=tmpfs",
                "--opt",
                f"o={options}",
                volumes["data"],
            )
            docker("create", "--name", names["fill"], "-v", f"{volumes['source']}:/into", images.base, "true")
            docker("cp", str(tree), f"{names['fill']}:/into/app")
            docker("rm", names["fill"])
        with timed(times, "static"):
            static = ["--network", "none", "-v", f"{volumes['source']}:/src:ro", "-e", "STATIC_SOURCE=/src/app"]
            docker(
                "run",
                "--rm",
                *static,
                "-e",
                "STATIC_OUT=/tmp",
                images.tags["static"],
                "python3",
                "-m",
                "harness.static",
            )
        with timed(times, "pod"):
            mounts = ["-v", f"{volumes['sockets']}:/run/pod", "-v", f"{volumes['data']}:/held:ro"]
            hard = ["--network", "none", "-u", "10003:10002", "-e", "GATEWAY_KEY=k"]
            docker(
                "run",
                "-d",
                "--name",
                names["edge"],
                *hard,
                *mounts,
                images.tags["edge"],
                "python3",
                "-m",
                "harness.edge",
            )
            while '"ready"' not in docker("logs", names["edge"]):
                time.sleep(0.02)
        with timed(times, "service"):
            mounts = [
                "-v",
                f"{volumes['source']}:/srv:ro",
                "-v",
                f"{environment}:/env:ro",
                "-v",
                f"{volumes['data']}:/data",
            ]
            env = ["-e", "PORT=8000", "-e", "DATA_DIR=/data", "-e", "PATH=/env/py/bin:/usr/local/bin:/usr/bin:/bin"]
            service = ["--network", f"container:{names['edge']}", "-u", "10001:10001", "-w", "/srv/app", *env, *mounts]
            docker("create", "--name", names["service"], *service, images.base, "python3", "server.py")
            files = Path(temporary) / "pod"
            shutil.copytree(folder.hidden, files / "in" / "hidden", ignore=shutil.ignore_patterns("__pycache__"))
            (files / "out").mkdir()
            (files / "out").chmod(0o777)
            for number, phase in enumerate(folder.challenge.phases):
                (files / "in" / f"plan-{phase.id}.json").write_bytes(plan_of(folder, phase.id))
                mounts = ["-v", f"{volumes['sockets']}:/run/pod:ro", "-v", f"{volumes['pod']}:/pod"]
                probe = [
                    "--network",
                    "none",
                    "-u",
                    "10002:10002",
                    *mounts,
                    images.tags["probe"],
                    "python3",
                    "-m",
                    "harness.probe",
                ]
                docker(
                    "create",
                    "--name",
                    names["probe"],
                    *probe,
                    "--in",
                    "/pod/in",
                    "--out",
                    "/pod/out",
                    "--phase",
                    phase.id,
                )
                docker("cp", f"{files}/.", f"{names['probe']}:/pod")
                if phase.restart:
                    docker("kill", names["service"])
                if phase.restart or not number:
                    docker("start", names["service"])
                docker("start", "-a", names["probe"])
                docker("cp", f"{names['probe']}:/pod/out/results-{phase.id}.json", temporary)
                docker("rm", names["probe"])
        with timed(times, "clean up"):
            docker("rm", "-f", "-v", names["service"], names["edge"])
            docker("volume", "rm", *(v for k, v in volumes.items() if k != "work"))
    return times


def graded(url: str, out: Path, environment: dict[str, str]) -> tuple[Times, float, float]:
    """One real grading: its stages, whole seconds of the process, its own processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = [str(Path(sys.executable).with_name("grader")), "run", url, "--challenge", "echo", "--local-network"]
    subprocess.run([*command, "--out", str(out), "--seed", "1"], check=True, capture_output=True, env=environment)
    whole = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    evidence = json.loads((out / "evidence.json").read_text())
    times = {stage["stage"]: stage["seconds"] for stage in evidence["stages"]}
    return times, whole, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def environment_volume() -> str:
    """A finished environment of the good submission, which the warm-up made."""
    with Engine() as engine:
        return next(name for name in reversed(engine.kept()) if name.startswith("grader-env-"))


def main() -> int:
    """Alternate the two and print."""
    settings = read_settings()
    environment = dict(os.environ) | {"GRADER_CHALLENGES": str(TESTS / "challenges")}
    folder = load_challenge("echo", TESTS / "challenges")
    with Engine() as engine:
        images = ensure_images(engine, settings, print)
    ours: list[tuple[Times, float, float]] = []
    floor: list[Times] = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        bare_repository(TESTS / "repos" / "good", root / "good.git")
        with served(root) as address:
            graded(f"{address}/good.git", root / "warm-up", environment)
            volume = environment_volume()
            for number in range(ROUNDS):
                ours.append(graded(f"{address}/good.git", root / f"out-{number}", environment))
                floor.append(by_hand(f"{address}/good.git", folder, images, volume))
    show(ours, floor)
    return 0


def show(ours: list[tuple[Times, float, float]], floor: list[Times]) -> None:
    """Medians side by side; static runs beside install and pod in a grading, and in turn by hand."""
    print(f"\nwarm grading of tests/repos/good (echo challenge), medians of {len(ours)}, seconds")
    print(f"{'stage':<12}{'grader':>9}{'by hand':>9}{'ratio':>8}")
    for stage in ("engine", "fetch", "static", "install", "pod", "service", "clean up"):
        mine = statistics.median(times.get(stage, 0.0) for times, _, _ in ours)
        hand = statistics.median(times.get(stage, 0.0) for times in floor)
        print(f"{stage:<12}{mine:>9.2f}{hand:>9.2f}{f'{mine / hand:.2f}' if hand else '–':>8}")
    whole = statistics.median(seconds for _, seconds, _ in ours)
    hand = statistics.median(sum(times.values()) for times in floor)
    ratios = sorted(seconds / sum(times.values()) for (_, seconds, _), times in zip(ours, floor, strict=True))
    spread = f"(pairs {ratios[0]:.2f}–{ratios[-1]:.2f})"
    print(f"{'whole':<12}{whole:>9.2f}{hand:>9.2f}{statistics.median(ratios):>8.2f}   {spread}")
    cpu = statistics.median(seconds for _, _, seconds in ours)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"grader's own processor time {cpu:.2f} s a grading; largest child process {peak:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
