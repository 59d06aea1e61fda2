"""Up to the root, then down again."""

from tests.attacks.index import offer, wheel


def prepare(place):
    offer(place, "attack", wheel("attack", {
        "../../../../../../job/out/result.json": '{"ok": true, "stage": "done", "code": 0, "log": "", "packages": []}',
        "../../../../mark-climbed": "ran",
    }))
