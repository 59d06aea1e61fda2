"""The connection to an engine: Docker's own settings, and nothing of the environment's web clients."""

from __future__ import annotations

import pytest

from grader.sandbox.engine import Engine

pytestmark = pytest.mark.engine


def test_proxies_and_bundles_of_the_web_are_not_the_engines(monkeypatch, tmp_path):
    """A proxy, or a CA bundle for web requests, stands between nobody and the engine."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with Engine() as engine:
        merged = engine.api.merge_environment_settings("https://192.0.2.9:2376", {}, None, None, None)
        assert (merged["verify"], dict(merged["proxies"])) == (engine.api.verify, dict(engine.api.proxies))
        assert engine.facts()["engine"]


def test_an_engine_says_who_it_is():
    """Which control groups it has, whether it is Podman, and the host's addresses on its networks, are known."""
    with Engine() as engine:
        assert engine.cgroup_v1 == engine.facts()["cgroup"].startswith("v1")
        assert engine.podman in {True, False}
        assert all(address.count(".") == 3 or ":" in address for address in engine.gateways())
