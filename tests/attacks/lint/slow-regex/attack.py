"""Its host.py writes the file."""
