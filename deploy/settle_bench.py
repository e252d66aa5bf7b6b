"""./lottery bench settlement [--json]: a draw of national size settled by one small machine, everything on it. The tickets
are put straight into the store, signed by nobody; the seal, the certificate and all that settlement reads is real."""
import json
import shutil
import subprocess

import world as w

DRAW = "ssq-2026097"
OPENING = {"format": "opening/1", "game": "ssq", "pool_fen": 120_000_000_000, "adjustment_fen": 2_000_000_000, "special_rule": False,
           "sample": True}
SEED = "20261127"


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
        plan = world.plan_file(DRAW, world.now_ms(), world.run("central", "rule-book")["sha256"])
        self.say(f"装入 putting {o.tickets} tickets into the store")
        filled = self.nation("fill", *self.ground("migrator"), "--plan", plan, "--tickets", o.tickets, "--terminals", o.outlets, "--seed", SEED)
        world.open_balance(OPENING)
        world.cluster.sql("CHECKPOINT", "postgres")
        return filled

    def run(self):
        try:
            filled = self.prepare()
            self.say(f"结算 settling {filled['bets']} bets in {filled['tickets']} tickets")
            settled = self.nation("settle", *self.ground("settler"))
            return {**filled, **settled}
        finally:
            self.world.close()
