"""Runs the analysers over the source tree, in a container without a network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from grader.challenge import ChallengeFolder
from grader.errors import InfrastructureError, printable
from grader.evidence_code import StaticEvidence, StaticResult
from grader.limits import MB, Limits
from grader.sandbox.base import ContainerSpec, File, Mount, Sandbox
from grader.sandbox.images import Images
from grader.similarity import nearest, places, without

_UID_STATIC = 10006
_RESULT_BYTES = 24 * MB
_KIT = "_kit"
_COMPARED = frozenset({".py", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"})
_WORK_BYTES, _WORKS = 1 * MB, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWork:
    """What of the challenge's own the analysers need to know: the kit's digests, and sources to compare with."""

    kit: Sequence[str] = ()
    """SHA-256 of every file that the challenge hands to candidates: not their work, as long as it is unchanged."""
    known: Sequence[File] = ()
    """Sources of the kit (``_kit/…``) and of each solution (``NAME/…``)."""


def kit_digests(folder: ChallengeFolder) -> list[str]:
    """SHA-256 of every file that the challenge hands to candidates: not their work, as long as it is unchanged."""
    return sorted({hashlib.sha256(path.read_bytes()).hexdigest() for path in _given(folder)})


def _given(folder: ChallengeFolder) -> list[Path]:
    parts = (sorted((folder.root / part).rglob("*")) for part in ("starter", "public"))
    return [path for paths in parts for path in paths if path.is_file()]


def own_work(folder: ChallengeFolder) -> OwnWork:
    """Read a challenge's kit and solutions."""
    works = {path.name: path for path in sorted((folder.root / "solutions").glob("*"))[:_WORKS] if path.is_dir()}
    known = [File(path=_KIT, data=None, mode=0o755)]
    known += [
        File(path=f"{_KIT}/{number}{path.suffix}", data=path.read_bytes())
        for number, path in enumerate(_given(folder))
        if path.suffix in _COMPARED
    ]
    for name, root in works.items():
        known += _sources(name, root)
    return OwnWork(kit=kit_digests(folder), known=known)


def _sources(name: str, root: Path) -> Iterator[File]:
    """The source files of one work, with the folders above them, up to a megabyte."""
    left, made = _WORK_BYTES, set()
    for path in sorted(root.rglob("*")):
        if path.suffix not in _COMPARED or not path.is_file() or (left := left - path.stat().st_size) < 0:
            continue
        inside = path.relative_to(root)
        for parent in reversed(inside.parents):
            place = f"{name}/{parent.as_posix()}".removesuffix("/.")
            if place not in made:
                made.add(place)
                yield File(path=place, data=None, mode=0o755)
        yield File(path=f"{name}/{inside.as_posix()}", data=path.read_bytes())


def gather_static(
    sandbox: Sandbox, images: Images, limits: Limits, source: str, own: OwnWork | None = None
) -> StaticEvidence:
    """Lint, measure and compare the tree in volume ``source`` (its folder ``app``), without unchanged files of the kit.

    Raises:
        InfrastructureError: ``static.no_result`` when the analysers left nothing: never full marks.
    """
    own = own or OwnWork()
    work = sandbox.volume("static")
    analyser = sandbox.create(
        ContainerSpec(
            role="static",
            image=images.tags["static"],
            command=["python3", "-m", "harness.static"],
            uid=_UID_STATIC,
            gid=_UID_STATIC,
            limits=limits.static,
            env={"STATIC_SOURCE": "/src/app", "STATIC_OUT": "/job/out", "STATIC_IN": "/job/in"},
            mounts=[Mount(volume=source, path="/src"), Mount(volume=work, path="/job", read_only=False)],
            lifetime_s=limits.container_s,
        )
    )
    try:
        analyser.put("/job", [*_inbox(own), File(path="out", data=None, mode=0o755, uid=_UID_STATIC, gid=_UID_STATIC)])
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
        return _compared(StaticResult.model_validate_json(raw))
    except ValidationError as error:
        raise InfrastructureError(
            "static.bad_result",
            "Static analysis left a result that cannot be read.",
            next_step="Grade again; the code criteria are not assessed until it does.",
            detail=printable(str(error), 2_000),
        ) from None


def _inbox(own: OwnWork) -> list[File]:
    made = [File(path="in", data=None, mode=0o755), File(path="in/known", data=None, mode=0o755)]
    made.append(File(path="in/kit.json", data=json.dumps(list(own.kit)).encode()))
    return made + [File(path=f"in/known/{file.path}", data=file.data, mode=file.mode) for file in own.known]


def _compared(result: StaticResult) -> StaticEvidence:
    """The evidence: fingerprints without the kit's, and what they share with the solutions."""
    kit = places(result.known.get(_KIT, ()))
    prints = without(result.prints, kit)
    others = {f"solution {name}": without(work, kit) for name, work in result.known.items() if name != _KIT}
    fields = {name: getattr(result, name) for name in StaticEvidence.model_fields}
    return StaticEvidence(**fields | {"prints": prints, "similar": nearest(prints, others), "compared": len(others)})
