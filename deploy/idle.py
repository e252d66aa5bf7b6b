"""Terminals that hold a line and do nothing: what each costs central in memory and handshake time, beside nginx ending
the same TLS for the same clients; and all of them coming back at once while others sell."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import time

TURNS = 6
NGINX = """daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 20000; }}
http {{
  access_log off; client_header_timeout 3600s; keepalive_timeout 3600s;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_protocols TLSv1.3; ssl_session_tickets on;
    ssl_certificate {keys}/central-tls.pem; ssl_certificate_key {keys}/central-tls.key.pem;
    ssl_client_certificate {keys}/ca.pem; ssl_verify_client on; ssl_verify_depth 1;
    location / {{ return 204; }}
  }}
}}
"""


class Holder:
    """The process that holds the lines: one command a line, one object back."""

    def __init__(self, world, address, first, count):
        self.process = subprocess.Popen([str(world.build / "bin/load"), "idle", "--central", address, "--ca", str(world.private / "keys/ca"),
                                         "--first", str(first), "--count", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def tell(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def hear(self):
        return json.loads(self.process.stdout.readline())

    def ask(self, words):
        self.tell(words)
        return self.hear()

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


def private_kb(pids):
    """Memory that is these processes' alone."""
    total = 0
    for pid in pids:
        lines = open(f"/proc/{pid}/smaps_rollup").read().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
    return total


def slope(points):
    mean = [sum(p[k] for p in points) / len(points) for k in (0, 1)]
    return sum((x - mean[0]) * (y - mean[1]) for x, y in points) / sum((x - mean[0]) ** 2 for x, _ in points)


def by_turns(sides, cpu_seconds, count):
    """Memory of a line by a linear fit, server time of a full and of a resumed handshake, for each (holder, process ids).
    A part on one side, then on the other: what the machine does to one minute it does to both."""
    steps = [count * k // TURNS for k in range(1, TURNS + 1)]
    found = [{"points": [], "open": 0.0, "resume": 0.0, "resumed": 0, "seconds": 0.0} for _ in sides]
    for verb in ("open", "resume"):
        for step in steps:
            for side, (holder, pids) in zip(found, sides):
                cpu = cpu_seconds(pids)
                said = holder.ask(f"{verb} {step}")
                side[verb] += cpu_seconds(pids) - cpu
                assert verb == "resume" or said["open"] == step, (said, step)  # a handshake that failed is a cheap one
                if verb == "open":
                    side["points"].append((step, private_kb(pids)))
                else:
                    side["resumed"] += said["resumed"]
                    side["seconds"] += said["seconds"]
        if verb == "open":
            for holder, _ in sides:
                holder.ask("drop")
            time.sleep(1)
    return [{"kb": round(slope(side["points"]), 1), "full_us": round(side["open"] * 1e6 / count), "resumed_us": round(side["resume"] * 1e6 / count),
             "resumed": side["resumed"], "seconds": round(side["seconds"], 1)} for side in found]


@contextlib.contextmanager
def nginx(world, port):
    """The server beside ours, by its process id; None when it is not installed."""
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None:
        yield None
        return
    folder = pathlib.Path(world.private / "nginx")
    folder.mkdir()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, keys=world.private / "keys"))
    with open(folder / "out.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stdout=log, stderr=log)
    try:
        time.sleep(1)
        if server.poll() is not None:
            raise RuntimeError((folder / "out.log").read_text())
        yield server.pid
    finally:
        server.terminate()
        server.wait(timeout=60)


def storm(holder, load, count):
    """All lines drop and come back while `load`, which is ready, sells."""
    holder.ask("drop")
    load.go()
    time.sleep(1)
    holder.tell(f"resume {count}")
    back = holder.hear()
    end = load.hear("end")
    return {"storm_connections": back["open"], "storm_s": round(back["seconds"], 1), "storm_resumed": back["resumed"],
            "storm_sales_per_s": end["per_s"], "storm_p99_ms": end["p99_ms"], "storm_unanswered": end["unanswered"]}
