"""Passes."""


def test_back():
    """Passes."""
