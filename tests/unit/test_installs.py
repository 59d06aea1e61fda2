"""Requirements become an environment, and a failed install is said to be whose it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pod_stubs import ECHO, IMAGES
from records import static

from grader.challenge import ChallengeFolder
from grader.errors import Blame, GraderError, InfrastructureError
from grader.gather.environment import Installer
from grader.gather.static import gather_static, own_work
from grader.gather.wanted import Package, Wanted
from grader.limits import Limits
from grader.runtimes.node import NODE
from grader.sandbox.images import Images
from grader.sandbox.scripted import Machine, Program, ScriptedSandbox
from grader.settings import Settings, read_settings

WITH_IDS = Images(
    base="base", tags=IMAGES.tags, ids={"base": "sha256:1", "node": "sha256:2"}, built=(), base_source="test"
)
WANTED = Wanted(source="requirements.txt", requirements=("httpx",), constraints=("anyio==4",))
OK = {"ok": True, "stage": "done", "code": 0, "log": "", "packages": ["httpx==0.28.1"]}


def index(words: bytes = b"") -> Program:
    """An index gateway that is ready, and says something of its upstream."""

    def program(machine: Machine) -> int:
        machine.say(b'{"event": "ready"}\n' + words)
        machine.sleep(60)
        return 0

    return program


def installs(result: object, jobs: list[dict] | None = None) -> Program:
    """An installer with a stated result."""

    def program(machine: Machine) -> int:
        if jobs is not None:
            jobs.append(json.loads(machine.read("/job/in/job.json")))
        if result is not None:
            machine.write("/job/out/result.json", json.dumps(result).encode())
        return 0

    return program


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A state folder of the test's own and an index."""
    return read_settings({"GRADER_STATE": str(tmp_path), "GRADER_INDEX_URL": "https://index.example/simple"})


@pytest.fixture
def sandbox() -> Iterator[ScriptedSandbox]:
    """A sandbox whose installs go well."""
    scripted = ScriptedSandbox({"index": index(), "install": installs(OK)})
    yield scripted
    scripted.close()


def installer(sandbox: ScriptedSandbox, settings: Settings, limits: Limits | None = None) -> Installer:
    """An installer in this sandbox."""
    return Installer(sandbox=sandbox, images=WITH_IDS, settings=settings, limits=limits or Limits(), engine_id="e")


def test_an_environment_is_made_once(sandbox, settings):
    """The same requirements are installed once and found again; others, or a volume that is gone, install anew."""
    jobs: list[dict] = []
    sandbox.programs["install"] = installs(OK, jobs)
    own = installer(sandbox, settings)
    first, made = own.environment(WANTED)
    second, found = own.environment(WANTED)
    assert (first, made.reused, found.reused, made.packages) == (second, False, True, ("httpx==0.28.1",))
    assert made.environment == found.environment
    sandbox.drop_volume(first)
    assert not own.environment(WANTED)[1].reused
    assert own.environment(Wanted(source="none", requirements=()))[1].environment != made.environment
    assert [job["requirements"] for job in jobs] == [["httpx"], ["httpx"], []]
    assert jobs[0]["constraints"] == ["anyio==4"]


def test_the_installer_has_one_neighbour(sandbox, settings):
    """The installing container is on a network with the index gateway alone, which is the only one with a way out."""
    installer(sandbox, settings).environment(WANTED)
    specs = {container.role: container.spec for container in sandbox.containers}
    network = f"{sandbox.run_id}-index"
    assert specs["install"].network == ("nets", (network,))
    assert specs["index"].network == ("nets", ("bridge", network))
    assert specs["install"].hosts == {"index": "192.0.2.10"}
    assert specs["install"].uid != specs["index"].uid
    assert not {m.volume for m in specs["install"].mounts} & {m.volume for m in specs["index"].mounts}
    assert not any(container.running() for container in sandbox.containers)


def said(text: str, code: int = 1) -> dict:
    """A failed install with the installer's words."""
    return {"ok": False, "stage": "install", "code": code, "log": text, "packages": []}


FAILED = {
    "not found": (
        said("Because nope was not found in the package registry and you require nope, no."),
        b"",
        "install.requirement_not_found",
        Blame.CANDIDATE,
    ),
    "no versions": (
        said("No solution found: there are no versions of a"),
        b"",
        "install.requirement_not_found",
        "candidate",
    ),
    "no wheel": (said("Because a has no usable wheels, we can conclude"), b"", "install.no_wheel", "candidate"),
    "unreadable": (said("error: Couldn't parse requirement in x"), b"", "install.requirement_refused", "candidate"),
    "too large": (said("x") | {"stage": "too_large"}, b"", "install.too_large", "candidate"),
    "memory": (said("x", code=-9) | {"stage": "out_of_memory"}, b"", "install.out_of_memory", "candidate"),
    "killed": (said("x", code=-9), b"", "install.failed", "infrastructure"),
    "budget": (said("No solution found"), b'{"event": "budget_spent"}', "install.too_large", "candidate"),
    "upstream": (
        said("No solution found"),
        b'{"event": "upstream_error"}',
        "install.index_unreachable",
        "infrastructure",
    ),
    "refused": (said("a wheel without a RECORD", code=2), b"", "install.refused", "candidate"),
    "anything else": (said("segmentation fault", code=-11), b"", "install.failed", "infrastructure"),
    "no result": (None, b"", "install.no_result", "infrastructure"),
    "half a result": ({"ok": True}, b"", "install.bad_result", "infrastructure"),
    "no text": (OK | {"packages": ["a\ud800==1"]}, b"", "install.bad_result", "infrastructure"),
}


@pytest.mark.parametrize("what", FAILED)
def test_a_failed_install_has_its_blame(sandbox, settings, what):
    """What cannot be installed is the candidate's, what the index or we failed at is ours; no volume is left."""
    result, words, code, blame = FAILED[what]
    sandbox.programs |= {"install": installs(result), "index": index(words)}
    with pytest.raises(GraderError) as caught:
        installer(sandbox, settings).environment(WANTED)
    assert (caught.value.code, caught.value.blame) == (code, blame)
    assert not [name for name in sandbox.volumes if name.startswith("grader-env-")]


def test_an_install_has_a_deadline(sandbox, settings):
    """An install that does not end is ended, and is the candidate's to make smaller."""

    def stays(machine: Machine) -> int:
        machine.sleep(60)
        return 0

    sandbox.programs["install"] = stays
    with pytest.raises(GraderError) as caught:
        installer(sandbox, settings, Limits(install_s=0.05)).environment(WANTED)
    assert (caught.value.code, caught.value.blame) == ("install.timeout", Blame.CANDIDATE)


def test_a_deadline_that_the_index_caused_is_ours(sandbox, settings):
    """An install that waited for an index which does not answer is ended, and nobody pays for it."""

    def stays(machine: Machine) -> int:
        machine.sleep(60)
        return 0

    sandbox.programs |= {"install": stays, "index": index(b'{"event": "upstream_error", "reason": "ReadTimeout"}\n')}
    with pytest.raises(InfrastructureError) as caught:
        installer(sandbox, settings, Limits(install_s=0.5)).environment(WANTED)
    assert caught.value.code == "install.index_unreachable"


def analyser(data: bytes | None) -> Program:
    """An analyser that leaves this."""

    def program(machine: Machine) -> int:
        if data is not None:
            machine.write("/job/out/static.json", data)
        return 0

    return program


def test_the_analysers_result_is_read(sandbox):
    """What the analysers left is the evidence; they see the source read-only and no network."""
    kept = static(errors=2).evidence
    sandbox.programs["static"] = analyser(kept.to_json().encode())
    assert gather_static(sandbox, IMAGES, Limits(), sandbox.volume("source")) == kept
    spec = sandbox.containers[-1].spec
    assert (spec.network, [m.path for m in spec.mounts if m.read_only]) == ("none", ["/src"])


def test_the_analysers_know_the_challenges_own_files(sandbox, tmp_path):
    """Digests of what candidates are given go to the analysers: unchanged, it is not the candidate's work."""
    for name in ("starter/a.py", "public/deep/b.py", "hidden/c.py", "solutions/good/app/d.py", "solutions/good/e.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    own = own_work(ChallengeFolder(challenge=ECHO.challenge, root=tmp_path))
    kit = sorted(hashlib.sha256(name.encode()).hexdigest() for name in ("starter/a.py", "public/deep/b.py"))
    told: list[list[str]] = []
    known: list[bytes] = []

    def program(machine: Machine) -> int:
        told.append(json.loads(machine.read("/job/in/kit.json")))
        known.append(machine.read("/job/in/known/good/app/d.py"))
        return analyser(static().evidence.to_json().encode())(machine)

    sandbox.programs["static"] = program
    gather_static(sandbox, IMAGES, Limits(), sandbox.volume("source"), own)
    assert (told, known) == ([kit], [b"solutions/good/app/d.py"])


@pytest.mark.parametrize(
    ("data", "code"), [(None, "static.no_result"), (b"", "static.bad_result"), (b"{}", "static.bad_result")]
)
def test_no_analysis_is_never_full_marks(sandbox, data, code):
    """A missing, empty or odd result of the analysers is an error of ours."""
    sandbox.programs["static"] = analyser(data)
    with pytest.raises(InfrastructureError) as caught:
        gather_static(sandbox, IMAGES, Limits(), sandbox.volume("source"))
    assert caught.value.code == code


# --- npm ------------------------------------------------------------------------------------------

PACKAGE = Package(path="node_modules/a", name="a", version="1.0.0", sha512="0" * 128, bins=(("a", "cli.js"),))
LOCKED = Wanted(source="package-lock.json", requirements=("a@1.0.0",), packages=(PACKAGE,))
NPM_OK = OK | {"packages": ["a@1.0.0"]}


@pytest.fixture
def with_npm(tmp_path) -> Settings:
    """A state folder of the test's own, a registry, and no other index."""
    return read_settings({"GRADER_STATE": str(tmp_path), "GRADER_NPM_REGISTRY": "https://registry.example/"})


def test_packages_of_a_lock_are_installed_once(sandbox, with_npm):
    """The npm installer gets the packages, the gateway the registry; the same lock is found again, another is not."""
    jobs: list[dict] = []
    sandbox.programs["install"] = installs(NPM_OK, jobs)
    own = installer(sandbox, with_npm)
    first, made = own.environment(LOCKED, NODE)
    assert (own.environment(LOCKED, NODE)[0], made.runtime, made.packages) == (first, "node", ("a@1.0.0",))
    (job,) = jobs
    assert (job["index"], job["packages"][0]["sha512"]) == ("http://index:8080/npm/", "0" * 128)
    assert job["packages"][0]["bins"] == [["a", "cli.js"]]
    specs = {container.role: container.spec for container in sandbox.containers}
    assert specs["install"].command == ["python3", "-m", "harness.install.node"]
    assert specs["index"].env["INDEX_PROTOCOL"] == "npm"
    assert specs["index"].env["INDEX_UPSTREAM"] == "https://registry.example/"
    other = replace(LOCKED, packages=(replace(PACKAGE, sha512="1" * 128),))
    assert not own.environment(other, NODE)[1].reused
    assert len(jobs) == 2


def test_no_packages_need_no_registry(sandbox, settings, monkeypatch):
    """A Node project without dependencies has an empty environment: nothing runs for it, no registry is needed."""
    monkeypatch.setenv("PATH", "/nowhere")
    volume, made = installer(sandbox, settings).environment(Wanted(source="package.json", requirements=()), NODE)
    assert sandbox.has_volume(volume)
    assert (made.packages, made.runtime, sandbox.containers) == ((), "node", [])


NPM_FAILED = {
    "integrity": ("install.integrity", "candidate"),
    "not_found": ("install.requirement_not_found", "candidate"),
    "refused": ("install.refused", "candidate"),
    "too_large": ("install.too_large", "candidate"),
    "fetch": ("install.failed", "infrastructure"),
}


@pytest.mark.parametrize("stage", NPM_FAILED)
def test_a_failed_npm_install_has_its_blame(sandbox, with_npm, stage):
    """A package that is not as locked, not there or not readable is the candidate's; what we failed at is ours."""
    result = {"ok": False, "stage": stage, "code": 1, "log": "a@1.0.0 is odd.", "packages": []}
    sandbox.programs["install"] = installs(result)
    with pytest.raises(GraderError) as caught:
        installer(sandbox, with_npm).environment(LOCKED, NODE)
    assert (caught.value.code, caught.value.blame) == NPM_FAILED[stage]
    sandbox.programs["index"] = index(b'{"event": "upstream_error"}')
    with pytest.raises(GraderError) as caught:
        installer(sandbox, with_npm).environment(LOCKED, NODE)
    expected = "install.too_large" if stage == "too_large" else "install.index_unreachable"
    assert caught.value.code == expected
