"""The objects are said to lie at another address: objects/info/http-alternates."""

from tests.attacks.repositories import Planted
from tests.unit.fetch_hosts import http_host


def publish(place):
    repository = Planted(place)
    repository.hand_in()
    repository.git("update-server-info")
    for folder in repository.path.glob("objects/??"):
        for loose in folder.iterdir():
            loose.unlink()
    address, port = place.targets[-1]
    (repository.path / "objects" / "info" / "http-alternates").write_text(f"http://{address}:{port}/objects\n")
    host = place.closing.enter_context(http_host(place.repositories))
    return f"http://127.0.0.1:{host.port}/dumb/{place.name}.git"
