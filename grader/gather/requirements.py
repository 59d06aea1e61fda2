"""What a submission wants installed: names and specifiers only, parsed before anything runs.

Read from, in this order: ``pyproject.toml`` with ``uv.lock`` beside it (its versions become
constraints), ``pyproject.toml`` with dependencies, ``requirements.txt``. Options, addresses and paths are refused,
since each of them is a way to make an installer fetch or run something else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from grader.errors import CandidateError, printable
from grader.gather.wanted import Wanted
from grader.limits import Limits
from grader.toml import parse_toml

_FILE_BYTES = 2 * 1024 * 1024
_HASH = re.compile(r"\s--hash[= ]\S+")
_LINE = 1_000
_GROUPS = ("dev", "test", "tests", "testing")
_DEVELOPMENT = ("requirements-dev.txt", "requirements_dev.txt", "dev-requirements.txt", "requirements-test.txt")
_DEVELOPMENT_MOST = 60
_NO_TEST_TOOLS = {
    "ruff", "black", "mypy", "flake8", "isort", "pylint", "pre-commit", "pyright", "ty", "build", "twine", "tox", "nox",
    "ipython", "jupyter", "jupyterlab", "notebook", "ipykernel", "bandit", "pip-audit", "uv", "pip", "pip-tools",
}  # fmt: skip
"""Tools that no suite imports; some of them are large."""


def read_requirements(tree: Path, limits: Limits) -> Wanted:
    """Parse a submission's requirements.

    Raises:
        CandidateError: ``install.…`` with the file and the line that is refused.
    """
    project, listed = tree / "pyproject.toml", tree / "requirements.txt"
    if _is_file(project):
        dependencies = _project_dependencies(project)
        lock = tree / "uv.lock"
        if dependencies is not None and _is_file(lock):
            wanted = Wanted(source="uv.lock", requirements=dependencies, constraints=_locked(lock))
            return _bounded(wanted, limits)
        if dependencies or (dependencies is not None and not _is_file(listed)):
            return _bounded(Wanted(source="pyproject.toml", requirements=dependencies), limits)
    if _is_file(listed):
        return _bounded(Wanted(source="requirements.txt", requirements=_listed(listed)), limits)
    return Wanted(source="none", requirements=())


def read_development(tree: Path) -> tuple[tuple[str, ...], str]:
    """Requirements for tests, where they are usually declared, and a note on what was left aside.

    Read are ``[dependency-groups]`` and ``[project.optional-dependencies]`` of ``pyproject.toml`` (groups called dev,
    test, tests, testing) and ``requirements-dev.txt`` or ``requirements-test.txt``. A line that is refused is left out
    and named: a suite may still run without it, and it is never a reason to end a grading.
    """
    lines: list[tuple[str, str]] = []
    problems: list[str] = []
    try:
        if _is_file(tree / "pyproject.toml"):
            lines += _groups(_table(tree / "pyproject.toml"))
        for name in _DEVELOPMENT:
            if _is_file(tree / name):
                lines += [(name, line.split(" #")[0].strip()) for line in _text(tree / name).splitlines()]
    except CandidateError as error:
        problems.append(error.message)
    found: dict[str, str] = {}
    for where, line in lines:
        if not line or line.startswith(("#", "-r", "-c")):
            continue
        try:
            parsed = _parsed(where, _HASH.sub("", f" {line}").strip().rstrip("\\").strip())
        except CandidateError as error:
            problems.append(error.message)
            continue
        if canonicalize_name(Requirement(parsed).name) not in _NO_TEST_TOOLS:
            found.setdefault(parsed, where)
    return tuple(found)[:_DEVELOPMENT_MOST], printable(" ".join(problems), 300) if problems else ""


def _groups(table: dict[str, object]) -> list[tuple[str, str]]:
    project = table.get("project")
    extras = project.get("optional-dependencies") if isinstance(project, dict) else None
    found = []
    tables = [groups for groups in (table.get("dependency-groups"), extras) if isinstance(groups, dict)]
    for groups in tables:
        for name in _GROUPS:
            listed = groups.get(name)
            found += [
                ("pyproject.toml", line)
                for line in (listed if isinstance(listed, list) else [])
                if isinstance(line, str)
            ]
    return found


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _bounded(wanted: Wanted, limits: Limits) -> Wanted:
    if len(wanted.requirements) > limits.requirements:
        raise CandidateError(
            "install.too_many",
            f"{wanted.source} names {len(wanted.requirements)} requirements; {limits.requirements} is the most.",
            next_step="Name only what the service imports.",
        )
    return wanted


def _text(path: Path) -> str:
    raw = path.read_bytes()[: _FILE_BYTES + 1]
    if len(raw) > _FILE_BYTES:
        raise _refused(path.name, f"the file is larger than {_FILE_BYTES // 1024} KB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(path.name, "the file is not UTF-8") from None


def _table(path: Path) -> dict[str, object]:
    text = _text(path)
    try:
        return parse_toml(text)
    except ValueError as error:
        raise CandidateError(
            "install.not_toml",
            f"{path.name} is not valid TOML: {printable(str(error))}.",
            next_step="Mend that line.",
        ) from None


def _project_dependencies(path: Path) -> tuple[str, ...] | None:
    """The ``[project]`` dependencies, or none when the file has no such table."""
    project = _table(path).get("project")
    if not isinstance(project, dict):
        return None
    dependencies = project.get("dependencies", [])
    if not isinstance(dependencies, list) or not all(isinstance(line, str) for line in dependencies):
        raise _refused(path.name, "project.dependencies is not a list of strings")
    return tuple(_parsed(path.name, line) for line in dependencies)


def _locked(path: Path) -> tuple[str, ...]:
    """``name==version`` for each package that the lock pins to one version."""
    packages = _table(path).get("package", [])
    versions: dict[str, set[str]] = defaultdict(set)
    for package in packages if isinstance(packages, list) else []:
        if not isinstance(package, dict) or not isinstance(package.get("source"), dict):
            raise _refused(path.name, "a [[package]] entry has no source")
        source = package["source"]
        if "registry" in source:
            versions[str(package.get("name"))].add(str(package.get("version")))
        elif not source.keys() & {"virtual", "editable"} or source.get("virtual", source.get("editable")) != ".":
            raise _refused(path.name, f"{printable(str(package.get('name')))} does not come from a package index")
    lines = []
    for name, found in versions.items():
        if len(found) == 1:
            version = found.pop()
            try:
                Version(version)
            except ValueError:  # not a version, or a number of thousands of digits
                raise _refused(path.name, f"{printable(name)} has no valid version") from None
            lines.append(_parsed(path.name, f"{name}=={version}"))
    return tuple(lines)


def _listed(path: Path) -> tuple[str, ...]:
    joined = _text(path).replace("\\\r\n", " ").replace("\\\n", " ")
    lines = []
    for number, raw in enumerate(joined.splitlines(), 1):
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        # Hashes pin what the index serves; the index gateway serves the index alone, so they are let go.
        line = _HASH.sub("", f" {line}").strip()
        if line:
            lines.append(_parsed(f"{path.name}, line {number}", line))
    return tuple(lines)


def _parsed(where: str, line: str) -> str:
    """One requirement, taken apart and put together again."""
    if len(line) > _LINE:
        raise _refused(where, f"the line is longer than {_LINE} characters")
    if line.startswith("-"):
        raise _refused(where, f"options such as {printable(line.split(maxsplit=1)[0], 40)!r} are not taken")
    try:
        requirement = Requirement(line)
        plain = str(requirement)
    except (ValueError, RecursionError):  # ValueError: invalid, or a number of thousands of digits
        kind = "an address or a path" if "/" in line or "\\" in line else "not a requirement"
        raise _refused(where, f"{printable(line, 80)!r} is {kind}") from None
    if requirement.url:
        raise _refused(where, f"{printable(requirement.name)} is given by an address")
    if not plain.isprintable() or " #" in plain:  # a marker's string: an installer would see a line's end or a comment
        raise _refused(where, f"{printable(requirement.name)} has a marker with characters that no marker needs")
    return plain


def _refused(where: str, why: str) -> CandidateError:
    return CandidateError(
        "install.requirement_refused",
        f"{where}: {why}.",
        next_step="Name packages of the index with versions, one a line, such as httpx==0.28.1.",
    )
