"""x32."""

from calls import not_refused
from tells import tell

X32 = 0x40000000
CALLS = {"getpid": 39, "socket": 41, "ptrace": 521, "keyctl": 250, "unshare": 272}


def at_start():
    tell(not_refused=not_refused({name: (X32 | number, 40, 1) for name, number in CALLS.items()}))
