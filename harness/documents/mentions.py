"""Whether the code holds what a document names: libraries, files, functions."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from harness.documents.names import Names

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,40}")
_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]{1,100}(?:\(\))?")
_LIBRARIES = {
    "fastapi": ("fastapi",), "flask": ("flask",), "django": ("django",), "starlette": ("starlette",),
    "uvicorn": ("uvicorn",), "gunicorn": ("gunicorn",), "aiohttp": ("aiohttp",), "httpx": ("httpx",),
    "requests": ("requests",), "tenacity": ("tenacity",), "pydantic": ("pydantic",), "numpy": ("numpy",),
    "scipy": ("scipy",), "pandas": ("pandas",), "scikit-learn": ("sklearn",), "sklearn": ("sklearn",),
    "pytorch": ("torch",), "torch": ("torch",), "tensorflow": ("tensorflow",), "onnxruntime": ("onnxruntime",),
    "transformers": ("transformers",), "sentence-transformers": ("sentence_transformers",), "spacy": ("spacy",),
    "nltk": ("nltk",), "faiss": ("faiss",), "hnswlib": ("hnswlib",), "annoy": ("annoy",), "chroma": ("chromadb",),
    "chromadb": ("chromadb",), "qdrant": ("qdrant_client",), "weaviate": ("weaviate",), "pinecone": ("pinecone",),
    "milvus": ("pymilvus",), "lancedb": ("lancedb",), "redis": ("redis",), "celery": ("celery",),
    "kafka": ("kafka", "confluent_kafka"), "postgres": ("psycopg", "psycopg2", "asyncpg"),
    "postgresql": ("psycopg", "psycopg2", "asyncpg"), "pgvector": ("pgvector",), "sqlalchemy": ("sqlalchemy",),
    "sqlite": ("sqlite3", "aiosqlite"), "duckdb": ("duckdb",), "elasticsearch": ("elasticsearch",),
    "opensearch": ("opensearchpy",), "whoosh": ("whoosh",), "rank-bm25": ("rank_bm25",), "langchain": ("langchain",),
    "llamaindex": ("llama_index",), "llama-index": ("llama_index",), "haystack": ("haystack",), "dspy": ("dspy",),
    "openai": ("openai",), "anthropic": ("anthropic",), "prometheus": ("prometheus_client",), "pytest": ("pytest",),
}  # fmt: skip
"""Names that prose uses, and the modules that code imports when it uses them."""
_MOST = 12
Mention = dict[str, str]


def mentions(text: str, codes: list[str], known: Names) -> list[Mention]:
    """What the text names that can be looked for: each with its kind and where it stands in the code, or nowhere."""
    found: dict[str, Mention] = {}
    for code in codes:
        if _CODE.fullmatch(code):
            _look(found, code, known, sure=True)
    for word in _WORD.findall(text):
        _library(found, word.rstrip(".-"), known)
    return list(found.values())[:_MOST]


def _look(found: dict[str, Mention], code: str, known: Names, *, sure: bool) -> None:
    if _library(found, code, known):
        return
    bare = code.removesuffix("()")
    last = bare.rpartition(".")[2]
    where = known.defined.get(bare) or known.defined.get(last)
    if where is not None:
        found[code] = {"name": code, "kind": "definition", "where": where}
        return
    files = [
        name for name in known.files if name == bare or name.startswith(bare.rstrip("/") + "/") or _stem(name) == bare
    ]
    if files:
        found[code] = {"name": code, "kind": "file", "where": files[0]}
    elif bare in known.imported:
        found[code] = {"name": code, "kind": "library", "where": known.imported[bare]}
    elif sure and ("/" in bare or code.endswith("()") or PurePosixPath(bare).suffix in {".py", ".ts", ".js", ".toml"}):
        found[code] = {"name": code, "kind": "absent", "where": ""}


def _stem(name: str) -> str:
    """``app`` for ``service/app.py``: how prose names a module."""
    path = PurePosixPath(name)
    return path.stem if path.suffix in {".py", ".ts", ".js"} else path.name


def _library(found: dict[str, Mention], word: str, known: Names) -> bool:
    modules = _LIBRARIES.get(word.casefold().replace("_", "-"))
    if modules is None:
        return False
    where = next((known.imported[module] for module in modules if module in known.imported), "")
    found.setdefault(word.casefold(), {"name": word, "kind": "library" if where else "absent", "where": where})
    return True
