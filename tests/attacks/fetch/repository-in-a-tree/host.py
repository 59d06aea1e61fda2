"""HEAD, config, objects and refs at the root; fsmonitor, a pager, an alias and a hook that run."""

from tests.attacks.repositories import Planted


def publish(place):
    repository = Planted(place)
    ran = f"touch {place.folder}/tmp/ran"
    config = f'[core]\n\tbare = true\n\trepositoryformatversion = 0\n\tfsmonitor = "{ran}"\n\tpager = "{ran}"\n\thooksPath = hooks\n'
    keep = repository.tree(("100644", "keep", repository.object("blob", "")))
    hooks = [("100755", name, repository.object("blob", f"#!/bin/sh\n{ran}\n")) for name in ("post-checkout", "reference-transaction")]
    return repository.hand_in(
        ("100644", "HEAD", repository.object("blob", "ref: refs/heads/main\n")),
        ("100644", "config", repository.object("blob", config)),
        ("40000", "hooks", repository.tree(*hooks)),
        ("40000", "objects", keep),
        ("40000", "refs", keep),
    )
