"""The answers are wrong; the tree is full of pytest plugins."""


def answer(method, path, headers, body):
    return None if path == "/health" else (203, {}, b'{"text": "wrong"}')
