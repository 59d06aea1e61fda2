"""Grade take-home projects of AI engineers: fairly, automatically, with evidence for every point."""

__version__ = "0.1.0"
