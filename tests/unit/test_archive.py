"""Archives into and out of containers: owners, caps, and nothing but regular files."""

from __future__ import annotations

import io
import tarfile

import pytest

from grader.errors import InfrastructureError
from grader.sandbox.archive import pack, unpack
from grader.sandbox.base import File

KB = 1024


def tar(*members: tuple[str, bytes, dict]) -> bytes:
    """An archive as an engine sends it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data, changes in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in changes.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def pieces(data: bytes, size: int = 100) -> list[bytes]:
    """The archive as it comes over a socket."""
    return [data[n : n + size] for n in range(0, len(data), size)]


def test_files_go_in_with_their_owners_and_modes():
    """A packed file has the owner and mode it asks for, and a folder is a folder; the same files, the same bytes."""
    files = [
        File(path="in", data=None, mode=0o755),
        File(path="in/plan.json", data=b"{}"),
        File(path="out", data=None, mode=0o700, uid=10002, gid=10003),
    ]
    with tarfile.open(fileobj=io.BytesIO(pack(files))) as archive:
        found = {m.name: (m.isdir(), m.mode, m.uid, m.gid) for m in archive}
    assert found == {
        "in": (True, 0o755, 0, 0),
        "in/plan.json": (False, 0o444, 0, 0),
        "out": (True, 0o700, 10002, 10003),
    }
    assert pack(files) == pack(files)


@pytest.mark.parametrize("name", ["a/" * 60 + "deep", "ü" * 120, "odd\udcff", "new\nline"])
def test_names_of_any_form_survive(name):
    """Long, foreign and undecodable names come out as they went in."""
    assert unpack([pack([File(path=f"out/{name}", data=b"x")])], 100 * KB) == {name: b"x"}


def test_the_folder_asked_for_is_taken_off():
    """Names are relative to the path that was asked for; a single file keeps its own."""
    data = tar(("out", b"", {"type": tarfile.DIRTYPE}), ("out/a", b"1", {}), ("out/b/c", b"2", {}))
    assert unpack(pieces(data), 100 * KB) == {"a": b"1", "b/c": b"2"}
    assert unpack(pieces(tar(("single", b"3", {}))), 100 * KB) == {"single": b"3"}


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE], ids=str
)
def test_what_is_no_regular_file_is_left_out(kind):
    """Links, devices and pipes of a container never come out."""
    odd = ("out/odd", b"", {"type": kind, "linkname": "out/a"})
    assert unpack([tar(("out/a", b"1", {}), odd, ("out/b", b"2", {}))], 100 * KB) == {"a": b"1", "b": b"2"}


def test_more_than_the_cap_is_never_held():
    """Reading stops with the chunk that passes the cap."""
    read = []

    def chunks():
        for number in range(1_000):
            read.append(number)
            yield b"x" * KB

    with pytest.raises(InfrastructureError) as caught:
        unpack(chunks(), 10 * KB)
    assert (caught.value.code, len(read)) == ("sandbox.too_large", 11)


def test_a_sparse_file_counts_in_full():
    """A file that is larger than what was sent of it does not get past the cap."""
    headers = {"pax_headers": {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 40),
                               "GNU.sparse.name": "out/sparse"}}  # fmt: skip
    data = tar(("out/sparse", b"0\n".ljust(512, b"\0"), headers))
    with pytest.raises(InfrastructureError) as caught:
        unpack([data], 100 * KB)
    assert caught.value.code == "sandbox.too_large"


@pytest.mark.parametrize(
    "data", [b"", b"x" * 2_000, tar(("out/a", b"1" * 5_000, {}))[:3_000]], ids=["none", "junk", "cut"]
)
def test_a_broken_archive_is_the_engines(data):
    """An archive that is empty, junk or cut short is an error of the engine, not a crash and not a result."""
    with pytest.raises(InfrastructureError) as caught:
        unpack([data], 100 * KB)
    assert caught.value.code == "engine.refused"


def test_headers_about_headers_are_an_error_of_ours():
    """Thousands of long-name headers in a row, which tarfile reads by recursion, are an archive that cannot be read."""
    info = tarfile.TarInfo("././@LongLink")
    info.type = tarfile.GNUTYPE_LONGNAME
    with pytest.raises(InfrastructureError) as caught:
        unpack([info.tobuf(tarfile.GNU_FORMAT) * 4_000], 4_000 * KB)
    assert caught.value.code == "engine.refused"
