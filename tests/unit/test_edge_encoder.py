"""The encoder against vectors of the original model, made by torch (``data/edge_golden.json``)."""

from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from test_edge_process import find_model

from harness.edge.encoder import Encoder
from harness.edge.weights import WeightsError, map_tensors

TOLERANCE = 1e-4
GOLDEN = json.loads((Path(__file__).parent / "data" / "edge_golden.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def encoder():
    """The real model."""
    return Encoder(find_model())


def vector(encoder, text):
    """The text's embedding as numbers."""
    return np.frombuffer(encoder.encode(text).vector, "<f4")


def test_vectors_equal_the_original_models(encoder):
    """Every golden text gets the original's vector: first components and all pairwise cosines."""
    vectors = np.stack([vector(encoder, text) for text in GOLDEN["texts"]])
    assert np.abs(vectors[:, :8] - np.array(GOLDEN["first8"])).max() < TOLERANCE
    assert np.abs(vectors @ vectors.T - np.array(GOLDEN["cosines"])).max() < TOLERANCE


def test_token_counts_equal_the_original_tokenizers(encoder):
    """A text is cut and counted as the original does it, 256 tokens at the most."""
    counts = [encoder.encode(text).tokens for text in GOLDEN["texts"]]
    assert counts == GOLDEN["tokens"]
    assert max(counts) == 256


def test_vectors_have_length_one(encoder):
    """Dot product and cosine are the same to a client."""
    for text in GOLDEN["texts"]:
        assert math.isclose(float(np.linalg.norm(vector(encoder, text))), 1, abs_tol=1e-6)


def test_a_vector_is_a_pure_function_of_the_text(encoder):
    """Order, repetition and other texts under way at the same time change no bit of a vector."""
    texts = GOLDEN["texts"]
    alone = [encoder.encode(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        crowded = list(pool.map(encoder.encode, texts[::-1] * 3))
    assert crowded == alone[::-1] * 3


def test_a_meaning_is_nearer_to_its_paraphrase_than_to_others(encoder):
    """The vectors rank: a paraphrase without shared words beats an unrelated text."""
    ask, same, other = (
        vector(encoder, text)
        for text in ("How do I reset my password?", "I forgot my login secret.", "The invoice was paid twice.")
    )
    assert ask @ same > ask @ other + 0.2


def test_a_file_of_another_kind_is_refused(tmp_path):
    """A broken weights file is named, not half read."""
    broken = tmp_path / "model.safetensors"
    broken.write_bytes(b"\xff" * 64)
    with pytest.raises(WeightsError, match="not a safetensors file"):
        map_tensors(broken)
    broken.write_bytes((5).to_bytes(8, "little") + b"[1,2,")
    with pytest.raises(WeightsError, match="broken header"):
        map_tensors(broken)
