"""A package index of ours in the place of the real one, and wheels that no honest tool would make."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network

from grader.sandbox.engine import Engine
from tests.attacks.field import Place

Answer = bytes | Callable[[BaseHTTPRequestHandler], None]
"""A body, or what writes to the socket itself."""
_JSON = "application/vnd.pypi.simple.v1+json"


def wheel(project: str, files: Mapping[str, bytes | str | zipfile.ZipInfo], *, metadata: str = "") -> bytes:
    """A wheel of version 1.0, its members named as they are given; a ZipInfo value is a member with a mode of its own.

    Args:
        project: its name, in small letters and underscores.
        files: contents by name.
        metadata: in the place of an honest METADATA.
    """
    folder = f"{project}-1.0.dist-info"
    members: dict[str, bytes | str | zipfile.ZipInfo] = {
        **files,
        f"{folder}/METADATA": metadata or f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n",
        f"{folder}/WHEEL": "Wheel-Version: 1.0\nGenerator: attack\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    members[f"{folder}/RECORD"] = "".join(f"{name},,\n" for name in [*members, f"{folder}/RECORD"])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            if isinstance(content, zipfile.ZipInfo):
                content.filename = name
                archive.writestr(content, content.comment)
            else:
                archive.writestr(name, content)
    return made.getvalue()


def member(content: bytes, mode: int) -> zipfile.ZipInfo:
    """A member with a Unix mode, file type included."""
    info = zipfile.ZipInfo()
    info.external_attr = mode << 16
    info.create_system = 3  # Unix
    info.comment = content  # carried here until it is written
    return info


def page(project: str, **files: str) -> bytes:
    """A PEP 691 page: addresses by file name, dots of the name written as they are."""
    rows = [{"filename": name, "url": address, "hashes": {}} for name, address in files.items()]
    return json.dumps({"meta": {"api-version": "1.0"}, "name": project, "files": rows}).encode()


def offer(place: Place, project: str, data: bytes, *, file: str = "", digest: str = "") -> None:
    """Serve one file as an honest index would, with its true digest unless another is given."""
    name = file or f"{project}-1.0-py3-none-any.whl"
    row = {"filename": name, "url": f"/files/{name}", "hashes": {"sha256": digest or hashlib.sha256(data).hexdigest()}}
    listing = {"meta": {"api-version": "1.0"}, "name": project, "files": [row]}
    serve(place, {f"/simple/{project}/": json.dumps(listing).encode(), f"/files/{name}": data})


def serve(place: Place, answers: Mapping[str, Answer]) -> str:
    """Put an index in the place of the real one, on an address that the engine's containers reach; gives its URL."""
    handler = type("Handler", (_Handler,), {"answers": answers})
    server = _Server((bridge(place), 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    place.closing.callback(thread.join)
    place.closing.callback(server.server_close)
    place.closing.callback(server.shutdown)
    url = f"http://{server.server_address[0]}:{server.server_address[1]}"
    place.environment["GRADER_INDEX_URL"] = f"{url}/simple/"
    return url


def bridge(place: Place) -> str:
    """Our own address on the network by which containers leave the engine.

    Raises:
        LookupError: the engine is on another machine.
    """
    with Engine() as engine:
        subnets = [ip_network(row["Subnet"]) for row in engine.api.inspect_network("bridge")["IPAM"]["Config"]]
    for address, _ in place.targets:
        if any(ip_address(address) in subnet for subnet in subnets):
            return address
    raise LookupError("this machine has no address on the engine's bridge: an index of ours needs a local engine")


class _Handler(BaseHTTPRequestHandler):
    answers: Mapping[str, Answer]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        """Answer by path; what is not there is 404."""
        found = self.answers.get(self.path)
        with suppress(ConnectionError):
            if callable(found):
                self.close_connection = True
                found(self)
                return
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", _JSON if self.path.startswith("/simple/") else "application/octet-stream")
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(found or b"")

    do_HEAD = do_GET  # noqa: N815 - the library's name


class _Server(ThreadingHTTPServer):
    block_on_close = False
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what attacks are about."""
