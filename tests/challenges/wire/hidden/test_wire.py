"""Hidden checks of the wire challenge."""

from harness.probe import ServiceFault, check, expect


@check("wire.get")
def test_get(service):
    """GET gets JSON."""
    reply = service.get("/value")
    expect(reply.status == 200, "status 200", seen=f"status {reply.status}")
    reply.at(kind=dict)


@check("wire.post")
def test_post(service):
    """POST gets JSON."""
    reply = service.post("/value", json={"text": "x" * 2_000})
    expect(reply.status == 200, "status 200", seen=f"status {reply.status}")
    reply.at(kind=dict)


@check("wire.many")
def test_many(service):
    """Eight requests side by side get JSON."""
    came = service.many([("GET", "/value")] * 8, workers=8)
    faults = sorted({one.kind for one in came if isinstance(one, ServiceFault)})
    expect(not faults, "eight replies", seen=f"faults: {', '.join(faults)}")
    for reply in came:
        expect(reply.status == 200, "status 200", seen=f"status {reply.status}")
        reply.at(kind=dict)
