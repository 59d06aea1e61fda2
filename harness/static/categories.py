"""What kind of fault a rule finds: the rubric gives each category its price, and ``style`` has none."""

from __future__ import annotations

STYLE = "style"
_RUFF = (
    ("error_handling", ("E722", "BLE", "S110", "S112", "S113", "TRY", "PLW0133")),
    ("error_handling", ("B012", "B014", "B025", "B029", "B030", "B904")),
    ("async", ("ASYNC", "RUF006")),
    ("security", ("S",)),
    ("bugs", ("B", "PLW")),
    ("correctness", ("F", "E9", "PLE", "syntax", "unreadable")),
)  # fmt: skip
_SIMPLE = ("SIM",)
SCRIPT_RULES: dict[str, tuple[str, ...]] = {
    "correctness": (
        "constructor-super", "getter-return", "no-case-declarations", "no-class-assign", "no-const-assign",
        "no-constant-condition", "no-dupe-args", "no-dupe-class-members", "no-dupe-keys", "no-duplicate-case",
        "no-empty-character-class", "no-empty-pattern", "no-func-assign", "no-global-assign", "no-import-assign",
        "no-invalid-regexp", "no-new-symbol", "no-obj-calls", "no-redeclare", "no-self-assign", "no-setter-return",
        "no-this-before-super", "no-unreachable", "no-unused-labels", "no-unused-vars", "require-yield",
        "use-isnan", "valid-typeof",
    ),
    "bugs": (
        "eqeqeq", "for-direction", "no-compare-neg-zero", "no-cond-assign", "no-control-regex", "no-debugger",
        "no-delete-var", "no-dupe-else-if", "no-extra-non-null-assertion", "no-fallthrough",
        "no-inner-declarations", "no-irregular-whitespace", "no-misused-new", "no-non-null-asserted-optional-chain",
        "no-octal", "no-prototype-builtins", "no-self-compare", "no-shadow-restricted-names", "no-sparse-arrays",
        "no-unsafe-negation", "no-with", "jsx-key", "jsx-no-duplicate-props", "jsx-props-no-spread-multi",
        "react-rules-of-hooks",
    ),
    "error_handling": (
        "no-empty", "no-ex-assign", "no-throw-literal", "no-unsafe-finally",
    ),
    "async": (
        "no-async-promise-executor",
    ),
    "security": (
        "no-eval", "react-no-danger", "react-no-danger-with-children",
    ),
    STYLE: (
        "ban-ts-comment", "ban-types", "no-await-in-loop", "no-console", "no-empty-interface", "no-explicit-any",
        "no-extra-boolean-cast", "no-non-null-assertion", "no-this-alias", "no-useless-rename", "no-var",
        "prefer-const", "require-await",
    ),
}  # fmt: skip
"""Deno's rules by category; only these run."""
_SCRIPT = {rule: category for category, rules in SCRIPT_RULES.items() for rule in rules}
_EMPTY_BLOCK, _UNUSED = "no-empty", "no-unused-vars"


def category(rule: str, line: str = "") -> str:
    """The category of a rule; for two of them the marked ``line`` decides (an empty block is bad as a handler)."""
    if rule == _EMPTY_BLOCK:
        return "error_handling" if "catch" in line else STYLE
    if rule == _UNUSED:  # an argument that a framework passes is no mistake
        return "correctness" if line.lstrip().startswith("import") else STYLE
    if rule in _SCRIPT:
        return _SCRIPT[rule]
    if rule.startswith(_SIMPLE):
        return STYLE
    return next((name for name, prefixes in _RUFF if rule.startswith(prefixes)), STYLE)
