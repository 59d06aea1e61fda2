"""Everything that has a number."""

from calls import not_refused
from tells import tell

SOCKET = 41
ELSEWHERE = {1, 2, 10, 16, 17, 38, 40}
"""What is allowed, or an attack of its own."""


def at_start():
    families = [number for number in range(64) if number not in ELSEWHERE]
    kinds = {f"{family} {kind}": (SOCKET, family, kind, 0) for family in families for kind in (1, 3)}
    tell(not_refused=not_refused(kinds))
