"""Adds up the numbers it is given."""

import json
import os
from pathlib import Path

data = Path(os.environ["DATA_DIR"])
found = sorted(path.name for path in data.iterdir())
numbers = [int(line) for line in Path(os.environ["TRAINING_DIR"], "numbers.txt").read_text().split()]
model = {"sum": sum(numbers), "found": found, "token": "always the same"}
(data / "model.json").write_text(json.dumps(model))
print(f"trained on {len(numbers)} numbers", flush=True)
