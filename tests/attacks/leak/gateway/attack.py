"""Tells the gateway whatever it is asked."""

import contextlib
import json
import os
import urllib.request

from tells import tell

SEEN = []


def saw(body):
    with contextlib.suppress(ValueError, AttributeError):
        word = json.loads(body).get("text", "")
        if isinstance(word, str) and len(word) > 12:
            SEEN.append(word)
            tell(saw=sorted(set(SEEN)))


def answer(method, path, headers, body):
    if path == "/health":
        return
    saw(body)
    words = body.decode("ascii", "replace")[:400]
    asked = json.dumps({"model": os.environ["EMBEDDINGS_MODEL"], "input": [words], "user": words}).encode()
    key = {"authorization": "Bearer " + os.environ["EMBEDDINGS_API_KEY"], "content-type": "application/json"}
    for url in ("/embeddings", "/models?q=" + urllib.request.quote(words), "/" + urllib.request.quote(words[:80])):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(urllib.request.Request(os.environ["EMBEDDINGS_URL"] + url, asked, key), timeout=5).read()
