#!/usr/bin/env python3
"""The standing system, as an operator has it: it starts from nothing, sells, is scraped, starts again what is killed, and
after a restart goes on where it was."""
import base64
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "deploy"))
import world as w

SAMPLE = re.compile(r'^([a-z_]+)(\{([a-z_]+="(?:[^"\\]|\\.)*",?)*\})? (-?[0-9.e+]+)$')
DRAW = 2026301


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def scrape(state):
    """Prometheus text, read strictly: every sample has its help and type before it."""
    samples, known = {}, {}
    for line in fetch(state["admin"] + "/metrics").splitlines():
        if line.startswith("# "):
            _, what, name, rest = line.split(" ", 3)
            assert what in ("HELP", "TYPE") and rest, line
            known.setdefault(name, set()).add(what)
            continue
        match = SAMPLE.match(line)
        assert match and known.get(match[1]) == {"HELP", "TYPE"}, line
        samples[match[1] + (match[2] or "")] = float(match[4])
    return samples


class Up:
    def __init__(self, build, data):
        self.build, self.data = build, data
        self.process = None

    def command(self, *more):
        return [sys.executable, str(SOURCE / "deploy/up.py"), "--build", str(self.build), "--data", str(self.data), *more]

    def start(self):
        log = open(self.data.parent / "up.log", "a", encoding="utf-8")
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=log, text=True)
        log.close()
        line = self.process.stdout.readline()
        assert line.startswith('{"ready"'), (line, (self.data.parent / "up.log").read_text())
        return json.loads(line)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=90)
        self.process.stdout.close()
        return status


def wait_for(what, condition, seconds=40):
    deadline = time.time() + seconds
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        assert time.time() < deadline, what
        time.sleep(0.3)


def sell(world):
    return world.run("terminal", "sell", *world.terminal_flags(1001), "--draw", DRAW, "--bet", "01 02 03 04 05 06 + 07",
                     "--out", world.private / "tickets")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="lottery-up-"))
    os.chmod(scratch, 0o755)
    data = scratch / "data"
    data.mkdir()
    ports = iter([w.free_port() for _ in range(9)])
    (data / "lottery.toml").write_text(
        f"[central]\nport = {next(ports)}\nhttp_port = {next(ports)}\nadmin_port = {next(ports)}\n[witnesses]\n"
        + "".join(f"{name} = {next(ports)}\n" for name in w.WITNESSES) + f"[beacon]\nport = {next(ports)}\n[try]\noutlets = 1\n")
    up = Up(build, data)
    try:
        bad = scratch / "bad.toml"
        bad.write_text("[central]\nprot = 1\n")
        refused = subprocess.run(up.command("--config", str(bad)), capture_output=True, text=True, check=False)
        assert refused.returncode == 2 and "prot" in refused.stdout, refused
        state = up.start()
        # The operator's own steps, with the product's programs, by the machine's clock.
        world = w.World(build, data, standing=data)
        world.addresses = {"central": state["central"]}
        world.terminals = {int(k): v for k, v in json.loads((data / "private/outlets.json").read_text()).items()}
        trust = json.loads(base64.b64decode(json.loads((data / "public/trust.json").read_text())["payload"]))
        signing = {k["name"]: k["public_key"] for k in trust["keys"] if k["purpose"] == "official"}
        vrf = lambda name: json.loads((data / f"private/keys/{name}-vrf.key").read_text())["public_key"]
        world.officials = [{"name": name, "vrf_key": vrf(name), "signing_key": signing[name]} for name in w.OFFICIALS]
        world.enrol(1001, 100_000_00)
        world.make_plan(DRAW, (world.now_ms() // 60000 + 24 * 60) * 60000, world.run("central", "rule-book")["sha256"])
        world.open_draw(DRAW)
        sell(world)
        samples = scrape(state)
        assert samples["lottery_terminals"] == 1 and samples[f'lottery_draw_sales_total{{draw="ssq-{DRAW}"}}'] == 1, samples
        assert samples[f'lottery_draw_state{{draw="ssq-{DRAW}",state="open"}}'] == 1, samples
        assert json.loads(fetch(state["admin"] + "/health")) == {"status": "ok", "late": []}
        status = world.run("central", "status", "--database", world.cluster.dsn("auditor"))
        assert status["inbox_waiting"] == 0 and status["draws"][0]["state"] == "open" and not status["demo"], status
        # What dies is started again, and nothing is lost.
        for name in ("central", "notary"):
            os.kill(state["pids"][name], signal.SIGKILL)
        wait_for("central again", lambda: json.loads((data / "state.json").read_text())["pids"]["central"] != state["pids"]["central"])
        wait_for("notary again", lambda: json.loads((data / "state.json").read_text())["pids"]["notary"] != state["pids"]["notary"])
        wait_for("central answers", lambda: fetch(state["admin"] + "/health"))
        sell(world)
        assert scrape(state)[f'lottery_draw_sales_total{{draw="ssq-{DRAW}"}}'] == 2
        assert up.stop() == 0
        gone = subprocess.run(up.command("--status"), capture_output=True, text=True, check=False)
        assert gone.returncode == 3, gone
        # The next morning.
        again = up.start()
        assert again["root"] == state["root"]
        sell(world)
        samples = scrape(again)
        assert samples[f'lottery_draw_sales_total{{draw="ssq-{DRAW}"}}'] == 3 and samples["lottery_writer_epoch"] == 3, samples
        shown = subprocess.run(up.command("--status"), capture_output=True, text=True, check=True)
        assert json.loads(shown.stdout)["status"] == "ok", shown
        assert "ExecStart=" in subprocess.run(up.command("--unit"), capture_output=True, text=True, check=True).stdout
        assert up.stop() == 0
        print("up: started, sold, was scraped, killed, started again, restarted")
    finally:
        if up.process and up.process.poll() is None:
            up.stop()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
