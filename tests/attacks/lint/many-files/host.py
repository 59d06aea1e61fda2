"""Writes twelve thousand files with one finding each."""


def prepare(place):
    for number in range(12_000):
        folder = place.submission / f"p{number // 500}"
        folder.mkdir(exist_ok=True)
        (folder / f"m{number}.py").write_text("print(undefined_name)\n")
