"""Why a lint rule matters and what would mend it: one sentence each, by rule, else by its family."""

from __future__ import annotations

import re

_RULES: dict[str, tuple[str, str]] = {
    "B006": ("A mutable default is shared by all calls.", "Default to None and create the value inside."),
    "B008": ("The call runs once, at import, not per use.", "Move the call into the body."),
    "B023": ("The closure sees the loop's last value.", "Bind the value as a default argument."),
    "B904": ("The first cause is lost from the traceback.", "Raise with `from error` or `from None`."),
    "BLE001": (
        "Catching everything hides faults that nobody planned for.",
        "Catch the errors that this code can handle.",
    ),
    "C901": ("Many branches are hard to test and to change.", "Split the function where its branches part."),
    "E722": ("A bare except also stops interrupts and exits.", "Name the exceptions that this code can handle."),
    "F401": ("An unused import misleads about dependencies.", "Remove the import."),
    "F811": ("The first definition can never run.", "Remove or rename one of the two."),
    "F821": ("The name does not exist; this line raises when it runs.", "Define or import the name."),
    "F841": ("A value is computed and dropped.", "Use the value or remove the assignment."),
    "S101": ("Assertions vanish under `python -O`.", "Raise an error where the condition guards input."),
    "S105": ("A secret in the source is a secret in every clone.", "Read it from the environment."),
    "S106": ("A secret in the source is a secret in every clone.", "Read it from the environment."),
    "S107": ("A secret in the source is a secret in every clone.", "Read it from the environment."),
    "S110": ("The error disappears without a trace.", "Log it, or catch the one error that is expected."),
    "S113": ("A call without a timeout can wait for ever.", "Pass a timeout."),
    "S301": ("Loading a pickle can run any code inside it.", "Use JSON or another data-only format."),
    "S307": ("`eval` runs whatever text reaches it.", "Parse the value, with `ast.literal_eval` at most."),
    "S311": ("This generator can be predicted.", "Use `secrets` where chance protects something."),
    "S324": ("This hash no longer resists collisions.", "Use SHA-256, or say that it is not for security."),
    "S501": ("Without certificate checks anybody can answer.", "Leave verification on."),
    "S602": ("A shell runs whatever the text contains.", "Pass a list of arguments without a shell."),
    "S608": ("SQL built from text can be changed by its values.", "Pass the values as parameters."),
}

_FAMILIES: dict[str, tuple[str, str]] = {
    "ARG": ("An unused argument misleads the caller.", "Remove it, or use it."),
    "ASYNC": ("A blocking call stops every request on the loop.", "Await an asynchronous call, or use a thread."),
    "B": ("This form is a known source of bugs.", "Use the form that the rule names."),
    "BLE": ("Catching everything hides faults that nobody planned for.", "Catch the errors that this code can handle."),
    "C4": ("A longer form hides a plain comprehension.", "Use the comprehension."),
    "C90": ("Many branches are hard to test and to change.", "Split the function where its branches part."),
    "D": ("A public name without a docstring must be read to be used.", "Say what it takes and returns."),
    "DTZ": ("A time without a zone means another moment elsewhere.", "Pass a time zone."),
    "E": ("The layout differs from what readers expect.", "Run a formatter."),
    "ERA": ("Code in comments is neither run nor checked.", "Remove it; git keeps it."),
    "F": ("The name or import does not do what the line says.", "Mend or remove the line."),
    "I": ("Unsorted imports make changes collide.", "Let the linter sort them."),
    "N": ("A name in another style is harder to recognise.", "Follow PEP 8."),
    "PERF": ("The loop does more work than it needs.", "Use the form that the rule names."),
    "PL": ("This form tends to hide mistakes.", "Use the form that the rule names."),
    "PT": ("A test in another form reports less.", "Use pytest's own form."),
    "RET": ("The paths out of this function differ in form.", "Return in one way."),
    "RUF": ("This form tends to hide mistakes.", "Use the form that the rule names."),
    "S": ("This form is a known way into a service.", "Use the safe form that the rule names."),
    "SIM": ("A shorter form says the same.", "Use it."),
    "T20": ("Output by print has no level and no time.", "Use logging."),
    "TRY": ("The error path says less than it could.", "Use the form that the rule names."),
    "UP": ("A newer form of the language is clearer.", "Use it."),
    "W": ("The layout differs from what readers expect.", "Run a formatter."),
}

_MISTAKE = ("The line does not do what it says.", "Mend or remove the line.")
_MISTAKES = frozenset(
    {"no-const-assign", "no-dupe-args", "no-dupe-keys", "no-self-assign", "use-isnan", "valid-typeof"}
)
_UNCLEAR = ("This form is a known source of bugs.", "Use the form that the rule names.")
_SCRIPTS: dict[str, tuple[str, str]] = {
    "eqeqeq": ("`==` converts its sides first, by rules that few remember.", "Compare with `===`."),
    "no-async-promise-executor": (
        "An error inside is lost, and the promise never settles.",
        "Await outside of `new Promise`.",
    ),
    "no-debugger": ("It stops the program wherever a debugger is attached.", "Remove it."),
    "no-empty": ("The error disappears without a trace.", "Log it, or catch the one error that is expected."),
    "no-eval": ("`eval` runs whatever text reaches it.", "Parse the value, with `JSON.parse` at most."),
    "no-ex-assign": ("The error that was caught is lost.", "Use another name."),
    "no-explicit-any": ("`any` switches the type checker off where it is used.", "Use `unknown`, or the type."),
    "no-fallthrough": ("The next case runs too.", "End the case, or say that it goes on."),
    "no-throw-literal": ("What is thrown has no stack and no type.", "Throw an Error."),
    "no-unreachable": ("The code below can never run.", "Remove it, or mend the condition."),
    "no-unsafe-finally": ("The error on its way out is dropped.", "Leave `finally` without `return` or `throw`."),
    "no-unused-vars": ("A name that nothing uses misleads about dependencies.", "Use it or remove it."),
    "react-no-danger": ("Markup from data can carry scripts.", "Render text, or clean it first."),
    "react-no-danger-with-children": ("Markup from data can carry scripts.", "Render text, or clean it first."),
    "require-await": ("It promises to wait and does not.", "Drop `async`, or await."),
    "syntax": ("The file does not run as it stands, and nobody can analyse it.", "Mend the syntax."),
    "unreadable": ("What no analyser can read earns nothing.", "Save it as UTF-8 that parses, or leave it out."),
}


def advice(rule: str) -> tuple[str, str]:
    """Why ``rule`` matters and what would mend it; two empty strings for a rule that we have no words for."""
    if rule in _RULES:
        return _RULES[rule]
    if not rule[:1].isupper():
        return _SCRIPTS.get(rule, _MISTAKE if rule in _MISTAKES else _UNCLEAR)
    for length in range(len(rule), 0, -1):
        family = rule[:length]
        if family in _FAMILIES and not re.match(r"[A-Z]", rule[length : length + 1]):
            return _FAMILIES[family]
    return "", ""
