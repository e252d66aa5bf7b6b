#!/usr/bin/env python3
"""./lottery bench issuance [--json]: durable signed TLS sales of one small machine, load included. One run, one
object: rates, latency, CPU per sale of server and database, against one signature verification of the same run and
against what others do on the same cluster."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import idle
import peers
import settle_bench
import world as w

DRAWS = [2026097 + i for i in range(13)]  # four to begin with, ten in a row from the last of them
CLOSING = 2026110                         # closes while it is sold
FIRST, DEPOSIT_FEN = 5000, 100_000_000_00
STORM_TERMINALS, STORM_RATE = 2500, 5500
LAST_MINUTE_RATE = 10000
REST_S = 1.5  # between phases: what one leaves behind is not the next one's
KILLED, KILL_EVERY_S = ("central", "central", "postgres"), 5
KILLS_S = 40  # a central that is killed is back in three to six seconds


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


def machine_seconds():
    """What the machine did besides working: nothing, or another guest of its host."""
    fields = open("/proc/stat").readline().split()
    return {name: int(fields[i]) / os.sysconf("SC_CLK_TCK") for name, i in (("idle", 4), ("iowait", 5), ("softirq", 7), ("steal", 8))}


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

    def __init__(self, world, name, config):
        self.terminals = config["terminals"]
        path = world.private / f"{name}.json"
        path.write_text(json.dumps(config))
        with open(world.private / f"{name}.log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([str(world.build / "bin/load"), "run", str(path), "--clock", str(world.clock)],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)

    def hear(self, *words):
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("the load process ended; see its log under private/")
            said = json.loads(line)
            if said["say"] in words:
                return said

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def prepare(self, phase):
        """Orders are signed; it waits for go."""
        defaults = {"window": 0, "rate": 0, "only_draw": 0, "close_ms": 0, "kills": False}
        each = max(2, int(phase["most"] / self.terminals) + 2)
        self.signed = each * self.terminals
        self.tell(json.dumps({**defaults, **phase, "orders_each": each}))
        self.hear("ready")

    def go(self):
        self.tell("go")

    def verified(self):
        self.process.stdin.close()
        out = self.hear("verified")
        self.process.wait(timeout=60)
        return out


class Issuance:
    def __init__(self, options):
        self.options = options
        self.world = w.World(options.build, options.out, say)
        self.world.cluster.settings.update(w.ISSUANCE_SETTINGS)
        self.world.central_flags = ["--admin-port", str(w.free_port())]
        self.peers = peers.Peers(self.world.cluster, options.peer_seconds)
        self.result, self.phases = {}, {}
        self.sold, self.leaves, self.wrong, self.outstanding = 0, 0, 0, 0
        self.next_terminal = FIRST

    def prepare(self):
        world, o = self.world, self.options
        world.prepare(terminals=0)
        world.addresses["central"] = f"127.0.0.1:{w.free_port()}"
        world.start_beacon()
        for name in ("notary", "auditor", "university"):
            world.start_witness(name)
        world.start_central()
        rule_book = world.run("central", "rule-book")["sha256"]
        self.enrol(2 * o.terminals + (STORM_TERMINALS if o.all else 0))
        minute = world.now_ms() // 60000
        self.close_ms = {draw: (minute + 24 * 60 + i) * 60000 for i, draw in enumerate(DRAWS + [CLOSING])}
        for draw, close_ms in self.close_ms.items():
            world.make_plan(draw, close_ms, rule_book)
        for draw in self.close_ms:
            world.open_draw(draw)
        for name in ("notary", "auditor", "university"):  # their machines are not measured
            world.kill(name)
        world.kill("beacon")

    def enrol(self, n):
        world = self.world
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

    # Phases ---------------------------------------------------------------------------------------------------

    def load(self, name, terminals):
        """A load process with terminals of its own."""
        first, self.next_terminal = self.next_terminal, self.next_terminal + terminals
        return Load(self.world, name, {
            "central": self.world.addresses["central"], "ca": str(self.world.private / "keys/ca"), "trust": str(self.world.trust_file),
            "first": first, "terminals": terminals, "draws": DRAWS})

    def main_phases(self):
        """One by one: the flood is twice the maximum of this run. What the machine's host gives changes within minutes, so
        the maximum stands on both sides of it."""
        o = self.options
        yield steady("warm", 2000, 5)
        yield steady("steady_1000", 1000, o.seconds // 3)
        yield steady("steady_10000", 10000, o.seconds // 2)
        maximum = {"name": "maximum", "window": o.window, "seconds": o.seconds, "most": o.most * o.seconds}
        yield maximum
        if o.all or o.overload:
            seconds = max(5, o.seconds // 2)  # a busy terminal sells more than the mean, and fairness is not for want of orders
            yield {**steady("overload", 2 * self.phases["maximum"]["per_s"], seconds), "most": o.most * seconds * 5 // 4}
            yield {**maximum, "name": "maximum_after", "seconds": seconds, "most": o.most * seconds * 5 // 4}
        if o.all or o.kills:
            yield {"name": "kills", "window": o.window, "seconds": KILLS_S, "kills": True, "most": o.most * KILLS_S * 3 // 4}

    def pids(self, load):
        postgres = int((self.world.cluster.folder / "data/postmaster.pid").read_text().split()[0])
        return {"central": [self.world.processes["central"].pid], "postgres": family(postgres), "load": [load.process.pid]}

    def measured(self, load, phase, meanwhile=lambda: None, before=lambda: None):
        """One phase, with what the processes and the machine did for each sale of it."""
        load.prepare(phase)
        time.sleep(REST_S)
        before()
        say(f"销售 {phase['name']}: " + (f"{phase['rate']} orders/s" if "rate" in phase else f"{phase['window']} orders under way")
            + f" for {phase['seconds']} s")
        cpu, machine, batches = {name: cpu_seconds(p) for name, p in self.pids(load).items()}, machine_seconds(), records(self.world)
        load.go()
        meanwhile()
        end = load.hear("end")
        few = end["sold"] > 0.95 * load.signed or phase["name"] == "overload" and end["most_of_a_terminal"] >= load.signed // load.terminals
        if few:
            raise RuntimeError(f"{phase['name']}: terminals had too few orders signed; sign more with --most")
        if "kills" not in phase and (end["lines_lost"] or end["unanswered"]):
            raise RuntimeError(f"{phase['name']}: {end['lines_lost']} lines lost, {end['unanswered']} orders unanswered")
        if (inside := self.inside()) != 0:  # admission would wait for answers that went out long ago
            raise RuntimeError(f"{phase['name']}: {inside} messages are still inside, though all are answered")
        end["batches_per_s"] = round((records(self.world) - batches) / end["seconds"], 1)
        for name, now in ({} if "kills" in phase else self.pids(load)).items():  # who was killed took its times along
            end[f"{name}_cpu_us"] = (cpu_seconds(now) - cpu[name]) * 1e6 / max(1, end["sold"])
        for name, seconds in machine_seconds().items():
            end[f"{name}_us"] = (seconds - machine[name]) * 1e6 / max(1, end["sold"])
        self.phases[phase["name"]] = end
        say("  " + json.dumps({k: round(v, 2) if isinstance(v, float) else v for k, v in end.items() if k not in ("say", "phase")}))
        return end

    def inside(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.world.central_flags[1]}/metrics", timeout=10) as answer:
            return next(int(line.split()[1]) for line in answer.read().decode().splitlines() if line.startswith("lottery_messages_inside "))

    def count(self, load):
        say("核对 verifying every receipt")
        v = load.verified()
        self.sold, self.leaves, self.wrong = self.sold + v["sold"], self.leaves + v["leaves"], self.wrong + v["wrong_receipts"]
        self.outstanding = max(self.outstanding, v["max_outstanding"])
        stored = int(self.world.cluster.sql("SELECT COALESCE(sum(count), 0) FROM issuance.leaf WHERE log > 0")[0][0])
        if stored != self.leaves:  # more: a sale nobody has a receipt of, or one sold twice; less: receipts of what is not there
            say(f"  stored {stored} leaves, receipts speak of {self.leaves}")
            self.wrong += abs(stored - self.leaves)
        return v

    def sell(self):
        world = self.world
        warm_up(world.cluster)
        world.cluster.sql("CHECKPOINT", "postgres")
        before, sold = size(world), self.sold
        self.before_any, self.sold_before_any = before, sold
        load = self.load("load", self.options.terminals)
        follower = self.follow()
        for phase in self.main_phases():
            with_peers = self.options.all and phase["name"] == "maximum"
            self.measured(load, phase, self.kill_all if "kills" in phase else lambda: None, self.measure_peers if with_peers else lambda: None)
            if with_peers:
                self.measure_peers()
        if self.options.all:
            self.result.update(self.peers.result(), peer_textbook_each=self.peers.rates["peer_textbook_per_s"])
        self.verified = self.count(load)
        out, _ = follower.communicate(timeout=60)
        followed = json.loads(out)
        self.result.update(followed_checkpoints=followed["checkpoints"], followed_tiles=followed["tiles"], follower_bad=followed["bad"])
        world.cluster.sql("CHECKPOINT", "postgres")
        self.tickets = self.sold - sold
        self.bytes_per_ticket = (size(world) - before) / self.tickets
        for name, octets in world.cluster.sql(
                "SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
                "'issuance' AND c.relkind = 'r' ORDER BY 2 DESC LIMIT 12", "postgres"):
            say(f"  {name}: {int(octets) / self.tickets:.1f} octets a ticket")

    def measure_peers(self):
        """Before the maximum and after it."""
        say("对照 the single insert and the textbook sale on the same cluster")
        self.peers.measure()
        time.sleep(REST_S)

    def follow(self):
        """Somebody who reads all that is published, as it is published. Not this machine's business: it waits its turn."""
        world = self.world
        logs = [flag for draw in DRAWS for flag in ("--log", f"ssq/{draw}")]
        return subprocess.Popen([str(world.build / "bin/load"), "follow", "--url", world.addresses["http"], "--trust", str(world.trust_file), *logs],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.nice(19))

    def kill_all(self):
        """Central and the whole database, by turns, at full load. Whoever lost a line comes back with the same octets."""
        world, ready = self.world, {"central": [], "postgres": []}
        for name in KILLED:
            time.sleep(KILL_EVERY_S)
            say(f"  {name} is killed")
            started = time.time()
            if name == "postgres":
                world.cluster.stop(signal.SIGQUIT)  # at once, without a checkpoint: it recovers from its log
                world.cluster.start()
            else:
                world.kill("central")
                world.start_central()
            ready[name].append(time.time() - started)
            say(f"  {name} is back after {ready[name][-1]:.1f} s")
        self.result.update(killed=len(KILLED), killed_ready_s=round(max(ready["central"]), 2), postgres_ready_s=round(max(ready["postgres"]), 2))

    def last_minute(self):
        """A draw closes while it is sold; then its last checkpoint is awaited."""
        world, o = self.world, self.options
        close_ms, before_s, after_s = self.close_ms[CLOSING], 12, 5
        phase = {**steady("last_minute", LAST_MINUTE_RATE, before_s + after_s), "only_draw": CLOSING, "close_ms": close_ms}
        load = self.load("last", o.terminals)
        seal = {}
        def meanwhile():
            time.sleep(max(0, (close_ms - world.now_ms()) / 1000))
            final = world.until_done(lambda: world.operator("draw", "close", "--draw", f"ssq-{CLOSING}"), "kIllegalTransition", seconds=5)["size"]
            while checkpoint_size(f"{world.addresses['http']}/log/ssq/{CLOSING}/checkpoint") != final:
                time.sleep(0.005)
            seal["seal_ms"] = world.now_ms() - close_ms
        end = self.measured(load, phase, meanwhile, before=lambda: world.jump_to(close_ms - before_s * 1000))
        self.count(load)
        self.result.update(seal, last_minute_sold=end["sold"], last_minute_refused_closed=end["refused_closed"],
                           last_minute_unanswered=end["unanswered"] + end["refused_other"], sold_after_close=end["sold_after_close"],
                           refused_before_close=end["refused_before_close"])

    def idle(self):
        world, o = self.world, self.options
        say(f"空闲 {o.idle} idle connections, dropped and resumed; by turns with nginx")
        port = w.free_port()
        holder = idle.Holder(world, world.addresses["central"], 100_000, o.idle)
        with idle.nginx(world, port) as server:
            sides = [(holder, [world.processes["central"].pid])]
            if server is not None:
                sides.append((idle.Holder(world, f"127.0.0.1:{port}", 100_000, o.idle), family(server)))
            ours, *theirs = idle.by_turns(sides, cpu_seconds, o.idle)
            for beside, _ in sides[1:]:
                beside.close()
        self.result.update(idle_kb_per_terminal=ours["kb"], idle_connections=o.idle, handshake_cpu_us=ours["full_us"],
                           resumed_handshake_cpu_us=ours["resumed_us"], resumed=ours["resumed"], resume_all_s=ours["seconds"])
        for out in theirs:
            self.result.update(nginx_idle_kb=out["kb"], nginx_handshake_cpu_us=out["full_us"], nginx_resumed_cpu_us=out["resumed_us"])
        say("  " + json.dumps({k: v for k, v in self.result.items() if "handshake" in k or "nginx" in k or "idle" in k or "resume" in k}))
        say(f"重连 {o.idle} terminals come back at once while {STORM_RATE} orders/s are sold")
        load = self.load("storm", STORM_TERMINALS)
        load.prepare(steady("storm", STORM_RATE, 30))
        self.result.update(idle.storm(holder, load, o.idle))
        holder.close()
        self.count(load)

    def restart(self):
        """Central dies with everything of this run open, and is back when it says so."""
        say("重启 central is killed and started again")
        self.world.kill("central")
        if self.options.all and self.options.open_tickets > self.sold:
            missing = self.options.open_tickets - self.sold
            say(f"  first {missing} more tickets into the store, through the engine, without terminals and signatures")
            before = size(self.world)
            draws = [flag for draw in DRAWS for flag in ("--draw", str(draw))]
            subprocess.run([str(self.world.build / "bin/fill"), "--database", self.world.cluster.dsn("issuer"), "--trust", str(self.world.trust_file),
                            "--clock", str(self.world.clock), "--tickets", str(missing), "--first", str(FIRST + (STORM_TERMINALS if self.options.all else 0)),
                            "--count", str(self.options.terminals), *draws], check=True, stdout=subprocess.DEVNULL)
            self.sold += missing
            self.result["bytes_per_filled_ticket"] = round((size(self.world) - before) / missing)
            self.result["bytes_per_ticket_all_in"] = round((size(self.world) - self.before_any) / (self.sold - self.sold_before_any))
        started = time.time()
        self.world.start_central()
        ready_s = time.time() - started
        self.leaves = int(self.world.cluster.sql("SELECT sum(count) FROM issuance.leaf WHERE log > 0")[0][0])
        self.result.update(restart_s=round(ready_s, 2), restart_tickets=self.sold, restart_leaves=self.leaves)

    def run(self):
        world = self.world
        try:
            self.prepare()
            if self.options.all:
                self.idle()
            self.sell()
            self.restart()
            if self.options.all or self.options.last_minute:
                self.last_minute()
            return self.figures()
        finally:
            world.close()

    def figures(self):
        top, steady, v = self.phases["maximum"], self.phases["steady_10000"], self.verified
        verify_us = top["verify_us"]
        cpu = top["central_cpu_us"] + top["postgres_cpu_us"]
        out = {"sales_per_s": top["per_s"], "connections": self.options.terminals, "max_outstanding": self.outstanding,
               "wrong_receipts": self.wrong, "refused": sum(p["refused_other"] for p in self.phases.values()),
               "busy": top["busy"], "window": self.options.window, "verify_us": round(verify_us, 1),
               "verify_mean_us": round(top["verify_mean_us"], 1), "verify_alone_us": round((v["verify_us"] + v["verify_after_us"]) / 2, 1),
               "batches_per_s": top["batches_per_s"], "cpu_us_per_sale": round(cpu, 1), "cpu_over_verify": round(cpu / verify_us, 2),
               "central_cpu_us": round(top["central_cpu_us"], 1), "postgres_cpu_us": round(top["postgres_cpu_us"], 1),
               "load_cpu_us": round(top["load_cpu_us"], 1), "idle_us_per_sale": round(top["idle_us"] + top["iowait_us"], 1),
               "cpu_us_per_sale_1000": round(sum(self.phases["steady_1000"][k] for k in ("central_cpu_us", "postgres_cpu_us")), 1),
               "cpu_us_per_sale_10000": round(sum(steady[k] for k in ("central_cpu_us", "postgres_cpu_us")), 1),
               "p50_ms": steady["p50_ms"], "p99_ms": steady["p99_ms"], "p999_ms": steady["p999_ms"],
               "bytes_per_ticket": round(self.bytes_per_ticket), "order_octets": round(v["order_octets"] / v["sold"]),
               "logs_touched": len(DRAWS), "seconds": round(top["seconds"], 1), **self.result}
        if "overload" in self.phases:
            over, around = self.phases["overload"], [self.phases[name] for name in ("maximum", "maximum_after")]
            each = [phase["per_s"] for phase in around]
            out["overload_goodput_ratio"] = round(over["per_s"] / (sum(each) / len(each)), 3)
            out["overload_maximum_each"] = each
            out["maximum_told_to_wait"] = [phase["told_to_wait"] for phase in around]  # taken for floods: less than a maximum
            out["overload_p99_ms"] = over["send_p99_ms"]
            out["overload_busy"] = over["busy"]
            out["fairness_max_over_min"] = round(over["most_of_a_terminal"] / max(1, over["least_of_a_terminal"]), 2)
        if "kills" in self.phases:
            kills = self.phases["kills"]
            out["kills_sales_per_s"] = kills["per_s"]
            out["kills_unanswered"] = kills["unanswered"]
        if "peer_textbook_per_s" in out:
            out["ratio_to_textbook"] = round(out["sales_per_s"] / out["peer_textbook_per_s"], 2)
        return out


def steady(name, rate, seconds):
    """Arrivals at a rate, and for some terminals to sell more than others half as many orders again."""
    return {"name": name, "rate": rate, "seconds": seconds, "most": rate * seconds * 3 // 2}


def checkpoint_size(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return int(answer.read().split(b"\n")[1])


def records(world):
    return int(world.cluster.sql("SELECT COALESCE(max(number), 0) FROM issuance.batch")[0][0])


def warm_up(cluster):
    """The state a server is in after its first hour: every buffer touched once, files of the log there to be used again."""
    for sql in ("CREATE EXTENSION IF NOT EXISTS pg_prewarm", "CREATE TABLE warm AS SELECT repeat('x', 1000) AS filler, n FROM generate_series(1, 2800000) n",
                "CHECKPOINT", "SELECT pg_prewarm('warm')", "DROP TABLE warm", "CHECKPOINT"):
        cluster.sql(sql, "postgres")


def size(world):
    return int(world.cluster.sql("SELECT pg_database_size('lottery')", "postgres")[0][0])


def main():
    parser = argparse.ArgumentParser(prog="./lottery bench", description=__doc__)
    parser.add_argument("name", choices=["issuance", "settlement", "micro"])
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--out", default="out/bench")
    parser.add_argument("--seconds", type=int, default=60, help="of the maximum; the other phases are shorter")
    parser.add_argument("--terminals", "--connections", type=int, default=5000)
    parser.add_argument("--window", type=int, default=600, help="orders under way at the maximum")
    parser.add_argument("--most", type=int, default=42000, help="sales a second to sign orders for, at the maximum")
    parser.add_argument("--idle", type=int, default=15000, help="idle connections to open")
    parser.add_argument("--open-tickets", type=int, default=10_000_000, help="in open draws when central restarts")
    parser.add_argument("--peer-seconds", type=int, default=15)
    parser.add_argument("--quick", dest="all", action="store_false", help="steady and maximum only")
    parser.add_argument("--overload", action="store_true", help="with --quick: the overload too")
    parser.add_argument("--kills", action="store_true", help="with --quick: central and database killed at full load, too")
    parser.add_argument("--last-minute", action="store_true", help="with --quick: a draw closes while it is sold, too")
    parser.add_argument("--tickets", type=int, default=20_000_000, help="of the draw that is settled")
    parser.add_argument("--outlets", type=int, default=180_000, help="that sold them")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.name == "micro":
        return subprocess.run([str(pathlib.Path(options.build) / "bin/micro")], check=False).returncode
    out = pathlib.Path(options.out)
    if out.exists():
        if not (out / "private").is_dir():
            parser.error(f"{out} exists and no bench made it")
        shutil.rmtree(out)
    if options.name == "issuance":
        with w.selling_machine(say):
            result = Issuance(options).run()
    else:
        result = settle_bench.Settlement(options, say).run()
    if options.json:
        print(json.dumps(result))
    else:
        for key, value in result.items():
            print(f"{key:>24} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
