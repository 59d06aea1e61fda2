"""The newest commit is clean."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    config = repository.tree(("100644", "config", repository.object("blob", "[core]\n\tfsmonitor = touch ran\n")))
    before = repository.commit(repository.with_planted(("40000", ".git", config)))
    repository.commit(repository.with_planted(), before)
    return repository.url
