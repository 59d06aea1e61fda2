"""Reads a ``model.safetensors`` file with numpy alone.

The format: eight bytes of little-endian header length, a JSON header that gives each tensor's
type, shape and byte range, then the bytes. Thirty lines save the image a dependency.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

MAX_HEADER_BYTES = 10_000_000


class WeightsError(Exception):
    """The model's file is missing something or is not what it says it is."""


def map_tensors(path: Path) -> Mapping[str, Array]:
    """Every float32 tensor of the file, mapped: pages are read when they are used.

    Raises:
        OSError: the file cannot be read.
        WeightsError: it is not a safetensors file.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= MAX_HEADER_BYTES:
            raise WeightsError(f"{path} is not a safetensors file.")
        try:
            header = json.loads(file.read(length))
        except ValueError as error:
            raise WeightsError(f"{path} has a broken header.") from error
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + length)
    tensors: dict[str, Array] = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            first, last = entry["data_offsets"]
            # A plain ndarray view: memmap's own subclass costs microseconds per operation.
            tensors[name] = np.asarray(data[first:last]).view("<f4").reshape(entry["shape"])
    return tensors
