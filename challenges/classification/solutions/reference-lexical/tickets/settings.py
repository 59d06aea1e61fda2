"""What the environment tells the two programs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(Exception):
    """A variable is missing or unusable."""


@dataclass(frozen=True)
class ServiceSettings:
    """Where the model lies and where to listen."""

    data_dir: Path
    port: int


@dataclass(frozen=True)
class TrainingSettings:
    """Where the data lies and where the model goes."""

    training_dir: Path
    data_dir: Path


def service_settings(env: Mapping[str, str] = os.environ) -> ServiceSettings:
    """Settings of the service."""
    return ServiceSettings(data_dir=_folder(env, "DATA_DIR"), port=_port(env))


def training_settings(env: Mapping[str, str] = os.environ) -> TrainingSettings:
    """Settings of a training run."""
    return TrainingSettings(training_dir=_folder(env, "TRAINING_DIR"), data_dir=_folder(env, "DATA_DIR"))


def _folder(env: Mapping[str, str], name: str) -> Path:
    value = env.get(name, "")
    if not value:
        raise SettingsError(f"{name} is not set.")
    return Path(value)


def _port(env: Mapping[str, str]) -> int:
    value = env.get("PORT", "")
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise SettingsError("PORT must be a number from 1 to 65535.")
    return int(value)
