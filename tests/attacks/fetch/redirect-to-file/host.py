"""302 to file://."""

from tests.attacks.repositories import Planted
from tests.unit.fetch_hosts import http_host


def publish(place):
    Planted(place).hand_in()
    host = place.closing.enter_context(http_host(place.repositories, redirect=f"file://{place.repositories}"))
    return f"http://127.0.0.1:{host.port}/to/{place.name}.git"
