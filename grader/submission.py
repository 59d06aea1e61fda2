"""What a candidate hands in: a repo URL pinned to a commit, and its manifest."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from grader.errors import CandidateError, printable
from grader.record import Record
from grader.toml import parse_toml

MANIFEST = "takehome.toml"
_MANIFEST_BYTES = 64 * 1024

RuntimeName = Literal["python", "node"]
Sentence = Annotated[str, Field(max_length=2_000)]


class Submission(Record):
    """A repo URL pinned to a commit, echoed back."""

    url: str
    commit: str
    """40 hexadecimal digits; empty when fetching did not get that far."""
    tree: str = ""
    committed_at: str = ""
    subject: str = ""
    """First line of the commit's message, made printable."""
    files: int = 0
    bytes: int = 0
    notes: tuple[str, ...] = ()
    """What was left out or changed on the way (symlinks, LFS, submodules), a sentence each."""


def _split(value: object) -> object:
    """A string is split as a shell would split words, and nothing else of a shell happens."""
    return tuple(shlex.split(value)) if isinstance(value, str) else value


def _runnable(command: tuple[str, ...]) -> tuple[str, ...]:
    """No program can be given a NUL; the engine would refuse it as if it were our mistake."""
    if any("\0" in argument for argument in command):
        raise ValueError("an argument holds a NUL character")
    return command


Command = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=4_096)], ...],
    Field(min_length=1, max_length=64),
    BeforeValidator(_split),
    AfterValidator(_runnable),
]
"""Arguments, run from the repository's root without a shell; ``$PORT`` is in the environment."""


class ServiceTable(Record):
    """``[service]`` of the manifest."""

    command: Command
    runtime: RuntimeName | None = None
    """What the service is written for; :mod:`grader.runtimes` says how it is found when this is left out."""


def _listed(value: object) -> object:
    """One sentence stands for a list of one: the mistake is easily made and means nothing else."""
    return (value,) if isinstance(value, str) else value


class TrainTable(Record):
    """``[train]`` of the manifest, where the challenge has something to train."""

    command: Command
    """Run like the service's, before it starts: it reads ``$TRAINING_DIR`` and leaves its model in ``$DATA_DIR``."""


class Manifest(Record):
    """``takehome.toml``."""

    challenge: str | None = None
    service: ServiceTable
    train: TrainTable | None = None
    hours: Annotated[float, Field(ge=0, le=1_000)] | None = None
    """What the candidate states; shown, never scored."""
    left_out: Annotated[tuple[Sentence, ...], Field(max_length=50), BeforeValidator(_listed)] = ()
    claims: Annotated[dict[Annotated[str, Field(max_length=100)], float], Field(max_length=50, default_factory=dict)]
    """Metrics the candidate measured, by name."""


def read_manifest(tree: Path) -> Manifest:
    """Parse ``takehome.toml`` at the root of a fetched tree.

    Raises:
        CandidateError: ``manifest.missing``, ``manifest.too_large``, ``manifest.not_toml`` or ``manifest.invalid``.
    """
    path = tree / MANIFEST
    if not path.is_file() or path.is_symlink():
        raise CandidateError(
            "manifest.missing",
            f"The repository has no {MANIFEST} at its root.",
            next_step=f"Add {MANIFEST} with [service] and command, as the starter has it.",
        )
    raw = path.read_bytes()
    if len(raw) > _MANIFEST_BYTES:
        raise CandidateError(
            "manifest.too_large",
            f"{MANIFEST} is larger than {_MANIFEST_BYTES // 1024} KB.",
            next_step="Keep the manifest to the fields that the brief names.",
        )
    try:
        table = parse_toml(raw.decode("utf-8"))
    except ValueError as error:
        raise CandidateError(
            "manifest.not_toml",
            f"{MANIFEST} is not valid TOML: {printable(str(error))}.",
            next_step="Mend that line; Python's tomllib reads the same format.",
        ) from None
    try:
        return Manifest.model_validate(table)
    except (ValidationError, ValueError) as error:
        raise CandidateError(
            "manifest.invalid",
            f"{MANIFEST} does not have the form that the brief gives: {_first_problem(error)}.",
            next_step="Compare it with the starter's manifest.",
        ) from None


def _first_problem(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return printable(str(error))
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    return printable(f"{where}: {problem['msg']}")
