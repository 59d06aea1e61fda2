"""What differs from one runtime to another: one :class:`Runtime` per module beside this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.errors import CandidateError
from grader.gather.wanted import Wanted
from grader.limits import Limits
from grader.settings import Settings
from grader.submission import RuntimeName


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A language that a submission's service may be written for."""

    name: RuntimeName
    image: str
    """Role of the image that the service runs in (:mod:`grader.sandbox.images`)."""
    env: Mapping[str, str]
    """What the service finds in its environment, beside its port, its data folder and the gateway."""
    read: Callable[[Path, Limits], Wanted]
    """What a tree wants installed; raises CandidateError ``install.…``."""
    installer: str
    """The module of the harness that installs."""
    folder: str
    """The installer's own folder in an environment."""
    protocol: Literal["simple", "npm"]
    """What the index gateway speaks, and the first part of its paths."""
    upstream: Callable[[Settings], str]
    """The index or registry that the gateway stands for."""
    explain: Callable[[str, int, str], CandidateError | None]
    """A failed install's stage, exit code and words: the submission's fault, or none that is known."""
    bare: bool
    """Whether an environment of nothing is an empty volume, for which nothing needs to run."""
    own_tests: bool
    """Whether a suite of this language is run."""
