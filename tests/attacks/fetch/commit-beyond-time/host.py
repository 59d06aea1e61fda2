"""The year 292 billion."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    who = "A <a@b> 9223372036854775807 +9999"
    commit = f"tree {repository.with_planted()}\nauthor {who}\ncommitter {who}\n\nWork\n"
    repository.git("update-ref", "refs/heads/main", repository.object("commit", commit))
    return repository.url
