"""The hidden checks of the learner challenge."""

from harness.probe import check, expect


def model_of(service):
    """What it has learnt: the sum, the files that training found before it began, and a token."""
    reply = service.get("/model")
    return reply.at("sum", kind=int), reply.at("found", kind=list), reply.at("token", kind=str)


@check("training.ended")
def test_ended(training):
    """It ended with success, and was given the one file."""
    expect(list(training.files) == ["numbers.txt"], "the file to learn from", seen=list(training.files))
    expect(training.ok, "training to end with success", seen=training.sentence)


@check("training.knows")
def test_knows(service, state):
    """The sum of the numbers; the folder was empty when training began."""
    total, found, token = model_of(service)
    state["token"] = token
    expect((total, found) == (12, []), "12, and an empty folder", seen=(total, found))


@check("training.kept")
def test_kept(service, state):
    """Nothing is trained by a restart."""
    expect(model_of(service)[2] == state["token"], "the same model", seen="another")


@check("training.repeats")
def test_repeats(service, state, training):
    """A second training begins in an empty folder and makes the same."""
    expect(training.ok, "training to end with success", seen=training.sentence)
    total, found, token = model_of(service)
    expect((total, found, token) == (12, [], state["token"]), "the same again", seen=(total, found, token))
