"""Beside it lie files in odd encodings."""
