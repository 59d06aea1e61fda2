"""Requirements become an environment: a volume that only service containers ever mount.

The installing container has one neighbour, the index gateway, and no other way out. An
environment is named after the base image and the requirements, and found again by that name.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from grader.errors import CandidateError, GraderError, InfrastructureError, printable
from grader.evidence import InstallEvidence, Log
from grader.gather.wanted import Wanted
from grader.limits import MB, Limits
from grader.record import Record
from grader.runtimes.base import Runtime
from grader.runtimes.python import PYTHON
from grader.sandbox.base import Container, ContainerSpec, File, Mount, Sandbox
from grader.sandbox.images import Images
from grader.sandbox.ready import wait_for_line
from grader.settings import Settings

ENVIRONMENT = "/env"
"""Where an environment's volume is mounted; each runtime has a folder in it."""
_UID_INSTALL, _UID_INDEX = 10004, 10005
_INDEX = "http://index:8080"
_RESULT_BYTES = 4 * MB
_LOG_CHARS, _PACKAGES = 100_000, 20_000
_READY_S = 30.0


class KnownEnvironment(Record):
    """An environment that stands ready in the engine."""

    volume: str
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installer:
    """Makes or finds environments in one engine."""

    sandbox: Sandbox
    images: Images
    settings: Settings
    limits: Limits
    engine_id: str

    def environment(self, wanted: Wanted, runtime: Runtime = PYTHON) -> tuple[str, InstallEvidence]:
        """The volume that holds the environment, and how it came to be.

        Raises:
            CandidateError: ``install.…`` when the requirements cannot be installed.
            InfrastructureError: ``install.…`` when the index or the engine is at fault.
        """
        began = time.monotonic()
        digest = self._digest(wanted, runtime)
        path = self._folder() / f"{digest[:32]}.json"
        known = self._known(path)
        reused = known is not None
        log: Log | None = None
        if known is None:
            known, log = self._install(wanted, digest, runtime)
            known.save(path)
        return known.volume, InstallEvidence(
            runtime=runtime.name,
            source=wanted.source,
            requirements=wanted.requirements,
            environment=digest,
            reused=reused,
            packages=known.packages,
            seconds=time.monotonic() - began,
            log=log,
        )

    def _digest(self, wanted: Wanted, runtime: Runtime) -> str:
        """Names an environment: what it stands on, where its parts come from, and all that is wanted."""
        configured = {"simple": self.settings.index, "npm": self.settings.npm_registry}[runtime.protocol]
        parts = [self.images.ids[runtime.image], configured or "", *wanted.requirements, "\1", *wanted.constraints]
        if wanted.packages:
            parts += ["\2", json.dumps([asdict(package) for package in wanted.packages])]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _folder(self) -> Path:
        name = hashlib.sha256(self.engine_id.encode()).hexdigest()[:12]
        return self.settings.state / "environments" / name

    def _known(self, path: Path) -> KnownEnvironment | None:
        if not path.exists():
            return None
        try:
            known = KnownEnvironment.load(path)
        except GraderError:
            return None
        return known if self.sandbox.has_volume(known.volume) else None

    def _install(self, wanted: Wanted, digest: str, runtime: Runtime) -> tuple[KnownEnvironment, Log | None]:
        # The name holds the run's id, so that a sweep can tell an orphan from one that is being filled.
        volume = self.sandbox.kept_volume(f"env-{self.sandbox.run_id}-{digest[:16]}")
        if runtime.bare and not wanted.requirements:
            return KnownEnvironment(volume=volume, packages=()), None
        try:
            result, log = self._run(wanted, volume, runtime)
        except BaseException:
            self.sandbox.drop_volume(volume)
            raise
        if not result.ok:
            self.sandbox.drop_volume(volume)
            raise _install_error(runtime, result)
        return KnownEnvironment(volume=volume, packages=result.packages), log

    def _run(self, wanted: Wanted, volume: str, runtime: Runtime) -> tuple[_Result, Log]:
        network = self.sandbox.network("index")
        gateway = self._start_gateway(network, runtime)
        try:
            job = self._job(wanted, runtime)
            installing = self._start_installing(job, runtime, volume, network, self.sandbox.address(gateway, network))
            try:
                end = installing.wait(self.limits.install_s)
                files = installing.fetch("/job/out/result.json", max_bytes=_RESULT_BYTES)
            finally:
                installing.remove()
            upstream = gateway.log().head + gateway.log().tail
        finally:
            gateway.remove()
        if end.reason == "deadline" and "upstream_error" in upstream:
            raise _index_unreachable(f"Installing was ended after {self.limits.install_s:.0f} seconds.")
        if end.reason == "deadline":
            raise CandidateError(
                "install.timeout",
                f"Installing took longer than {self.limits.install_s:.0f} seconds.",
                next_step="Name fewer or smaller packages.",
            )
        if "result.json" not in files and end.reason == "out_of_memory":
            raise _out_of_memory("")
        if "result.json" not in files:
            raise InfrastructureError(
                "install.no_result",
                f"The installing container ended without a result ({end.reason}, exit code {end.exit_code}).",
                next_step="Grade again; if it stays, run `grader doctor`.",
                detail=printable(installing.log().tail or installing.log().head, 600),
            )
        result = _Result.of(files["result.json"], upstream)
        text = printable(result.log.replace("\n", " / "), 4_000)
        return result, Log(head=text, tail="", bytes=len(result.log), truncated=False)

    def _start_gateway(self, network: str, runtime: Runtime) -> Container:
        volume = self.sandbox.volume("index")
        environment = {
            "INDEX_PROTOCOL": runtime.protocol,
            "INDEX_UPSTREAM": runtime.upstream(self.settings),
            "INDEX_BUDGET": str(self.limits.install_bytes),
            # So often less than the install's own deadline that the gateway says first whose the slowness is.
            "INDEX_PATIENCE": str(min(30.0, self.limits.install_s / 8)),
        }
        files: list[File] = []
        if self.settings.ca_bundle:
            environment["INDEX_CA"] = "/pod/ca.pem"
            files.append(File(path="ca.pem", data=self.settings.ca_bundle.read_bytes()))
        gateway = self.sandbox.create(
            ContainerSpec(
                role="index",
                image=self.images.tags["install"],
                command=["python3", "-m", "harness.index"],
                uid=_UID_INDEX,
                gid=_UID_INDEX,
                limits=self.limits.edge,
                network=("nets", ("bridge", network)),
                env=environment,
                mounts=[Mount(volume=volume, path="/pod", read_only=False)],
                lifetime_s=self.limits.container_s,
                ours=True,
            )
        )
        gateway.put("/pod", files)
        gateway.start()
        wait_for_line(gateway, '"ready"', _READY_S)
        return gateway

    def _job(self, wanted: Wanted, runtime: Runtime) -> dict[str, object]:
        """What the installer is told."""
        return {
            "requirements": wanted.requirements,
            "constraints": wanted.constraints,
            "packages": [asdict(package) for package in wanted.packages],
            "index": f"{_INDEX}/{runtime.protocol}/",
            "max_bytes": self.limits.install_bytes,
        }

    def _start_installing(
        self, job: Mapping[str, object], runtime: Runtime, volume: str, network: str, address: str
    ) -> Container:
        work = self.sandbox.volume("install")
        installing = self.sandbox.create(
            ContainerSpec(
                role="install",
                image=self.images.tags["install"],
                command=["python3", "-m", runtime.installer],
                uid=_UID_INSTALL,
                gid=_UID_INSTALL,
                limits=self.limits.install,
                network=("nets", (network,)),
                hosts={"index": address},
                mounts=[
                    Mount(volume=volume, path=ENVIRONMENT, read_only=False),
                    Mount(volume=work, path="/job", read_only=False),
                ],
                lifetime_s=self.limits.container_s,
            )
        )
        # A volume's own root cannot change hands through the archive API; a folder in it can.
        own = File(path=runtime.folder, data=None, mode=0o755, uid=_UID_INSTALL, gid=_UID_INSTALL)
        installing.put("/env", [own])
        installing.put(
            "/job",
            [
                File(path="in", data=None, mode=0o755),
                File(path="in/job.json", data=json.dumps(job).encode()),
                File(path="out", data=None, mode=0o755, uid=_UID_INSTALL, gid=_UID_INSTALL),
            ],
        )
        installing.start()
        return installing


class _Installed(Record):
    """``result.json`` as the installing container leaves it."""

    ok: bool
    stage: str
    code: int
    log: Annotated[str, Field(max_length=_LOG_CHARS)]
    packages: Annotated[tuple[str, ...], Field(max_length=_PACKAGES)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    ok: bool
    stage: str
    code: int
    log: str
    packages: tuple[str, ...]
    upstream_failed: bool
    budget_spent: bool

    @classmethod
    def of(cls, raw: bytes, upstream: str) -> _Result:
        """Read what the container left; a wheel's folder names and words are in it.

        Raises:
            InfrastructureError: ``install.bad_result``.
        """
        try:
            found = _Installed.model_validate_json(raw)
        except ValueError as error:
            raise InfrastructureError(
                "install.bad_result",
                "The installing container left a result that cannot be read.",
                next_step="Grade again; if it stays, run `grader doctor`.",
                detail=printable(str(error), 600),
            ) from None
        return cls(
            ok=found.ok,
            stage=found.stage,
            code=found.code,
            log=found.log,
            packages=tuple(printable(package) for package in found.packages),
            upstream_failed="upstream_error" in upstream,
            budget_spent="budget_spent" in upstream,
        )


def _install_error(runtime: Runtime, result: _Result) -> GraderError:
    """Whose fault a failed install is: the gateway's own record first, then the installer's words."""
    words = printable(" ".join(result.log.split())[-500:], 500)
    if result.stage == "too_large" or result.budget_spent:
        return CandidateError(
            "install.too_large",
            "The installed packages are larger than the limit.",
            next_step="Use smaller packages; the brief states the limit.",
            detail=words,
        )
    if result.upstream_failed:
        return _index_unreachable(words)
    if result.stage == "out_of_memory":
        return _out_of_memory(words)
    explained = runtime.explain(result.stage, result.code, result.log)
    if explained is not None:
        return explained
    return InfrastructureError(
        "install.failed",
        f"Installing stopped: {words}",
        next_step="Grade again; if it stays, read logs/install.txt.",
        detail=words,
    )


def _index_unreachable(detail: str) -> InfrastructureError:
    return InfrastructureError(
        "install.index_unreachable",
        "The package index did not answer as it should while the requirements were installed.",
        next_step="Check the index with `grader doctor`, then grade again.",
        detail=detail,
    )


def _out_of_memory(detail: str) -> CandidateError:
    return CandidateError(
        "install.out_of_memory",
        "Reading the packages took more memory than an install may have.",
        next_step="Use smaller packages; the brief states the limit.",
        detail=detail,
    )
