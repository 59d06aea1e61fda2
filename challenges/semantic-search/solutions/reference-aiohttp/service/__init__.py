"""Semantic search over help articles, as an HTTP service."""

import os

# Read by numpy when it is imported. On one CPU the threads of its matrix library only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
