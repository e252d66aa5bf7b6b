#!/usr/bin/env python3
"""Claims when it goes wrong: an answer that is lost with central and the terminal, a prize somebody else was paid meanwhile, one
ticket or one person's prizes claimed at the same moment, a settlement that is killed or begun twice. Each prize is paid once, to
whom it was paid, and every terminal sells on."""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy")]
import demo
import world as w

DRAW, NEXT = 2026097, 2026098
REDS, BLUE = [21, 4, 33, 14, 6, 22], 16  # what the ball machine shows
SMALL = "01 02 03 05 07 08 + 16"         # the blue: 5 yuan
CONTESTED = 5                            # tickets claimed at several counters at once
KILLS, KILLED_LATER_S = 20, 0.008
LARGE = "04 06 14 21 22 30 + 16"         # five reds and the blue: 3 000 yuan


class Claims(demo.Demo):
    def prepare(self):
        world = self.world
        world.prepare(terminals=3)
        world.start_services()
        for number in world.terminals:
            world.enrol(number, 50_000_00)
        rule_book = world.run("central", "rule-book")["sha256"]
        first = world.now_ms() // 60000 + 3
        self.close = {DRAW: first * 60000, NEXT: (first + 2880) * 60000}
        for draw in self.close:
            world.make_plan(draw, self.close[draw], rule_book, method="ball_machine")
            world.open_draw(draw)
        self.open_balances()

    def sell(self, number, bet, multiplier=1, draws=1, draw=DRAW):
        return self.codes_of(self.world.run("terminal", "sell", *self.world.terminal_flags(number), "--draw", draw, "--draws", draws, "--multiplier",
                                            multiplier, "--bet", bet, "--out", self.world.private / f"terminal-{number}/tickets"))

    def run(self):
        self.outcomes, self.settled = {}, {}
        try:
            self.prepare()
            lost, taken = self.sell(1001, SMALL), self.sell(1001, SMALL)
            large = [self.sell(number, LARGE, multiplier=2) for number in (1001, 1002)]
            several = self.sell(1003, SMALL, draws=2)
            contested = [self.sell(1002, SMALL) for _ in range(CONTESTED)]
            self.seal(DRAW)
            certificate = self.draw_by_balls(DRAW, self.bundle(DRAW), REDS, BLUE)
            demo.expect_refusal("kBadDrawCertificate", lambda: self.settle(DRAW))  # signed, and not in the log
            self.enter_certificate(DRAW, certificate)
            self.settle_interrupted(DRAW)
            self.not_logged(lost)
            self.settle(DRAW)
            self.same_moment(contested)
            self.answer_lost(lost)
            self.paid_elsewhere(taken)
            self.taxed_together(large)
            self.reinstated(self.exchange_wanted(several), several)
            report = self.world.settler("report")
            assert report["unbalanced"] == 0 and report["paid_fen"] == (4 + CONTESTED) * 500 + 2 * 600000, report
        finally:
            self.world.close()

    def not_logged(self, codes):
        """Who writes the control's agreement into the books himself lets no claim in: central has logged none."""
        sql, row = self.world.cluster.sql, f"INSERT INTO settlement.agreed VALUES ('ssq', {DRAW}, 'agreed by nobody'); "
        try:
            sql(row, "settler")
            raise AssertionError("the settler's login agreed")
        except RuntimeError as refused:
            assert "central has not logged" in str(refused), refused
        owner = "SET ROLE lottery_owner; ALTER TABLE settlement.agreed DISABLE TRIGGER USER; "
        sql(owner + row, "migrator")  # the database's owner can
        demo.expect_refusal("kNotAgreed", lambda: self.claim(1001, codes))
        sql(f"{owner} DELETE FROM settlement.agreed; ALTER TABLE settlement.agreed ENABLE TRIGGER USER", "migrator")

    def settle_interrupted(self, draw):
        """Settlements that are killed, then three at once: one statement, said to the log once."""
        world, name = self.world, w.name_of(draw)
        command = [world.program("settlement"), "settle", "--database", world.cluster.dsn("settler"), *world.clock_flags, "--draw", name,
                   "--trust-file", world.trust_file, "--key", world.key_path("settlement"), "--passphrase", world.phrase, "--certificate",
                   world.public / f"draw/{name}.certificate.json", *world.beacon_flags(draw), "--json", "--out"]
        def begin(out):
            return subprocess.Popen([*map(str, command), str(world.private / out)], stdout=subprocess.PIPE, text=True)
        for number in range(KILLS):
            process = begin("killed.json")
            demo.time.sleep(number * KILLED_LATER_S)
            process.kill()
            process.communicate()
        together = [begin(f"together-{n}.json") for n in range(3)]
        for process in together:
            said, _ = process.communicate()
            assert process.returncode == 0, said
        assert len({(world.private / f"together-{n}.json").read_text() for n in range(3)}) == 1
        steps = world.cluster.sql(f"SELECT count(*) FROM issuance.draw_step WHERE draw = {draw} AND state = 'settled'")
        txns = world.cluster.sql("SELECT count(*) FROM ledger.txn WHERE kind = 'prizes'")
        assert steps == txns == [["1"]], (steps, txns)

    def same_moment(self, tickets):
        """Each ticket at three counters: all have asked when the first can be paid, and one is."""
        for codes in tickets:
            held, answers = self.hold_claims(), []
            def claim(number, codes=codes, answers=answers):
                try:
                    answers.append(self.claim(number, codes)["outcome"])
                except w.Refused as refused:
                    answers.append(refused.code)
            threads = [threading.Thread(target=claim, args=(number,)) for number in (1001, 1002, 1003)]
            for thread in threads:
                thread.start()
            self.wait(self.paying, "no claim is being paid")
            demo.time.sleep(0.3)  # for the others to have asked
            held.communicate("")
            for thread in threads:
                thread.join()
            assert sorted(answers) == ["kAlreadyPaid", "kAlreadyPaid", "paid"], answers
        paid = self.world.cluster.sql("SELECT count(*), count(DISTINCT idx), sum(paid_fen) FROM settlement.payment")
        assert paid == [[str(CONTESTED), str(CONTESTED), str(CONTESTED * 500)]], paid

    # A claim that is accepted and not paid ----------------------------------------------------------------------

    def hold_claims(self):
        """No prize of the draw is paid while it lives."""
        held = subprocess.Popen([f"{w.PG_BIN}/psql", "-X", "-At", self.world.cluster.dsn("settler")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        held.stdin.write(f"SELECT pg_advisory_lock(settlement.claims_lock('ssq', {DRAW})), 'held';\n")
        held.stdin.flush()
        assert held.stdout.readline().endswith("held\n")
        return held

    def paying(self):
        """The backend that waits to pay."""
        return self.world.cluster.sql("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%settlement.begin_payment(%' "
                                      "AND pid <> pg_backend_pid()", "postgres")

    def wait(self, holds, what):
        deadline = demo.time.time() + 30
        while not holds():
            assert demo.time.time() < deadline, what
            demo.time.sleep(0.05)

    def lose(self, codes):
        """The claim is committed, its payment waits, and then central and the terminal are gone."""
        world, held = self.world, self.hold_claims()
        claim = subprocess.Popen([world.program("terminal"), "claim", *map(str, world.terminal_flags(1001)), "--public-code", codes[0],
                                  "--secret-code", codes[1], "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.wait(self.paying, "the claim is not being paid")
        claim.kill()
        claim.communicate()
        world.kill("central")
        pending = world.private / "terminal-1001/journal/pending.secret"
        assert pending.exists() and codes[1].split("-")[1] not in (pending.parent / "journal.jsonl").read_text()
        return held

    def settle_first(self):
        """What the terminal says of the claim when it is back; then it sells."""
        world = self.world
        done = subprocess.run([world.program("terminal"), "sell", *map(str, world.terminal_flags(1001)), "--draw", str(NEXT), "--bet", SMALL, "--json",
                               "--out", str(world.private / "terminal-1001/tickets")],
                              capture_output=True, text=True, check=True)
        said, sold = (json.loads(line) for line in done.stdout.splitlines()[:2])
        assert sold["outcome"] == "sold", done.stdout
        return said

    def answer_lost(self, codes):
        """Paid by a backend whose central is gone: the terminal hears that it was, and the customer is paid from its drawer, once."""
        world, had = self.world, self.balance(1001)
        held = self.lose(codes)
        held.communicate("")
        self.wait(lambda: world.cluster.sql("SELECT idx FROM settlement.payment"), "the orphan did not pay")
        world.start_central()
        said = self.settle_first()
        assert said["outcome"] == "settled" and said["paid_fen"] == 500 and "refused" not in said, said
        self.refused_elsewhere(codes)
        self.wait(lambda: self.balance(1001) == had + 500 - 200, "the deposit is not restored once")

    def paid_elsewhere(self, codes):
        """The payment never happened; the customer, tired of waiting, is paid at another counter: then the first claim is refused, by
        its own answer, and its number is used."""
        world, had = self.world, self.balance(1001)
        held = self.lose(codes)
        world.cluster.sql(f"SELECT pg_terminate_backend({self.paying()[0][0]})", "postgres")
        held.communicate("")
        world.start_central()
        assert world.cluster.sql("SELECT count(*) FROM settlement.payment") == [[str(CONTESTED + 1)]]
        paid = self.claim(1002, codes)
        assert (paid["outcome"], paid["paid_fen"]) == ("paid", 500), paid
        said = self.settle_first()
        assert said["outcome"] == "settled" and said["refused"] == "kAlreadyPaid" and "paid_fen" not in said, said
        self.refused_elsewhere(codes)
        assert self.balance(1001) == had - 200

    def refused_elsewhere(self, codes):
        demo.expect_refusal("kAlreadyPaid", lambda: self.claim(1003, codes))

    def balance(self, number):
        return self.world.run("terminal", "status", *self.world.terminal_flags(number))["balance_fen"]

    # ------------------------------------------------------------------------------------------------------------

    def taxed_together(self, tickets):
        """6 000 yuan each is not taxed, 12 000 of one person are, whichever counter is first."""
        world, answers = self.world, []
        for codes in tickets:
            card = world.private / "card.json"
            card.write_text(json.dumps({"type": "id-card", "number": "110101199003070000", "name": "甲"}))
            won, = world.run("terminal", "claim", *world.terminal_flags(1003), "--public-code", codes[0])["draws"]
            world.settler("identify", "--trust-file", world.trust_file, "--origin", won["origin"], "--index", won["index"], "--card", card,
                          "--key", world.key_path("person"), "--passphrase", world.phrase)
        def claim(number, codes):
            answers.append(self.claim(number, codes))
        threads = [threading.Thread(target=claim, args=(1001 + n, codes)) for n, codes in enumerate(tickets)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taxes = sorted(answer["tax_fen"] for answer in answers)
        assert taxes == [0, 12000_00 // 5] and sum(a["paid_fen"] for a in answers) == 12000_00 - taxes[1], answers

    def exchange_wanted(self, codes):
        """With a draw to come the claim takes the secrets out of use, so it wants somewhere to print."""
        demo.expect_refusal("kUsage", lambda: self.claim(1003, codes))
        out = self.world.private / "terminal-1003/tickets"
        paid = self.claim(1003, codes, "--out", out)
        assert (paid["paid_fen"], paid["claims"]) == (500, 1), paid
        exchange = self.codes_of(paid["exchange"])
        demo.expect_refusal("kNotDrawnYet", lambda: self.claim(1003, exchange, "--out", out))
        return exchange

    def reinstated(self, exchange, old):
        """The exchange ticket never reached the customer: two approvers withdraw it, and the old one is paid for the next draw."""
        world, paper = self.world, self.world.private / "reinstatement.json"
        claim = world.cluster.sql("SELECT encode(claim_hash, 'hex') FROM settlement.exchange")[0][0]
        keys = [flag for name in w.APPROVERS for flag in ("--key", world.key_path(name))]
        def sign(claim, keys):
            world.run("settlement", "sign-reinstatement", "--claim", claim, "--reason", "终端损坏 the terminal was lost", *keys,
                      "--passphrase", world.phrase, "--clock", world.clock, "--out", paper)
            return world.settler("reinstate", "--trust-file", world.trust_file, "--file", paper)
        demo.expect_refusal("kBadSignature", lambda: sign(claim, keys[:2]))
        demo.expect_refusal("kBadSignature", lambda: sign(claim, keys[:2] * 2))
        demo.expect_refusal("kUnknownTicket", lambda: sign("ab" * 32, keys))
        assert sign(claim, keys)["draws"] == [f"ssq-{NEXT}"]
        self.seal(NEXT)
        self.enter_certificate(NEXT, self.draw_by_balls(NEXT, self.bundle(NEXT), REDS, BLUE))
        self.settle(NEXT)
        demo.expect_refusal("kExchanged", lambda: self.claim(1003, exchange))
        paid = self.claim(1003, old)
        assert (paid["outcome"], paid["paid_fen"], paid["claims"]) == ("paid", 500, 1), paid


def main():
    out = pathlib.Path(tempfile.mkdtemp(prefix="lottery-claims-"))
    try:
        Claims(argparse.Namespace(build=str(pathlib.Path(sys.argv[1]).resolve()), out=str(out), orders=0, kills=0, json=True)).run()
    finally:
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
