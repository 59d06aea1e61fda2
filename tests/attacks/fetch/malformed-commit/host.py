"""Written byte by byte."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    commit = repository.object("commit", f"tree {repository.with_planted()}\n\nNobody\n")
    repository.git("update-ref", "refs/heads/main", commit)
    return repository.url
