"""A link, then what would be written through it."""

from tests.attacks.registry import archive, link, offer


def prepare(place):
    files = {
        "package/root": link("/"),
        "package/root/env/node/mark-through": "ran",
        "package/out": link("/job/out"),
        "package/out/mark": "ran",
        "package/up": link("../../.."),
        "package/up/mark-up": "ran",
        "package/index.js": link("/proc/self/environ"),
    }
    offer(place, archive(files))
