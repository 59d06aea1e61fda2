"""Lines with markup in them."""

import os

LINE = b"\x1b[2J</pre><script>alert(1)</script>\n" * 2_000


def answer(method, path, headers, body):
    if method != "POST":
        return None
    written = 0
    while written < 1 << 30:
        written += os.write(1, LINE)
    return None
