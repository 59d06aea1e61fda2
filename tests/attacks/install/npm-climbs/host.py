"""Up to the root, then down again."""

from tests.attacks.registry import archive, offer

RESULT = '{"ok": true, "stage": "done", "code": 0, "log": "", "packages": []}'


def prepare(place):
    offer(place, archive({"package/../../../../../job/out/result.json": RESULT, "package/../../../mark": "climbed"}))
