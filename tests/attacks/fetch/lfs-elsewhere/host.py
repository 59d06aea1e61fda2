"""A pointer, the attribute that smudges it, and where it would be fetched."""

from tests.attacks.repositories import Planted


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12\n"


def publish(place):
    repository = Planted(place)
    address, port = place.targets[-1]
    planted = {
        ".gitattributes": "* filter=lfs diff=lfs merge=lfs ident eol=crlf working-tree-encoding=UTF-16\n",
        ".lfsconfig": f"[lfs]\n\turl = http://{address}:{port}/\n",
        "model.bin": POINTER,
    }
    return repository.hand_in(*[("100644", name, repository.object("blob", text)) for name, text in planted.items()])
