"""Every script that an install could run."""

from tests.attacks.registry import archive, offer

SCRIPT = "touch /env/node/mark /env/node/node_modules/mark /job/out/mark; node leave.js"
NAMES = ("preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare")


def prepare(place):
    files = {
        "package/leave.js": "require('node:fs').writeFileSync('/env/node/mark-node', '')",
        "package/binding.gyp": '{"targets": [{"target_name": "<!(touch /env/node/mark-gyp)"}]}',
        "package/index.js": "module.exports = 1;",
    }
    offer(place, archive(files, {"scripts": dict.fromkeys(NAMES, SCRIPT)}), hasInstallScript=True)
