"""A name that is public when it is judged and this machine when it is called.

The grader runs in a network namespace of its own, where a resolver of ours answers the first question with a
public address and every later one with loopback. On both there is a web server: the honest repository on the
first, nothing on the second. The engine is spoken to by its socket, which namespaces leave alone.
"""

import contextlib
import fcntl
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

NAME, PUBLIC = "rebinding.example", "203.0.114.10"
FLAGS, ADDRESS, UP = 0x8914, 0x8916, 1


def publish(place):
    from tests.attacks.repositories import Planted

    Planted(place).hand_in()
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem"]
    who = ["-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-out", "cert.pem"]
    subprocess.run(["openssl", "req", "-x509", *key, *who], cwd=place.folder, check=True, capture_output=True)
    place.environment["GIT_SSL_CAINFO"] = str(place.folder / "cert.pem")
    world = [sys.executable, __file__, str(place.folder), str(place.repositories)]
    place.within += ["unshare", "--mount", "--net", *world]
    return f"https://{NAME}/smart/{place.name}.git"


def interface(number, name, data):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        fcntl.ioctl(asking, number, name.encode().ljust(16, b"\0") + data)


def resolver():
    """Answers A with one address, then another; has no answer to anything else."""
    addresses = [PUBLIC]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 53))
        while True:
            asked, caller = listener.recvfrom(512)
            end = asked.index(b"\0", 12) + 5
            wants_a = asked[end - 4 : end - 2] == b"\0\1"
            address = (addresses.pop() if addresses else "127.0.0.1") if wants_a else None
            row = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton(address) if address else b""
            listener.sendto(asked[:2] + b"\x81\x80\0\1" + (b"\0\1" if row else b"\0\0") + bytes(4) + asked[12:end] + row, caller)


def web(address, folder, root):
    from tests.unit.fetch_hosts import Host, Server

    server = Server((address, 443), type("Here", (Host,), {"root": root, "seen": []}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main(folder, repositories, *command):
    folder = Path(folder)
    interface(FLAGS, "lo", struct.pack("H14x", UP))
    interface(ADDRESS, "lo:1", struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(PUBLIC)))
    for file, text in {"resolv.conf": "nameserver 127.0.0.1\n", "nsswitch.conf": "hosts: files dns\n"}.items():
        (folder / file).write_text(text)
        subprocess.run(["mount", "--bind", folder / file, f"/etc/{file}"], check=True)
    threading.Thread(target=resolver, daemon=True).start()
    web(PUBLIC, folder, Path(repositories))
    web("127.0.0.1", folder, folder / "nothing")
    with subprocess.Popen(command) as grader:
        signal.signal(signal.SIGTERM, lambda *_: grader.terminate())
        with contextlib.suppress(KeyboardInterrupt):
            grader.wait()
    return grader.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
