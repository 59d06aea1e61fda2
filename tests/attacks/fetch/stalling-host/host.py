"""Sleeps."""

from tests.unit.fetch_hosts import http_host


def publish(place):
    host = place.closing.enter_context(http_host(place.repositories))
    return f"http://127.0.0.1:{host.port}/stall/work.git"
