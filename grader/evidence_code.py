"""What the analysers said of the source tree. Judges nothing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.record import Record

Short = Annotated[str, Field(max_length=700)]
_Path = Annotated[str, Field(max_length=1_024)]
_Row = Annotated[str, Field(max_length=300)]


class CodeFinding(Record):
    """One finding of a linter, with the source around it."""

    path: _Path
    line: int
    rule: Annotated[str, Field(max_length=60)]
    category: Annotated[str, Field(max_length=40)]
    message: Short
    url: Annotated[str, Field(max_length=300)] = ""
    excerpt_start: int = 0
    excerpt: Annotated[tuple[_Row, ...], Field(max_length=9)] = ()


class FunctionComplexity(Record):
    """Cyclomatic complexity of one function (McCabe 1976), as radon counts it for Python and lizard for scripts."""

    path: _Path
    name: Annotated[str, Field(max_length=300)]
    line: int
    lines: int
    complexity: int
    excerpt: Annotated[tuple[_Row, ...], Field(max_length=9)] = ()
    """Its first lines, for the few that a report shows."""


class FileMetrics(Record):
    """Measures of one file."""

    path: _Path
    language: Annotated[str, Field(max_length=20)]
    lines: int
    """Source lines of code."""
    comments: int
    functions: int
    complexity: int
    """Of its most complex function."""
    maintainability: float | None = None
    """Maintainability index, 0..100 (radon; Python alone)."""
    volume: float | None = None
    """Halstead's volume (radon; Python alone)."""
    difficulty: float | None = None
    """Halstead's difficulty (radon; Python alone)."""


class LeftOut(Record):
    """A file, or a folder of packages, that was not analysed."""

    kind: Annotated[str, Field(max_length=20)]
    """kit, installed, vendored, generated, minified, other language; or, counted as unread:
    compiled, minified, too large, unreadable."""
    path: _Path
    reason: Short
    files: int
    lines: int
    bytes: int


class Secret(Record):
    """A place that looks like a secret. The secret itself stands in no record."""

    kind: Annotated[str, Field(max_length=100)]
    path: _Path
    line: int
    same_as: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    """Equal for equal secrets of one grading; keyed by a random key that nobody keeps."""


class LicenceFacts(Record):
    """The licence file at the top and what the metadata declares; empty where there is none."""

    file: Annotated[str, Field(max_length=255)] = ""
    text: Annotated[str, Field(max_length=40)] = ""
    """SPDX id of the licence that has this wording, or ``unknown``."""
    declared: Annotated[str, Field(max_length=100)] = ""
    declared_in: Annotated[str, Field(max_length=40)] = ""


class Prints(Record):
    """Fingerprints of one file (winnowing over normalised tokens), as ``hash:line`` words."""

    path: _Path
    language: Annotated[str, Field(max_length=20)]
    marks: Annotated[str, Field(max_length=500_000)]


class SharedPlace(Record):
    """Two files that share fingerprints, and where the first shared passage stands in each."""

    path: _Path
    line: int
    other_path: _Path
    other_line: int
    shared: int
    """Number of fingerprints."""


class Similarity(Record):
    """How much of a submission also stands in another work, the challenge's kit taken out of both. Never points."""

    other: Annotated[str, Field(max_length=300)]
    share: float
    """Of this submission's fingerprints."""
    other_share: float
    """Of the other work's."""
    shared: int
    places: Annotated[tuple[SharedPlace, ...], Field(max_length=10)] = ()
    """Largest first."""


class StaticEvidence(Record):
    """What the analysers said of the source tree."""

    schema_version: Literal[1] = 1
    files: int
    lines: int
    """Source lines of code over the analysed files."""
    languages: dict[str, int] = {}  # noqa: RUF012 - frozen by the record
    """Language to number of analysed files."""
    left_out: Annotated[tuple[LeftOut, ...], Field(max_length=200)] = ()
    """What was not analysed, each with its reason, largest first."""
    left_out_total: int = 0
    notes: Annotated[tuple[Short, ...], Field(max_length=50)] = ()
    """Claims to be left out that the files did not bear out."""
    unread_share: float = 0.0
    """Share of the candidate's code (bytes) that no analyser could read."""
    findings: Annotated[tuple[CodeFinding, ...], Field(max_length=2_000)] = ()
    findings_total: int
    by_category: dict[str, int]
    functions: Annotated[tuple[FunctionComplexity, ...], Field(max_length=500)] = ()
    """The most complex ones, worst first."""
    functions_total: int
    complex_share: float
    """Share of the lines inside functions that stand in functions of complexity above 10."""
    maintainability: float | None
    """Mean maintainability index (0..100, radon) over Python files, weighted by lines."""
    metrics: Annotated[tuple[FileMetrics, ...], Field(max_length=300)] = ()
    """Per file, the largest first."""
    secrets: Annotated[tuple[Secret, ...], Field(max_length=200)] = ()
    licence: LicenceFacts = LicenceFacts()
    prints: Annotated[tuple[Prints, ...], Field(max_length=5_000)] = ()
    """Of the submission's own code; what the challenge's kit holds is taken out."""
    similar: Annotated[tuple[Similarity, ...], Field(max_length=50)] = ()
    """The challenge's solutions that share something with it, the nearest first."""
    compared: int = 0
    """With how many solutions it was compared."""
    tools: dict[str, str]
    """Tool name to version."""


class StaticResult(StaticEvidence):
    """What the analysers leave behind: the evidence, and the fingerprints of the works to compare with."""

    known: dict[str, tuple[Prints, ...]] = {}  # noqa: RUF012 - frozen by the record
