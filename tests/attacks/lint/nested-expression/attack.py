"""Beside it lies an expression of many parentheses."""
