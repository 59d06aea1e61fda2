"""Runs the analysers over the source tree, in a container without a network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from pydantic import ValidationError

from grader.challenge import ChallengeFolder
from grader.errors import InfrastructureError, printable
from grader.evidence import StaticEvidence
from grader.limits import MB, Limits
from grader.sandbox.base import ContainerSpec, File, Mount, Sandbox
from grader.sandbox.images import Images

_UID_STATIC = 10006
_RESULT_BYTES = 16 * MB


def kit_digests(folder: ChallengeFolder) -> list[str]:
    """SHA-256 of every file that the challenge hands to candidates: not their work, as long as it is unchanged."""
    files = (path for part in ("starter", "public") for path in (folder.root / part).rglob("*") if path.is_file())
    return sorted({hashlib.sha256(path.read_bytes()).hexdigest() for path in files})


def gather_static(
    sandbox: Sandbox, images: Images, limits: Limits, source: str, kit: Sequence[str] = ()
) -> StaticEvidence:
    """Lint and measure the tree in volume ``source`` (its folder ``app``), without unchanged files of the ``kit``.

    Raises:
        InfrastructureError: ``static.no_result`` when the analysers left nothing: never full marks.
    """
    work = sandbox.volume("static")
    analyser = sandbox.create(
        ContainerSpec(
            role="static",
            image=images.tags["static"],
            command=["python3", "-m", "harness.static"],
            uid=_UID_STATIC,
            gid=_UID_STATIC,
            limits=limits.static,
            env={"STATIC_SOURCE": "/src/app", "STATIC_OUT": "/job/out"},
            mounts=[Mount(volume=source, path="/src"), Mount(volume=work, path="/job", read_only=False)],
            lifetime_s=limits.container_s,
        )
    )
    try:
        inbox = [File(path="in", data=None, mode=0o755), File(path="in/kit.json", data=json.dumps(list(kit)).encode())]
        outbox = File(path="out", data=None, mode=0o755, uid=_UID_STATIC, gid=_UID_STATIC)
        analyser.put("/job", [*inbox, outbox])
        analyser.start()
        end = analyser.wait(limits.static_s)
        files = analyser.fetch("/job/out", max_bytes=_RESULT_BYTES)
        log = analyser.log()
    finally:
        analyser.remove()
    raw = files.get("static.json")
    if raw is None:
        raise InfrastructureError(
            "static.no_result",
            f"Static analysis left no result ({end.reason}, exit code {end.exit_code}).",
            next_step="Grade again; the code criteria are not assessed until it does.",
            detail=printable(log.tail or log.head, 2_000),
        )
    try:
        return StaticEvidence.model_validate_json(raw)
    except ValidationError as error:
        raise InfrastructureError(
            "static.bad_result",
            "Static analysis left a result that cannot be read.",
            next_step="Grade again; the code criteria are not assessed until it does.",
            detail=printable(str(error), 2_000),
        ) from None
