"""inotify instances."""

from calls import call
from tells import tell


def at_start():
    instances = 0
    while instances < 2_000 and call(253)[0] >= 0:
        instances += 1
    tell(instances=instances)
