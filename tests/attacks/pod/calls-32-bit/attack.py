"""Machine code in memory of its own (which is fine), in a child each."""

import ctypes
import mmap
import os
import struct

from calls import LIBC, REFUSED
from tells import tell

MAP_32BIT = 0x40
GETPID, SOCKETCALL, SOCKET, KEYCTL = 20, 102, 359, 288
VSOCK = 40


def enter(place, number, *given):
    code = b"\x53\xb8" + struct.pack("<I", number)
    for opcode, value in zip((b"\xbb", b"\xb9", b"\xba"), given, strict=False):
        code += opcode + struct.pack("<I", value)
    ctypes.memmove(place, code + b"\xcd\x80\x5b\xc3", len(code) + 4)
    return ctypes.CFUNCTYPE(ctypes.c_int)(place)()


def child_says(action):
    child = os.fork()
    if child == 0:
        gave = action()
        os._exit(1 if gave >= 0 or -gave not in REFUSED else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def at_start():
    LIBC.mmap.restype = ctypes.c_void_p
    page = LIBC.mmap(None, ctypes.c_size_t(8_192), 7, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_32BIT, -1, 0)
    ctypes.memmove(page + 4_096, struct.pack("<III", VSOCK, 1, 0), 12)
    tries = {
        "getpid": lambda: enter(page, GETPID, 0, 0, 0),
        "socketcall": lambda: enter(page, SOCKETCALL, 1, page + 4_096, 0),
        "socket": lambda: enter(page, SOCKET, VSOCK, 1, 0),
        "keyctl": lambda: enter(page, KEYCTL, 0, 0xFFFFFFFD, 0),
    }
    ctypes.memmove(page, b"\xb8\x01\x00\x00\x00\xc3", 6)
    native = ctypes.CFUNCTYPE(ctypes.c_int)(page)() == 1
    tell(not_refused=[name for name, action in tries.items() if child_says(action)], native=native)
