from __future__ import annotations

from pathlib import Path

import pytest

from tickets.settings import SettingsError, service_settings, training_settings


def test_settings_are_read() -> None:
    env = {"DATA_DIR": "/data", "TRAINING_DIR": "/training", "PORT": "65535"}
    assert service_settings(env).data_dir == Path("/data")
    assert service_settings(env).port == 65535
    assert training_settings(env).training_dir == Path("/training")
    assert training_settings(env).data_dir == Path("/data")


@pytest.mark.parametrize("port", ["", "0", "65536", "http", "-1"])
def test_bad_ports(port: str) -> None:
    with pytest.raises(SettingsError, match="PORT"):
        service_settings({"DATA_DIR": "/data", "PORT": port})


@pytest.mark.parametrize("missing", ["DATA_DIR", "TRAINING_DIR"])
def test_missing_folders(missing: str) -> None:
    env = {"DATA_DIR": "/data", "TRAINING_DIR": "/training"} | {missing: ""}
    with pytest.raises(SettingsError, match=missing):
        training_settings(env)
