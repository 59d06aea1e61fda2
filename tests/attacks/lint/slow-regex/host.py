"""Writes a file of long lines."""


def prepare(place):
    line = "VALUE = [" + "[1, " * 900 + "1" + "]" * 901 + "\n"
    (place.submission / "slow.py").write_text(line * 60 + "TEXT = '" + "(a+)+" * 20_000 + "'\n")
