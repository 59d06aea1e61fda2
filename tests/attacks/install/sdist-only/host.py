"""A backend that writes where the installer may write, and gives a wheel that would install."""

import io
import tarfile

from tests.attacks.index import offer

BACKEND = '''
import pathlib, zipfile

pathlib.Path("/env/py/mark-of-build").write_text("ran")


def build_wheel(folder, *_):
    with zipfile.ZipFile(f"{folder}/attack-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("attack_1.py", "")
        archive.writestr("attack-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: attack\\nVersion: 1.0\\n")
        archive.writestr("attack-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("attack-1.0.dist-info/RECORD", "")
    return "attack-1.0-py3-none-any.whl"
'''
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "attack"\nversion = "1.0"\n'
ABOUT = "Metadata-Version: 2.2\nName: attack\nVersion: 1.0\n"


def prepare(place):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, text in {"backend.py": BACKEND, "pyproject.toml": PROJECT, "PKG-INFO": ABOUT}.items():
            info = tarfile.TarInfo(f"attack-1.0/{name}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    offer(place, "attack", made.getvalue(), file="attack-1.0.tar.gz")
