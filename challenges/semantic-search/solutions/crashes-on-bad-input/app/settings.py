"""What the environment says."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    port: int
    data_dir: Path
    embeddings_url: str
    embeddings_key: str
    embeddings_model: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    return Settings(
        port=int(environment.get("PORT", "8000")),
        data_dir=Path(environment.get("DATA_DIR", "data")),
        embeddings_url=environment.get("EMBEDDINGS_URL", "http://127.0.0.1:9000/v1"),
        embeddings_key=environment.get("EMBEDDINGS_API_KEY", ""),
        embeddings_model=environment.get("EMBEDDINGS_MODEL", "all-MiniLM-L6-v2"),
    )
