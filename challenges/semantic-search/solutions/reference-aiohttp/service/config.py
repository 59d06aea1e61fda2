"""Settings from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to listen, where to store and whom to ask for vectors."""

    port: int
    data_dir: Path
    embeddings_url: str
    embeddings_api_key: str
    embeddings_model: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The variables of the brief, with defaults for a start by hand (searches then work by keywords)."""
        return cls(
            port=int(environment.get("PORT", "8000")),
            data_dir=Path(environment.get("DATA_DIR", "data")),
            embeddings_url=environment.get("EMBEDDINGS_URL", "http://127.0.0.1:8001/v1"),
            embeddings_api_key=environment.get("EMBEDDINGS_API_KEY", ""),
            embeddings_model=environment.get("EMBEDDINGS_MODEL", "all-MiniLM-L6-v2"),
        )
