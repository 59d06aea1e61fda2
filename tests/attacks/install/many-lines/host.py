"""100,000 times the same name."""


def prepare(place):
    (place.submission / "requirements.txt").write_text("pkg\n" * 100_000)
