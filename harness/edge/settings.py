"""Where the edge listens, and every cap it keeps.

Caps are constants, not settings: two gradings of one submission must meet the same gateway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MODEL_ID = "all-MiniLM-L6-v2"
"""The one embedding model served."""

DIMENSIONS = 384
MAX_TOKENS = 256
"""What the model was trained to read; longer texts are cut there, as its authors' library does."""

MAX_BODY_BYTES = 1_000_000
"""A longer request body is answered 413."""

MAX_INPUTS = 64
"""More texts than this in one embeddings request are answered 400."""

MAX_CONNECTIONS = 128
"""Beyond it an idle keep-alive connection is closed for the new one; with none idle the new one is."""

MAX_REQUESTS_AT_ONCE = 32
"""Further requests wait their turn: a client that fans out is slowed down, not failed."""

BODY_SECONDS = 10.0
"""How long a client may take over its header, and again over its body."""

ANSWER_SECONDS = 60.0
"""How long our own work may take before the caller is told 503: 64 texts of 256 tokens need 6 s of
one idle core, and a busy machine is not the caller's fault."""

MAX_PORT = 65_535

MAX_RELAYED = 64
"""Connections through the relay."""

MAX_LEDGER_ENTRIES = 5_000
MAX_CACHED_TEXTS = 8_192
"""About 1.7 kB each."""

ENCODER_THREADS = 2
"""Texts encoded at the same time, each on one core."""


class SettingsError(Exception):
    """The environment does not say what the edge needs; the message names the variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What differs between a pod and a test: the key, places and ports."""

    gateway_key: str
    pod_dir: Path
    model_dir: Path
    service_port: int
    gateway_port: int
    known_dir: Path | None = None
    """Vectors that other pods have computed, in proofs of a challenge; none in a grading."""

    @property
    def relay_path(self) -> Path:
        """Unix socket that leads to the candidate's service."""
        return self.pod_dir / "service.sock"

    @property
    def control_path(self) -> Path:
        """Unix socket that only the probe can reach."""
        return self.pod_dir / "control.sock"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables; raises :class:`SettingsError`."""
    key = environment.get("GATEWAY_KEY", "")
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError("GATEWAY_KEY must be set to printable ASCII without spaces.")
    return Settings(
        gateway_key=key,
        pod_dir=Path(environment.get("POD_DIR", "/run/pod")),
        model_dir=Path(environment.get("MODEL_DIR", "/opt/model")),
        service_port=_port(environment, "SERVICE_PORT", 8000),
        gateway_port=_port(environment, "GATEWAY_PORT", 9000),
        known_dir=Path(environment["KNOWN_DIR"]) if environment.get("KNOWN_DIR") else None,
    )


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_PORT):
        raise SettingsError(f"{name} must be a port number.")
    return int(text)
