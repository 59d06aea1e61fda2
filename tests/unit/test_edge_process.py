"""The edge's one process: start, readiness, refusal to start, end. Also what the other edge tests start."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
KEY = "test-key"
MODEL = "all-MiniLM-L6-v2"


def find_model():
    """The unpacked model's folder: $MODEL_DIR or build/model."""
    for folder in (os.environ.get("MODEL_DIR"), ROOT / "build" / "model"):
        if folder and (Path(folder) / "model.safetensors").is_file():
            return Path(folder)
    pytest.fail("The encoder's model is missing: run `make model`, or point MODEL_DIR at an unpacked one.")


def free_port():
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Edge:
    """A running ``python -m harness.edge`` in a folder of its own, and clients for its doors."""

    def __init__(self, **environment):
        # Not tmp_path: a unix socket's path may be 107 characters long.
        self.folder = tempfile.TemporaryDirectory(prefix="edge-")
        self.pod = Path(self.folder.name)
        self.gateway_port, self.service_port = free_port(), free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "GATEWAY_KEY": KEY,
            "POD_DIR": str(self.pod),
            "MODEL_DIR": str(find_model()),
            "GATEWAY_PORT": str(self.gateway_port),
            "SERVICE_PORT": str(self.service_port),
            **environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "harness.edge"],
            cwd=ROOT,
            env={name: value for name, value in self.environment.items() if value},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        self.ready = json.loads(self.process.stdout.readline())
        self.gateway = httpx.Client(
            base_url=f"http://127.0.0.1:{self.gateway_port}",
            headers={"authorization": f"Bearer {KEY}"},
            timeout=30,
            trust_env=False,
        )
        self.control = self.over_socket("control.sock")
        return self

    def __exit__(self, *_):
        self.gateway.close()
        self.control.close()
        self.process.kill()
        self.process.communicate()
        self.folder.cleanup()

    def over_socket(self, name):
        """A client of one of the unix sockets."""
        return httpx.Client(
            transport=httpx.HTTPTransport(uds=str(self.pod / name)), base_url="http://edge", timeout=30, trust_env=False
        )

    def embed(self, given, **fields):
        """Ask for embeddings."""
        return self.gateway.post("/v1/embeddings", json={"model": MODEL, "input": given, **fields})

    def fault(self, *rules):
        """Put these faults in force."""
        assert self.control.post("/embeddings/faults", json={"rules": list(rules)}).status_code == 200

    def cursor(self):
        """Where the ledger goes on from now."""
        return self.control.get("/ledger", params={"since": 10**9}).json()["next"]

    def calls(self, since):
        """Ledger entries from ``since`` on."""
        return self.control.get("/ledger", params={"since": since}).json()["entries"]


@pytest.fixture(scope="module")
def edge():
    """One edge for the file."""
    with Edge() as running:
        yield running


def test_ready_is_said_in_one_line_of_json(edge):
    """The sandbox learns from stdout that the pod can be used."""
    assert edge.ready["event"] == "ready"
    assert edge.ready["gateway_port"] == edge.gateway_port
    assert edge.ready["bound_s"] <= edge.ready["ready_s"]
    assert edge.control.get("/ready").json() == {"encoder": True, "relay": True}


def test_sockets_are_closed_to_others(edge):
    """Only owner and group may open the sockets."""
    for name in ("service.sock", "control.sock"):
        assert stat.S_IMODE((edge.pod / name).stat().st_mode) == 0o660


def test_ports_are_bound_long_before_the_model_is_loaded():
    """A candidate's service can't take the gateway's port, and an early request is answered."""
    with Edge() as edge:
        assert edge.ready["bound_s"] < 0.5
    late = Edge()
    started = time.monotonic()
    while True:
        try:
            client = socket.create_connection(("127.0.0.1", late.gateway_port))
            break
        except ConnectionRefusedError:
            assert time.monotonic() - started < 5
    body = json.dumps({"model": MODEL, "input": "early"}).encode()
    head = (
        f"POST /v1/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    with client, late:
        client.sendall(head.encode() + body)
        assert client.recv(15) == b"HTTP/1.1 200 OK"


def test_sigterm_ends_it_promptly():
    """The pod's end doesn't wait for the edge, not even with an answer under way."""
    with Edge() as edge:
        edge.fault({"kind": "hang", "seconds": 30})
        body = json.dumps({"model": MODEL, "input": "x"})
        with socket.create_connection(("127.0.0.1", edge.gateway_port)) as client:
            head = f"POST /v1/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEY}\r\n"
            client.sendall(f"{head}content-length: {len(body)}\r\n\r\n{body}".encode())
            time.sleep(0.2)
            started = time.monotonic()
            edge.process.send_signal(signal.SIGTERM)
            assert edge.process.wait(5) == 0
            assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("wrong", "code", "word"),
    [
        ({"GATEWAY_KEY": ""}, 2, "GATEWAY_KEY"),
        ({"GATEWAY_KEY": "two words"}, 2, "GATEWAY_KEY"),
        ({"SERVICE_PORT": "http"}, 2, "SERVICE_PORT"),
        ({"POD_DIR": "/nonexistent"}, 1, "No such file"),
        ({"MODEL_DIR": "/nonexistent"}, 1, "model.safetensors"),
    ],
)
def test_a_start_that_cannot_work_says_why(wrong, code, word):
    """A wrong setting or a missing model ends the process with a reason, and never says ready."""
    edge = Edge(**wrong)
    try:
        out, err = edge.process.communicate(timeout=20)
    finally:
        edge.process.kill()
        edge.folder.cleanup()
    assert edge.process.returncode == code
    assert out == ""
    assert json.loads(err)["event"] == "failed"
    assert word in err


def test_a_taken_port_ends_the_start():
    """If anything else holds the gateway's port, the pod fails instead of running without a gateway."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        edge = Edge(GATEWAY_PORT=str(taken.getsockname()[1]))
        _, err = edge.process.communicate(timeout=20)
        edge.folder.cleanup()
    assert edge.process.returncode == 1
    assert "in use" in err
