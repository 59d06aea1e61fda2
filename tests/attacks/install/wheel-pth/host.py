"""One line that executes another one's code."""

from tests.attacks.index import offer, wheel

CODE = """
import json, os, pathlib
os.write(1, (chr(10) + "TOLD " + json.dumps({"pth": os.getuid()}) + chr(10)).encode())
try:
    pathlib.Path(f"/env/py/mark-{os.getuid()}").write_text("ran")
except OSError:
    pass
"""


def prepare(place):
    offer(place, "attack", wheel("attack", {"attack.pth": f"import attack_start\n", "attack_start.py": CODE}))
