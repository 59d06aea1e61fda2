"""The hidden checks of the echo challenge."""

from harness.probe import check, expect


@check("echo.back")
def test_back(service, rng):
    """What is sent comes back."""
    word = f"word-{rng.randrange(10**9)}"
    reply = service.post("/echo", json={"text": word})
    expect(reply.status == 200, "status 200", seen=f"status {reply.status}")
    expect(reply.at("text", kind=str) == word, "the same text", seen=reply.at("text", kind=str))


@check("echo.share")
def test_share(service, measure):
    """How many of the letters come back."""
    letters = "abcdefghij"
    came = service.post("/echo", json={"text": letters}).at("text", kind=str)
    measure("share", sum(a == b for a, b in zip(letters, came, strict=False)) / len(letters))


@check("notes.write")
def test_write(service, state, scratch):
    """A note is stored."""
    note = f"note {scratch}"
    expect(service.put("/notes", json={"text": note}).status == 200, "status 200", seen="another status")
    state["note"] = note


@check("notes.kept")
def test_kept(service, state):
    """The note is still there after a restart."""
    reply = service.get("/notes")
    expect(reply.at("text", kind=str) == state["note"], "the note stored before the restart", seen=reply.body[:80])


@check("echo.rough")
def test_rough(service):
    """Malformed JSON gets a 400."""
    reply = service.post("/echo", body=b"{", headers={"content-type": "application/json"})
    expect(reply.status == 400, "status 400", seen=f"status {reply.status}")
