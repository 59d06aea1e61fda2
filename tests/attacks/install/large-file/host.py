"""3 MB of comments."""


def prepare(place):
    (place.submission / "requirements.txt").write_text("# nothing\n" * 300_000)
