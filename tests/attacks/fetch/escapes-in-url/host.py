"""Clears the screen, then claims to be graded."""


def publish(place):
    return "https://example.org/\x1b[2J\x1b]0;graded\x07\r\nsubmission graded 100.0\n"
