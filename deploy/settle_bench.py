"""./lottery bench settlement [--json]: a draw of national size settled by one small machine, everything on it. The tickets
are put straight into the store, signed by nobody; the seal, the certificate and all that settlement reads is real."""
import json
import pathlib
import shutil
import subprocess
import time

import world as w

DRAW = "ssq-2026097"
OPENING = {"format": "opening/1", "game": "ssq", "pool_fen": 120_000_000_000, "adjustment_fen": 2_000_000_000, "special_rule": False,
           "sample": True}
SEED = "20261127"
LINES = 20_000_000
CLAIMS = 5_000
DUCKDB = "@duckdb/node-api@1.5.6-r.1"


class Settlement:
    def __init__(self, options, say):
        self.options, self.say = options, say
        self.world = w.World(options.build, options.out, say)
        self.world.cluster.settings.update(w.ISSUANCE_SETTINGS)

    def nation(self, *arguments):
        done = subprocess.run([str(self.world.build / "bin/nation"), *map(str, arguments)], check=False, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stdout)
        return json.loads(done.stdout.splitlines()[-1])

    def ground(self, role):
        world = self.world
        return ["--database", world.cluster.dsn(role), "--trust", world.trust_file, "--keys", world.private / "keys", "--passphrase", world.phrase,
                "--certificate", world.private / "certificate.json", "--draw", DRAW]

    def prepare(self):
        world, o = self.world, self.options
        world.prepare(terminals=0)
        plan = self.plan = world.plan_file(DRAW, world.now_ms(), world.run("central", "rule-book")["sha256"])
        self.say(f"装入 putting {o.tickets} tickets into the store")
        filled = self.nation("fill", *self.ground("migrator"), "--plan", plan, "--tickets", o.tickets, "--terminals", o.outlets, "--seed", SEED)
        world.open_balance(OPENING)
        world.cluster.sql("CHECKPOINT", "postgres")
        return filled

    def pay(self, threads, statement):
        return self.nation("claims", *self.ground("migrator"), "--payer", self.world.cluster.dsn("payer"), "--plan", self.plan, "--statement", statement,
                           "--claims", CLAIMS, "--threads", threads)

    def count(self):
        """Matching alone: our kernel, one thread of DuckDB and one of PostgreSQL, on the same lines of the same run."""
        csv = self.world.scratch / "lines.csv"
        kernel = self.nation("kernel", "--bets", LINES, "--seed", SEED, "--out", csv)
        out = {"kernel_bets_per_s": round(kernel["kernel_bets_per_s"])}
        for name, peer in (("duckdb", self.duckdb), ("postgres", self.postgres)):
            counted = peer(csv, kernel["reds"], kernel["blue"])
            if counted is None:
                continue
            if counted["places"] != kernel["places"]:
                raise RuntimeError(f"{name} counts otherwise: {counted['places']} {kernel['places']}")
            out[f"{name}_bets_per_s"] = round(LINES / counted["seconds"])
        csv.unlink()
        if "duckdb_bets_per_s" in out:
            out["kernel_over_duckdb"] = round(out["kernel_bets_per_s"] / out["duckdb_bets_per_s"], 1)
        return out

    def duckdb(self, csv, reds, blue):
        if not shutil.which("npm"):
            self.say("没有 npm：省略 DuckDB / no npm: without DuckDB")
            return None
        modules = self.world.build / "npm"
        modules.mkdir(exist_ok=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", modules, DUCKDB], check=True, stdout=subprocess.DEVNULL)
        script = pathlib.Path(__file__).with_name("duckdb_count.mjs")
        done = subprocess.run(["node", script, modules, csv, str(reds), str(blue)], check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)

    def postgres(self, csv, reds, blue):
        cluster = self.world.cluster
        cluster.sql("CREATE UNLOGGED TABLE line (mask bigint)", "postgres")
        with open(csv, encoding="ascii") as lines:
            subprocess.run([f"{w.PG_BIN}/psql", "-X", "-q", cluster.dsn("postgres"), "-c", "COPY line FROM STDIN"], check=True, stdin=lines)
        cluster.sql("VACUUM ANALYZE line", "postgres")
        query = (f"SELECT bit_count((mask & {reds})::bit(64)) + CASE WHEN mask & {blue} <> 0 THEN 8 ELSE 0 END AS place, count(*) FROM line "
                 "GROUP BY place ORDER BY place")
        best, places = float("inf"), [0] * 16
        for _ in range(2):
            begun = time.perf_counter()
            rows = cluster.sql("SET max_parallel_workers_per_gather = 0; SET jit = off; " + query, "postgres")
            best = min(best, time.perf_counter() - begun)
        for row in rows:
            if len(row) == 2:  # not what SET answers
                places[int(row[0])] = int(row[1])
        cluster.sql("DROP TABLE line", "postgres")
        return {"seconds": best, "places": places}

    def run(self):
        try:
            filled = self.prepare()
            statement = self.world.private / "statement.json"
            self.say(f"结算 settling {filled['bets']} bets in {filled['tickets']} tickets")
            settled = self.nation("settle", *self.ground("settler"), "--statement", statement)
            self.say(f"监督 the control computes {settled['winning_tickets']} winning tickets again")
            control = self.nation("control", *self.ground("auditor"), "--terminals", self.options.outlets, "--statement", statement,
                                  "--opening", self.world.public / "opening/ssq.json")
            self.say(f"兑付 {CLAIMS} claims are paid by proof")
            claims = {**self.pay(1, statement)}
            self.say(f"比较 counting {LINES} lines three ways")
            return {key: round(value, 1) if isinstance(value, float) else value
                    for key, value in {**filled, **settled, **control, **claims, **self.count()}.items()}
        finally:
            self.world.close()
