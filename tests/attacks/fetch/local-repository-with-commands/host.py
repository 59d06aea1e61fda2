"""The URL is a path; every setting that runs something does."""

from tests.attacks.repositories import Planted


SETTINGS = ("core.fsmonitor", "core.sshCommand", "core.pager", "core.alternateRefsCommand", "uploadpack.packObjectsHook", "diff.external")


def publish(place):
    repository = Planted(place)
    repository.hand_in()
    ran = place.folder / "ran.sh"
    ran.write_text(f"#!/bin/sh\ntouch {place.folder}/tmp/ran-$$\n")
    ran.chmod(0o755)
    for setting in SETTINGS:
        repository.git("config", setting, str(ran))
    for name in ("post-checkout", "reference-transaction", "pre-receive", "post-index-change"):
        (repository.path / "hooks" / name).write_text(ran.read_text())
        (repository.path / "hooks" / name).chmod(0o755)
    return str(repository.path)
