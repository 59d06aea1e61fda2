"""npm packages on their way: from a registry through the gateway into an environment, by the installer's own code."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from test_index_gateway import Answers, web

from harness.index.npm import NpmGateway
from harness.install.node import Job


def archive(files: Mapping[str, bytes | tarfile.TarInfo]) -> bytes:
    """An npm archive; names are given as they stand in it, a TarInfo is a member of a kind of its own."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as members:
        for name, content in files.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name = name
            data = b"" if isinstance(content, tarfile.TarInfo) else content
            info.size = len(data)
            members.addfile(info, io.BytesIO(data))
    return made.getvalue()


def special(kind: bytes, link: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    """A member that is no plain file."""
    info = tarfile.TarInfo()
    info.type, info.linkname, info.mode = kind, link, mode
    return info


HONEST = archive({"package/package.json": b'{"name": "a"}', "package/cli.js": b"#!/usr/bin/env node\n"})


def listed(
    name: str, data: bytes, *, address: str = "", version: str = "1.0.0", digest: bytes | None = None
) -> Answers:
    """What a registry answers for a package of one version."""
    file = f"{name.rpartition('/')[2]}-{version}.tgz"
    digest = hashlib.sha512(data).digest() if digest is None else digest
    dist = {"tarball": address or f"/{name}/-/{file}", "integrity": f"sha512-{base64.b64encode(digest).decode()}"}
    page = {"name": name, "versions": {version: {"name": name, "version": version, "dist": dist}}}
    return {
        f"/{name.replace('/', '%2f')}": (200, {}, json.dumps(page).encode()),
        f"/{name}/-/{file}": (200, {}, data),
    }


@contextmanager
def gateway(answers: Answers, budget: int = 10_000_000) -> Iterator[str]:
    """The gateway over a registry with these answers; gives the address that an installer is told."""
    with web(answers) as upstream:
        served = NpmGateway(upstream=upstream, budget=budget, ca_bundle=None, patience=5)
        server = uvicorn.Server(uvicorn.Config(served.app(), port=0, log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/npm/"
        finally:
            server.should_exit = True
            thread.join()


def package(name: str, data: bytes, /, **more: object) -> dict[str, object]:
    """A package as the grader names it to the installer."""
    plain = {"path": f"node_modules/{name}", "name": name, "version": "1.0.0", "bins": [], "scripts": False}
    return plain | {"sha512": hashlib.sha512(data).hexdigest()} | more


def install(folder, index: str, *packages: dict[str, object], max_bytes: int = 10_000_000) -> dict:
    """What comes of installing these packages into ``folder/env``."""
    (folder / "env").mkdir()
    (folder / "out").mkdir()
    job = Job(
        packages=list(packages),
        index=index,
        max_bytes=max_bytes,
        environment=folder / "env",
        archives=folder / "out",
    )
    return job.run()


def test_packages_become_an_environment(tmp_path):
    """Every package lies at its place with its programs by name, nested and scoped ones too; no archive is left."""
    inner = archive({"package/index.js": b"inner"})
    answers = listed("a", HONEST) | listed("@s/b", inner)
    with gateway(answers) as index:
        result = install(
            tmp_path,
            index,
            package("a", HONEST, bins=[["a", "cli.js"], ["gone", "gone.js"]], scripts=True),
            package("@s/b", inner, path="node_modules/a/node_modules/@s/b"),
        )
    assert result["ok"], result
    assert result["packages"] == ["@s/b@1.0.0", "a@1.0.0"]
    assert "install scripts, which are not run: a@1.0.0" in result["log"]
    modules = tmp_path / "env" / "node_modules"
    assert (modules / "a" / "node_modules" / "@s" / "b" / "index.js").read_bytes() == b"inner"
    program = modules / ".bin" / "a"
    assert program.readlink().as_posix() == "../a/cli.js"
    assert program.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in (modules / ".bin").iterdir()] == ["a"]
    assert not list((tmp_path / "out").iterdir())


def test_a_lock_that_names_another_digest(tmp_path):
    """What the registry has must be what the lock says, and nothing of it is unpacked otherwise."""
    with gateway(listed("a", HONEST)) as index:
        result = install(tmp_path, index, package("a", HONEST, sha512="0" * 128))
    assert (result["stage"], result["ok"]) == ("integrity", False)
    assert "a@1.0.0" in result["log"]
    assert not list((tmp_path / "env" / "node_modules").iterdir())


def test_a_registry_that_changes_an_archive(tmp_path, capsys):
    """An archive of another digest than the registry lists never arrives whole, and is the registry's fault."""
    with gateway(listed("a", HONEST, digest=bytes(64))) as index:
        result = install(tmp_path, index, package("a", HONEST))
    assert not result["ok"]
    assert "upstream_error" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["package", "version"])
def test_what_the_registry_does_not_have(tmp_path, what, capsys):
    """A package or a version that is not there is said by name, and is nobody's failure on the gateway's record."""
    wanted = package("a", HONEST, version="2.0.0") if what == "version" else package("b", HONEST)
    with gateway(listed("a", HONEST)) as index:
        result = install(tmp_path, index, wanted)
    assert (result["stage"], result["log"]) == (
        "not_found",
        f"The registry has no {wanted['name']}@{wanted['version']}.",
    )
    assert "upstream_error" not in capsys.readouterr().out


CLIMBING = {
    "to the root": {"package/../../../../mark": b"x"},
    "out of the package": {"package/a/../../../mark": b"x"},
    "from the start": {"../mark": b"x"},
}


@pytest.mark.parametrize("how", CLIMBING)
def test_names_that_climb(tmp_path, how):
    """An archive with such a name is refused, and writes nothing outside of its place."""
    data = archive({"package/index.js": b"x"} | CLIMBING[how])
    with gateway(listed("a", data)) as index:
        result = install(tmp_path, index, package("a", data))
    assert (result["stage"], "climbs" in result["log"]) == ("refused", True)
    assert not list(tmp_path.rglob("mark"))


def test_only_files_are_written(tmp_path):
    """Links, devices, set-user bits and absolute names are not: what is written is plain, and below its place."""
    data = archive({
        "package/link": special(tarfile.SYMTYPE, "/etc/passwd"),
        "package/hard": special(tarfile.LNKTYPE, "/etc/passwd"),
        "package/device": special(tarfile.CHRTYPE),
        "package/pipe": special(tarfile.FIFOTYPE),
        "package/tool": special(tarfile.REGTYPE, mode=0o4777),
        "/package/plain": b"plain",
    })  # fmt: skip
    with gateway(listed("a", data)) as index:
        assert install(tmp_path, index, package("a", data))["ok"]
    place = tmp_path / "env" / "node_modules" / "a"
    found = {path.name: path.lstat().st_mode & 0o7777 for path in place.iterdir()}
    assert found == {"tool": 0o755, "plain": 0o644}


def test_a_file_that_is_first_a_link(tmp_path):
    """A link's name used again for a file is that file: nothing is written through it."""
    target = tmp_path / "target"
    data = archive({"package/x": special(tarfile.SYMTYPE, str(target)), "package//x": b"through"})
    with gateway(listed("a", data)) as index:
        assert install(tmp_path, index, package("a", data))["ok"]
    assert not target.exists()


UNREADABLE = {
    "no archive": b"not an archive",
    "nothing": b"",
    "half": HONEST[: len(HONEST) // 2],
    "not packed": gzip.decompress(HONEST),
    "file over folder": archive({"package/a/b": b"x", "package/a": b"x"}),
    "folder under file": archive({"package/a": b"x", "package/a/b": b"x"}),
    "long name": archive({"package/" + "n" * 300: b"x"}),
    "deep": archive({"package/" + "d/" * 100 + "x": b"x"}),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_archive_that_cannot_be_unpacked(tmp_path, what):
    """What is no archive, or does not fit on a disk, is the package's fault, by name."""
    data = UNREADABLE[what]
    with gateway(listed("a", data)) as index:
        result = install(tmp_path, index, package("a", data))
    assert (result["stage"], "a@1.0.0" in result["log"]) == ("refused", True), result


def test_a_bomb_is_counted_while_it_unpacks(tmp_path):
    """Bytes and files both count; unpacking ends at the limit."""
    for name, data in {
        "bytes": archive({"package/zeros": bytes(3_000_000)}),
        "files": archive({f"package/{number}": b"" for number in range(400)}),
        "folders": archive({f"package/{number}/x": b"" for number in range(200)}),
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        with gateway(listed("a", data)) as index:
            result = install(folder, index, package("a", data), max_bytes=1_000_000)
        assert result["stage"] == "too_large", name
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 1_500_000


def test_the_budget_of_the_gateway(tmp_path, capsys):
    """Beyond the install's bytes the gateway breaks off and says so."""
    data = archive({"package/noise": hashlib.shake_256(b"").digest(500_000)})
    with gateway(listed("a", data), budget=100_000) as index:
        assert not install(tmp_path, index, package("a", data))["ok"]
    events = {json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()}
    assert events == {"budget_spent"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_nothing_private_is_reached_through_a_registry(tmp_path, host, capsys):
    """A registry that says an archive lies at another address that is not public is at fault; nobody is asked."""
    with web({"/a.tgz": (200, {}, HONEST)}) as inside:
        address = f"http://{host}:{inside.rpartition(':')[2]}/a.tgz"
        with gateway(listed("a", HONEST, address=address)) as index:
            assert not install(tmp_path, index, package("a", HONEST))["ok"]
    assert "upstream_error" in capsys.readouterr().out


@pytest.mark.parametrize(
    "path",
    ["a", "a/", "a/-/", "a/-/../../x.tgz", "a/-/b/c.tgz", "@s/a", "-/-/x.tgz", "a/-/a-1.0.0.tgz/x", "..%2f..%2fx",
     "http://example.com/-/a-1.0.0.tgz"],
)  # fmt: skip
def test_the_gateway_answers_archives_alone(path):
    """Pages, searches, other paths and other methods of a registry's protocol lead nowhere."""
    with gateway(listed("a", HONEST)) as index, httpx.Client() as client:
        assert client.get(index + path).status_code == 404
        assert client.post(index + "a/-/a-1.0.0.tgz", json={}).status_code == 405
        assert client.get(index + "a/-/a-1.0.0.tgz").content == HONEST


PAGES = {
    "no JSON": b"<html>",
    "no versions": b"{}",
    "versions of another kind": b'{"versions": []}',
    "nested": b"[" * 100_000,
}


@pytest.mark.parametrize("what", PAGES)
def test_a_registry_that_speaks_something_else(tmp_path, what, capsys):
    """A page that is none is the registry's fault."""
    with gateway({"/a": (200, {}, PAGES[what])}) as index:
        assert install(tmp_path, index, package("a", HONEST))["stage"] == "fetch"
    assert "upstream_error" in capsys.readouterr().out


def test_odd_rows_of_a_page_are_left_out(tmp_path):
    """A version without an address, or with one that is none, does not hide the others."""
    answers = listed("a", HONEST)
    page = json.loads(answers["/a"][2])
    page["versions"] = {"0.1.0": None, "0.2.0": {"dist": 7}, "0.3.0": {"dist": {"tarball": "http://["}}} | page[
        "versions"
    ]
    answers["/a"] = (200, {}, json.dumps(page).encode())
    with gateway(answers) as index:
        assert install(tmp_path, index, package("a", HONEST))["ok"]
