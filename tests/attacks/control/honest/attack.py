"""Nothing: the honest control."""
