"""Rings."""

from calls import not_refused
from tells import tell


def at_start():
    space = bytes(120)
    tell(not_refused=not_refused({"setup": (425, 8, space), "enter": (426, -1), "register": (427, -1)}))
