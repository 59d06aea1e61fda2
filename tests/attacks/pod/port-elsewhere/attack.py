"""On another address of the loopback."""

import os
import time
from http.server import HTTPServer, SimpleHTTPRequestHandler


def at_start():
    server = HTTPServer(("127.0.0.2", int(os.environ["PORT"])), SimpleHTTPRequestHandler)
    server.timeout = 0.1
    while True:
        server.handle_request()
        time.sleep(0.01)
