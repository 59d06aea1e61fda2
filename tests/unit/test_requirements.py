"""Requirements: which lines are taken, which are refused, and from which file they come."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from grader.errors import Blame, CandidateError
from grader.gather.requirements import read_development, read_requirements
from grader.gather.wanted import Wanted
from grader.limits import Limits


def read(folder, **files: str | bytes) -> Wanted:
    """What a tree with these files wants; ``lock``, ``project`` and ``listed`` stand for their names."""
    names = {"lock": "uv.lock", "project": "pyproject.toml", "listed": "requirements.txt"}
    for key, name in names.items():
        (folder / name).unlink(missing_ok=True)
        if key in files:
            data = files[key]
            (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_requirements(folder, Limits())


def refused(folder, code: str = "install.requirement_refused", **files: str | bytes) -> str:
    """The sentence with which a tree is refused."""
    with pytest.raises(CandidateError) as caught:
        read(folder, **files)
    assert (caught.value.code, caught.value.blame) == (code, Blame.CANDIDATE)
    assert caught.value.message.isprintable()
    return caught.value.message


ACCEPTED = {
    "httpx": ("httpx",),
    "httpx==0.28.1": ("httpx==0.28.1",),
    "httpx >= 0.28 , < 1": ("httpx<1,>=0.28",),
    "uvicorn[standard]~=0.38": ("uvicorn[standard]~=0.38",),
    "numpy; python_version < '3.12'": ('numpy; python_version < "3.12"',),
    "a  # why": ("a",),
    "# only a comment\n\n  \t\na": ("a",),
    "a\r\nb\r\n": ("a", "b"),
    "a\rb": ("a", "b"),
    "\ufeffa": ("a",),
    "a==1 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\nb": ("a==1", "b"),
    "a==1 \\\r\n  --hash=sha256:00\r\n": ("a==1",),
    "a \\\n>=2": ("a>=2",),
    "a==1 --hash sha256:00": ("a==1",),
    "a===1.0": ("a===1.0",),
    "": (),
}
REFUSED = {
    "-e .": "options such as '-e'",
    "-e git+https://x.example/a#egg=a": "options such as '-e'",
    "-r more.txt": "options such as '-r'",
    "-rmore.txt": "options such as '-rmore.txt'",
    "--index-url https://x.example/simple": "options such as '--index-url'",
    "--extra-index-url=https://x.example": "options such as",
    "--find-links /tmp": "options such as '--find-links'",
    "--pre": "options such as '--pre'",
    "a --global-option=x": "is not a requirement",
    "a --index-url https://x.example": "is an address or a path",
    "https://x.example/a-1-py3-none-any.whl": "is an address or a path",
    "git+https://x.example/a.git": "is an address or a path",
    "git+ssh://git@x.example/a.git@main#egg=a": "is an address or a path",
    "a @ https://x.example/a.whl": "a is given by an address",
    "a@file:///etc/passwd": "a is given by an address",
    "a[x] @ git+https://x.example/a ; python_version > '3'": "a is given by an address",
    "./local": "is an address or a path",
    "..\\local": "is an address or a path",
    "/srv/app": "is an address or a path",
    ".": "is not a requirement",
    "a b": "is not a requirement",
    "a=1": "is not a requirement",
    "a==1;b": "is not a requirement",
    "a>=1." + "9" * 5_000 + ",<2": "longer than 1000 characters",
    "a; (" + "(" * 900: "is not a requirement",
    "${NAME}": "is not a requirement",
    "a\x00": "is not a requirement",
    "a \\\n-e .": "is not a requirement",
    "\u202ea": "is not a requirement",
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_names_and_versions_are_taken(tmp_path, text):
    """Names with versions, extras, markers, comments, hashes and continued lines are taken and normalised."""
    wanted = read(tmp_path, listed=text)
    assert wanted == Wanted(source="requirements.txt", requirements=ACCEPTED[text])


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:30]))
def test_anything_that_could_fetch_or_run_something_else_is_refused(tmp_path, text):
    """Options, addresses, paths and what is no requirement are refused with the file and the line."""
    message = refused(tmp_path, listed=f"httpx\n{text}\n")
    assert message.startswith("requirements.txt, line 2: ")
    assert REFUSED[text] in message


@pytest.mark.parametrize(
    ("data", "words"), [(b"\xff\xfeh\x00", "not UTF-8"), (b"#" * (2 * 1024 * 1024 + 1), "larger than 2048 KB")]
)
def test_a_file_is_utf8_and_has_a_size(tmp_path, data, words):
    """A file in another encoding, or too large, is refused as what it is."""
    assert words in refused(tmp_path, listed=data)


def test_there_may_be_no_requirements(tmp_path):
    """A tree without any of the files, or with links in their place, wants nothing."""
    (tmp_path / "requirements.txt").symlink_to("/etc/hosts")
    (tmp_path / "pyproject.toml").mkdir()
    assert read_requirements(tmp_path, Limits()) == Wanted(source="none", requirements=())


def test_requirements_have_a_number(tmp_path):
    """200 requirements are taken; one more is refused, in each kind of file."""
    assert len(read(tmp_path, listed="a\n" * 200).requirements) == 200
    assert "201 requirements; 200" in refused(tmp_path, "install.too_many", listed="a\n" * 201)
    project = f"[project]\ndependencies = {['a'] * 201}"
    assert "pyproject.toml names 201" in refused(tmp_path, "install.too_many", project=project)
    assert "uv.lock names 201" in refused(tmp_path, "install.too_many", project=project, lock="")


def test_the_project_goes_before_the_list(tmp_path):
    """Dependencies of [project] are taken; without any, or without [project], the list is."""
    project = '[project]\nname = "x"\ndependencies = ["httpx"]'
    assert read(tmp_path, project=project, listed="a").requirements == ("httpx",)
    for empty in ("[tool.ruff]\nx = 1", '[project]\nname = "x"', "[project]\ndependencies = []", "project = 3"):
        assert read(tmp_path, project=empty, listed="a").source == "requirements.txt"
    assert read(tmp_path, project="[project]\nname = 'x'") == Wanted(source="pyproject.toml", requirements=())
    assert read(tmp_path, project="[tool.ruff]\nx = 1").source == "none"


@pytest.mark.parametrize("dependencies", ['"httpx"', "[1]", '[["httpx"]]', "{a = 1}"])
def test_dependencies_are_a_list_of_strings(tmp_path, dependencies):
    """Anything else in project.dependencies is refused."""
    assert "not a list of strings" in refused(tmp_path, project=f"[project]\ndependencies = {dependencies}")


@pytest.mark.parametrize(
    "line",
    [
        "x @ https://x.example/x.whl",
        "-e .",
        "a; os_name == 'x\\n-e .'",
        "a; os_name == 'x\\u000b-e .'",
        "a; os_name == 'x #y'",
    ],
)
def test_the_project_is_held_to_the_same_lines(tmp_path, line):
    """A dependency of pyproject.toml is refused as a line would be, also one that would become two lines."""
    assert refused(tmp_path, project=f'[project]\ndependencies = ["{line}"]').startswith("pyproject.toml: ")


BAD_TOML = ["[project", "x = 1" + "0" * 5_000, "x = " + "[" * 5_000, "a" + ".a" * 500_000 + " = 1"]


@pytest.mark.parametrize("text", BAD_TOML, ids=lambda text: text[:12])
@pytest.mark.parametrize("key", ["project", "lock"])
def test_broken_toml_is_refused_at_once(tmp_path, key, text):
    """TOML that cannot be parsed, or only in hours, is the candidate's to mend."""
    files = {"project": '[project]\nname = "x"'} | {key: text}
    refused(tmp_path, "install.not_toml", **files)


PROJECT = '[project]\ndependencies = ["httpx"]'


def package(
    name: str = "httpx", version: str = "0.28.1", source: str = 'registry = "https://index.example/simple"'
) -> str:
    """One entry of a lock."""
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ {source} }}\n'


def test_a_lock_pins_what_it_names(tmp_path):
    """Each package of an index becomes a constraint; the project itself does not."""
    lock = (
        package() + package("anyio", "4.0") + package("x", "0.1", 'virtual = "."') + package("y", "1", 'editable = "."')
    )
    wanted = read(tmp_path, project=PROJECT, lock=lock)
    assert wanted == Wanted(source="uv.lock", requirements=("httpx",), constraints=("httpx==0.28.1", "anyio==4.0"))


def test_a_package_in_two_versions_is_left_to_the_resolver(tmp_path):
    """A lock that forks by platform pins nothing of the forked package."""
    assert read(tmp_path, project=PROJECT, lock=package(version="1") + package(version="2")).constraints == ()


@pytest.mark.parametrize("lock", ["", "version = 1", "package = 3"])
def test_a_lock_may_be_empty(tmp_path, lock):
    """A lock without packages constrains nothing."""
    assert read(tmp_path, project=PROJECT, lock=lock) == Wanted(source="uv.lock", requirements=("httpx",))


def test_a_lock_without_a_project_is_ignored(tmp_path):
    """A lock pins a project's dependencies; alone it says nothing."""
    assert read(tmp_path, lock=package(), listed="a").source == "requirements.txt"


BAD_LOCKS = {
    "git": package(source='git = "https://x.example/a"'),
    "url": package(source='url = "https://x.example/a.whl"'),
    "path": package(source='path = "../a.whl"'),
    "directory": package(source='directory = "../a"'),
    "editable elsewhere": package(source='editable = "../a"'),
    "virtual elsewhere": package(source='virtual = "../a"'),
    "no source": '[[package]]\nname = "a"\nversion = "1"',
    "source is text": '[[package]]\nname = "a"\nsource = "x"',
    "not tables": "package = [1]",
    "bad version": package(version="one"),
    "huge version": package(version="9" * 5_000),
    "no version": '[[package]]\nname = "a"\nsource = { registry = "x" }',
    "name is an address": package(name="a @ https://x.example/a"),
    "name is an option": package(name="-e ."),
    "name is two lines": package(name="a\\n-e ."),
}


@pytest.mark.parametrize("what", BAD_LOCKS)
def test_a_lock_is_held_to_the_index(tmp_path, what):
    """A lock that leads anywhere but to a package index is refused."""
    assert refused(tmp_path, project=PROJECT, lock=BAD_LOCKS[what]).startswith("uv.lock: ")


PIECES = st.one_of(
    st.sampled_from(["httpx", "==", "1.0", ";", " @ ", "https://", "-e ", "[", "]", ",", "\n", "\\\n", "'", '"', "#"]),
    st.sampled_from(["--hash=", "python_version", " and ", "(", ")", "~=", "9" * 5_000, "\x0c", "\u2028"]),
)
texts = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=12).map("".join).map(str.encode))


@settings(max_examples=200, deadline=None)
@given(listed=texts)
def test_no_list_raises_anything_else(tmp_path_factory, listed):
    """Whatever requirements.txt holds: lines that stay single lines without an address, or the candidate's error."""
    try:
        lines = read(tmp_path_factory.getbasetemp(), listed=listed).requirements
    except CandidateError as error:
        lines = ()
        held = error.code == "install.requirement_refused" and error.message.isprintable()
    else:
        held = all(Requirement(line).url is None and not set("\r\n") & set(line) for line in lines)
    assert held


@settings(max_examples=100, deadline=None)
@given(project=texts, lock=texts, dependency=st.text(max_size=20))
def test_no_project_raises_anything_else(tmp_path_factory, project, lock, dependency):
    """Whatever pyproject.toml and uv.lock hold is read or is the candidate's error."""
    for files in ({"project": project}, {"project": PROJECT, "lock": lock}, {"project": _project(dependency)}):
        try:
            read(tmp_path_factory.getbasetemp(), **files)
        except CandidateError as error:
            assert error.code.startswith("install.")  # noqa: PT017 - any other exception is what this looks for


def _project(dependency: str) -> str:
    escaped = "".join(f"\\U{ord(c):08x}" for c in dependency)
    return f'[project]\ndependencies = ["{escaped}"]'


def test_requirements_for_tests_are_read_where_they_usually_stand(tmp_path):
    """Groups, extras and files are joined once each; linters, other files and hashes are let go."""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "a"\noptional-dependencies = { test = ["pytest==9.0.1", "ruff"], docs = ["sphinx"] }\n'
        '[dependency-groups]\ndev = ["respx>=0.21", "pytest==9.0.1", { include-group = "test" }]\n'
    )
    (tmp_path / "requirements-dev.txt").write_text(
        "-r requirements.txt\n# tests\nhypothesis==6.140.0 --hash=sha256:00\nmypy  # types\n\n"
    )
    assert read_development(tmp_path) == (("respx>=0.21", "pytest==9.0.1", "hypothesis==6.140.0"), "")


@pytest.mark.parametrize(
    "line", ["git+https://git.example/a.git", "--index-url https://a.example", "../own", "a @ file:///x"]
)
def test_refused_requirements_for_tests_end_no_grading(tmp_path, line):
    """A line that could fetch or run something else is left out and named; the others are taken."""
    (tmp_path / "requirements-test.txt").write_text(f"{line}\npytest\n")
    found, note = read_development(tmp_path)
    assert found == ("pytest",)
    assert "requirements-test.txt" in note
    assert note.isprintable()


def test_an_unreadable_file_of_requirements_for_tests_is_only_a_note(tmp_path):
    """What would stop an installation of the service stops nothing here."""
    (tmp_path / "requirements-dev.txt").write_bytes(b"\xff\xfe")
    assert read_development(tmp_path) == ((), "requirements-dev.txt: the file is not UTF-8.")
