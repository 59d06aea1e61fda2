"""The machine itself; with arguments that do nothing, should a call be let through."""

from calls import not_refused
from tells import tell

CALLS = {
    "init_module": (175, 0, 0, b""),
    "finit_module": (313, -1, b"", 0),
    "delete_module": (176, b"no-such-module", 0),
    "kexec_load": (246, 0, 0, 0, 1 << 40),
    "kexec_file_load": (320, -1, -1, 0, 0, 1 << 40),
    "reboot": (169, 0, 0, 0, 0),
    "settimeofday": (164, 0, 0),
    "clock_settime": (227, 99, 0),
    "adjtimex": (159, 0),
    "sethostname": (170, 0, 65),
    "setdomainname": (171, 0, 65),
    "syslog": (103, 3, bytes(64), 64),
    "iopl": (172, 3),
    "ioperm": (173, 0x80, 1, 1),
    "acct": (163, b"/tmp/none"),
    "vhangup": (153,),
}


def at_start():
    tell(not_refused=not_refused(CALLS))
