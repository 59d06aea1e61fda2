"""The installing container's network: whom it reaches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from grader.limits import Limits
from grader.sandbox.base import ContainerSpec
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.engine import Engine
from grader.sandbox.images import ensure_base
from grader.settings import read_settings
from tests.attacks.listener import Listener

pytestmark = pytest.mark.engine


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody on this machine whom no stranger's code may reach."""
    with closing(Listener()) as listening:
        yield listening


def test_installing_reaches_nobody_but_the_index(listener):
    """On the installing container's network there is no host, no name server and no other run's container."""
    script = (
        "import json, socket, sys\n"
        "found = []\n"
        "for address, port in json.loads(sys.argv[1]):\n"
        "    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n"
        "        with socket.socket(socket.AF_INET, kind) as attempt:\n"
        "            attempt.settimeout(0.3)\n"
        "            try:\n"
        "                attempt.connect((address, port))\n"
        "                attempt.send(b'x')\n"
        "            except OSError:\n"
        "                continue\n"
        "            if kind == socket.SOCK_STREAM:\n"
        "                found.append(address)\n"
        "print(found)\n"
    )
    settings, limits = read_settings(), Limits()
    with Engine() as engine:
        base = ensure_base(engine, settings)
        sandbox = DockerSandbox(engine, "isolation", host="isolation")
        try:
            ours, theirs = sandbox.network("ours"), sandbox.network("theirs")
            common = {"image": base, "uid": 10004, "gid": 10004, "limits": limits.install}
            command = ["python3", "-m", "http.server", "8080"]
            other = sandbox.create(ContainerSpec(role="other", command=command, network=("nets", (theirs,)), **common))
            other.start()
            targets = json.dumps([*listener.targets, (sandbox.address(other, theirs), 8080)])
            command = ["python3", "-c", script, targets]
            mine = sandbox.create(ContainerSpec(role="mine", command=command, network=("nets", (ours,)), **common))
            mine.start()
            assert mine.wait(30).exit_code == 0
            assert mine.log().head.strip() == "[]"
        finally:
            sandbox.close()
    assert listener.called() == []
