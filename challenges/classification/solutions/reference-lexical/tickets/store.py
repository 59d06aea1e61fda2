"""The model on disk: one file of plain arrays and texts, none of which is code."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from tickets.chatter import Chatter
from tickets.features import Features, Part
from tickets.model import Card, Model, Tuning

FILE = "model.npz"


class StoreError(Exception):
    """There is no usable model."""


def save(model: Model, folder: Path) -> None:
    """Write the model so that a reader sees the old one or the new one, never half of one."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "card": {
            "version": model.card.version,
            "training_sha256": model.card.training_sha256,
            "macro_f1": model.card.macro_f1,
        },
        "tuning": {"temperature": model.tuning.temperature, "margin": model.tuning.margin},
        "chatter": model.chatter.keys,
        "terms": [part.terms for part in model.features.parts],
    }
    arrays = {f"idf{place}": part.idf for place, part in enumerate(model.features.parts)}
    partial = folder / f"{FILE}.partial"
    with partial.open("wb") as file:
        np.savez_compressed(file, about=_packed(about), weights=model.weights, offsets=model.offsets, **arrays)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / FILE)


def load(folder: Path) -> Model:
    """The model that was saved there."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            return _restored(arrays)
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise StoreError(f"No usable model in DATA_DIR, train first: {error}") from error


def _restored(arrays: Any) -> Model:
    about = json.loads(arrays["about"].tobytes().decode("utf-8"))
    parts = [Part(tuple(terms), arrays[f"idf{place}"]) for place, terms in enumerate(about["terms"])]
    return Model(
        card=Card(**about["card"]),
        chatter=Chatter(about["chatter"]),
        features=Features(parts),
        weights=arrays["weights"],
        offsets=arrays["offsets"],
        tuning=Tuning(**about["tuning"]),
    )


def _packed(about: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(json.dumps(about).encode("utf-8"), dtype=np.uint8)
