"""Prints what would harm a page or a terminal; every answer is wrong."""

import os

MARKUP = "</pre></script></style><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(2)>{{ 7 * 7 }}{% raw %}"
CONTROL = "\x1b[2J\x1b]0;mine\x07\x1b]8;;http://x\x1b\\\u202e\u2066\u200f\x9b31m\r\x00"


def at_start():
    for _ in range(20):
        os.write(1, (MARKUP + CONTROL + "\n").encode() + b"\xff\xfe\n")
        os.write(2, (CONTROL + MARKUP).encode())


def answer(method, path, headers, body):
    return None if path == "/health" else (203, {}, b'{"text": "wrong"}')
