"""The relay between real sockets: transparent, half-close aware, bounded."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time

import pytest
from test_edge_process import Edge

LIMIT_S = 5


@pytest.fixture(scope="module")
def edge():
    """One edge for the file."""
    with Edge() as running:
        yield running


@contextlib.contextmanager
def service(edge, behave):
    """A service that runs ``behave(connection)`` in a thread for every connection."""
    with socket.create_server(("127.0.0.1", edge.service_port), backlog=100) as listener:

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.settimeout(LIMIT_S)
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        def serve(connection):
            with connection, contextlib.suppress(OSError):
                behave(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(LIMIT_S)


def dial(edge):
    """A connection to the relay."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(LIMIT_S)
    client.connect(str(edge.pod / "service.sock"))
    return client


def read_all(connection):
    """Everything until the other side has ended."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def echo_after_eof(connection):
    """Answer only when the client has ended its half."""
    connection.sendall(read_all(connection))


def test_bytes_pass_unchanged_and_each_half_closes_by_itself(edge):
    """Three megabytes of noise come back, sent by a service that waits for the end of the request."""
    noise = os.urandom(3_000_000)
    with service(edge, echo_after_eof), dial(edge) as client:
        client.sendall(noise)
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == noise


def test_a_refusing_service_closes_the_connection_at_once(edge):
    """The probe learns at once that nobody listens."""
    started = time.monotonic()
    with dial(edge) as client:
        assert client.recv(1) == b""
    assert time.monotonic() - started < 1


def test_an_answer_to_an_unread_body_arrives(edge):
    """A service may answer 413 and close without reading; the probe gets the answer, not a deadlock."""

    def refuse(connection):
        connection.recv(10)
        connection.sendall(b"413")

    with service(edge, refuse), dial(edge) as client:
        client.sendall(b"x" * 5_000_000)
        assert read_all(client) == b"413"


def test_a_reader_that_stops_stops_the_writer(edge):
    """Buffers are bounded: a service can't push more than they hold to a probe that doesn't read."""
    sent = []

    def pour(connection):
        while True:
            sent.append(connection.send(b"x" * 65_536))

    with service(edge, pour), dial(edge) as client:
        client.sendall(b"go")
        time.sleep(0.5)
        before = sum(sent)
        time.sleep(0.5)
        assert sum(sent) == before
        assert before < 16_000_000


def test_a_client_that_hangs_up_frees_its_place():
    """A service that never answers can't use up the relay: 200 clients give up one after another."""

    def never(connection):
        if connection.recv(10) == b"hello":
            connection.recv(10)
        else:
            connection.sendall(b"bye")

    with Edge() as edge, service(edge, never):
        for _ in range(4):
            clients = [dial(edge) for _ in range(50)]
            for client in clients:
                client.sendall(b"hello")
                client.close()
            time.sleep(1)
        with dial(edge) as client:
            client.sendall(b"still here")
            client.shutdown(socket.SHUT_WR)
            assert read_all(client) == b"bye"


def test_the_65th_connection_is_closed_at_once():
    """The cap is 64; the ones within it go on working."""
    with Edge() as edge, service(edge, echo_after_eof), contextlib.ExitStack() as stack:
        clients = [stack.enter_context(dial(edge)) for _ in range(64)]
        time.sleep(0.3)
        with dial(edge) as late:
            assert late.recv(1) == b""
        clients[63].sendall(b"within")
        clients[63].shutdown(socket.SHUT_WR)
        assert read_all(clients[63]) == b"within"


def test_a_broken_connection_ends_on_the_other_side(edge):
    """A reset by the service is the end of the probe's connection."""

    def reset(connection):
        connection.recv(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    with service(edge, reset), dial(edge) as client:
        client.sendall(b"hello")
        assert client.recv(1) == b""
