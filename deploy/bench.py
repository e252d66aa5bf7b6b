#!/usr/bin/env python3
"""./lottery bench issuance [--json]: durable signed TLS sales of one small machine, load included. One run, one
object: rates, latency, CPU per sale of server and database, against one signature verification of the same run and
against what others do on the same cluster."""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import peers
import world as w

DRAWS = [2026097 + i for i in range(13)]  # four to begin with, ten in a row from the last of them
CLOSING = 2026110                         # closes while it is sold
FIRST, DEPOSIT_FEN = 5000, 100_000_000_00


def say(text):
    print(text, file=sys.stderr, flush=True)


def cpu_seconds(pids):
    """User and system time of processes and of their finished children (PostgreSQL's backends)."""
    ticks, total = os.sysconf("SC_CLK_TCK"), 0
    for pid in pids:
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / ticks


def family(pid):
    found, queue = [pid], [pid]
    while queue:
        done = subprocess.run(["pgrep", "-P", str(queue.pop())], capture_output=True, text=True, check=False)
        children = [int(line) for line in done.stdout.split()]
        found += children
        queue += children
    return found


class Load:
    """The load process: one JSON object a line from it, one word a line to it."""

    def __init__(self, world, config, log):
        path = world.private / "load.json"
        path.write_text(json.dumps(config))
        self.process = subprocess.Popen([str(world.build / "bin/load"), "run", str(path), "--clock", str(world.clock)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)

    def hear(self, *words):
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("the load process ended")
            said = json.loads(line)
            if said["say"] in words:
                return said

    def go(self, word="go"):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()


class Issuance:
    def __init__(self, options):
        self.options = options
        self.world = w.World(options.build, options.out, say)
        self.world.cluster.settings.update(w.ISSUANCE_SETTINGS)
        self.batches = {}
        self.result = {}

    def prepare(self):
        world, n = self.world, self.options.terminals
        world.prepare(terminals=0)
        world.addresses["central"] = f"127.0.0.1:{w.free_port()}"
        world.start_beacon()
        for name in ("notary", "auditor", "university"):
            world.start_witness(name)
        world.start_central()
        rule_book = world.run("central", "rule-book")["sha256"]
        say(f"终端 enrolling {n} terminals with deposits")
        keys = subprocess.run([str(world.build / "bin/load"), "keys", "--first", str(FIRST), "--count", str(n)], check=True, capture_output=True,
                              text=True).stdout.split("\n")
        rows = {"operator": [], "settler": []}
        for line in filter(None, keys):
            number, key = line.split()
            enrol = {"terminal": int(number), "name": "load", "jurisdiction": "110000", "public_key": key}
            rows["operator"].append(f"SELECT issuance.hand_in('enrol', '{json.dumps(enrol)}');")
            credit = {"terminal": int(number), "amount_fen": DEPOSIT_FEN, "reference": f"load-{number}"}
            rows["settler"].append(f"SELECT issuance.hand_in('credit', '{json.dumps(credit)}');")
        for role, lines in rows.items():
            path = world.private / f"{role}.sql"
            path.write_text("BEGIN;" + "\n".join(lines) + "COMMIT;")
            subprocess.run([f"{w.PG_BIN}/psql", "-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", world.cluster.dsn(role), "-f", str(path)],
                           check=True)
            while world.cluster.sql("SELECT count(*) FROM issuance.inbox i WHERE NOT EXISTS (SELECT FROM issuance.inbox_done d WHERE d.id = i.id)")[0][0] != "0":
                time.sleep(0.2)
        minute = world.now_ms() // 60000
        for i, draw in enumerate(DRAWS + [CLOSING]):
            world.make_plan(draw, (minute + 24 * 60 + i) * 60000, rule_book)
        for draw in DRAWS + [CLOSING]:
            world.open_draw(draw)
        for name in ("notary", "auditor", "university"):  # their machines are not measured
            world.kill(name)
        world.kill("beacon")

    def config(self):
        o, n = self.options, self.options.terminals
        def phase(name, rate, seconds, window=0, only_draw=0, margin=1.3):
            total = (rate or o.expected) * seconds
            return {"name": name, "rate": rate, "window": window, "seconds": seconds, "only_draw": only_draw,
                    "orders_each": max(2, int(total * margin / n) + 2)}
        phases = [phase("warm", 2000, 5), phase("steady_1000", 1000, o.seconds // 3), phase("steady_10000", 10000, o.seconds // 2),
                  phase("maximum", 0, o.seconds, window=o.window)]
        if o.all or o.overload:
            phases += [phase("overload", 2 * o.expected, max(5, o.seconds // 3), margin=1.0)]
        return {"central": self.world.addresses["central"], "ca": str(self.world.private / "keys/ca"), "trust": str(self.world.trust_file),
                "first": FIRST, "terminals": n, "draws": DRAWS, "phases": phases}

    def pids(self):
        postgres = int((self.world.cluster.folder / "data/postmaster.pid").read_text().split()[0])
        return {"central": [self.world.processes["central"].pid], "postgres": family(postgres)}

    def sell(self):
        world, config = self.world, self.config()
        warm_up(world.cluster)
        world.cluster.sql("CHECKPOINT", "postgres")
        before = size(world)
        self.phases = {}
        with open(world.private / "load.log", "w", encoding="utf-8") as log:
            load = Load(world, config, log)
            for phase in config["phases"]:
                load.hear("ready")
                say(f"销售 {phase['name']}: " + (f"{phase['rate']} orders/s" if phase["rate"] else f"{phase['window']} orders under way")
                    + f" for {phase['seconds']} s")
                pids = self.pids()
                cpu = {name: cpu_seconds(p) for name, p in pids.items()}
                batches = records(world)
                load.go()
                end = load.hear("end")
                end["batches_per_s"] = round((records(world) - batches) / end["seconds"], 1)
                for name in pids:
                    end[f"{name}_cpu_us"] = (cpu_seconds(self.pids()[name]) - cpu[name]) * 1e6 / max(1, end["sold"])
                self.phases[phase["name"]] = end
                say("  " + json.dumps({k: round(v, 2) if isinstance(v, float) else v for k, v in end.items() if k not in ("say", "phase")}))
            say("核对 verifying every receipt of the run")
            self.verified = load.hear("verified")
            load.process.wait(timeout=60)
        world.cluster.sql("CHECKPOINT", "postgres")
        self.tickets = self.verified["sold"]
        self.bytes_per_ticket = (size(world) - before) / self.tickets
        for name, octets in world.cluster.sql(
                "SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
                "'issuance' AND c.relkind = 'r' ORDER BY 2 DESC LIMIT 12", "postgres"):
            say(f"  {name}: {int(octets) / self.tickets:.1f} octets a ticket")
        stored = int(world.cluster.sql("SELECT COALESCE(sum(count), 0) FROM issuance.leaf WHERE log > 0")[0][0])
        if stored != self.verified["leaves"]:
            say(f"  stored {stored} leaves, receipts speak of {self.verified['leaves']}")
            self.verified["wrong_receipts"] += abs(stored - self.verified["leaves"])

    def idle(self):
        """Connections that do nothing: memory of each by a linear fit, processor time of a full and of a resumed handshake."""
        world, central = self.world, self.world.processes["central"].pid
        steps = [self.options.idle * k // 4 for k in range(1, 5)]
        say(f"空闲 {steps[-1]} idle connections, dropped and resumed")
        process = subprocess.Popen([str(world.build / "bin/load"), "idle", "--central", world.addresses["central"], "--ca", str(world.private / "keys/ca"),
                                    "--first", "100000", "--count", str(steps[-1])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        def ask(words):
            process.stdin.write(words + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())
        process.stdout.readline()
        points, cpu = [], cpu_seconds([central])
        for step in steps:
            ask(f"open {step}")
            points.append((step, private_kb(central)))
        handshake_us = (cpu_seconds([central]) - cpu) * 1e6 / steps[-1]
        ask("drop")
        time.sleep(1)
        cpu = cpu_seconds([central])
        resumed = ask(f"resume {steps[-1]}")
        resumed_us = (cpu_seconds([central]) - cpu) * 1e6 / steps[-1]
        ask("drop")
        process.stdin.close()
        process.wait(timeout=30)
        mean = [sum(p[k] for p in points) / len(points) for k in (0, 1)]
        slope = sum((x - mean[0]) * (y - mean[1]) for x, y in points) / sum((x - mean[0]) ** 2 for x, _ in points)
        self.result.update(idle_kb_per_terminal=round(slope, 1), idle_connections=steps[-1], handshake_cpu_us=round(handshake_us),
                           resumed_handshake_cpu_us=round(resumed_us), resumed=resumed["resumed"], resume_all_s=round(resumed["seconds"], 1))

    def restart(self):
        """Central dies with everything of this run open, and is back when it says so."""
        say("重启 central is killed and started again")
        self.world.kill("central")
        started = time.time()
        self.world.start_central()
        leaves = int(self.world.cluster.sql("SELECT sum(count) FROM issuance.leaf WHERE log > 0")[0][0])
        self.result.update(restart_s=round(time.time() - started, 2), restart_leaves=leaves)

    def run(self):
        world = self.world
        try:
            self.prepare()
            if self.options.all:
                self.idle()
            self.sell()
            self.restart()
            if self.options.all:
                say("对照 the textbook sale and the single insert on the same cluster")
                self.result.update(peers.pgbench(world.cluster, self.options.peer_seconds))
            return self.figures()
        finally:
            world.close()

    def figures(self):
        top, steady, v = self.phases["maximum"], self.phases["steady_10000"], self.verified
        verify_us = top["verify_us"]
        cpu = top["central_cpu_us"] + top["postgres_cpu_us"]
        out = {"sales_per_s": top["per_s"], "connections": self.options.terminals, "max_outstanding": v["max_outstanding"],
               "wrong_receipts": v["wrong_receipts"], "refused": sum(p["refused_other"] for p in self.phases.values()),
               "busy": top["busy"], "verify_us": round(verify_us, 1), "verify_alone_us": round((v["verify_us"] + v["verify_after_us"]) / 2, 1),
               "batches_per_s": top["batches_per_s"], "cpu_us_per_sale": round(cpu, 1), "cpu_over_verify": round(cpu / verify_us, 2),
               "central_cpu_us": round(top["central_cpu_us"], 1), "postgres_cpu_us": round(top["postgres_cpu_us"], 1),
               "cpu_us_per_sale_1000": round(sum(self.phases["steady_1000"][k] for k in ("central_cpu_us", "postgres_cpu_us")), 1),
               "cpu_us_per_sale_10000": round(sum(steady[k] for k in ("central_cpu_us", "postgres_cpu_us")), 1),
               "p50_ms": steady["p50_ms"], "p99_ms": steady["p99_ms"], "p999_ms": steady["p999_ms"],
               "bytes_per_ticket": round(self.bytes_per_ticket), "order_octets": round(v["order_octets"] / self.tickets),
               "logs_touched": len(DRAWS), "seconds": round(top["seconds"], 1), **self.result}
        if "overload" in self.phases:
            over = self.phases["overload"]
            out["overload_goodput_ratio"] = round(over["per_s"] / top["per_s"], 3)
            out["overload_p99_ms"] = over["send_p99_ms"]
            out["fairness_max_over_min"] = round(over["most_of_a_terminal"] / max(1, over["least_of_a_terminal"]), 2)
        if "peer_textbook_per_s" in out:
            out["ratio_to_textbook"] = round(out["sales_per_s"] / out["peer_textbook_per_s"], 2)
        return out


def private_kb(pid):
    """Memory that is this process's alone."""
    lines = open(f"/proc/{pid}/smaps_rollup").read().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def records(world):
    return int(world.cluster.sql("SELECT COALESCE(max(number), 0) FROM issuance.batch")[0][0])


def warm_up(cluster):
    """The state a server is in after its first hour: every buffer touched once, files of the log there to be used again."""
    for sql in ("CREATE EXTENSION IF NOT EXISTS pg_prewarm", "CREATE TABLE warm AS SELECT repeat('x', 1000) AS filler, n FROM generate_series(1, 1400000) n",
                "CHECKPOINT", "SELECT pg_prewarm('warm')", "DROP TABLE warm", "CHECKPOINT"):
        cluster.sql(sql, "postgres")


def size(world):
    return int(world.cluster.sql("SELECT pg_database_size('lottery')", "postgres")[0][0])


def main():
    parser = argparse.ArgumentParser(prog="./lottery bench", description=__doc__)
    parser.add_argument("name", choices=["issuance", "micro"])
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--out", default="out/bench")
    parser.add_argument("--seconds", type=int, default=60, help="of the maximum; the other phases are shorter")
    parser.add_argument("--terminals", "--connections", type=int, default=5000)
    parser.add_argument("--window", type=int, default=320, help="orders under way at the maximum")
    parser.add_argument("--expected", type=int, default=20000, help="sales a second to sign orders for")
    parser.add_argument("--idle", type=int, default=8000, help="idle connections to open")
    parser.add_argument("--peer-seconds", type=int, default=15)
    parser.add_argument("--quick", dest="all", action="store_false", help="steady and maximum only")
    parser.add_argument("--overload", action="store_true", help="with --quick: the overload too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.name == "micro":
        return subprocess.run([str(pathlib.Path(options.build) / "bin/micro")], check=False).returncode
    out = pathlib.Path(options.out)
    if out.exists():
        if not (out / "private").is_dir():
            parser.error(f"{out} exists and no bench made it")
        shutil.rmtree(out)
    result = Issuance(options).run()
    if options.json:
        print(json.dumps(result))
    else:
        for key, value in result.items():
            print(f"{key:>24} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
