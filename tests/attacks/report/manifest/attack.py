"""Nothing beside the manifest."""
