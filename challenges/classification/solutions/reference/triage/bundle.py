"""The model in a folder: a text file and an array file, published together by renaming."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from triage.model import Expert, Model, Passport, Voices
from triage.smalltalk import SmallTalk

FOLDER = "model"
_ABOUT = "about.json"
_ARRAYS = "arrays.npz"
_ENOUGH = np.float32


class BundleError(Exception):
    """There is no model that can be used."""


def write(model: Model, data_dir: Path) -> None:
    """Leave the model in the data folder."""
    draft = data_dir / f"{FOLDER}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    about = {
        "passport": asdict(model.passport),
        "voices": asdict(model.voices),
        "smalltalk": model.smalltalk.phrases,
    }
    _write_bytes(draft / _ABOUT, json.dumps(about, ensure_ascii=False).encode("utf-8", "replace"))
    with (draft / _ARRAYS).open("wb") as file:
        np.savez_compressed(
            file,
            rare=model.rare.astype(_ENOUGH),
            meaning=model.meaning.weights.astype(_ENOUGH),
            meaning_start=model.meaning.start,
            wording=model.wording.weights.astype(_ENOUGH),
            wording_start=model.wording.start,
        )
        file.flush()
        os.fsync(file.fileno())
    shutil.rmtree(data_dir / FOLDER, ignore_errors=True)
    draft.rename(data_dir / FOLDER)


def read(data_dir: Path) -> Model:
    """The model that training left."""
    try:
        return _assembled(data_dir / FOLDER)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise BundleError(f"DATA_DIR holds no usable model, train first: {error!r}") from error


def _assembled(folder: Path) -> Model:
    about = json.loads((folder / _ABOUT).read_bytes())
    with np.load(folder / _ARRAYS, allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float64) for name in stored.files}
    model = Model(
        passport=Passport(**about["passport"]),
        smalltalk=SmallTalk(about["smalltalk"]),
        rare=arrays["rare"],
        meaning=Expert(arrays["meaning"], arrays["meaning_start"]),
        wording=Expert(arrays["wording"], arrays["wording_start"]),
        voices=Voices(**about["voices"]),
    )
    model.check()
    return model


def _write_bytes(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
