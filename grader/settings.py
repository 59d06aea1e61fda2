"""What an operator may set: environment variables named ``GRADER_…``, read once.

===========================  =====================================================================================
``GRADER_STATE``             where locks and the list of environments lie (default: the user's state folder)
``GRADER_RUNTIME``           the engine's container runtime for strangers' code (``runsc``; default: the engine's)
``GRADER_SECCOMP``           Podman: path on the engine's host of a copy of grader/sandbox/seccomp.json
``GRADER_INDEX_URL``         the package index's simple API (default: what pip on this machine is set to)
``GRADER_NPM_REGISTRY``      the npm registry (default: what npm on this machine is set to)
``GRADER_CA_BUNDLE``         CA bundle for both (default: SSL_CERT_FILE, or the system's)
``GRADER_CHALLENGES``        folder of challenges (default: the ones that come with the grader)
``GRADER_LIMITS``            TOML file with other budgets than those of grader/limits.py, by their names
``GRADER_BASE_IMAGE``        base image of all our images (default: see grader/sandbox/images.py)
``GRADER_ACCEPT``            promises of the engine (``grader doctor --deep``) that may be not held, with commas between
``GRADER_REQUIRE_PROMISES``  ``yes``: grade only where every other promise is held (as ``grader run --strict``)
``DOCKER_HOST``              the engine; with TLS, ``DOCKER_TLS_VERIFY`` and ``DOCKER_CERT_PATH`` as Docker reads them
===========================  =====================================================================================
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.challenge import CHALLENGES
from grader.errors import UsageError, printable
from grader.limits import Limits

_SYSTEM_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """An operator's choices."""

    state: Path
    runtime: str | None
    index: str | None
    ca_bundle: Path | None
    base_image: str | None
    challenges: Path
    limits: Limits
    seccomp: str | None = None
    accept: tuple[str, ...] = ()
    require_promises: bool = False
    npm_registry: str | None = None

    def index_url(self) -> str:
        """The package index's simple API.

        Raises:
            UsageError: ``settings.index`` when none is known.
        """
        return self.index or _index_of_pip()

    def npm_registry_url(self) -> str:
        """The npm registry.

        Raises:
            UsageError: ``settings.npm_registry`` when none is known.
        """
        return self.npm_registry or _registry_of_npm()

    def host_id(self) -> str:
        """A random name for this machine's state folder; tells whose leftovers are whose."""
        path = self.state / "host-id"
        if not path.exists():
            self.state.mkdir(parents=True, exist_ok=True)
            mine = path.with_name(f"host-id.{secrets.token_hex(4)}")
            mine.write_text(secrets.token_hex(8), "ascii")
            with suppress(FileExistsError):
                os.link(mine, path)  # whole or not at all, and the first of several processes wins
            mine.unlink()
        return path.read_text("ascii").strip()


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        UsageError: ``settings.limits`` when the file of budgets cannot be read, ``settings.yes_or_no``.
    """
    default_state = Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "grader"
    return Settings(
        state=Path(environment.get("GRADER_STATE") or default_state),
        runtime=environment.get("GRADER_RUNTIME") or None,
        index=environment.get("GRADER_INDEX_URL") or None,
        npm_registry=environment.get("GRADER_NPM_REGISTRY") or None,
        ca_bundle=_ca_bundle(environment),
        base_image=environment.get("GRADER_BASE_IMAGE") or None,
        limits=_limits(environment.get("GRADER_LIMITS")),
        challenges=Path(environment.get("GRADER_CHALLENGES") or CHALLENGES),
        seccomp=environment.get("GRADER_SECCOMP") or None,
        accept=tuple(sorted({name.strip() for name in environment.get("GRADER_ACCEPT", "").split(",")} - {""})),
        require_promises=_yes(environment, "GRADER_REQUIRE_PROMISES"),
    )


def _yes(environment: Mapping[str, str], name: str) -> bool:
    word = environment.get(name, "").strip().lower()
    if word not in {"", "yes", "no"}:
        raise UsageError("settings.yes_or_no", f"{name} is {printable(word)!r}.", next_step="Set it to yes or no.")
    return word == "yes"


def _limits(path: str | None) -> Limits:
    if not path:
        return Limits()
    try:
        return Limits.model_validate(tomllib.loads(Path(path).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise UsageError(
            "settings.limits",
            f"GRADER_LIMITS names {printable(path)}, which is not a file of budgets.",
            next_step="Use TOML with the names of grader/limits.py, such as boot_s = 90.",
            detail=printable(str(error), 600),
        ) from None


def _ca_bundle(environment: Mapping[str, str]) -> Path | None:
    named = [environment.get(name) for name in ("GRADER_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")]
    for path in [*filter(None, named), *_SYSTEM_BUNDLES]:
        if Path(path).is_file():
            return Path(path)
    return None


def _index_of_pip() -> str:
    """The index that pip on this machine is set to, or pip's own default."""
    script = (
        "from pip._internal.configuration import Configuration as C\n"
        "from pip._internal.models.index import PyPI\n"
        "c = C(isolated=False); c.load(); d = dict(c.items())\n"
        "flat = {}\n"
        "for k, v in d.items(): flat.update(v if isinstance(v, dict) else {k: v})\n"
        "print(flat.get('global.index-url') or flat.get(':env:.index-url') or PyPI.simple_url)\n"
    )
    for python in (sys.executable, "python3", "/usr/bin/python3"):
        try:
            done = subprocess.run([python, "-c", script], capture_output=True, text=True, timeout=20, check=False)
        except OSError:
            continue
        if done.returncode == 0 and done.stdout.strip().startswith("http"):
            return done.stdout.strip()
    raise UsageError(
        "settings.index",
        "No package index is known: pip is not on this machine and GRADER_INDEX_URL is not set.",
        next_step="Set GRADER_INDEX_URL to a simple index (PEP 503).",
    )


def _registry_of_npm() -> str:
    """The registry that npm on this machine is set to, or npm's own default."""
    with suppress(OSError, subprocess.TimeoutExpired):
        asked = ["npm", "config", "get", "registry"]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False, cwd="/")
        if done.returncode == 0 and done.stdout.strip().startswith("http"):
            return done.stdout.strip()
    raise UsageError(
        "settings.npm_registry",
        "No npm registry is known: npm is not on this machine and GRADER_NPM_REGISTRY is not set.",
        next_step="Set GRADER_NPM_REGISTRY to a registry that this machine reaches.",
    )
