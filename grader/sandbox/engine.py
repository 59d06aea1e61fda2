"""A connection to one Docker engine: what it is, its images, what is left over in it.

With :mod:`grader.sandbox.docker` the only file that knows Docker.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import IO, Self

import docker
import requests
from docker.errors import APIError, BuildError, DockerException, ImageNotFound, NotFound

from grader.errors import InfrastructureError, printable

RUN_LABEL, KEPT_LABEL, HOST_LABEL, BEGAN_LABEL = "grader.run", "grader.kept", "grader.host", "grader.began"
_SPOKEN_BY_ALL = "1.41"


@contextmanager
def engine_errors(doing: str, closed: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Turn the SDK's exceptions into ours."""
    try:
        yield
    except (DockerException, requests.RequestException, OSError) as error:
        if closed():
            raise InfrastructureError(
                "sandbox.closed", f"The run was stopped while {doing}.", next_step="Start it again."
            ) from error
        words = printable(str(error.explanation if isinstance(error, APIError) else error), 600)
        if "no space left" in words.lower():
            raise InfrastructureError(
                "engine.disk_full",
                "The container engine's disk is full.",
                next_step="Free some room (`grader clean --all` drops our caches) and grade again.",
                detail=words,
            ) from error
        if isinstance(error, APIError):
            raise InfrastructureError(
                "engine.refused",
                f"The container engine refused {doing}: {printable(words)}.",
                next_step="Run `grader doctor`; it names what this engine lacks.",
                detail=words,
            ) from error
        raise InfrastructureError(
            "engine.unreachable",
            "The container engine does not answer.",
            next_step="Start it (`make engine`, or `dockerd` as root) or set DOCKER_HOST, then run `grader doctor`.",
            detail=words,
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """Something in the engine that carries our run label."""

    kind: str
    name: str
    run_id: str
    host: str
    age_s: float


def _connect(version: str, timeout_s: int) -> docker.DockerClient:
    """A client that looks at Docker's own settings alone.

    With the environment's, REQUESTS_CA_BUNDLE would take the place of DOCKER_CERT_PATH, and a proxy would stand
    before the engine. So not ``version="auto"`` either: it asks the engine before this can be said.
    """
    client = docker.from_env(timeout=timeout_s, max_pool_size=32, version=version)
    client.api.trust_env = False
    return client


class Engine:
    """A connection to one engine: what it is, its images, what is left over in it."""

    def __init__(self, *, timeout_s: int = 60) -> None:
        with engine_errors("connecting"):
            with closing(_connect(_SPOKEN_BY_ALL, timeout_s)) as asking:
                newest = str(asking.api.version(api_version=False)["ApiVersion"])
            self.client = _connect(newest, timeout_s)
            self.api = self.client.api

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self.client.close()

    def facts(self) -> dict[str, str]:
        """Version, kernel, cgroups, runtimes and so on, as text."""
        with engine_errors("asking for its version"):
            info, version = self.client.info(), self.client.version()
        security = [str(option) for option in info.get("SecurityOptions") or []]
        return {
            "engine": str(version.get("Version", "?")),
            "api": str(version.get("ApiVersion", "?")),
            "id": str(info.get("ID", "?")),
            "kernel": str(info.get("KernelVersion", "?")),
            "architecture": str(info.get("Architecture", "?")),
            "system": str(info.get("OperatingSystem", "?")),
            "cgroup": f"v{info.get('CgroupVersion', '1')} ({info.get('CgroupDriver', '?')})",
            "runtime": str(info.get("DefaultRuntime", "?")),
            "runtimes": ", ".join(sorted(info.get("Runtimes") or {})),
            "seccomp": "yes" if any("seccomp" in option for option in security) else "no",
            "rootless": "yes" if any("rootless" in option for option in security) else "no",
            "storage": str(info.get("Driver", "?")),
            "root": str(info.get("DockerRootDir", "?")),
            "cpus": str(info.get("NCPU", "?")),
            "memory_mb": str(int(info.get("MemTotal", 0)) // 1024 // 1024),
        }

    @cached_property
    def podman(self) -> bool:
        """Whether it is Podman, which speaks Docker's language with an accent."""
        with engine_errors("asking who it is"):
            parts = self.client.version().get("Components") or []
        return any("Podman" in str(part.get("Name")) for part in parts)

    @cached_property
    def cgroup_v1(self) -> bool:
        """Whether the engine's control groups are of the first kind."""
        with engine_errors("asking for its control groups"):
            return str(self.client.info().get("CgroupVersion", "1")) == "1"

    def gateways(self) -> list[str]:
        """The host's addresses on the engine's networks."""
        with engine_errors("listing its networks"):
            networks = self.api.networks()
        configs = [config for item in networks for config in (item.get("IPAM") or {}).get("Config") or []]
        # The default bridge names its gateway only where an operator chose one: it is the first address.
        first = (ip_network(config["Subnet"], strict=False)[1] for config in configs if config.get("Subnet"))
        named = (str(config["Gateway"]).split("/")[0] for config in configs if config.get("Gateway"))
        return sorted({*map(str, first), *named})

    def image_id(self, reference: str) -> str | None:
        """The image's content id, or none when the engine does not have it."""
        with engine_errors("looking for an image"):
            try:
                return str(self.client.images.get(reference).id)
            except ImageNotFound:
                return None

    def pull(self, reference: str) -> bool:
        """Try to pull an image; False when no registry answers or has it."""
        try:
            self.client.images.pull(reference)
        except (DockerException, requests.RequestException):
            return False
        return True

    def tag(self, reference: str, tag: str) -> None:
        """Give an image a second name."""
        with engine_errors("tagging an image"):
            self.client.images.get(reference).tag(*tag.split(":"))

    def import_root(self, archive: Path, tag: str) -> None:
        """Make an image of a root file system's tar archive."""
        repository, name = tag.split(":")
        with engine_errors("importing the base image"):
            self.api.import_image_from_file(str(archive), repository=repository, tag=name)

    def build(self, context: IO[bytes], tag: str) -> None:
        """Build one of our own images from a tar archive with a Dockerfile; nothing in it may use the network."""
        with engine_errors(f"building {tag}"):
            try:
                self.client.images.build(
                    fileobj=context, custom_context=True, tag=tag, rm=True, forcerm=True, network_mode="none"
                )
            except BuildError as error:
                raise InfrastructureError(
                    "image.build_failed",
                    f"Our image {tag} could not be built.",
                    next_step="Read the log below; `grader doctor` says whether the engine is sound.",
                    detail=printable(str(error), 2_000),
                ) from error

    def leftovers(self) -> list[Leftover]:
        """Containers, networks and volumes with our run label, containers first."""
        wanted = {"label": [RUN_LABEL]}
        with engine_errors("listing what is left over"):
            containers = self.api.containers(all=True, filters=wanted)
            networks = self.api.networks(filters=wanted)
            volumes = self.api.volumes(filters=wanted).get("Volumes") or []
        return [
            *(_leftover("container", item["Id"], item.get("Labels")) for item in containers),
            *(_leftover("network", item["Id"], item.get("Labels")) for item in networks),
            *(_leftover("volume", item["Name"], item.get("Labels")) for item in volumes),
        ]

    def kept(self, host: str | None = None) -> list[str]:
        """Names of the volumes that outlive runs; with a host, of those that it made."""
        wanted = [KEPT_LABEL, *([f"{HOST_LABEL}={host}"] if host else [])]
        with engine_errors("listing volumes"):
            listed = self.api.volumes(filters={"label": wanted}).get("Volumes") or []
        return sorted(str(volume["Name"]) for volume in listed)

    def our_images(self) -> list[str]:
        """Tags of the images we made."""
        with engine_errors("listing images"):
            tags = [tag for image in self.api.images() for tag in image.get("RepoTags") or []]
        return sorted(tag for tag in tags if tag.startswith("grader/"))

    def remove(self, kind: str, name: str) -> None:
        """Remove a container, network, volume or image. No error if it is gone."""
        remove: dict[str, Callable[[], object]] = {
            "container": lambda: self.api.remove_container(name, force=True, v=True),
            "network": lambda: self.api.remove_network(name),
            "volume": lambda: self.api.remove_volume(name, force=True),
            "image": lambda: self.api.remove_image(name, force=True),
        }
        with engine_errors(f"removing a {kind}"):
            try:
                remove[kind]()
            except NotFound:
                return
            except APIError as error:
                if "already in progress" not in str(error.explanation):
                    raise


def _leftover(kind: str, name: str, labels: Mapping[str, str] | None) -> Leftover:
    labels = labels or {}
    began = float(labels.get(BEGAN_LABEL, "0"))
    return Leftover(
        kind=kind,
        name=name,
        run_id=labels.get(RUN_LABEL, ""),
        host=labels.get(HOST_LABEL, ""),
        age_s=time.time() - began,
    )
