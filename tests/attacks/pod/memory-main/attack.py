"""A memory bomb (and no more than 1 GB of it, should nothing hold it)."""


def answer(method, path, headers, body):
    if method != "POST":
        return None
    held = [bytearray(16_777_216) for _ in range(64)]
    return 200, {}, held[0]
