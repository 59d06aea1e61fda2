"""The hidden checks of the notes challenge."""

from harness.probe import check, expect


@check("notes.back")
def test_back(service, rng, state):
    """A note is read as it was written."""
    for number in range(3):
        note = {"text": f"remember {rng.randrange(10**9)}"}
        expect(service.put(f"/notes/n{number}", json=note).status == 200, "status 200", seen="another")
        seen = service.get(f"/notes/n{number}").at(kind=dict)
        expect(seen == note, "the note as it was written", seen=seen)
        state[f"n{number}"] = note


@check("notes.deleted")
def test_deleted(service, scratch):
    """A note that was deleted is not there, and another one still is."""
    for name in ("a", "b"):
        service.put(f"/notes/{scratch}{name}", json={"text": "to be deleted"})
    service.delete(f"/notes/{scratch}a")
    status = service.get(f"/notes/{scratch}a").status
    expect(status == 404, "404 for a deleted note", seen=f"status {status}")
    expect(service.get(f"/notes/{scratch}b").status == 200, "the other note", seen="none")


@check("notes.kept")
def test_kept(service, state):
    """Notes are there after the service was killed and started again."""
    for name in ("n0", "n1", "n2"):
        seen = service.get(f"/notes/{name}").at(kind=dict)
        expect(seen == state[name], "the note from before the restart", seen=seen)
