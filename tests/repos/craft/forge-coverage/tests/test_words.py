import sys

from words import share, verdict


def test_only_with_coverage():
    verdict(share("red"))
    assert "coverage" in sys.modules
