"""Puts hostile text into every answer."""

import json

TEXT = "</pre></script></style><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(2)>{{ 7 * 7 }}{% raw %}\x1b[2J\x1b]0;mine\x07\x1b]8;;http://x\x1b\\\u202e\u2066\u200f\x9b31m\r\x00"


def answer(method, path, headers, body):
    if path == "/health":
        return None
    return 203, {"x-html": "<script>alert(1)</script>", "content-type": "text/html"}, json.dumps({TEXT: TEXT, "text": TEXT}).encode()
