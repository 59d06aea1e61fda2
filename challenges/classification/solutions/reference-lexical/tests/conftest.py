"""A small invented provider: enough tickets to train on within a second."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tickets.model import Model
from tickets.train import train

TOPICS = {
    "account_access": ["My login is locked after three tries.", "The password reset mail never comes to me."],
    "billing": ["The invoice shows a sum that I do not understand.", "Please charge another bank account from now on."],
    "cancellation": ["I want to end my contract this summer.", "Please confirm that my contract has been cancelled."],
    "device_setup": ["How do I configure the new router at home?", "The television box asks me for a pairing code."],
    "installation": ["The technician did not come to our first visit.", "Our new line was never activated by you."],
    "moving_home": [
        "We take our contract to another address soon.",
        "Our flat changes, bring the line to our new house.",
    ],
    "outage": ["The internet is completely dead in our street.", "There is no signal and no service at all here."],
    "refund": ["Please pay back the deposit that I gave you.", "I still wait for the money you promised me back."],
    "security": ["Somebody stole my number with a fraudulent card.", "I received a phishing letter in your name."],
    "slow_connection": [
        "The download is slow every single evening.",
        "The video call stutters and drops all the time.",
    ],
}
FILLER = "The weather has been lovely in our garden."
COLUMNS = ["ticket_id", "created_at", "channel", "queue", "subject", "body", "category"]


def rows(variants: int, opening: str) -> list[list[str]]:
    """Tickets: per category and variant one that is about the category, with filler."""
    made = []
    for category, texts in TOPICS.items():
        for variant in range(variants):
            body = f"{opening}\n{FILLER} {texts[variant % len(texts)]}\n> you wrote about refunds\nA. B."
            made.append([f"T-{len(made)}", "2024-01-01T00:00:00Z", "email", "desk", "Question", body, category])
    return made


def write(path: Path, lines: list[list[str]]) -> None:
    """A file in the format of the export."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *lines])


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training folder."""
    place = tmp_path_factory.mktemp("training")
    write(place / "train.csv", rows(6, "Dear team,"))
    write(place / "validation.csv", rows(2, "Good day,"))
    return place


@pytest.fixture(scope="session")
def model(folder: Path) -> Model:
    """A model trained on that folder."""
    return train(folder)[0]
