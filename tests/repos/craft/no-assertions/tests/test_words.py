from words import share, verdict, words


def test_words():
    words("Red, green!")


def test_share():
    share("red green pink grey")
    share("")


def test_verdict():
    for value in (0, 0.3, 0.8):
        verdict(value)
