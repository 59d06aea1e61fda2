"""Archives that go into and come out of containers."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from grader.errors import InfrastructureError
from grader.sandbox.base import File


def pack(files: Sequence[File]) -> bytes:
    """A tar archive of files and folders, owned as they say."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in files:
            info = tarfile.TarInfo(file.path)
            info.mode, info.uid, info.gid = file.mode, file.uid, file.gid
            if file.data is None:
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
            else:
                info.size = len(file.data)
                archive.addfile(info, io.BytesIO(file.data))
    return buffer.getvalue()


def unpack(chunks: Iterable[bytes], max_bytes: int) -> dict[str, bytes]:
    """Regular files of an archive that comes out of a container, under a cap on everything.

    Raises:
        InfrastructureError: ``sandbox.too_large``, or ``engine.refused`` when it is no whole archive.
    """
    buffer = io.BytesIO()
    for chunk in chunks:
        buffer.write(chunk)
        if buffer.tell() > max_bytes:
            raise _too_large(max_bytes)
    buffer.seek(0)
    try:
        return _regular(buffer, max_bytes)
    except (tarfile.TarError, ValueError, OverflowError, RecursionError, EOFError) as error:
        # tarfile lets some of its own parsing through: numbers in pax headers, headers about headers.
        raise InfrastructureError(
            "engine.refused",
            "The container engine sent an archive that cannot be read.",
            next_step="Grade again; if it stays, run `grader doctor`.",
            detail=str(error),
        ) from error


def _regular(buffer: io.BytesIO, max_bytes: int) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    with tarfile.open(fileobj=buffer, mode="r|") as archive:
        for member in archive:
            total += member.size if member.isreg() else 0
            if total > max_bytes:  # a sparse file is larger than what was sent of it
                raise _too_large(max_bytes)
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None:
                inner = PurePosixPath(member.name).parts[1:]
                files["/".join(inner) or member.name] = content.read()
    return files


def _too_large(max_bytes: int) -> InfrastructureError:
    return InfrastructureError(
        "sandbox.too_large",
        f"A container's output is larger than {max_bytes // 1024} KB.",
        next_step="Grade again; if it stays, raise the limit in grader/limits.py.",
    )
