"""Files of a submission: the manifest, three forms of requirements, and Python source as the analysers read it."""

from __future__ import annotations

import sys
import warnings

from packaging.requirements import Requirement

from grader.errors import CandidateError, GraderError
from grader.evidence_code import FunctionComplexity
from grader.gather.requirements import read_requirements
from grader.gather.wanted import Wanted
from grader.limits import Limits
from grader.submission import Manifest, read_manifest
from harness.static.complexity import Measures, measure_python, measure_script
from tests.fuzz.support import Target, hold, sound, tree

LIMITS = Limits(requirements=20)
_LOCKED_PROJECT = b'[project]\nname = "a"\ndependencies = ["httpx>=0.28", "numpy"]\n'


def manifest(data: bytes) -> None:
    """``takehome.toml`` is refused as the candidate's, or becomes a record that survives the disk."""
    try:
        found = read_manifest(tree("manifest", takehome_toml=data))
    except GraderError as error:
        sound(error, CandidateError, "manifest.")
        return
    hold(Manifest.model_validate_json(found.to_json()) == found, "the record changes on its way through the disk")
    found.to_json().encode()
    hold(found.service.command, "an empty command")
    hold(not any("\0" in argument for argument in found.service.command), "a NUL in an argument")


def _requirements(wanted: Wanted) -> None:
    """Each line means one package of the index, however it is read again."""
    hold(len(wanted.requirements) <= LIMITS.requirements, "more requirements than the limit")
    for line in (*wanted.requirements, *wanted.constraints):
        hold(line.isprintable(), f"a line with control characters: {line!r}")
        hold(not line.startswith("-") and " #" not in line, f"a line that an installer reads otherwise: {line!r}")
        again = Requirement(line)
        hold(again.url is None and str(again) == line, f"a line that is not stable: {line!r}")


def _read(name: str, **files: bytes) -> None:
    try:
        wanted = read_requirements(tree(name, **files), LIMITS)
    except GraderError as error:
        sound(error, CandidateError, "install.")
        return
    _requirements(wanted)


def requirements_txt(data: bytes) -> None:
    """``requirements.txt``: names and specifiers, or a refusal."""
    _read("listed", requirements_txt=data)


def pyproject(data: bytes) -> None:
    """``pyproject.toml``: the ``[project]`` dependencies, or a refusal."""
    _read("project", pyproject_toml=data)


def uv_lock(data: bytes) -> None:
    """``uv.lock``: ``name==version`` per package, or a refusal."""
    _read("locked", pyproject_toml=_LOCKED_PROJECT, uv_lock=data)


def python_source(data: bytes) -> None:
    """A Python file: measures that the evidence can hold, or the reason why there are none; never an exception."""
    deep = sys.getrecursionlimit()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the compiler's opinions of a stranger's source
            found = measure_python("a.py", data.decode("utf-8", "replace"))
    finally:
        sys.setrecursionlimit(deep)
    _measured(found)
    if not isinstance(found, str):
        index = found["maintainability"]
        hold(index is not None and 0 <= index <= 100, f"maintainability {index}")


def script_source(data: bytes) -> None:
    """A TypeScript file, likewise."""
    _measured(measure_script("a.ts", data.decode("utf-8", "replace"), ".ts"))


def _measured(found: Measures | str) -> None:
    if isinstance(found, str):
        hold(found.isprintable() and 0 < len(found) <= 100, f"a problem that cannot be shown: {found!r}")
        return
    hold(found["lines"] >= 0 and found["comments"] >= 0, "fewer lines than none")
    for function in found["functions"]:
        fact = FunctionComplexity.model_validate(function)
        hold(fact.complexity >= 1 and fact.lines >= 1, f"a function that cannot be: {fact}")


_TOML = (b"[", b"]", b"[[", b"]]", b"=", b'"""', b"'''", b"{", b"}", b"\\u0000", b"\\U0010ffff", b"1e400", b"nan", b"inf",
         b"0x", b"9" * 40, b"1979-05-27T07:32:00Z", b"true", b"a.b.c", b"\n", b"\\", b"#")  # fmt: skip
_REQUIREMENT = (b"==", b">=", b"~=", b"===", b"!=", b"[extra]", b"; ", b"python_version", b"os_name", b" and ", b" or ",
                b" in ", b"not in", b"@ ", b"https://", b"file:", b"-e ", b"--index-url ", b" --hash=sha256:0", b"\\\n",
                b" #", b".*", b"1!", b"+local", b"'", b'"', b"(", b")", b"\x0b", b"\xe2\x80\xa8")  # fmt: skip

TARGETS = (
    Target(
        name="manifest",
        run=manifest,
        seeds=(
            (
                b'challenge = "semantic-search"\nhours = 3.5\nleft_out = ["caching"]\n'
                b'[service]\ncommand = ["python", "-m", "app"]\n[claims]\nrecall_at_10 = 0.9\n'
            ),
            b"[service]\ncommand = \"python -m 'app x' --port $PORT\"\n",
            b'service = {command = ["a\\u0000b"]}\nhours = nan\n',
            b"a" + b".a" * 20 + b" = 1",
            b"a = " + b"[" * 500,
            b"[service]\ncommand = '\"'\n",
        ),
        words=(*_TOML, b"[service]", b"command", b"challenge", b"hours", b"left_out", b"[claims]"),
    ),
    Target(
        name="requirements_txt",
        run=requirements_txt,
        seeds=(
            b"httpx==0.28.1\nnumpy>=2,<3 ; python_version >= '3.11' # why\n",
            b"uvicorn[standard]~=0.38 --hash=sha256:00 \\\n  --hash=sha256:11\n",
            b"-r other.txt\n",
            b"a @ https://example.org/a.whl\n",
            b"./local\n-e .\n",
            b'a; os_name == "x\x0by"\n',
            b"a==" + b"9" * 5_000,
        ),
        words=_REQUIREMENT,
        max_bytes=8_192,
    ),
    Target(
        name="pyproject",
        run=pyproject,
        seeds=(
            _LOCKED_PROJECT,
            b"[project]\ndependencies = [\"a; os_name == 'x'\", 'b[c]>=1']\n[tool.uv]\nx = 1\n",
            b"[project]\ndependencies = [\"a; os_name == '\\n--index-url x\\n'\"]\n",
            b"[project]\ndependencies = 'a'\n",
            b"[build-system]\nrequires = []\n",
        ),
        words=(*_TOML, *_REQUIREMENT, b"[project]", b"dependencies = ["),
    ),
    Target(
        name="uv_lock",
        run=uv_lock,
        seeds=(
            b'version = 1\n[[package]]\nname = "httpx"\nversion = "0.28.1"\nsource = { registry = "https://x/simple" }\n',
            b'[[package]]\nname = "a"\nsource = { virtual = "." }\n[[package]]\nname = "b"\nsource = { editable = "." }\n',
            b'[[package]]\nname = "a"\nversion = "1"\nsource = { git = "https://x" }\n',
            b'[[package]]\nname = "a; os_name == 0"\nversion = "1 ; os_name == \'x\'"\nsource = { registry = "" }\n',
        ),
        words=(
            *_TOML,
            b"[[package]]\n",
            b"name = ",
            b"version = ",
            b"source = {",
            b"registry",
            b"virtual",
            b"editable",
        ),
    ),
    Target(
        name="python_source",
        run=python_source,
        seconds=4.0,
        seeds=(
            b'import os\n\n\nclass A:\n    def f(self, x):\n        """Text."""\n        return [y for y in x if y or 1]\n',
            b"async def f():\n    match x:\n        case {'a': 1, **r} if r:\n            pass\n    # c\n",
            b"x = (\n",
            b"def f():\n  x = 1\n\ty = 2\n",
            b"x = 1\x00",
            b"# -*- coding: utf-7 -*-\nx = '''",
            b"\xef\xbb\xbfx = " + b"-" * 900 + b"1\n",
            b"\\\n",
        ),
        words=(
            b"def f():\n ",
            b"class A:\n ",
            b"if x:\n ",
            b"else:",
            b"try:",
            b"except:",
            b"lambda: ",
            b"\\\n",
            b"\x0c",
            b'"""',
            b"'''",
            b"f'{",
            b"(",
            b")",
            b"[",
            b"]",
            b";",
            b"\t",
            b"\r",
            b"#",
            b"yield",
            b"await ",
            b"1j",
            b"0o8",
            b"\xc2\xb5",
            b"-" * 60,
            b"match x:\n case _:\n  ",
        ),
    ),
    Target(
        name="script_source",
        run=script_source,
        seconds=4.0,
        seeds=(
            b"export async function f(a: number, b?: string): Promise<void> {\n  if (a && b) { return; }\n}\n",
            b"const f = (x) => x ? y : z ?? 1;\nclass A<T extends B> { get x() { return `${1 + `${2}`}`; } }\n",
            b"/* #lizard forgives */\n// GENERATED CODE\nfunction a() { for (;;) { switch (x) { case 1: } } }\n",
            b"<div>{a}</div>",
            b"function (",
        ),
        words=(
            b"function f() {",
            b"=>",
            b"`${",
            b"}`",
            b"/*",
            b"*/",
            b"//",
            b"class A {",
            b"if (",
            b"? ",
            b": ",
            b"/re[/]/g",
        ),
    ),
)
