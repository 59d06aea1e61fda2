"""The published shapes: ``python -m grader.schemas DIR`` writes a JSON Schema for each record.

``evidence``, ``scorecard``, ``results`` and ``validation`` describe JSON files; ``expected``, ``challenge`` and
``demands`` (validation.toml) describe TOML files, by the names that stand in them. The same models are always the
same bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal

from grader.challenge import Challenge
from grader.evidence import Evidence, PhaseResults
from grader.record import Record, write_whole
from grader.scorecard import Scorecard
from grader.validation.ladder import Expected
from grader.validation.shapes import Demands, Validation

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WRITTEN: Literal["serialization"] = "serialization"
"""What we write."""
_READ: Literal["validation"] = "validation"
"""What others write and we read."""
_MODELS: tuple[tuple[str, type[Record], Literal["serialization", "validation"], bool], ...] = (
    ("evidence", Evidence, _WRITTEN, False),
    ("scorecard", Scorecard, _WRITTEN, False),
    ("results", PhaseResults, _READ, False),
    ("expected", Expected, _READ, True),
    ("challenge", Challenge, _READ, True),
    ("validation", Validation, _WRITTEN, False),
    ("demands", Demands, _READ, True),
)
"""Name, model, side, and whether the file uses the aliases (``[[check]]``) that the TOML has."""


def schemas() -> dict[str, str]:
    """The text of every schema, by file name."""
    made = {}
    for name, model, mode, aliases in _MODELS:
        schema = model.model_json_schema(mode=mode, by_alias=aliases)
        whole = {"$schema": DIALECT, "$id": f"{name}.schema.json"} | schema
        made[f"{name}.schema.json"] = json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    return made


def main(arguments: list[str]) -> int:
    """Write the schemas to a folder."""
    (folder,) = arguments
    for name, text in schemas().items():
        write_whole(Path(folder) / name, text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
