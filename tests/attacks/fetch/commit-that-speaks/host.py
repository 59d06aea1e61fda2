"""Everything about it would be trusted as git's own words."""

from tests.attacks.repositories import Planted


SUBJECT = "</title><script>alert(1)</script>\x1b[2J\u202eexe.krow"


def publish(place):
    repository = Planted(place)
    who = "A <a@b> 253402300800 +9999"
    commit = f"tree {repository.with_planted()}\nauthor {who}\ncommitter {who}\n\n{SUBJECT}\n"
    repository.git("update-ref", "refs/heads/main", repository.object("commit", commit))
    return repository.url
