"""Gatherers: each observes one kind of evidence and judges nothing."""
