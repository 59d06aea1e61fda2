"""What git would run lands among the files that are looked for afterwards."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    modules = f'[submodule "sub"]\n\tpath = sub\n\turl = "ext::sh -c touch% {place.folder}/tmp/ran"\n'
    inner = repository.files(a="x", branch="inner")
    return repository.hand_in(
        ("100644", ".gitmodules", repository.object("blob", modules)), ("160000", "sub", inner)
    )
