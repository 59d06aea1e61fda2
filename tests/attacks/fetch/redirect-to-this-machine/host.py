"""302 to a port that nobody may reach."""

from tests.unit.fetch_hosts import http_host


def publish(place):
    address, port = place.targets[-1]
    host = place.closing.enter_context(http_host(place.repositories, redirect=f"http://{address}:{port}"))
    return f"http://127.0.0.1:{host.port}/to/work.git"
