"""What a container printed: head, tail, what is missing between, and nothing that a terminal obeys."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence import Log
from grader.results import log_text
from grader.sandbox.logs import LogKeeper


def kept(*chunks: bytes, excerpt: int = 20, flood: int = 10_000) -> Log:
    """The log of a container that printed these chunks."""
    keeper = LogKeeper(excerpt, flood)
    keeper.feed(chunks)
    return keeper.log()


def test_a_short_log_is_kept_whole():
    """What fits is one text, not truncated."""
    assert kept(b"one\n", b"two\n") == Log(head="one\ntwo\n", tail="", bytes=8, truncated=False)
    assert kept(b"0123456789abcdefghij") == Log(head="0123456789abcdefghij", tail="", bytes=20, truncated=False)


def test_a_long_log_keeps_its_ends_and_says_so():
    """Of what does not fit the first and last bytes stay, and the record says how many there were."""
    log = kept(b"0123456789", b"-" * 500, b"abcdefghij")
    assert log == Log(head="0123456789", tail="abcdefghij", bytes=520, truncated=True)
    assert log_text(log).splitlines()[1] == "[… truncated: 520 bytes in all; the head and the tail are kept …]"
    assert log_text(kept(b"short")) == "short"


def test_a_flood_is_noticed_at_once():
    """Reading stops as soon as the cap is passed, and not before."""
    chunks = iter([b"x" * 60, b"x" * 40, b"x", b"never read"])
    keeper = LogKeeper(20, 100)
    assert not keeper.feed(chunks)
    assert list(chunks) == [b"never read"]
    assert keeper.log().bytes == 101
    assert LogKeeper(20, 100).feed([b"x" * 100])


def test_a_terminal_obeys_nothing():
    """Escapes, bidirectional overrides and bytes that are no UTF-8 are shown, lines and tabs stay."""
    log = kept("\x1b[31m\r\n\ta\u202eb\r".encode(), b"\xff", excerpt=100)
    assert log.head == "\\x1b[31m\n\ta\\u202eb\\r\ufffd"


def test_our_own_words_are_read_as_they_are():
    """For our own containers the text is not escaped."""
    keeper = LogKeeper(20, 100)
    keeper.feed([b'{"ready": 1}'])
    assert keeper.text() == '{"ready": 1}'


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=30), max_size=12), st.integers(0, 40))
def test_chunks_do_not_matter(chunks, excerpt):
    """However the bytes were cut into chunks, the log is the same, within its budget."""
    whole = b"".join(chunks)
    log = kept(*chunks, excerpt=excerpt)
    assert log == kept(whole, excerpt=excerpt)
    assert log.bytes == len(whole)
    assert log.truncated == (len(whole) > 2 * (excerpt // 2))
