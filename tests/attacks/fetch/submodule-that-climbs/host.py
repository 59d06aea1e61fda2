"""The name is a folder below .git/modules; the path one outside."""

from tests.attacks.repositories import Planted


MODULES = '[submodule "../../hooks"]\n\tpath = ../../outside\n\turl = https://example.org/a.git\n'


def publish(place):
    repository = Planted(place)
    return repository.hand_in(("100644", ".gitmodules", repository.object("blob", MODULES)))
