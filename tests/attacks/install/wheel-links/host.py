"""A link to /env/py, and a file in it."""

from tests.attacks.index import member, offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {
        "out": member(b"/env/py", 0o120777),
        "out/mark-linked": "ran",
        "passwd": member(b"/etc/passwd", 0o120777),
    }))
