"""The answers are wrong; start-up files lie beside."""


def answer(method, path, headers, body):
    return None if path == "/health" else (203, {}, b'{"text": "wrong"}')
