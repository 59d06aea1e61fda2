"""The index gateway: what it passes on of an index, and where it does not follow one."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from harness.index.gateway import Gateway

WHEEL = b"a wheel's bytes" * 10_000
Answers = dict[str, tuple[int, dict[str, str], bytes]]


@contextmanager
def web(answers: Answers, address: str = "127.0.0.1") -> Iterator[str]:
    """A web server with these answers by path; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((address, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://{address}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def page(address: str, digest: str = "") -> tuple[int, dict[str, str], bytes]:
    """A project's page with one file at this address."""
    hashes = {"sha256": digest or hashlib.sha256(WHEEL).hexdigest()}
    files = [{"filename": "a-1-py3-none-any.whl", "url": address, "hashes": hashes}]
    return 200, {}, json.dumps({"meta": {"api-version": "1.0"}, "name": "a", "files": files}).encode()


def installs(upstream: str, *, budget: int = 10_000_000) -> tuple[int, bytes]:
    """Ask a gateway for project a, then for its first file; the status and the body of what came last."""

    async def ask() -> tuple[int, bytes]:
        gateway = Gateway(upstream=upstream, budget=budget, ca_bundle=None, patience=5)
        app = gateway.app()
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://g") as own:
            listing = await own.get("/simple/a/")
            if listing.status_code != 200:
                return listing.status_code, listing.content
            answer = await own.get(listing.json()["files"][0]["url"])
            return answer.status_code, answer.content

    return asyncio.run(ask())


def test_an_index_may_send_us_on_within_itself():
    """A redirect to the index's own host and port is followed, and a relative address is the asked page's."""
    answers: Answers = {
        "/simple/a/": (301, {"Location": "/moved/a/"}, b""),
        "/moved/a/": page("../../files/a.whl"),
        "/files/a.whl": (200, {}, WHEEL),
    }
    with web(answers) as url:
        assert installs(f"{url}/simple/") == (200, WHEEL)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[2002:7f00:1::]"])
@pytest.mark.parametrize("by", ["redirect", "file", "file's redirect"])
def test_nothing_private_is_reached_through_an_index(host, by, capsys):
    """A redirect or a listed file at another address that is not public is not asked for; the index is at fault."""
    with web({"/simple/a/": page("/files/a.whl"), "/files/a.whl": (200, {}, WHEEL)}) as inside:
        elsewhere = f"http://{host}:{inside.rpartition(':')[2]}"
        lead = (302, {"Location": f"{elsewhere}/simple/a/"}, b"")
        answers: Answers = {
            "redirect": {"/simple/a/": lead},
            "file": {"/simple/a/": page(f"{elsewhere}/files/a.whl")},
            "file's redirect": {
                "/simple/a/": page("/files/a.whl"),
                "/files/a.whl": (302, {"Location": f"{elsewhere}/files/a.whl"}, b""),
            },
        }[by]
        with web(answers) as url:
            status, body = installs(f"{url}/simple/")
    assert (status, b"wheel" in body) == (502, False)
    assert "upstream_error" in capsys.readouterr().out


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://", "gopher://x/", "http://[bad/"])
def test_an_index_that_leads_nowhere(location, capsys):
    """What is no address of the web is the index's fault."""
    with web({"/simple/a/": (302, {"Location": location}, b"")}) as url:
        assert installs(f"{url}/simple/")[0] == 502
    assert "upstream_error" in capsys.readouterr().out


def test_a_loop_of_redirects_ends():
    """An index that leads round and round is given up."""
    with web({"/simple/a/": (302, {"Location": "/simple/a/"}, b"")}) as url:
        assert installs(f"{url}/simple/")[0] == 502


def test_a_file_of_another_digest_never_arrives_whole(capsys):
    """The last bytes of a file are held back until its digest is the listed one."""
    with (
        web({"/simple/a/": page("/files/a.whl", "0" * 64), "/files/a.whl": (200, {}, WHEEL)}) as url,
        pytest.raises(Exception, match="another digest"),
    ):
        installs(f"{url}/simple/")
    assert "upstream_error" in capsys.readouterr().out


def test_a_spent_budget_is_not_the_indexs_fault(capsys):
    """Beyond the install's bytes the file is broken off, and the gateway says so and nothing else."""
    with (
        web({"/simple/a/": page("/files/a.whl"), "/files/a.whl": (200, {}, WHEEL)}) as url,
        pytest.raises(Exception, match="budget"),
    ):
        installs(f"{url}/simple/", budget=1_000)
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()] == ["budget_spent"]


def test_an_index_that_is_down_is_asked_no_more():
    """Once the index has failed for good, whoever asks again is told at once."""

    async def ask() -> list[int]:
        gateway = Gateway(upstream="http://127.0.0.1:1/simple/", budget=1, ca_bundle=None, patience=5)
        app = gateway.app()
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://g") as own:
            first = await own.get("/simple/a/")
            gateway.upstream = "http://198.51.100.1/simple/"  # would take its time
            return [first.status_code, (await own.get("/simple/a/")).status_code]

    assert asyncio.run(ask()) == [502, 502]


def test_odd_rows_of_a_page_are_left_out():
    """File names that are paths or options are not passed on, nor digests and sizes that are none."""
    rows = [{"filename": name, "url": "/x", "hashes": {}} for name in ("../a.whl", "-a.whl", "", "a\0.whl", "b/a.whl")]
    rows.append({"filename": "a-1.whl", "url": "/x", "hashes": {"sha256": "z"}, "size": -1, "yanked": []})
    listing = {"meta": {"api-version": "1.0"}, "name": "a", "files": rows}

    async def ask(upstream: str) -> list[dict]:
        gateway = Gateway(upstream=upstream, budget=1, ca_bundle=None, patience=5)
        app = gateway.app()
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://g") as own:
            return (await own.get("/simple/a/")).json()["files"]

    with web({"/simple/a/": (200, {}, json.dumps(listing).encode())}) as url:
        (kept,) = asyncio.run(ask(f"{url}/simple/"))
    assert kept.pop("url").endswith("/a-1.whl")
    assert kept == {"filename": "a-1.whl", "hashes": {}, "upstream": f"{url}/x"}
