"""From the exported tickets to a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from triage.ledger import Labelled, fingerprint, tickets_in
from triage.lessons import Lessons, Marks, marks, rehearsed, stacked, taught, tuned
from triage.memory import Embedder
from triage.model import Model, Passport
from triage.smalltalk import SmallTalk
from triage.wording import counted, rarity, weighed

# What is kept back from the measured macro-F1: later tickets drift, and some are of no desk.
MODESTY = 0.04


async def train(folder: Path, gateway: Embedder) -> tuple[Model, Marks]:
    """The model of a folder with both files, and how it did on checked tickets that were held out."""
    exported = tickets_in(folder / "train.csv")
    checked = tickets_in(folder / "validation.csv")
    smalltalk = SmallTalk.overheard(exported)
    rows, reasons = _telling(exported + checked, smalltalk)
    counts = [counted(reason) for reason in reasons]
    rare = rarity(counts)
    unique = list(dict.fromkeys(reasons))
    vectors = dict(zip(unique, await gateway.embed(unique), strict=True))
    lessons = Lessons(
        meanings=np.array([vectors[reason] for reason in reasons], dtype=np.float64),
        wordings=stacked([weighed(vector, rare) for vector in counts]),
        desks=np.array([(exported + checked)[row].desk for row in rows], dtype=np.int64),
        checked=np.array([row >= len(exported) for row in rows]),
    )
    meaning, wording, truth = rehearsed(lessons)
    voices = tuned(meaning, wording, truth)
    result = marks(voices.heard(meaning, wording), truth)
    experts = taught(lessons)
    digest = fingerprint(folder / "train.csv")
    passport = Passport(f"blend-{digest[:10]}", digest, round(max(0.0, result.macro_f1 - MODESTY), 3))
    return Model(passport, smalltalk, rare, experts.meaning, experts.wording, voices), result


def _telling(labelled: list[Labelled], smalltalk: SmallTalk) -> tuple[list[int], list[str]]:
    """The rows that say what they are about, and what they say."""
    said = [(row, smalltalk.reason(entry.ticket)) for row, entry in enumerate(labelled)]
    kept = [(row, reason) for row, reason in said if reason]
    return [row for row, _ in kept], [reason for _, reason in kept]
