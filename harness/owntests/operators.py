"""Where a small change of behaviour can be seeded, and which changes change nothing.

A site is a replacement of bytes in one file. A *bug* changes what the code does; a *neutral* site
changes its text and its bytecode and not what it does. Both are drawn on the same kinds of lines, so a suite
that goes red on a neutral one watches the text and not the behaviour.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_NEGATED: dict[type[ast.cmpop], str] = {
    ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_BOUNDARY: dict[type[ast.cmpop], str] = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Sub: "+", ast.Div: "*", ast.Mult: "+", ast.FloorDiv: "*"}
_LARGEST = 2
"""Constants beyond it are sizes and limits, where one more is rarely a bug."""
_SAID = {"log", "logger", "logging", "_log", "_logger", "print", "warnings", "LOG", "LOGGER"}
_NO_TESTS_OF = {"__repr__", "__str__", "__del__"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Bytes ``start`` to ``end`` of a file, replaced."""

    line: int
    operator: str
    start: int
    end: int
    replacement: bytes


def sites(tree: ast.Module, source: bytes) -> tuple[list[Site], list[Site]]:
    """Every bug and every neutral change that can be seeded in a file."""
    places = _Places(source)
    bugs: list[Site] = []
    neutral: list[Site] = []
    for node, inside_while in _walk(tree, inside_while=False):
        bugs += _bugs(node, places, inside_while=inside_while)
        neutral += _neutral(node, places)
    return bugs, neutral


def statement_lines(tree: ast.Module) -> list[int]:
    """The lines on which statements inside functions begin: what a test can reach."""
    found = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.stmt) and node is not function and not _is_docstring(node):
                    found.add(node.lineno)
    return sorted(found)


class _Places:
    """Byte offsets of nodes (``col_offset`` counts bytes)."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.starts = [0]
        for row in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(row))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def text(self, node: ast.expr | ast.stmt) -> bytes:
        start, end = self.span(node)
        return b"(" + self.source[start:end] + b")"


def _walk(node: ast.AST, *, inside_while: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Nodes whose change a test could notice: no annotations, patterns, f-strings, log lines, entry points."""
    yield node, inside_while
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "pattern", "bases", "keywords_of_class"}:
            continue
        if name == "test" and isinstance(node, ast.While):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _left_out(child):
                yield from _walk(child, inside_while=inside_while or isinstance(node, ast.While))


def _left_out(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr | ast.Assert | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.If) and ("__name__" in ast.dump(node.test) or "TYPE_CHECKING" in ast.dump(node.test)):
        return True
    if isinstance(node, ast.FunctionDef) and node.name in _NO_TESTS_OF:
        return True
    return isinstance(node, ast.Expr) and (_is_docstring(node) or _says(node.value))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _says(node: ast.expr) -> bool:
    """Whether a statement only tells somebody something (a log line, a print)."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id in _SAID


def _bugs(node: ast.AST, places: _Places, *, inside_while: bool) -> Iterator[Site]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _compare(node, places)
    elif isinstance(node, ast.BoolOp):
        other = b" or " if isinstance(node.op, ast.And) else b" and "
        yield _site(node, places, "and_or", b"(" + other.join(places.text(value) for value in node.values) + b")")
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _site(node, places, "negate", places.text(node.operand))
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC and not _texts(node):
        sign = f" {_ARITHMETIC[type(node.op)]} ".encode()
        yield _site(node, places, "arithmetic", b"(" + places.text(node.left) + sign + places.text(node.right) + b")")
    elif isinstance(node, ast.If | ast.IfExp) and isinstance(node.test, ast.Name | ast.Attribute | ast.Call):
        yield _site(node.test, places, "negate", b"(not " + places.text(node.test) + b")")
    elif isinstance(node, ast.Constant):
        yield from _constant(node, places)
    elif isinstance(node, ast.Raise):
        yield _site(node, places, "drop_raise", b"pass")
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await):
        yield _site(node, places, "drop_call", b"pass")
    elif isinstance(node, ast.AugAssign) and not inside_while:
        yield _site(node, places, "drop_change", b"pass")


def _compare(node: ast.Compare, places: _Places) -> Iterator[Site]:
    left, right, kind = places.text(node.left), places.text(node.comparators[0]), type(node.ops[0])
    for name, table in (("negate", _NEGATED), ("boundary", _BOUNDARY)):
        if kind in table:
            yield _site(node, places, name, b"(" + left + f" {table[kind]} ".encode() + right + b")")


def _constant(node: ast.Constant, places: _Places) -> Iterator[Site]:
    if isinstance(node.value, bool):
        yield _site(node, places, "constant", str(not node.value).encode())
    elif isinstance(node.value, int) and abs(node.value) <= _LARGEST:
        yield _site(node, places, "constant", str(node.value + 1).encode())


def _texts(node: ast.BinOp) -> bool:
    return any(
        isinstance(part, ast.JoinedStr | ast.List) or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in (node.left, node.right)
    )


def _neutral(node: ast.AST, places: _Places) -> Iterator[Site]:
    if isinstance(node, ast.Return) and node.value is not None:
        same = places.text(node.value)
        yield _site(node.value, places, "neutral", b"(" + same + b" if True else None)")
    elif isinstance(node, ast.If):
        yield _site(node.test, places, "neutral", b"(" + places.text(node.test) + b" and True)")
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        body = [statement for statement in node.body if not _is_docstring(statement)]
        if body and body[0].lineno > node.lineno and not hasattr(body[0], "decorator_list"):
            start, _ = places.span(body[0])
            indent = places.source[places.starts[body[0].lineno - 1] : start]
            if not indent.strip():
                yield Site(
                    line=body[0].lineno, operator="neutral", start=start, end=start, replacement=b"pass\n" + indent
                )


def _site(node: ast.expr | ast.stmt, places: _Places, operator: str, replacement: bytes) -> Site:
    start, end = places.span(node)
    return Site(line=node.lineno, operator=operator, start=start, end=end, replacement=replacement)
