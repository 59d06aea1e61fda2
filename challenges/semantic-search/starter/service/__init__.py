"""Semantic search over help articles."""
