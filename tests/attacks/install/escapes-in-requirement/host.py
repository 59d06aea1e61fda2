"""Escapes, bidi and markup in one line."""


def prepare(place):
    (place.submission / "requirements.txt").write_text("\x1b[2J\u202epkg<script>alert(1)</script> @\n")
