"""Beside it lies a file that cannot be parsed."""
