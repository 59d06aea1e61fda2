"""The hidden checks of the challenge of seconds for what stands around the code."""

from harness.probe import check, expect


@check("share.known")
def test_share(service, measure):
    """The share of known words, on a text of four words of which three are known."""
    reply = service.post("/share", json={"text": "red green three pink"})
    measure("known_share", reply.at("share", kind=float), n=4)


@check("share.rough")
def test_rough(service):
    """Malformed JSON gets a 400."""
    reply = service.post("/share", body=b"{", headers={"content-type": "application/json"})
    expect(reply.status == 400, "status 400", seen=f"status {reply.status}")
