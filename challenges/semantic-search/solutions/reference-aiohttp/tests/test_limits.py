"""The waits of production add up to what the contract allows."""

from service import catalogue, config, embedder, queries
from service.gateway import Patience

USUAL, IN_OUTAGE = queries.USUAL, queries.IN_OUTAGE  # as imported, before the fixtures shorten them


def longest(patience: Patience) -> float:
    pauses = sum(patience.pause * n for n in range(1, patience.attempts))
    return min(patience.total, patience.attempts * patience.call_timeout + pauses)


def test_a_search_fits_into_ten_seconds_with_room_for_two_hanging_calls():
    assert USUAL.attempts == IN_OUTAGE.attempts == 3
    assert longest(USUAL) < 9
    assert USUAL.total < 9
    assert USUAL.total - 2 * USUAL.call_timeout > 2


def test_a_write_fits_into_a_minute():
    assert catalogue.WRITE_WAIT < 50
    assert embedder.OUTAGE_AFTER == 3
    assert embedder.BATCH <= 64


def test_settings_come_from_the_environment():
    names = {
        "PORT": "81",
        "DATA_DIR": "/d",
        "EMBEDDINGS_URL": "http://g/v1",
        "EMBEDDINGS_API_KEY": "k",
        "EMBEDDINGS_MODEL": "m",
    }
    settings = config.Settings.from_environment(names)
    assert (settings.port, str(settings.data_dir), settings.embeddings_url) == (81, "/d", "http://g/v1")
    assert (settings.embeddings_api_key, settings.embeddings_model) == ("k", "m")
