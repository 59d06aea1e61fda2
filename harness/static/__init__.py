"""Static analysis of a source tree: read by our tools with our settings, never imported."""
