"""Runs a program of ours over the source, in a container without a network and without the candidate's environment."""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import ValidationError

from grader.errors import InfrastructureError, printable
from grader.limits import MB, Limits
from grader.record import Record
from grader.sandbox.base import ContainerSpec, File, Mount, Sandbox
from grader.sandbox.images import Images

R = TypeVar("R", bound=Record)
_UID_READER = 10008
_RESULT_BYTES = 16 * MB


def run_ours(  # one container, all of its parts
    sandbox: Sandbox,
    images: Images,
    limits: Limits,
    *,
    source: str,
    module: str,
    job: tuple[str, object],
    result: tuple[str, type[R]],
) -> R:
    """Run ``python3 -m module`` on the tree in volume ``source`` and read its result.

    ``job`` is the name below ``/job/in`` and the content of its one input file, ``result`` the name below
    ``/job/out`` and the shape of its one result.

    Raises:
        InfrastructureError: ``reader.no_result`` or ``reader.bad_result``; never a finding.
    """
    work = sandbox.volume("reader")
    name, record = result
    container = sandbox.create(
        ContainerSpec(
            role="reader",
            image=images.tags["tests"],
            command=["python3", "-m", module],
            uid=_UID_READER,
            gid=_UID_READER,
            limits=limits.static,
            mounts=[Mount(volume=source, path="/src"), Mount(volume=work, path="/job", read_only=False)],
            lifetime_s=limits.container_s,
        )
    )
    try:
        container.put(
            "/job",
            [
                File(path="in", data=None, mode=0o755),
                File(path=f"in/{job[0]}", data=json.dumps(job[1]).encode()),
                File(path="out", data=None, mode=0o755, uid=_UID_READER, gid=_UID_READER),
            ],
        )
        container.start()
        end = container.wait(limits.documents_s)
        raw = container.fetch("/job/out", max_bytes=_RESULT_BYTES).get(name)
        log = container.log()
    finally:
        container.remove()
    if raw is None:
        raise InfrastructureError(
            "reader.no_result",
            f"Our reader {module} left no result ({end.reason}, exit code {end.exit_code}).",
            next_step="Grade again; what it reads is not assessed until it does.",
            detail=printable(log.tail or log.head, 2_000),
        )
    return _read(module, record, raw)


def _read(module: str, record: type[R], raw: bytes) -> R:
    try:
        return record.model_validate_json(raw)
    except ValidationError as error:
        raise InfrastructureError(
            "reader.bad_result",
            f"Our reader {module} left a result that cannot be read.",
            next_step="Grade again; what it reads is not assessed until it does.",
            detail=printable(str(error), 2_000),
        ) from None
