"""What lies in the attacks' own folders is hostile: pytest never collects or imports it here."""

collect_ignore_glob = ["*/*"]
