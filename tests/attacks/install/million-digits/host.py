"""Ones."""


def prepare(place):
    (place.submission / "requirements.txt").write_text(f"pkg=={'1' * 1_000_000}\n")
