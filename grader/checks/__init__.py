"""From evidence to criterion results: pure functions, one module per kind of evidence."""
