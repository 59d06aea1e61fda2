"""The encoder, through the gateway, against vectors that torch made (``data/edge_golden.json``)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from test_edge_process import Edge

from harness.edge.weights import WeightsError, map_tensors

TOLERANCE = 1e-4
GOLDEN = json.loads((Path(__file__).parent / "data" / "edge_golden.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def edge():
    """One edge for the file."""
    with Edge() as running:
        yield running


def vector(edge, text):
    """The text's embedding, asked for alone."""
    return np.array(edge.embed(text).json()["data"][0]["embedding"], np.float32)


def test_vectors_equal_the_original_models(edge):
    """Every golden text gets the original's vector: first components and all pairwise cosines."""
    vectors = np.stack([vector(edge, text) for text in GOLDEN["texts"]])
    assert np.abs(vectors[:, :8] - np.array(GOLDEN["first8"])).max() < TOLERANCE
    assert np.abs(vectors @ vectors.T - np.array(GOLDEN["cosines"])).max() < TOLERANCE


def test_token_counts_equal_the_original_tokenizers(edge):
    """A text is cut and counted as the original does it, 256 tokens at the most."""
    counts = [edge.embed(text).json()["usage"]["total_tokens"] for text in GOLDEN["texts"]]
    assert counts == GOLDEN["tokens"]
    assert max(counts) == 256


def test_a_vector_is_a_pure_function_of_the_text(edge):
    """Another process, order, company and crowd change no bit of a vector."""
    texts = GOLDEN["texts"]
    alone = [vector(edge, text).tolist() for text in texts]
    with Edge() as other, ThreadPoolExecutor(4) as pool:
        crowds = [texts[::-1], texts[6:], [f"noise {i}" for i in range(30)], texts[:6]]
        answers = list(pool.map(lambda crowd: other.embed(crowd).json()["data"], crowds))
    assert [item["embedding"] for item in answers[0]] == alone[::-1]
    assert [item["embedding"] for item in (*answers[3], *answers[1])] == alone


def test_a_paraphrase_is_nearer_than_another_matter(edge):
    """The vectors rank: a paraphrase without shared words beats an unrelated text."""
    ask, same, other = (
        vector(edge, text)
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
