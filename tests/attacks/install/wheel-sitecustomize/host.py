"""Both names, one code. Whether the service's interpreter takes them depends on the base image."""

from tests.attacks.index import offer, wheel

CODE = '''
import os, pathlib
try:
    pathlib.Path(f"/env/py/mark-{os.getuid()}").write_text("ran")
except OSError:
    pass
'''


def prepare(place):
    offer(place, "attack", wheel("attack", {"sitecustomize.py": CODE, "usercustomize.py": CODE}))
