"""The pod: who shares what with whom, and how the service is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from pod_stubs import IMAGES, edge, gone, make_pod, plan_of, probe, serve, write_results

from grader.errors import InfrastructureError
from grader.limits import Limits
from grader.sandbox.base import ContainerSpec, File
from grader.sandbox.pod import UID_EDGE, UID_PROBE, UID_SERVICE, Pod, PodSpec, Training, fill_volume, tree_files
from grader.sandbox.scripted import Machine, Program, ScriptedSandbox

Make = Callable[..., tuple[ScriptedSandbox, Pod]]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes a sandbox with an open pod in it."""
    made: list[ScriptedSandbox] = []

    def build(command: tuple[str, ...] = ("serve",), limits: Limits | None = None, **programs: Program):
        sandbox = ScriptedSandbox({"edge": edge, "service": serve, "probe": probe()} | programs)
        made.append(sandbox)
        return sandbox, make_pod(sandbox, limits, command)

    yield build
    for sandbox in made:
        sandbox.close()


def specs(sandbox: ScriptedSandbox) -> dict[str, ContainerSpec]:
    """The last container of each role."""
    return {container.role: container.spec for container in sandbox.containers}


def plan(phase: str = "main") -> dict:
    """A plan of one check."""
    names = {"schema_version": 1, "run_id": "r", "nonce": "n", "phase": phase, "seed": 1}
    return names | {"checks": [{"id": "a", "repeats": 1}]}


# --- who shares what -----------------------------------------------------------------------------


def test_nobody_mounts_what_is_anothers(make):
    """The service mounts neither sockets nor hidden checks; the probe neither source nor environment."""
    sandbox, pod = make()
    pod.run_phase("main", plan(), restart=False)
    mounts = {role: {m.volume: m for m in spec.mounts} for role, spec in specs(sandbox).items()}
    names = {role: {m.path for m in found.values()} for role, found in mounts.items()}
    assert names["service"] == {"/srv", "/env", "/data"}
    assert names["probe"] == {"/run/pod", "/pod"}
    assert names["edge"] == {"/run/pod", "/held/0"}
    assert not mounts["service"].keys() & mounts["probe"].keys()
    shared = mounts["service"].keys() & mounts["edge"].keys()
    assert [mounts["edge"][volume].read_only for volume in shared] == [True]
    assert [path for volume, m in mounts["service"].items() for path in [m.path] if not m.read_only] == ["/data"]
    assert {m.path for m in mounts["probe"].values() if m.read_only} == {"/run/pod"}
    hidden = [v for v, files in sandbox.volumes.items() if any("hidden" in name for name in files)]
    assert hidden == [v for v, m in mounts["probe"].items() if m.path == "/pod"]


def test_everybody_has_a_user_of_their_own(make):
    """No two containers of a pod run as the same user, and none as root."""
    sandbox, pod = make()
    pod.run_phase("main", plan(), restart=False)
    uids = {role: spec.uid for role, spec in specs(sandbox).items() if role != "carrier"}
    assert uids == {"edge": UID_EDGE, "service": UID_SERVICE, "probe": UID_PROBE}
    assert len(set(uids.values())) == 3
    assert 0 not in uids.values()


def test_the_probe_shares_no_network_with_the_service(make):
    """The service joins the edge's network namespace; edge and probe have none to reach anything by."""
    sandbox, pod = make()
    pod.run_phase("main", plan(), restart=False)
    found = specs(sandbox)
    edge_id = next(c.id for c in sandbox.containers if c.role == "edge")
    assert found["service"].network == ("join", edge_id)
    assert (found["edge"].network, found["probe"].network) == ("none", "none")


def test_the_services_environment_holds_no_secret_of_ours(make):
    """The service gets its port, its data folder and the gateway's address and key, and runs in the base image."""
    sandbox, _ = make()
    pod = make_pod(sandbox)
    pod.run_phase("main", plan(), restart=False)
    found = specs(sandbox)
    assert (found["service"].env["PORT"], found["service"].env["DATA_DIR"]) == ("8000", "/data")
    assert found["service"].env["EMBEDDINGS_API_KEY"] == found["edge"].env["GATEWAY_KEY"]
    assert (found["service"].image, found["service"].workdir) == (IMAGES.base, "/srv/app")
    assert found["probe"].env.keys() == {"MALLOC_MMAP_THRESHOLD_", "MALLOC_ARENA_MAX"}
    keys = {spec.env["GATEWAY_KEY"] for spec in (c.spec for c in sandbox.containers) if "GATEWAY_KEY" in spec.env}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("argument", "filled"),
    [
        ("--port=$PORT", "--port=8000"),
        ("0.0.0.0:${PORT}/$PORT", "0.0.0.0:8000/8000"),
        ("$PORTAL ${PORTAL} $PORT_A $PORT2", "$PORTAL ${PORTAL} $PORT_A $PORT2"),
        ("$HOME `id` $(id) *", "$HOME `id` $(id) *"),
    ],
)
def test_only_the_port_is_filled_in(make, argument, filled):
    """$PORT in the manifest's command becomes the port; nothing else of a shell happens."""
    sandbox, pod = make(command=("serve", argument))
    pod.run_phase("main", plan(), restart=False)
    assert specs(sandbox)["service"].command == ["serve", filled]


def test_a_tree_goes_in_without_links_and_caches(tmp_path):
    """Files of a tree are root's and read-only, executables stay executable; links and caches are left out."""
    (tmp_path / "a" / "__pycache__").mkdir(parents=True)
    (tmp_path / "a" / "__pycache__" / "x.pyc").touch()
    (tmp_path / "a" / "plain.py").write_text("1")
    (tmp_path / "run.sh").write_text("2")
    (tmp_path / "run.sh").chmod(0o700)
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "linked").symlink_to(tmp_path / "a", target_is_directory=True)
    assert tree_files(tmp_path, "app") == [
        File(path="app", data=None, mode=0o755),
        File(path="app/a", data=None, mode=0o755),
        File(path="app/a/plain.py", data=b"1", mode=0o444),
        File(path="app/run.sh", data=b"2", mode=0o555),
    ]


def test_filling_a_volume_runs_nothing(make):
    """The container that carries files into a volume is never started."""
    sandbox, _ = make()
    volume = fill_volume(sandbox, IMAGES, Limits(), "source", [File(path="app/a", data=b"1")])
    assert sandbox.volumes[volume] == {"app/a": b"1"}
    assert not any(c.running() for c in sandbox.containers if c.role == "carrier")


# --- the service's keeper ------------------------------------------------------------------------


class Service:
    """A service whose starts are counted and that ends as it is told."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)
        self.starts = 0
        self.stays = threading.Event()

    def __call__(self, machine: Machine) -> int:
        """End with the next code, or stay when there is none."""
        self.starts += 1
        machine.say(f"start {self.starts}\n".encode())
        if self.codes:
            return self.codes.pop(0)
        self.stays.set()
        machine.sleep(60)
        return 0


def waits_for(event: Callable[[Machine], object]) -> Program:
    """A probe that ends once ``event(machine)`` is true."""

    def program(machine: Machine) -> int:
        while not event(machine) and not machine.killed.is_set():
            machine.sleep(0.005)
        write_results(machine, plan_of(machine)["phase"].encode())
        return 0

    return program


def test_a_service_that_stops_is_started_again(make):
    """A service that stops by itself is started again, on the same container, and each end is recorded."""
    service = Service(3, 4)
    sandbox, pod = make(service=service, probe=waits_for(lambda _: service.stays.is_set()))
    outcome = pod.run_phase("main", plan(), restart=False)
    assert [(end.exit_code, end.phase, end.reason) for end in outcome.service_ends] == [
        (3, "main", "exited"),
        (4, "main", "exited"),
    ]
    assert service.starts == 3
    assert len([c for c in sandbox.containers if c.role == "service"]) == 1
    assert pod.service.log().head == "start 1\nstart 2\nstart 3\n"


@pytest.mark.parametrize("allowed", [0, 1, 3])
def test_a_service_is_given_up_after_its_restarts(make, allowed):
    """After the allowed restarts it is not started again, and the probe is told."""
    service = Service(*[1] * 20)
    _, pod = make(service=service, probe=waits_for(gone), limits=Limits(service_restarts=allowed))
    outcome = pod.run_phase("main", plan(), restart=False)
    assert (service.starts, len(outcome.service_ends)) == (allowed + 1, allowed + 1)


def test_a_service_given_up_gets_another_phase(make):
    """Each phase counts anew: the service is started again, and the probe is not told of the earlier end."""
    service = Service(1, 1, 1, 1)
    told: list[bool] = []

    def program(machine: Machine) -> int:
        told.append(gone(machine))
        return waits_for(gone if plan_of(machine)["phase"] == "main" else lambda _: service.stays.is_set())(machine)

    _, pod = make(service=service, probe=program)
    assert len(pod.run_phase("main", plan(), restart=False).service_ends) == 4
    second = pod.run_phase("rough", plan("rough"), restart=False)
    assert (second.service_ends, second.results) == ((), b"rough")
    assert (service.starts, told) == (5, [False, False])


def test_a_running_service_stays_over_phases(make):
    """Without a restart the next phase meets the same running service."""
    service = Service()
    _, pod = make(service=service, probe=waits_for(lambda _: service.stays.is_set()))
    for phase in ("main", "rough"):
        assert pod.run_phase(phase, plan(phase), restart=False).results == phase.encode()
    assert service.starts == 1


def test_a_restart_kills_and_starts_again(make):
    """A restart phase kills the service and starts it again; that end is ours and is not held against it."""
    service = Service()
    _, pod = make(service=service, probe=waits_for(lambda _: service.stays.is_set()))
    pod.run_phase("main", plan(), restart=False)
    service.stays.clear()
    outcome = pod.run_phase("restart", plan("restart"), restart=True)
    assert (service.starts, outcome.service_ends) == (2, ())
    assert pod.service.ends("main") == ()


def test_a_restart_starts_a_service_that_was_given_up(make):
    """A restart phase after a service was given up starts it again."""
    service = Service(1, 1, 1, 1)
    _, pod = make(service=service, probe=waits_for(lambda m: gone(m) or service.stays.is_set()))
    pod.run_phase("main", plan(), restart=False)
    pod.run_phase("restart", plan("restart"), restart=True)
    assert service.starts == 5


def test_a_problem_of_the_watchers_is_kept(make):
    """What keeps the watcher from starting the service again is kept for whoever asks, and watching ends."""
    sandbox, pod = make()

    def once(machine: Machine) -> int:
        del machine, sandbox.programs["service"]
        return 1

    sandbox.programs["service"] = once
    sandbox.programs["probe"] = waits_for(lambda _: pod.service.problem)
    pod.run_phase("main", plan(), restart=False)
    assert isinstance(pod.service.problem, KeyError)


def test_closing_a_pod_stops_its_service_and_edge(make):
    """A closed pod leaves nothing running, and the service's log can still be read."""
    sandbox, pod = make()
    pod.run_phase("main", plan(), restart=False)
    pod.close()
    assert not any(container.running() for container in sandbox.containers)
    assert "serving" in pod.service.log().head


def test_a_phase_needs_a_service(make):
    """Asking for the service before it is said which environment it runs in is our own mistake."""
    sandbox, _ = make()
    pod = Pod(
        sandbox, PodSpec(images=IMAGES, limits=Limits(), source="s", image="base", env={}, command=["x"], hidden=[])
    )
    with pytest.raises(RuntimeError, match="serve"):
        _ = pod.service


def test_an_edge_that_ends_is_ours(make):
    """An edge that ends without being ready is an error of ours, with its last words."""
    sandbox, _ = make()

    def broken(machine: Machine) -> int:
        machine.say(b"no port\n")
        return 1

    sandbox.programs["edge"] = broken
    with pytest.raises(InfrastructureError, match="edge container did not become ready") as caught:
        make_pod(sandbox)
    assert (caught.value.code, caught.value.detail) == ("sandbox.not_ready", "no port\\n")


def test_a_probe_has_its_phase_alone(make):
    """Plans lie in a folder of the phase; hidden checks are put once; results of other phases are not mixed up."""
    sandbox, pod = make(probe=waits_for(lambda _: True))
    for phase in ("main", "rough"):
        assert pod.run_phase(phase, plan(phase), restart=False).results == phase.encode()
    volume = next(m.volume for m in specs(sandbox)["probe"].mounts if m.path == "/pod")
    names = sorted(name for name in sandbox.volumes[volume] if "hidden" not in name)
    inside = [f"in/phase-{p}/plan-{p}.json" for p in ("main", "rough")]
    assert names == [*inside, "out/results-main.json", "out/results-rough.json"]
    assert "in/hidden/test_echo.py" in sandbox.volumes[volume]


# --- training ------------------------------------------------------------------------------------


@pytest.fixture
def learning() -> Iterator[tuple[ScriptedSandbox, Pod]]:
    """A pod that may train twice; the second training finds nothing of the first unless it is the same folder."""

    def train(machine: Machine) -> int:
        machine.say(machine.read("/training/numbers.txt"))
        machine.write("/data/model", b"learnt")
        return 0

    sandbox = ScriptedSandbox({"edge": edge, "service": serve, "probe": probe(), "training": train})
    lessons = [File(path="numbers.txt", data=b"1 2 3")]
    yield sandbox, make_pod(sandbox, training=Training(command=["learn"], files=lessons, deadline_s=5, times=2))
    sandbox.close()


def test_training_is_held_like_the_service(learning):
    """Same image, user, limits, network and gateway key; besides the service's mounts only its data, read-only."""
    sandbox, pod = learning
    run = pod.train("main")
    pod.run_phase("main", plan(), restart=False)
    assert (run.phase, run.ok, run.log.head) == ("main", True, "1 2 3")
    one, other = specs(sandbox)["training"], specs(sandbox)["service"]
    for name in ("image", "uid", "gid", "limits", "network", "workdir", "ours"):
        assert getattr(one, name) == getattr(other, name)
    assert one.env == {**other.env, "TRAINING_DIR": "/training"}
    assert list(one.mounts[:-1]) == list(other.mounts)
    assert (one.mounts[-1].path, one.mounts[-1].read_only) == ("/training", True)


def test_each_training_has_a_folder_of_its_own(learning):
    """The service moves to the folder of the last training; the edge holds both, and a third training is refused."""
    sandbox, pod = learning
    folders = []
    for phase in ("main", "retrained"):
        pod.train(phase)
        pod.run_phase(phase, plan(phase), restart=False)
        found = specs(sandbox)
        used = {next(m.volume for m in found[role].mounts if m.path == "/data") for role in ("training", "service")}
        assert len(used) == 1
        folders += used
    assert len(set(folders)) == 2
    assert set(folders) <= {m.volume for m in specs(sandbox)["edge"].mounts}
    assert pod.service.log().head == "serving\n"
    assert pod.service.log().tail == "serving\n"
    with pytest.raises(RuntimeError, match="2 trainings"):
        pod.train("again")


def test_a_pod_without_training_trains_nothing(make):
    """Where the challenge has none, nothing is made for it."""
    sandbox, pod = make()
    assert not pod.trains
    with pytest.raises(RuntimeError, match="0 trainings"):
        pod.train("main")
    assert "training" not in specs(sandbox)
