"""all-MiniLM-L6-v2 as a numpy forward pass: one text in, one unit vector out.

A text is always encoded alone, never in a padded batch, so its vector cannot depend on its
neighbours. Figures and the alternatives are in ``docs/decisions/encoder.md``.

The network (Devlin et al., 2019, arXiv:1810.04805, post-norm): embeddings, six blocks of
self-attention and a two-layer perceptron with GELU, then the mean over tokens, scaled to length 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from harness.edge.settings import DIMENSIONS, MAX_TOKENS
from harness.edge.weights import Array, WeightsError, map_tensors

LAYERS = 6
HEADS = 12
HEAD_WIDTH = DIMENSIONS // HEADS
EPSILON = np.float32(1e-12)

_SQRT_HALF = np.float32(0.5**0.5)
_ONE = np.float32(1)
_HALF = np.float32(0.5)
_ERF_RANGE = np.float32(4)

# erf as a ratio of polynomials in x², highest power first, exact to float32 on [-4, 4]:
# the coefficients of Eigen's ``generic_fast_erf_float``.
_ERF_ABOVE = tuple(
    np.float32(c)
    for c in (
        -2.72614225801306e-10,
        2.77068142495902e-08,
        -2.10102402082508e-06,
        -5.69250639462346e-05,
        -7.34990630326855e-04,
        -2.95459980854025e-03,
        -1.60960333262415e-02,
    )
)
_ERF_BELOW = tuple(
    np.float32(c)
    for c in (
        -1.45660718464996e-05,
        -2.13374055278905e-04,
        -1.68282697438203e-03,
        -7.37332916720468e-03,
        -1.42647390514189e-02,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """One text's vector as 384 little-endian float32, and how many tokens were read (at most 256)."""

    vector: bytes
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dense:
    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        y: Array = x @ self.weight
        y += self.bias
        return y


@dataclass(frozen=True, slots=True, kw_only=True)
class _Norm:
    gain: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """Layer normalisation, in place."""
        x -= x.mean(axis=-1, keepdims=True)
        variance = np.einsum("ij,ij->i", x, x)[:, None] / np.float32(DIMENSIONS)
        x /= np.sqrt(variance + EPSILON)
        x *= self.gain
        x += self.bias
        return x


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    query_key_value: _Dense
    attended: _Dense
    norm_attended: _Norm
    widen: _Dense
    narrow: _Dense
    norm_narrow: _Norm

    def __call__(self, x: Array) -> Array:
        y = self.attended(_attend(self.query_key_value(x)))
        y += x
        x = self.norm_attended(y)
        y = self.narrow(_gelu(self.widen(x)))
        y += x
        return self.norm_narrow(y)


class Encoder:
    """The model, loaded. Safe to call from several threads.

    Args:
        model_dir: folder with ``model.safetensors`` and ``tokenizer.json``.

    Raises:
        OSError: a file is missing.
        WeightsError: the weights are of another model.
    """

    def __init__(self, model_dir: Path) -> None:
        tensors = map_tensors(model_dir / "model.safetensors")
        self._tokenizer = Tokenizer.from_str((model_dir / "tokenizer.json").read_text(encoding="utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        try:
            # The word table stays mapped: 47 MB of which a grading touches a few thousand rows.
            self._words = tensors["embeddings.word_embeddings.weight"]
            types = tensors["embeddings.token_type_embeddings.weight"]
            self._positions: Array = tensors["embeddings.position_embeddings.weight"][:MAX_TOKENS] + types[0]
            self._norm = _norm(tensors, "embeddings.LayerNorm")
            self._blocks = [_block(tensors, f"encoder.layer.{i}") for i in range(LAYERS)]
        except KeyError as error:
            raise WeightsError(f"The model lacks the tensor {error}.") from error

    def encode(self, text: str) -> Embedding:
        """The text's embedding: a pure function of the text."""
        # encode_batch gives up the interpreter's lock while it works, encode does not: a megabyte
        # of text would stop the event loop for a second.
        ids = self._tokenizer.encode_batch([text])[0].ids
        x: Array = self._words[ids] + self._positions[: len(ids)]
        x = self._norm(x)
        for block in self._blocks:
            x = block(x)
        mean = x.mean(axis=0)
        return Embedding(vector=(mean / np.sqrt(mean @ mean)).astype("<f4").tobytes(), tokens=len(ids))


def _attend(qkv: Array) -> Array:
    """Twelve heads over one text; the 1/sqrt(width) is already in the query's weights."""
    tokens = len(qkv)
    query, key, value = qkv.reshape(tokens, 3, HEADS, HEAD_WIDTH).transpose(1, 2, 0, 3)
    share = query @ key.transpose(0, 2, 1)
    share -= share.max(axis=-1, keepdims=True)
    np.exp(share, out=share)
    share /= share.sum(axis=-1, keepdims=True)
    attended: Array = (share @ value).transpose(1, 0, 2).reshape(tokens, DIMENSIONS).astype(np.float32, copy=False)
    return attended


def _gelu(x: Array) -> Array:
    """x/2 · (1 + erf(x/√2)), the exact GELU and not its tanh approximation."""
    y = x * _SQRT_HALF
    np.clip(y, -_ERF_RANGE, _ERF_RANGE, out=y)
    square = y * y
    result = _polynomial(square, _ERF_ABOVE)
    result *= y
    result /= _polynomial(square, _ERF_BELOW)
    result += _ONE
    result *= x
    result *= _HALF
    return result


def _polynomial(x: Array, coefficients: tuple[np.float32, ...]) -> Array:
    result = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        result += coefficient
        result *= x
    result += coefficients[-1]
    return result


def _block(tensors: Mapping[str, Array], name: str) -> _Block:
    attention = [_dense(tensors, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
    attention[0].weight[:] *= np.float32(HEAD_WIDTH**-0.5)
    attention[0].bias[:] *= np.float32(HEAD_WIDTH**-0.5)
    return _Block(
        query_key_value=_Dense(
            weight=np.concatenate([part.weight for part in attention], axis=1),
            bias=np.concatenate([part.bias for part in attention]),
        ),
        attended=_dense(tensors, f"{name}.attention.output.dense"),
        norm_attended=_norm(tensors, f"{name}.attention.output.LayerNorm"),
        widen=_dense(tensors, f"{name}.intermediate.dense"),
        narrow=_dense(tensors, f"{name}.output.dense"),
        norm_narrow=_norm(tensors, f"{name}.output.LayerNorm"),
    )


def _dense(tensors: Mapping[str, Array], name: str) -> _Dense:
    # A contiguous copy of the transpose: products of few rows run 1.5 times as fast on it.
    weight = np.ascontiguousarray(tensors[f"{name}.weight"].T)
    return _Dense(weight=weight, bias=tensors[f"{name}.bias"].copy())


def _norm(tensors: Mapping[str, Array], name: str) -> _Norm:
    return _Norm(gain=tensors[f"{name}.weight"].copy(), bias=tensors[f"{name}.bias"].copy())
