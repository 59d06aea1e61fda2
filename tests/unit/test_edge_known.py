"""Vectors that other pods have computed: known again, the same, and whole or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from harness.edge.embedder import Embedder
from harness.edge.encoder import Embedding
from harness.edge.known import KnownVectors

MODEL = Path(__file__).resolve().parents[2] / "build" / "model"
TEXTS = ["A gate opens at dawn.", "Reset the hub by holding its button.", ""]


def embedded(folder: Path | None, texts: list[str]) -> list[Embedding]:
    """What an edge of its own answers."""

    async def ask() -> list[Embedding]:
        embedder = Embedder(MODEL, folder)
        await embedder.load()
        try:
            return await embedder.embed(texts)
        finally:
            embedder.close()

    return asyncio.run(ask())


@pytest.mark.skipif(not MODEL.is_dir(), reason="make build/model")
def test_a_known_vector_is_the_computed_one(tmp_path):
    """A second edge answers the same as the first and as one that knows nothing, and computes nothing again."""
    first = embedded(tmp_path, TEXTS)
    written = {path: path.stat().st_size for path in tmp_path.iterdir()}
    assert first == embedded(tmp_path, TEXTS) == embedded(None, TEXTS)
    assert {path: path.stat().st_size for path in tmp_path.iterdir()} == written
    assert len(written) == 1


def test_a_record_that_was_cut_short_is_left_out(tmp_path):
    """A pod may end while it writes: what is whole before that is known."""
    for number in range(2):
        known = KnownVectors(tmp_path)
        known.keep(bytes([number]) * 32, 7, bytes(4 * 384))
        known.close()
    [first, second] = sorted(tmp_path.iterdir())
    second.write_bytes(second.read_bytes()[:-1])
    assert [(digest[0], tokens) for digest, tokens, _ in KnownVectors(tmp_path).read()] == [(first.read_bytes()[0], 7)]


def test_without_a_folder_nothing_is_known_or_kept(tmp_path):
    """As in a grading."""
    known = KnownVectors(None)
    known.keep(bytes(32), 1, bytes(4 * 384))
    assert list(known.read()) == []
    assert list(tmp_path.iterdir()) == []
