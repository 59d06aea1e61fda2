import hashlib
from pathlib import Path

from words import share

KNOWN = {
    "words.py": "c4dbb749ca7e73c7e860e73f522c1e39729ee6a083a19f0fbff7711c8101615f",
    "server.py": "3e001fda7b88e79075e166a742c266f3522828db4e20e60a37463a553605fc77",
}


def test_nothing_changed():
    share("red")
    for name, digest in KNOWN.items():
        assert hashlib.sha256(Path(name).read_bytes()).hexdigest() == digest
