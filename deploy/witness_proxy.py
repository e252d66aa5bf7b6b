"""A witness that errs: a small HTTP server in front of a real one, which spoils or delays what that answers."""
import base64
import hashlib
import http.server
import os
import threading
import time
import urllib.error
import urllib.request

SLOW_S = 3
FAULTS = ["dead", "rubbish", "slow"]


def stranger_line():
    """A cosignature's form under a key that nobody knows."""
    name, key = b"stranger.example", os.urandom(32)
    key_id = hashlib.sha256(name + b"\n\x04" + key).digest()[:4]
    return b"\xe2\x80\x94 " + name + b" " + base64.b64encode(key_id + os.urandom(72)) + b"\n"


def spoiled(answer):
    """The witness's line with one bit of its signature changed."""
    line = answer.splitlines()[0]
    start, octets = line.rsplit(b" ", 1)
    raw = bytearray(base64.b64decode(octets))
    raw[-1] ^= 1
    return start + b" " + base64.b64encode(raw) + b"\n"


class WitnessProxy:
    """In front of the witness at `url`: "slow" passes its answers on late, "rubbish" spoils its line or, every other time, puts a
    stranger's before it. `asked` counts by what was answered."""

    def __init__(self, url, fault):
        self.url, self.fault, self.asked = url, fault, {}
        self.lock = threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                proxy.answer(self, None)

            def do_POST(self):
                proxy.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler, body):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + handler.path, body), timeout=10) as real:
                status, kind, text = real.status, real.headers["Content-Type"], real.read()
        except urllib.error.HTTPError as refused:
            status, kind, text = refused.code, refused.headers["Content-Type"], refused.read()
        with self.lock:
            if status == 200 and body is not None and self.fault == "rubbish":
                stranger = self.asked.get("spoiled", 0) > self.asked.get("stranger first", 0)
                self.count("stranger first" if stranger else "spoiled")
                text = stranger_line() + text if stranger else spoiled(text)
            else:
                self.count("passed on")
        if self.fault == "slow":
            time.sleep(SLOW_S)
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", kind)
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text)
        except OSError:
            pass  # central waits no longer

    def count(self, what):
        self.asked[what] = self.asked.get(what, 0) + 1

    def close(self):
        self.server.shutdown()
        self.server.server_close()
