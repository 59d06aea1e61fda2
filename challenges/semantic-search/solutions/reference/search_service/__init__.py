"""Semantic search over help articles. Parts, from the outside in:

app (HTTP) -> library (what the service promises) -> index (ranking), store (disk), embeddings (gateway).
"""
