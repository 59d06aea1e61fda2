"""What gathering observed of the work around the code: own tests, documents, history. Judges nothing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.record import Record

Text = Annotated[str, Field(max_length=1_600)]
Quote = Annotated[str, Field(max_length=340)]
Path = Annotated[str, Field(max_length=1_024)]
Name = Annotated[str, Field(max_length=120)]
Count = Annotated[int, Field(ge=0)]


class TestFile(Record):
    """One test file, by its text."""

    __test__ = False
    path: Path
    tests: Count
    without_assertion: Count


class Edit(Record):
    """A replacement of bytes in one file: a seeded bug, or a neutral change."""

    path: Path
    line: Count
    operator: Name
    start: Count
    end: Count
    replacement: str
    before: Quote
    after: Quote


class Survey(Record):
    """What the source offers to a test (``harness/owntests/survey.py``)."""

    schema_version: Literal[1]
    test_files: Annotated[tuple[TestFile, ...], Field(max_length=200)]
    test_files_total: Count
    source_files: Count
    lines: dict[Path, tuple[int, ...]]
    """Lines on which statements inside functions begin."""
    bugs: Annotated[tuple[Edit, ...], Field(max_length=2_000)]
    """A sample of the sites, drawn by the seed."""
    bugs_total: Count
    neutral: Annotated[tuple[Edit, ...], Field(max_length=200)]


class SuiteRun(Record):
    """One run of the suite on one tree, by its own word and by the watchdog's."""

    outcome: Literal["green", "red", "nothing_ran", "no_answer"]
    passed: Count = 0
    failed: Count = 0
    errors: Count = 0
    skipped: Count = 0
    asserted: Quote = ""
    """The first test that failed by an assertion."""
    first: Quote = ""
    """The first failure of any kind, as the suite says it."""
    runner: Name = ""
    ended: Name = ""
    """How it ended when it gave no answer: the watchdog's record."""
    output: Text = ""
    """The end of what it printed, made printable."""
    seconds: float = 0.0


class Mutant(Record):
    """One seeded bug and what the suite made of it."""

    path: Path
    line: Count
    operator: Name
    before: Quote
    after: Quote
    outcome: Literal["caught", "survived", "stopped"]
    """``stopped``: the program ended with an exception or not at all; a test without assertions notices that too."""
    by: Quote = ""
    seconds: float


class OwnTests(Record):
    """The candidate's tests, run on their own code and on their own code with seeded bugs."""

    schema_version: Literal[1] = 1
    test_files: Annotated[tuple[TestFile, ...], Field(max_length=200)]
    test_files_total: Count
    source_files: Count
    extra_requirements: Annotated[tuple[Quote, ...], Field(max_length=300)] = ()
    """Development requirements that were installed for the suite."""
    notes: Annotated[tuple[Quote, ...], Field(max_length=20)] = ()
    base: SuiteRun | None = None
    """On the tree as it was handed in; none when there is no test."""
    lines: Count = 0
    covered: Count = 0
    """Statements inside functions, and how many of them the suite reached."""
    sites: Count = 0
    sites_reached: Count = 0
    """Of the surveyed sample of sites."""
    sites_total: Count = 0
    controls: Annotated[tuple[SuiteRun, ...], Field(max_length=10)] = ()
    """On trees whose text differs and whose behaviour does not."""
    mutants: Annotated[tuple[Mutant, ...], Field(max_length=60)] = ()
    planned: Count = 0
    cut_short: bool = False
    """Whether the time budget ended the sampling."""
    seconds: float = 0.0


class Heading(Record):
    """A heading and what stands below it."""

    path: Path
    line: Count
    level: Count
    title: Quote
    words: Count
    body: Text


class Mention(Record):
    """A library, file or function that a decision names, and where the code has it."""

    name: Name
    kind: Literal["library", "file", "definition", "absent"]
    where: Path


class Decision(Record):
    """One entry of a decision log; each part is the sentence that it stands in, or empty."""

    path: Path
    line: Count
    title: Quote
    text: Text
    alternative: Quote
    reason: Quote
    trade_off: Quote
    measurement: Quote
    mentions: Annotated[tuple[Mention, ...], Field(max_length=20)]


class Statement(Record):
    """A sentence that holds a number."""

    path: Path
    line: Count
    text: Quote


class Document(Record):
    """A document that was read."""

    path: Path
    words: Count


class Documents(Record):
    """What the submission writes about itself (``harness/documents``)."""

    schema_version: Literal[1]
    files: Annotated[tuple[Document, ...], Field(max_length=20)]
    skipped: Annotated[tuple[Text, ...], Field(max_length=20)]
    headings: Annotated[tuple[Heading, ...], Field(max_length=200)]
    decisions: Annotated[tuple[Decision, ...], Field(max_length=40)]
    statements: Annotated[tuple[Statement, ...], Field(max_length=300)]
    code_files: Count
    imports: Annotated[dict[Name, int], Field(max_length=60)]
    """Module to the number of code files that import it."""
    paths: Annotated[tuple[Path, ...], Field(max_length=2_000)]
    """Every file of the tree, by name."""


class Session(Record):
    """Commits that stand close together, by author time."""

    began: str
    ended: str
    commits: Count


class History(Record):
    """What the commits say; times are the author's own statement."""

    commits: Count
    truncated: bool
    """Whether there are older ones that were not read."""
    first: str
    last: str
    sessions: Annotated[tuple[Session, ...], Field(max_length=100)]
    low_hours: float
    hours: float
    high_hours: float
    backwards: Annotated[tuple[Quote, ...], Field(max_length=20)]
    """Commits whose author time lies before their parent's."""
    backwards_total: Count
    after_commit: Count
    """Commits whose author time and commit time differ by more than a minute (rebased, amended, imported)."""
    deadline: str = ""
    late_commits: Count = 0
    late_files: Annotated[tuple[Path, ...], Field(max_length=50)] = ()
    late_files_total: Count = 0
    chosen: Literal["given", "newest", "before_deadline"] = "newest"
    """How the graded commit was chosen."""


class WorkEvidence(Record):
    """Everything around the code; a part is none when it was not gathered (``Evidence.work_failures`` says why)."""

    own_tests: OwnTests | None = None
    documents: Documents | None = None
    history: History | None = None
