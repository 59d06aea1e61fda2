# %% [markdown]
# # Echo service
# %%
import json, os, sys
import re
import math
from http.server import *
from pathlib import Path
# %%
NOTES = Path(os.environ["DATA_DIR"]) / "note.json"
print("notes at", NOTES)
# %%
d = {"a": 1}
d
# %%
class H(BaseHTTPRequestHandler):
    def a(self, s, v):
        b = json.dumps(v).encode()
        self.send_response(s)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(b)))
        self.end_headers()
        self.wfile.write(b)
    def do_GET(self):
        if self.path == "/health":
            self.a(200, {"status": "ok"})
        else:
            try:
                self.a(200, json.loads(NOTES.read_text()))
            except:
                self.a(404, {"error": {"code": "not_found", "message": "no note"}})
    def do_POST(self):
        try:
            x = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            self.a(200, x)
        except Exception as e:
            self.a(400, {"error": {"code": "bad_json", "message": "not JSON"}})
    def do_PUT(self):
        NOTES.write_text(json.dumps(json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))))
        self.a(200, {})
# %%
try:
    import tqdm
except:
    pass
# %%
print("listening")
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), H).serve_forever()
