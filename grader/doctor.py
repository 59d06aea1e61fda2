"""``grader doctor``: what this machine has for grading, what is missing, and the mend."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.errors import GraderError, printable
from grader.limits import MB
from grader.sandbox.engine import Engine
from grader.sandbox.images import DEBIAN_SUITE, PULLED_BASE, RECIPES
from grader.sandbox.runs import any_alive
from grader.settings import Settings

_ROOM = 4 * 1024 * MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    name: str
    found: str
    ok: bool = True
    mend: str = ""

    @property
    def mark(self) -> str:
        """✓ or ✕."""
        return "✓" if self.ok else "✕"

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return asdict(self)


def diagnose(settings: Settings) -> list[Finding]:
    """Look at everything; never raises for what is missing."""
    findings = [_git(), _disk(settings.state), _index(settings), _registry(settings), _bundle(settings)]
    try:
        with Engine() as engine:
            facts = engine.facts()
            return [*_engine(facts, settings), *_images(engine, settings), *_left(engine, settings), *findings]
    except GraderError as error:
        return [Finding(name="engine", found=error.message, ok=False, mend=error.next_step), *findings]


def _engine(facts: dict[str, str], settings: Settings) -> list[Finding]:
    runtime = settings.runtime or facts["runtime"]
    known = runtime in facts["runtimes"].split(", ")
    seccomp = facts["seccomp"] == "yes"
    machine = facts["architecture"] == "x86_64"
    return [
        Finding(name="engine", found=f"{facts['engine']} (API {facts['api']}), rootless: {facts['rootless']}"),
        Finding(name="kernel", found=f"{facts['kernel']}, {facts['system']}"),
        Finding(
            name="architecture",
            found=facts["architecture"],
            ok=machine,
            mend="" if machine else "The seccomp profile allows x86_64 only; use such an engine (DOCKER_HOST).",
        ),
        Finding(name="cgroup", found=facts["cgroup"]),
        Finding(
            name="seccomp",
            found="available" if seccomp else "the engine has none",
            ok=seccomp,
            mend="" if seccomp else "Use an engine built with seccomp: without it strangers' code is not held.",
        ),
        Finding(
            name="runtime",
            found=f"{runtime} (the engine has {facts['runtimes']})",
            ok=known,
            mend="" if known else f"Install {runtime} in the engine, or unset GRADER_RUNTIME.",
        ),
        Finding(name="machine", found=f"{facts['cpus']} cpus, {facts['memory_mb']} MB"),
        Finding(name="engine's store", found=f"{facts['storage']} in {facts['root']}"),
    ]


def _images(engine: Engine, settings: Settings) -> list[Finding]:
    tags = engine.our_images()
    if settings.base_image:
        base = f"{settings.base_image} (GRADER_BASE_IMAGE)"
    elif any(tag.startswith("grader/base:slim-") for tag in tags):
        base = f"pulled: {PULLED_BASE}"
    elif any(tag.startswith("grader/base:") for tag in tags):
        base = f"built from Debian {DEBIAN_SUITE} packages"
    else:
        base = "not made yet: the first run pulls it, or builds it from Debian's packages"
    have = [r.role for r in RECIPES if any(tag.startswith(f"grader/{r.role}:") for tag in tags)]
    can_build = bool(
        settings.base_image or shutil.which("mmdebstrap") or any(t.startswith("grader/base:") for t in tags)
    )
    return [
        Finding(
            name="base image",
            found=base,
            ok=can_build,
            mend="" if can_build else "apt-get install mmdebstrap (needed where no registry answers), or `make setup`.",
        ),
        Finding(name="our images", found=", ".join(have) or "not made yet: the first run makes them"),
    ]


def _left(engine: Engine, settings: Settings) -> list[Finding]:
    left = engine.leftovers()
    live = any_alive(settings)
    found = f"{len(left)} things with our label" + (" (a grading is under way)" if live else "")
    return [
        Finding(name="left over", found=found, mend="" if live or not left else "`grader clean` removes them."),
        Finding(name="kept volumes", found=f"{len(engine.kept())} (environments)"),
    ]


def _git() -> Finding:
    git = shutil.which("git")
    if git is None:
        return Finding(name="git", found="missing", ok=False, mend="apt-get install git")
    version = subprocess.run([git, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return Finding(name="git", found=version)


def _disk(state: Path) -> Finding:
    folder = state if state.exists() else Path.home()
    free = shutil.disk_usage(folder).free
    return Finding(
        name="disk",
        found=f"{free // MB // 1024} GB free at {folder}",
        ok=free > _ROOM,
        mend="" if free > _ROOM else "Free some room: images and environments take 3 GB.",
    )


def _bundle(settings: Settings) -> Finding:
    found = str(settings.ca_bundle) if settings.ca_bundle else "none found"
    return Finding(
        name="CA bundle",
        found=found,
        ok=settings.ca_bundle is not None,
        mend="" if settings.ca_bundle else "apt-get install ca-certificates, or set GRADER_CA_BUNDLE.",
    )


def _index(settings: Settings) -> Finding:
    """Whether the package index answers as one (PEP 691)."""
    import httpx  # noqa: PLC0415 - a tenth of a second that only this command should pay

    name = "package index"

    def ask() -> str:
        url = settings.index_url()
        context = ssl.create_default_context(cafile=str(settings.ca_bundle) if settings.ca_bundle else None)
        headers = {"accept": "application/vnd.pypi.simple.v1+json"}
        with httpx.Client(verify=context, timeout=10, follow_redirects=True) as client:
            answer = client.get(f"{url.rstrip('/')}/pip/", headers=headers)
        if answer.status_code != httpx.codes.OK or "json" not in answer.headers.get("content-type", ""):
            raise ValueError(f"{url} answers HTTP {answer.status_code}, not PEP 691 JSON")
        return f"{url} answers"

    try:
        return Finding(name=name, found=ask())
    except (GraderError, httpx.HTTPError, ValueError, OSError) as error:
        mend = "Set GRADER_INDEX_URL to an index that this machine reaches (and GRADER_CA_BUNDLE for its certificate)."
        return Finding(name=name, found=printable(str(error)), ok=False, mend=mend)


def _registry(settings: Settings) -> Finding:
    """The npm registry; only Node submissions need one."""
    try:
        return Finding(name="npm registry", found=settings.npm_registry_url())
    except GraderError:
        mend = "Set GRADER_NPM_REGISTRY, or install npm: Node submissions with dependencies need a registry."
        return Finding(name="npm registry", found="none known", mend=mend)
