"""What an operator may set."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from grader.challenge import CHALLENGES
from grader.errors import UsageError
from grader.limits import Limits
from grader.settings import read_settings


def test_nothing_has_to_be_set():
    """Without any variable there is a state folder of the user's, the engine's runtime and our own challenges."""
    found = read_settings({})
    assert found.state == Path.home() / ".local" / "state" / "grader"
    assert (found.runtime, found.index, found.base_image) == (None, None, None)
    assert (found.challenges, found.limits) == (CHALLENGES, Limits())


def test_every_variable_is_read(tmp_path):
    """Each GRADER_ variable sets its one thing."""
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    found = read_settings(
        {
            "GRADER_STATE": "/a",
            "GRADER_RUNTIME": "runsc",
            "GRADER_INDEX_URL": "https://index.example/simple",
            "GRADER_NPM_REGISTRY": "https://registry.example/npm",
            "GRADER_CA_BUNDLE": str(bundle),
            "GRADER_CHALLENGES": "/b",
            "GRADER_BASE_IMAGE": "mine:1",
            "GRADER_SECCOMP": "/c/seccomp.json",
            "GRADER_ACCEPT": "memory.udp_buffers, memory.tcp_buffers,",
            "GRADER_REQUIRE_PROMISES": "yes",
        }
    )
    assert (found.state, found.runtime, found.challenges) == (Path("/a"), "runsc", Path("/b"))
    assert (found.ca_bundle, found.base_image) == (bundle, "mine:1")
    assert (found.seccomp, found.require_promises) == ("/c/seccomp.json", True)
    assert found.accept == ("memory.tcp_buffers", "memory.udp_buffers")
    assert found.index_url() == "https://index.example/simple"
    assert found.npm_registry_url() == "https://registry.example/npm"


def test_the_registry_is_the_one_that_npm_is_set_to(tmp_path, monkeypatch):
    """Without a setting, npm on this machine says it; where there is no npm, the setting is asked for by its name."""
    program = tmp_path / "npm"
    program.write_text('#!/bin/sh\n[ "$*" = "config get registry" ] && echo https://own.example/\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert read_settings({}).npm_registry_url() == "https://own.example/"
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(UsageError) as caught:
        read_settings({}).npm_registry_url()
    assert caught.value.code == "settings.npm_registry"
    assert "GRADER_NPM_REGISTRY" in caught.value.next_step


def test_a_word_that_is_neither_yes_nor_no_is_said():
    """A switch of safety that cannot be read is an error, never off."""
    with pytest.raises(UsageError) as caught:
        read_settings({"GRADER_REQUIRE_PROMISES": "true"})
    assert caught.value.code == "settings.yes_or_no"


def test_empty_is_not_set(tmp_path):
    """A variable that is empty counts as not set; the user's own state folder is honoured."""
    empty = dict.fromkeys(("GRADER_STATE", "GRADER_RUNTIME", "GRADER_LIMITS", "GRADER_CHALLENGES"), "")
    found = read_settings(empty | {"XDG_STATE_HOME": str(tmp_path)})
    assert (found.state, found.runtime, found.limits) == (tmp_path / "grader", None, Limits())


def test_the_first_bundle_that_exists_is_taken(tmp_path):
    """A bundle that is named and missing gives way to the next."""
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    names = {"GRADER_CA_BUNDLE": str(tmp_path / "none"), "SSL_CERT_FILE": str(bundle)}
    assert read_settings(names).ca_bundle == bundle


def test_budgets_come_from_a_file(tmp_path):
    """A file of budgets changes those it names, by their names."""
    path = tmp_path / "limits.toml"
    path.write_text("boot_s = 90\n[service]\npids = 7\n")
    limits = read_settings({"GRADER_LIMITS": str(path)}).limits
    assert (limits.boot_s, limits.service.pids, limits.fetch_s) == (90, 7, Limits().fetch_s)


@pytest.mark.parametrize("text", [None, b"boot_s =", b"boots = 3", b'boot_s = "long"', b"boot_s = nan", b"\xff"])
def test_a_broken_file_of_budgets_is_a_usage_error(tmp_path, text):
    """A file that is missing, no TOML, or names no budget is refused: never other budgets than were meant."""
    path = tmp_path / "limits.toml"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(UsageError) as caught:
        read_settings({"GRADER_LIMITS": str(path)})
    assert caught.value.code == "settings.limits"
    assert str(path) in caught.value.message


def test_an_index_is_known_without_a_setting():
    """Without a setting the index is the one that pip on this machine uses."""
    assert read_settings({}).index_url().startswith("http")


def test_a_machine_has_one_name(tmp_path):
    """However many runs begin at once in a new state folder, they agree on its name, and leave nothing else."""
    settings = read_settings({"GRADER_STATE": str(tmp_path / "state")})
    barrier, found = threading.Barrier(8), []

    def ask() -> None:
        barrier.wait()
        found.append(settings.host_id())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found[0]) == 16
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["host-id"]
    assert settings.host_id() == found[0]
