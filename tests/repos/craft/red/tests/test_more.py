from words import share


def test_wrong():
    assert share("red") == 0.5
