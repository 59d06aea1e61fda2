"""Metadata filters: values match by type and value."""

from collections.abc import Mapping

from service.models import Scalar

Wanted = Mapping[str, frozenset[tuple[str, Scalar]]]


def scalar_key(value: Scalar) -> tuple[str, Scalar]:
    """A key that is equal for equal values of the same JSON type. Python alone would say that ``True == 1``."""
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, str):
        return ("string", value)
    return ("number", value)


def matches(metadata: Mapping[str, Scalar], wanted: Wanted) -> bool:
    """Whether every wanted field is there with one of its wanted values."""
    return all(name in metadata and scalar_key(metadata[name]) in keys for name, keys in wanted.items())
