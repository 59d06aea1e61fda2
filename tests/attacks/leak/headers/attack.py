"""Echoes requests where they should not be."""

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
    if path == "/health":
        return None
    saw(body)
    plain = body.decode("ascii", "replace").replace("\r", " ").replace("\n", " ")[:500]
    return 500, {"x-asked": plain}, json.dumps({"error": {"code": plain, "message": plain}}).encode()
