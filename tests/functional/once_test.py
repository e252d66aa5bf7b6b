#!/usr/bin/env python3
"""A draw is settled once: by several who begin together, by one that is killed wherever it stands, by one whose database is killed
under it. What is half done leaves nothing, and who comes after writes the same statement, winners and postings."""
import argparse
import base64
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy")]
import settle_bench

TICKETS = 70_000  # more than one thread searches at a time
CRASHES = 50
SERVER_EVERY = 5  # of them the database is killed, else the settlement
SEED = 20261127
POSTED = ["commission", "opening", "prizes", "sales", "split"]
# Everything settlement writes, but for the instants it was written at.
WRITTEN = ["SELECT account, fen FROM ledger.balance ORDER BY 1", "SELECT kind, ref, corrects FROM ledger.txn ORDER BY 2",
           "SELECT game, draw, kind, owed_tickets, owed_fen, pool_after_fen, each_fen FROM settlement.statement",
           "SELECT md5(string_agg(w::text, ';' ORDER BY idx)), count(*) FROM settlement.winner w", "SELECT * FROM settlement.draw_money",
           "SELECT relname FROM pg_class WHERE relname LIKE 'winner_ssq%' AND relkind = 'r'"]


class Once(settle_bench.Settlement):
    def __init__(self, options):
        super().__init__(options, lambda text: None)
        self.random = random.Random(SEED)

    def begin(self, out):
        return subprocess.Popen([str(self.world.build / "bin/nation"), "settle", *map(str, self.ground("settler")), "--statement",
                                 str(self.world.private / out)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def settle(self, out="statement.json"):
        process = self.begin(out)
        said, _ = process.communicate()
        assert process.returncode == 0, said
        return self.said(out)

    def said(self, out):
        """The statement without the instant it was made."""
        statement = json.loads(base64.b64decode(json.loads((self.world.private / out).read_text())["payload"]))
        statement.pop("at")
        return statement

    def written(self):
        return [self.world.cluster.sql(query, "postgres") for query in WRITTEN]

    def afresh(self):
        """The database as it was before anything was settled."""
        sql = self.world.cluster.sql
        sql("DROP DATABASE lottery (FORCE)", "postgres", "postgres")
        sql("CREATE DATABASE lottery TEMPLATE unsettled OWNER lottery_owner STRATEGY file_copy", "postgres", "postgres")

    def crash(self, number, seconds):
        cluster, process = self.world.cluster, self.begin("crashed.json")
        time.sleep(self.random.uniform(0, 1.6 * seconds))  # the first time all was warm
        if number % SERVER_EVERY == 0:
            cluster.stop(signal.SIGQUIT)
            process.communicate()
            cluster.start()
        else:
            process.kill()
            process.communicate()

    def nothing_left(self):
        """Whether nothing of the draw is there; all of it is, else."""
        counts, = self.world.cluster.sql(
            "SELECT (SELECT count(*) FROM settlement.statement), (SELECT count(*) FROM settlement.draw_money), (SELECT count(*) FROM "
            "settlement.winner), (SELECT count(*) FROM ledger.txn WHERE kind <> 'opening')", "postgres")
        assert "0" not in counts or set(counts) == {"0"}, counts
        return "0" in counts

    def crashes(self, statement, written, seconds):
        undone = 0
        for number in range(CRASHES):
            self.afresh()
            self.crash(number, seconds)
            undone += self.nothing_left()
            assert self.settle() == statement and self.written() == written, f"crash {number}"
        print(f"{undone} of {CRASHES} crashes left nothing, the others a settled draw")
        assert CRASHES // 4 < undone < CRASHES, "the crashes came too early or too late"

    def together(self, statement, written):
        self.afresh()
        processes = [self.begin(f"together-{n}.json") for n in range(3)]
        for process in processes:
            said, _ = process.communicate()
            assert process.returncode == 0, said
        texts = {(self.world.private / f"together-{n}.json").read_text() for n in range(3)}
        assert len(texts) == 1 and self.said("together-0.json") == statement and self.written() == written

    def strangers(self, statement, written):
        """What the settler's database role can write by hand does not stand in the way of settling, and nothing follows it."""
        sql, draw = self.world.cluster.sql, settle_bench.DRAW.split("-")
        key, part = f"'{draw[0]}', {draw[1]}", f"settlement.winner_{'_'.join(draw)}_1"
        row = f"INSERT INTO {part} VALUES ({key}, 7, 1, '110000', 100, '{{6}}', '{{1}}', 'x', 'y')"
        begin = f"SELECT settlement.begin_owed({key}); SELECT settlement.begin_part({key}, 1, 0, NULL)"
        end = f"SELECT settlement.end_part({key}, 1)"
        for stray in (begin, f"{begin}; {row}", f"{begin}; {row}; {end}"):
            self.afresh()
            sql(stray, "settler")
            self.refused(f"SELECT settlement.end_owed({key}, '{{0}}')")  # no statement
            if end in stray:
                self.refused(row.replace("7", "8", 1))  # closed
            else:
                self.refused(row.replace(draw[1] + ", 7", "2026098, 7"))  # of another draw
            assert self.settle() == statement and self.written() == written, stray
        for late in (begin, f"SELECT settlement.begin_part({key}, 5, 0, NULL)", f"SELECT settlement.begin_part('{draw[0]}', 2026098, 1, 0, NULL)",
                     f"SELECT settlement.end_owed({key}, '{{0}}')", row):
            self.refused(late)
        assert self.written() == written and len(written[-1]) == 2, written[-1]  # parts

    def refused(self, statement):
        try:
            self.world.cluster.sql(statement, "settler")
        except RuntimeError:
            return
        raise AssertionError(statement)

    def unknown_outlet(self):
        """A sale by a terminal that was never enrolled is named, and nothing is settled."""
        self.afresh()
        self.world.cluster.sql("SET session_replication_role = replica; DELETE FROM issuance.terminal WHERE id = 7", "postgres")
        process = self.begin("unknown.json")
        said, _ = process.communicate()
        assert process.returncode != 0 and "kSealMismatch" in said and "terminal 7 " in said and self.nothing_left(), said

    def run(self):
        try:
            self.prepare()
            for jurisdiction, in self.world.cluster.sql("SELECT DISTINCT jurisdiction FROM issuance.terminal"):
                self.world.settler("commission-rate", "--draw", settle_bench.DRAW, "--jurisdiction", jurisdiction, "--permille", 70)
            self.world.cluster.sql("CREATE DATABASE unsettled TEMPLATE lottery", "postgres", "postgres")
            begun = time.monotonic()
            statement = self.settle()
            seconds = time.monotonic() - begun
            written = self.written()
            assert statement["winning_tickets"] > 1000 and [row[0] for row in written[1]] == POSTED, written[1]
            self.together(statement, written)
            self.strangers(statement, written)
            self.unknown_outlet()
            self.crashes(statement, written, seconds)
        finally:
            self.world.close()


def main():
    out = pathlib.Path(tempfile.mkdtemp(prefix="lottery-once-"))
    try:
        Once(argparse.Namespace(build=str(pathlib.Path(sys.argv[1]).resolve()), out=str(out), tickets=TICKETS, outlets=500)).run()
    finally:
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
