"""The answers are wrong; forged records lie in the tree."""


def answer(method, path, headers, body):
    return None if path == "/health" else (203, {}, b'{"text": "wrong"}')
