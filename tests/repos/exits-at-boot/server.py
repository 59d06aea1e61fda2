raise SystemExit("no database configured")
