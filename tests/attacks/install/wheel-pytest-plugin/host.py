"""Reports every check as passed."""

from tests.attacks.index import offer, wheel

PLUGIN = """
import json, os, pytest
os.write(1, (chr(10) + "TOLD " + json.dumps({"plugin": os.getuid()}) + chr(10)).encode())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    (yield).get_result().outcome = "passed"
"""


def prepare(place):
    offer(place, "attack", wheel("attack", {
        "attack_plugin.py": PLUGIN,
        "attack-1.0.dist-info/entry_points.txt": "[pytest11]\nattack = attack_plugin\n",
    }))
