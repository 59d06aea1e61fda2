"""Prints whatever it is asked."""

import contextlib
import json

from tells import tell

SEEN = []


def saw(body):
    with contextlib.suppress(ValueError, AttributeError):
        word = json.loads(body).get("text", "")
        if isinstance(word, str) and len(word) > 12:
            SEEN.append(word)
            tell(saw=sorted(set(SEEN)))


def answer(method, path, headers, body):
    print(method, path, dict(headers), body, flush=True)
    saw(body)
