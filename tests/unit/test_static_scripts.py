"""JavaScript and TypeScript: the same shapes, the same categories, and nothing that switches the analysers off."""

from __future__ import annotations

import pytest

pytest_plugins = ["static_fixtures"]
BAD = """\
import { unused } from "somewhere";

export async function load(address: string): Promise<unknown> {
  try {
    return await fetch(address);
  } catch (error) {}
  eval("1");
  debugger;
}
"""
RULES = {"no-unused-vars", "no-empty", "no-eval", "no-debugger"}


def test_findings_have_our_categories(analyse):
    """A rule's finding has the category that the same fault has in Python, with file, line and excerpt."""
    evidence = analyse({"app/main.ts": BAD})
    assert {(f.rule, f.category) for f in evidence.findings} == {
        ("no-unused-vars", "correctness"),  # the import
        ("no-unused-vars", "style"),  # the caught error
        ("no-empty", "error_handling"),
        ("no-eval", "security"),
        ("no-debugger", "bugs"),
    }
    place = next(f for f in evidence.findings if f.rule == "no-eval")
    assert (place.path, place.line) == ("app/main.ts", 7)
    assert place.excerpt[place.line - place.excerpt_start] == '  eval("1");'
    assert evidence.languages == {"typescript": 1}


@pytest.mark.parametrize(
    "extra",
    [
        {"deno.json": '{"lint": {"exclude": ["*"]}}'},
        {"deno.jsonc": '{"exclude": ["*"]}'},
        {"package.json": '{"eslintConfig": {"root": true}}', ".eslintignore": "*"},
        {".gitignore": "*\n"},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_a_file_switches_nothing_off(analyse, extra):
    """A submission's own settings and ignore files hide nothing."""
    assert {f.rule for f in analyse({"main.ts": BAD} | extra).findings} >= RULES


@pytest.mark.parametrize("comment", ["// deno-lint-ignore-file", "/* deno-lint-ignore-file no-eval */"])
def test_a_comment_switches_nothing_off(analyse, comment):
    """Suppression comments of the linter are not read."""
    spoilt = BAD.replace('  eval("1")', '  // deno-lint-ignore no-eval\n  eval("1")')
    assert {f.rule for f in analyse({"main.ts": f"{comment}\n{spoilt}"}).findings} >= RULES


@pytest.mark.parametrize("comment", ["// #lizard forgives", "/* GENERATED CODE */", "// #lizard forgive global"])
def test_complexity_cannot_be_forgiven(analyse, comment):
    """The comments by which lizard leaves functions out are not read."""
    branches = "".join(f"  if (x === {n}) {{ return {n}; }}\n" for n in range(11))
    source = f"{comment}\nexport function many(x: number) {{\n  {comment}\n{branches}  return 0;\n}}\n"
    (function,) = analyse({"main.ts": source}).functions
    assert (function.name, function.complexity, function.line) == ("many", 12, 2)


def test_what_does_not_parse_is_unread(analyse):
    """A script with a syntax error counts as unread, and hides nothing beside it."""
    evidence = analyse({"broken.ts": "function (\n", "main.js": "eval('1');\n"})
    assert evidence.unread_share > 0
    assert {(f.path, f.rule) for f in evidence.findings} == {("broken.ts", "syntax"), ("main.js", "no-eval")}


def test_an_unused_argument_is_style(analyse):
    """A handler may take an argument that it does not use."""
    (found,) = analyse({"main.ts": "export function handle(a: number, b: number) { return a; }\n"}).findings
    assert (found.rule, found.category) == ("no-unused-vars", "style")


@pytest.mark.parametrize("name", ["page.tsx", "page.jsx"])
def test_markup_in_scripts_is_read(analyse, name):
    """Functions that return markup are measured and linted."""
    source = (
        "export const Page = (p) => {\n  if (p.a) { return <b>{p.a ? 1 : 2}</b>; }\n"
        "  return <i onClick={() => { eval('1'); }}/>;\n};\n"
    )
    evidence = analyse({name: source})
    assert "no-eval" in {f.rule for f in evidence.findings}
    assert evidence.functions[0].complexity >= 2
    assert evidence.unread_share == 0


def test_minified_code_is_told_apart(analyse):
    """A library made small for browsers is left out; one's own code made small counts as unread."""
    small = ";".join(f"function f{n}(a){{return a+{n * 7919 % 997}}}" for n in range(300))
    evidence = analyse({"static/lib.min.js": small, "app.js": small, "main.js": "let x = 1;\n" * 500})
    assert {(entry.kind, entry.path) for entry in evidence.left_out} == {
        ("minified", "static/lib.min.js"),
        ("minified", "app.js"),
    }
    assert 0.4 < evidence.unread_share < 0.8
