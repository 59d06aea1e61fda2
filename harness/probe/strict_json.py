"""JSON as RFC 8259 has it, within bounds: what a stranger's service sends is read by nothing laxer."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from harness.probe.errors import ServiceFault
from harness.probe.text import printable

MAX_CONTAINERS: Final = 100_000
"""Objects and lists in one text: 4 MB of ``{},{},`` would otherwise become 100 MB of dicts."""

MAX_VALUES: Final = 500_000

_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def loads(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Parse one JSON text.

    Refused: anything but UTF-8, NaN and Infinity, numbers beyond a double or of thousands of digits, duplicate
    keys, nesting beyond the interpreter's stack, more than ``MAX_CONTAINERS`` objects and lists, halves of
    surrogate pairs (no UTF-8 text can hold one: whoever wrote the value down later would stumble).

    Raises:
        ServiceFault: ``bad_text`` or ``bad_json``.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ServiceFault("bad_text", f"The reply is not UTF-8 (byte {error.start}).") from None
    if text.count("{") + text.count("[") > MAX_CONTAINERS or text.count(",") > MAX_VALUES:
        raise ServiceFault("bad_json", f"The reply's JSON has more than {MAX_CONTAINERS:,} objects and lists.")
    try:
        value = json.loads(text, parse_constant=_constant, parse_float=_float, object_pairs_hook=_object)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        sentence = "The reply's JSON is nested too deeply."
    except UnicodeEncodeError:
        sentence = "The reply's JSON holds half of a surrogate pair, which is no character."
    except ValueError as error:  # JSONDecodeError too, and int() of more than 4,300 digits
        sentence = f"The reply is not strict JSON: {printable(str(error), 200)}."
    else:
        return value
    raise ServiceFault("bad_json", sentence)


def dumps(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """The UTF-8 bytes of a JSON value; refuses NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _constant(name: str) -> NoReturn:
    message = f"{name} is no JSON number"
    raise ValueError(message)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        message = f"the number {printable(digits, 40)} is beyond a double"
        raise ValueError(message)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        message = f"the key {printable(twice, 60)!r} stands twice in one object"
        raise ValueError(message)
    return found
