"""An npm lock file: what is taken of it, what is refused, and what is said then."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import Blame, CandidateError
from grader.gather.npm_lock import read_npm
from grader.gather.wanted import Package, Wanted
from grader.limits import Limits

DIGEST = hashlib.sha512(b"x").digest()
INTEGRITY = f"sha512-{base64.b64encode(DIGEST).decode()}"
REGISTRY = "https://registry.example/npm"


def entry(name: str, version: str = "1.0.0", /, **more: object) -> dict[str, object]:
    """A lock's entry of an honest package."""
    file = f"{name.rpartition('/')[2]}-{version}.tgz"
    return {"version": version, "resolved": f"{REGISTRY}/{name}/-/{file}", "integrity": INTEGRITY} | more


def read(folder, packages: dict | None = None, *, limits: Limits | None = None, **project: object) -> Wanted:
    """What a project with these tables wants, locked from these entries."""
    (folder / "package.json").write_text(json.dumps({"name": "own", **project}))
    if packages is not None:
        lock = {"lockfileVersion": 3, "packages": {"": {"name": "own", **project}, **packages}}
        (folder / "package-lock.json").write_text(json.dumps(lock, indent=2))
    return read_npm(folder, limits or Limits())


def refused(folder, code: str, *arguments, **options) -> str:
    """The sentence with which a project is refused."""
    with pytest.raises(CandidateError) as caught:
        read(folder, *arguments, **options)
    assert (caught.value.code, caught.value.blame) == (code, Blame.CANDIDATE)
    assert caught.value.message.isprintable()
    assert caught.value.next_step
    return caught.value.message


def test_a_lock_is_taken_apart(tmp_path):
    """Names, versions, digests, places and programs are taken; packages for development and bundled ones are not."""
    packages = {
        "node_modules/a": entry("a", bin={"a": "./bin/a.js", "../evil": "x", "b": "../../x"}, hasInstallScript=True),
        "node_modules/a/node_modules/@s/b": entry("@s/b", "2.0.0-rc.1", bin="cli.js"),
        "node_modules/tool": entry("tool", dev=True, resolved="git+https://git.example/tool.git"),
        "node_modules/a/node_modules/inside": {"version": "1.0.0", "inBundle": True},
        "node_modules/alias": entry("real", name="real"),
    }
    wanted = read(
        tmp_path, packages, dependencies={"a": "^1.0.0", "alias": "npm:real@1"}, devDependencies={"tool": "*"}
    )
    common = {"version": "1.0.0", "sha512": DIGEST.hex()}
    assert wanted.source == "package-lock.json"
    assert wanted.packages == (
        Package(path="node_modules/a", name="a", bins=(("a", "bin/a.js"),), scripts=True, **common),
        Package(
            path="node_modules/a/node_modules/@s/b",
            name="@s/b",
            version="2.0.0-rc.1",
            sha512=DIGEST.hex(),
            bins=(("b", "cli.js"),),
        ),
        Package(path="node_modules/alias", name="real", **common),
    )
    assert wanted.requirements == ("a@1.0.0", "@s/b@2.0.0-rc.1", "real@1.0.0")


def test_an_address_may_be_left_out_and_may_be_escaped(tmp_path):
    """A lock without addresses is read, and so is one that writes a scope's slash as %2f."""
    bare = entry("a")
    del bare["resolved"]
    escaped = entry("@s/b", resolved=f"{REGISTRY}/@s%2fb/-/b-1.0.0.tgz")
    wanted = read(tmp_path, {"node_modules/a": bare, "node_modules/@s/b": escaped}, dependencies={"a": "1"})
    assert len(wanted.packages) == 2


def test_what_is_for_another_machine(tmp_path):
    """An optional package for another system is left out, one that is needed is refused."""
    packages = {
        "node_modules/mac": entry("mac", optional=True, os=["darwin"]),
        "node_modules/not-here": entry("not-here", optional=True, os=["!linux"]),
        "node_modules/musl": entry("musl", optional=True, libc=["musl"]),
        "node_modules/here": entry("here", optional=True, os=["linux"], cpu=["x64", "arm64"], libc=["glibc"]),
    }
    wanted = read(tmp_path, packages, optionalDependencies={"mac": "1"})
    assert wanted.requirements == ("here@1.0.0",)
    packages = {"node_modules/mac": entry("mac", os=["darwin"])}
    assert "is for another os than linux" in refused(
        tmp_path, "install.requirement_refused", packages, dependencies={"mac": "1"}
    )


def test_a_project_without_dependencies(tmp_path):
    """No package.json, or one that names nothing, wants nothing; tools for development alone are nothing too."""
    assert read_npm(tmp_path, Limits()) == Wanted(source="none", requirements=())
    assert read(tmp_path, devDependencies={"tool": "1"}) == Wanted(source="package.json", requirements=())
    assert read(tmp_path, {}).packages == ()


def test_a_lock_has_to_be_there(tmp_path):
    """Dependencies without a lock are refused with the command that makes one; another tool's lock is named."""
    assert "names 2 dependencies" in refused(tmp_path, "install.lock_missing", dependencies={"a": "1", "b": "1"})
    (tmp_path / "yarn.lock").write_text("")
    assert "yarn.lock is not read" in refused(tmp_path, "install.lock_missing", dependencies={"a": "1"})
    (tmp_path / "package.json").unlink()
    (tmp_path / "package-lock.json").write_text("{}")
    with pytest.raises(CandidateError) as caught:
        read_npm(tmp_path, Limits())
    assert caught.value.code == "install.lock_refused"


@pytest.mark.parametrize(
    "spec",
    [
        "git+https://git.example/a.git",
        "git+ssh://git@git.example/a.git",
        "github:owner/a",
        "owner/a",
        "file:../a",
        "../a",
        "link:../a",
        "workspace:*",
        "http://files.example/a.tgz",
        "https://files.example/a.tgz",
        "npm:git+https://x.example/a",
        "C:\\a",
        7,
    ],
)
def test_a_dependency_is_a_version_of_the_registry(tmp_path, spec):
    """Git, files, links, addresses and workspaces are refused with the package's name, in either table."""
    packages = {"node_modules/a": entry("a")}
    for table in ("dependencies", "optionalDependencies"):
        said = refused(tmp_path, "install.requirement_refused", packages, **{table: {"a": spec}})
        assert said.startswith("package.json: a is given by")


ENTRIES = {
    "git": ({"resolved": "git+ssh://git@git.example/a.git#0123"}, "does not come from a registry"),
    "file": ({"resolved": "file:a.tgz"}, "does not come from a registry"),
    "plain http": ({"resolved": "http://registry.example/npm/a/-/a-1.0.0.tgz"}, "does not come from a registry"),
    "user": ({"resolved": "https://u:p@registry.example/a/-/a-1.0.0.tgz"}, "does not come from a registry"),
    "elsewhere": ({"resolved": "https://files.example/a.tgz"}, "is not at a registry's address of a 1.0.0"),
    "query": ({"resolved": f"{REGISTRY}/a/-/a-1.0.0.tgz?to=x"}, "is not at a registry's address"),
    "another version": ({"resolved": f"{REGISTRY}/a/-/a-1.0.1.tgz"}, "is not at a registry's address of a 1.0.0"),
    "another package": ({"resolved": f"{REGISTRY}/b/-/b-1.0.0.tgz"}, "is not at a registry's address of a 1.0.0"),
    "another registry": ({"resolved": "https://other.example/a/-/a-1.0.0.tgz"}, "comes from elsewhere"),
    "no address": ({"resolved": "https://[/a"}, "no address"),
    "no digest": ({"integrity": None}, "has no sha512 integrity"),
    "sha1": ({"integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="}, "has no sha512 integrity"),
    "short digest": ({"integrity": "sha512-AAAA"}, "has no sha512 integrity"),
    "link": ({"link": True, "resolved": "packages/a"}, "a folder of the repository"),
    "no version": ({"version": "latest"}, "has no version of a registry"),
    "version climbs": ({"version": "1.0.0/../../x"}, "has no version of a registry"),
    "name climbs": ({"name": "../a"}, "has no name"),
}


@pytest.mark.parametrize("what", ENTRIES)
def test_an_entry_that_leads_elsewhere_is_refused(tmp_path, what):
    """The sentence names the file, the line and the package, and what is wrong with it."""
    change, words = ENTRIES[what]
    packages = {"node_modules/Z": entry("Z"), "node_modules/a": entry("a") | change}
    said = refused(tmp_path, "install.requirement_refused", packages, dependencies={"a": "1", "Z": "1"})
    text = (tmp_path / "package-lock.json").read_text().splitlines()
    line = next(number for number, row in enumerate(text, 1) if '"node_modules/a":' in row)
    assert said.startswith(f"package-lock.json, line {line}: node_modules/a ")
    assert words in said


@pytest.mark.parametrize(
    "place",
    ["node_modules/..", "node_modules/.bin", "node_modules/a/../../x", "node_modules//a", "node_modules/a/lib/b",
     "node_modules/a/node_modules", "node_modules/@s", "node_modules/a b", "node_modules/a\n", "packages/a", "/etc"],
)  # fmt: skip
def test_a_place_is_made_of_names(tmp_path, place):
    """Nothing is installed outside of node_modules, or under a name that no package can have."""
    refused(tmp_path, "install.requirement_refused", {place: entry("a")}, dependencies={"a": "1"})


LOCKS = {
    "version 1": ('{"lockfileVersion": 1, "dependencies": {}}', "install.lock_refused", "2 or 3 is read"),
    "no table": ('{"lockfileVersion": 3}', "install.lock_refused", "no table of packages"),
    "odd table": ('{"lockfileVersion": 3, "packages": {"node_modules/a": 1}}', "install.lock_refused", "no table"),
    "another project's": (
        '{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "2"}}}}',
        "install.lock_refused",
        "a differs",
    ),
    "no JSON": ("{", "install.not_json", "not valid JSON"),
    "no object": ("[]", "install.not_json", "not a JSON object"),
    "deep": ("[" * 100_000, "install.not_json", "not valid JSON"),
    "many digits": ('{"lockfileVersion": ' + "9" * 5_000 + "}", "install.not_json", "not valid JSON"),
    "large": (" " * (5 * 1024 * 1024), "install.not_json", "larger than 4 MB"),
    "no text": (b"\xff", "install.not_json", "not UTF-8"),
}


@pytest.mark.parametrize("what", LOCKS)
def test_a_lock_that_cannot_be_used(tmp_path, what):
    """Old, unreadable and foreign lock files are refused by their own names."""
    text, code, words = LOCKS[what]
    (tmp_path / "package-lock.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert words in refused(tmp_path, code, dependencies={"a": "1"})


def test_packages_are_counted(tmp_path):
    """More packages than the limit are refused; those for development do not count."""
    packages = {f"node_modules/p{n}": entry(f"p{n}", dev=n > 3) for n in range(9)}
    assert len(read(tmp_path, packages, limits=Limits(npm_packages=4)).packages) == 4
    assert "names 4 packages" in refused(tmp_path, "install.too_many", packages, limits=Limits(npm_packages=3))


def test_workspaces_are_refused(tmp_path):
    """A project of several packages is refused by that name."""
    assert "workspaces are not taken" in refused(tmp_path, "install.requirement_refused", {}, workspaces=["packages/*"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["version", "resolved", "integrity", "bin", "name", "dev", "link", "os", "optional"])


@settings(max_examples=150, deadline=None)
@given(
    place=st.text(max_size=30) | st.sampled_from(["node_modules/a", "node_modules/@s/b"]),
    change=st.dictionaries(FIELDS, JSON, max_size=4),
    project=JSON,
)
def test_whatever_a_lock_holds(tmp_path_factory, place, change, project):
    """A lock of any content is packages with plain places and whole digests, or an error of the candidate's."""
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_text(json.dumps({"dependencies": project}))
    packages = {"": {"dependencies": project}, place: entry("a") | change}
    (folder / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": packages}))
    said: CandidateError | None = None
    try:
        wanted = read_npm(folder, Limits())
    except CandidateError as error:
        wanted, said = Wanted(source="none", requirements=()), error
    assert said is None or (said.message.isprintable() and said.code.startswith("install."))
    for package in wanted.packages:
        assert package.path.startswith("node_modules/")
        assert ".." not in package.path
        assert len(bytes.fromhex(package.sha512)) == 64
        json.dumps(package.bins).encode()
