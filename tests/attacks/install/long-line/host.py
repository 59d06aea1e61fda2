"""A specifier for every version there might be."""


def prepare(place):
    specifiers = ",".join(f"!={number}.0" for number in range(150_000))
    (place.submission / "requirements.txt").write_text(f"pkg{specifiers}\n")
