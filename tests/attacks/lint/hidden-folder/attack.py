"""Imports from a hidden folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / ".cache"))

import careless

print(careless.__name__)
