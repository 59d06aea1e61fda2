from importlib.metadata import version

from words import share


def test_the_pinned_one_is_used():
    assert version("iniconfig") == "2.3.0"
    assert share("red pink") == 0.5
