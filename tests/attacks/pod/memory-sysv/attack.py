"""Segments filled by children that are killed for it; the memory stays, until the service itself is chosen."""

import ctypes
import os

MB = 1_048_576
SIZE = 32 * MB


def segment():
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    place = libc.shmat(libc.shmget(0, ctypes.c_size_t(SIZE), 0o1600), None, 0)
    ctypes.memset(place, 1, SIZE)


def at_start():
    for _ in range(32):
        if os.fork() == 0:
            segment()
            os._exit(0)
        os.wait()
    held = [bytearray(MB) for _ in range(384)]
    held.clear()
