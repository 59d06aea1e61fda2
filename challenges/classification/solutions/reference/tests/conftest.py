"""An invented provider and a gateway that knows its words."""

from __future__ import annotations

import asyncio
import csv
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from triage.gateway import DIMENSIONS, Vectors
from triage.lessons import Marks
from triage.model import Model
from triage.training import train

REASONS = {
    "billing": ["this invoice shows the wrong sum for march", "please take the fee from another bank"],
    "outage": ["everything is dead and the street is dark", "there has been no service whatsoever today"],
    "slow_connection": ["pages load slowly every single evening", "calls stutter and films keep stopping"],
    "installation": ["the technician never came to our first visit", "when will my new line be activated"],
    "device_setup": ["how do i configure this router myself", "the television box wants a pairing code"],
    "moving_home": ["we take our contract to another address", "bring the line over to our new house"],
    "cancellation": ["i wish to end my agreement this summer", "confirm that i have terminated for good"],
    "refund": ["pay back the deposit that i left", "my credit of ten pounds has not come back"],
    "account_access": ["my login is locked after three tries", "a password mail never reaches me here"],
    "security": ["somebody stole the number of my phone", "i got a phishing letter with your logo"],
}
ASIDE = "Our garden has been lovely all this year."


class Words:
    """Vectors that add up a fixed random direction per word."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        rows = [self._vector(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(rows), DIMENSIONS)

    @staticmethod
    def _vector(text: str) -> np.ndarray:
        total = sum(np.random.default_rng(zlib.crc32(word.encode())).normal(size=DIMENSIONS) for word in text.split())
        return total / np.linalg.norm(total)


def export(path: Path, copies: int, greeting: str) -> None:
    """A file of tickets."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ticket_id", "created_at", "channel", "queue", "subject", "body", "category"])
        for desk, reasons in REASONS.items():
            for number in range(copies):
                body = f"{greeting}\n{ASIDE} {reasons[number % 2].capitalize()}.\n> we wrote this"
                rows.writerow(["T", "2024", "chat", "x", "Hello", body, desk])


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training folder."""
    place = tmp_path_factory.mktemp("tickets")
    export(place / "train.csv", 6, "Dear all,")
    export(place / "validation.csv", 4, "Hi,")
    return place


@pytest.fixture(scope="session")
def trained(folder: Path) -> tuple[Model, Marks]:
    """What training on it gives."""
    return asyncio.run(train(folder, Words()))


@pytest.fixture(scope="session")
def model(trained: tuple[Model, Marks]) -> Model:
    """The model alone."""
    return trained[0]
