"""ext:: in .gitmodules, and a name that would be an option."""

from tests.attacks.repositories import Planted


MODULES = '[submodule "sub"]\n\tpath = sub\n\turl = "-u./payload"\n\tupdate = "!touch ran"\n'


def publish(place):
    repository = Planted(place)
    inner = repository.files(a="x", branch="inner")
    return repository.hand_in(
        ("100644", ".gitmodules", repository.object("blob", MODULES)), ("160000", "sub", inner)
    )
