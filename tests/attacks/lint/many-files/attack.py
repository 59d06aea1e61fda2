"""Its host.py writes the files."""
