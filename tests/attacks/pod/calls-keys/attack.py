"""Keys."""

from calls import not_refused
from tells import tell

SESSION, USER = -3, -4
CALLS = {
    "add_key": (248, b"user", b"mine", b"x", 1, USER),
    "request_key": (249, b"user", b"mine", 0, 0),
    "session": (250, 0, SESSION, 1),
    "join": (250, 1, b"mine"),
}


def at_start():
    tell(not_refused=not_refused(CALLS))
