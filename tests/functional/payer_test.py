#!/usr/bin/env python3
"""Insiders at the money: logins of the database, and its owner, try to have paid what nobody won, what somebody else won, or what was
paid before. Nothing is: the payer believes what was signed and witnessed, and central and till what the payer proves."""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy"), str(SOURCE / "tests/functional")]
import claims_test as c
import demo
import world as w

OWNER = "SET session_replication_role = replica; SET ROLE lottery_owner; "  # above every trigger and right
KILLS = 8


class Insiders(c.Claims):
    def run(self):
        self.outcomes, self.settled, self.told = {}, {}, []
        try:
            self.prepare()
            self.world.cluster.sql("ALTER ROLE migrator SUPERUSER", "postgres", "postgres")
            won = [self.sell(1001, c.SMALL) for _ in range(6)]
            self.later = self.sell(1002, c.SMALL)
            lost = self.sell(1002, "01 02 03 05 07 08 + 15")
            several = self.sell(1003, c.SMALL, draws=2)
            self.paid_while_open(lost)
            self.seal(c.DRAW)
            self.enter_certificate(c.DRAW, self.draw_by_balls(c.DRAW, self.bundle(c.DRAW), c.REDS, c.BLUE))
            self.settle(c.DRAW)
            self.list_changed(won[0], lost)
            self.secrets_changed(won[0])
            self.exchanged_by_a_row(won[0], won[1])
            self.paid_once(won[0])
            self.inbox_forged()
            self.rows_alone(won[4])
            self.given_back_undone(won[5])
            self.agreement_undone(won[1])
            self.payer_killed(won[1:4], several)
            self.nobody_pays(self.later)
            report = self.world.settler("report")
            assert report["unbalanced"] == 0 and report["paid_fen"] == 8 * 500, report
        finally:
            self.world.close()
        print("\n".join(self.told))

    def tell(self, who, tried, came_of_it):
        self.told.append(f"- {who}: {tried}: {came_of_it}")

    def owner(self, statement):
        return self.world.cluster.sql(OWNER + statement, "migrator")

    def refused(self, codes, ticket, *more, number=1001):
        try:
            answer = self.claim(number, ticket, *more)
        except w.Refused as refused:
            assert refused.code in codes, refused.answer
            return refused.code
        raise AssertionError(f"paid: {answer}")

    def place_of(self, ticket):
        """Draw and index of a ticket's first leaf."""
        origin, index, _ = ticket[0].rsplit(":", 2)
        return int(origin.rsplit("/", 1)[1]), int(index)

    def paid_while_open(self, ticket):
        """P3: statement, winner, agreement and the step of the draw's life, all written by hand while the draw is on sale."""
        draw, index = self.place_of(ticket)
        self.owner(f"INSERT INTO settlement.statement (game, draw, kind, envelope, owed_tickets, owed_fen, pool_after_fen, special_rule_next, "
                   f"claim_until_ms, each_fen) VALUES ('ssq', {draw}, 'prizes', 'x', 1, 900000, 0, false, 9999999999999, '{{900000}}'); "
                   f"CREATE TABLE settlement.own PARTITION OF settlement.winner FOR VALUES FROM ('ssq', {draw}, 0) TO ('ssq', {draw}, 1000000); "
                   f"INSERT INTO settlement.winner (game, draw, idx, terminal, jurisdiction, prize_fen, tiers, lines, leaf_hash) "
                   f"VALUES ('ssq', {draw}, {index}, 1002, '110000', 900000, '{{1}}', '{{1}}', sha256('x')); "
                   f"INSERT INTO settlement.agreed VALUES ('ssq', {draw}, 'agreed'); "
                   f"INSERT INTO issuance.draw_step VALUES ('ssq', {draw}, 99, 'paying', 0, 'x')")
        code = self.refused({"kNotDrawnYet", "kNotAgreed"}, ticket)
        self.tell("the database's owner", "statement, winner, agreement and step written by hand while the draw is on sale", code)
        self.owner(f"DELETE FROM settlement.agreed; ALTER TABLE settlement.winner DETACH PARTITION settlement.own; DROP TABLE settlement.own; DELETE FROM settlement.statement; "
                   f"DELETE FROM issuance.draw_step WHERE ordinal = 99")

    def list_changed(self, winner, loser):
        """A row of the list that is changed, added or taken away makes the tile another one."""
        draw, index = self.place_of(winner)
        tile = self.world.cluster.sql("SELECT encode(root, 'hex') FROM settlement.winner_tile")
        cases = [("the prize", f"UPDATE settlement.winner SET prize_fen = 900000 WHERE idx = {index}",
                  f"UPDATE settlement.winner SET prize_fen = 500 WHERE idx = {index}", winner),
                 ("the root of its tile as well", f"UPDATE settlement.winner SET prize_fen = 900000 WHERE idx = {index}; "
                  "UPDATE settlement.winner_tile SET root = sha256('x')",
                  f"UPDATE settlement.winner SET prize_fen = 500 WHERE idx = {index}; UPDATE settlement.winner_tile SET root = "
                  f"'\\x{tile[0][0]}'", winner),
                 ("a loser put on it", f"INSERT INTO settlement.winner (game, draw, idx, terminal, jurisdiction, prize_fen, tiers, lines, leaf_hash) "
                  f"SELECT game, draw, {self.place_of(loser)[1]}, terminal, jurisdiction, prize_fen, tiers, lines, leaf_hash FROM settlement.winner "
                  f"WHERE idx = {index}", f"DELETE FROM settlement.winner WHERE idx = {self.place_of(loser)[1]}", loser)]
        for name, cheat, mend, ticket in cases:
            self.owner(cheat)
            self.world.kill("payer")
            self.world.start_payer()  # it keeps nothing it has not proved, and what it proved it keeps
            self.tell("the database's owner", f"changed the list of winners: {name}", self.refused({"kPayerUnavailable"}, ticket))
            self.owner(mend)
        self.world.kill("payer")
        self.world.start_payer()

    def secrets_changed(self, ticket):
        """N1: the settler's own secrets in every row."""
        self.owner("UPDATE settlement.winner SET t_hash = sha256('mine'), s_hash = sha256('mine')")
        mine = (ticket[0], "6d696e65" * 4 + "-" + "6d696e65" * 8)
        self.tell("settlement", "wrote secrets of its own beside every winner", self.refused({"kWrongSecret"}, mine))
        _, index = self.place_of(ticket)
        kept = self.world.cluster.sql(f"SELECT encode(leaf_hash, 'hex') FROM settlement.winner WHERE idx = {index}")[0][0]
        self.owner(f"UPDATE settlement.winner SET leaf_hash = sha256('mine') WHERE idx = {index}")
        self.tell("settlement", "gave a winner the leaf of another sale", self.refused({"kPayerUnavailable"}, ticket))
        self.owner(f"UPDATE settlement.winner SET leaf_hash = '\\x{kept}' WHERE idx = {index}")

    def exchanged_by_a_row(self, ticket, other):
        """P4: a stranger's ticket made over by a row, or by parts that are not the claimed order's."""
        draw, index = self.place_of(ticket)
        self.owner(f"INSERT INTO settlement.exchange (game, draw, idx, t_hash, s_hash, claim_hash, at_ms) VALUES ('ssq', {draw}, {index}, "
                   f"sha256('mine'), sha256('mine'), sha256('claim'), 0)")
        mine = (ticket[0], "6d696e65" * 4 + "-" + "6d696e65" * 8)
        self.tell("issuer and owner", "made a stranger's ticket over to secrets of their own by a row", self.refused({"kWrongSecret"}, mine))
        self.owner("DELETE FROM settlement.exchange")

    def paid_once(self, ticket):
        """The payment struck from the books: the log has it."""
        paid = self.claim(1001, ticket)
        assert (paid["outcome"], paid["paid_fen"]) == ("paid", 500), paid
        self.refused({"kAlreadyPaid"}, ticket, number=1002)
        self.wait(lambda: self.world.cluster.sql("SELECT 1 FROM issuance.inbox i JOIN issuance.inbox_done d USING (id) WHERE i.kind = 'payment'"),
                  "the payment is not logged")
        kept = self.world.cluster.sql("SELECT encode(claim_hash, 'hex') FROM settlement.payment")[0][0]
        self.owner(f"CREATE TABLE public.kept AS SELECT * FROM settlement.payment; DELETE FROM settlement.payment WHERE claim_hash = '\\x{kept}'")
        self.tell("the database's owner", "struck a payment from the books", self.refused({"kAlreadyPaid"}, ticket, number=1002))
        self.world.kill("payer")
        demo.time.sleep(1)  # for the log's witnesses
        self.world.start_payer()
        self.refused({"kAlreadyPaid"}, ticket, number=1002)
        self.owner("INSERT INTO settlement.payment SELECT * FROM public.kept; DROP TABLE public.kept")

    def inbox_forged(self):
        """What central is handed in the payer's name: the row's author is nobody, the signature is."""
        world, had = self.world, self.balance(1001)
        body = json.loads(world.cluster.sql("SELECT body FROM issuance.inbox WHERE kind = 'payment'")[0][0])
        cheats = {"once more": body, "with another path": {**body, "path": "00" * 32}, "unsigned": {**body, "payment": body["payment"][:-2] + "00"},
                  "of another ticket": {**body, "winner": "00" * 60}, "with more members": {**body, "extra": 1}}
        for name, cheat in cheats.items():
            for role in ("settler", "operator"):
                try:
                    world.cluster.sql(f"SELECT issuance.hand_in('payment', '{json.dumps(cheat)}')", role)
                    raise AssertionError(f"{role} handed in a payment")
                except RuntimeError as refused:
                    assert "may not hand in" in str(refused), refused
            row = self.owner(f"INSERT INTO issuance.inbox (kind, body, by_role) VALUES ('payment', '{json.dumps(cheat)}', 'payer') RETURNING id")
            number = next(line[0] for line in row if line[0].isdigit())
            self.wait(lambda number=number: world.cluster.sql(f"SELECT 1 FROM issuance.inbox_done WHERE id = {number}"), "central does not answer")
            answer = json.loads(world.cluster.sql(f"SELECT answer FROM issuance.inbox_done WHERE id = {number}")[0][0])
            self.tell("the database's owner", f"a payment handed in {name}", answer["error"]["code"])
        assert self.balance(1001) == had

    def rows_alone(self, ticket):
        """What each login may write by itself ends, adds or pays nothing."""
        cluster, (draw, index), now = self.world.cluster, self.place_of(ticket), self.world.now_ms()
        tries = {
            "settler": [("ended a draw's claims by a row", f"INSERT INTO settlement.expiry VALUES ('ssq', {draw}, 0, 0)"),
                        ("put a tile behind the list", f"INSERT INTO settlement.winner_tile VALUES ('ssq', {draw}, 999, 9000000, sha256('x'))")],
            "payer": [("paid without a paper", f"SELECT settlement.end_payment('ssq', {draw}, {index}, sha256('mine'), 1002, 500, 0, {now}, true, NULL, '{{}}', "
                       "NULL, NULL, '{}', '{}')"),
                      ("paid more than the prize", f"SELECT settlement.end_payment('ssq', {draw}, {index}, sha256('mine'), 1002, -500, 1000, {now}, true, 'x', "
                       "'{}', NULL, NULL, '{}', '{}')")]}
        for role, cheats in tries.items():
            for name, statement in cheats:
                try:
                    cluster.sql(statement, role)
                    raise AssertionError(f"{role} {name}")
                except RuntimeError as refused:
                    self.tell(f"the login of {role}", name, str(refused).splitlines()[0][:90])
        # A paper that is none: by the status a till asks for first the ticket is paid; the log has no such payment, and nobody got it.
        cluster.sql(f"SELECT settlement.end_payment('ssq', {draw}, {index}, sha256('mine'), 1002, 500, 0, {now}, true, 'x', '{{}}', NULL, NULL, '{{}}', '{{}}')",
                    "payer")
        self.tell("the login of payer", "paid with a paper nobody signed", self.refused({"kAlreadyPaid"}, ticket) + ", and not logged")
        self.owner(f"DELETE FROM settlement.payment WHERE idx = {index}; DELETE FROM ledger.posting WHERE txn IN (SELECT id FROM ledger.txn WHERE ref "
                   "= 'claim:' || encode(sha256('mine'), 'hex')); DELETE FROM ledger.txn WHERE ref = 'claim:' || encode(sha256('mine'), 'hex')")
        cluster.sql("INSERT INTO issuance.checkpoint SELECT 0, 9000000000000 + g, 'x', 0, 0 FROM generate_series(1, 6000) g", "issuer")
        self.world.kill("payer")
        self.world.start_payer()
        assert self.claim(1002, ticket)["paid_fen"] == 500
        self.tell("the login of issuer", "hid the checkpoints behind 6 000 false ones", "paid all the same")

    def given_back_undone(self, ticket):
        """The database's owner keeps the signed payment and undoes its transaction: the ticket is that claim's all the same."""
        world = self.world
        self.owner("CREATE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.kind = 'payment' THEN RAISE 'undone'; END IF; "
                   "RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER keep AFTER INSERT ON issuance.inbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
                   "EXECUTE FUNCTION public.keep()")
        first = subprocess.Popen([world.program("terminal"), "claim", *map(str, world.terminal_flags(1001)), "--public-code", ticket[0],
                                  "--secret-code", ticket[1], "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        journal = world.private / "payer-journal/payments"
        before = journal.stat().st_size
        self.wait(lambda: journal.stat().st_size > before, "nothing was signed")
        self.owner("DROP TRIGGER keep ON issuance.inbox; DROP FUNCTION public.keep()")
        world.kill("payer")
        world.start_payer()
        answers = []
        try:
            answers.append(self.claim(1002, ticket)["outcome"])
        except w.Refused as refused:
            answers.append(refused.code)
        answers.append(json.loads(first.communicate(timeout=150)[0].splitlines()[-1])["outcome"])
        assert answers == ["kAlreadyPaid", "paid"], answers
        self.tell("the database's owner", "undid a payment and kept its paper, the payer killed", "paid once, to the claim that was signed for")

    def agreement_undone(self, ticket):
        """Rows of settlement that say nothing was agreed stop nothing for long, and open nothing."""
        self.owner("CREATE TABLE public.kept AS SELECT * FROM settlement.agreed; DELETE FROM settlement.agreed")
        self.refused({"kNotDrawnYet"}, ticket)  # by the status a terminal asks for first
        self.owner("INSERT INTO settlement.agreed SELECT * FROM public.kept; DROP TABLE public.kept")

    def payer_killed(self, tickets, several):
        """SIGKILL in the middle of claims: each is paid once, by whichever payer."""
        world, answers = self.world, []
        had = [self.balance(number) for number in (1001, 1002, 1003)]
        stop = threading.Event()
        def kill():
            for number in range(KILLS):
                world.kill("payer")
                world.start_payer()
                if stop.wait(0.05 * number):
                    return
        def claim(number, codes, *more):
            while True:
                try:
                    answers.append(self.claim(number, codes, *more))
                    return
                except w.Refused as refused:
                    if refused.code not in ("kPayerUnavailable", "kTimeout", "kBusy", "kDisconnected", "kUnsettled"):
                        answers.append(refused.answer)
                        return
        killer = threading.Thread(target=kill)
        killer.start()
        claims = [threading.Thread(target=claim, args=(1001 + n, codes)) for n, codes in enumerate(tickets)]
        for thread in claims:
            thread.start()
        for thread in claims:
            thread.join()
        stop.set()
        killer.join()
        assert [a["outcome"] for a in answers] == ["paid"] * 3, answers
        paid = world.cluster.sql("SELECT count(*), count(DISTINCT idx), sum(paid_fen) FROM settlement.payment")
        assert paid == [["6", "6", "3000"]], (paid, answers)
        self.wait(lambda: world.cluster.sql("SELECT count(*) FROM issuance.inbox_done d JOIN issuance.inbox i USING (id) WHERE i.kind = 'payment' "
                                            "AND d.answer NOT LIKE '%\"error\"%'") == [["6"]], "a payment is not logged")
        assert [self.balance(number) for number in (1001, 1002, 1003)] == [h + f for h, f in zip(had, (500, 500, 500))], answers
        out = world.private / "terminal-1003/tickets"
        exchanged = self.claim(1003, several, "--out", out)
        assert exchanged["paid_fen"] == 500, exchanged
        self.several = self.codes_of(exchanged["exchange"])
        self.tell("chaos", f"the payer killed {KILLS} times under claims", "each ticket was paid once")

    def nobody_pays(self, ticket):
        """A payer that is away holds up claims and nothing else."""
        world = self.world
        world.kill("payer")
        self.refused({"kPayerUnavailable"}, ticket)
        assert world.run("terminal", "sell", *world.terminal_flags(1002), "--draw", c.NEXT, "--bet", c.SMALL,
                         "--out", world.private / "terminal-1002/tickets")["outcome"] == "sold"
        world.start_payer()
        assert self.claim(1002, ticket)["paid_fen"] == 500
        second = subprocess.run([world.program("settlement"), "payer", "--database", world.cluster.dsn("payer"), "--key", str(world.key_path("payer")),
                                 "--passphrase", world.phrase, "--trust-file", str(world.trust_file), "--trust", world.root, "--socket",
                                 str(world.private / "other.sock"), "--journal", str(world.private / "payer-journal"), "--json"], capture_output=True, text=True, timeout=60)
        assert json.loads(second.stdout)["code"] == "kInUse", second
        for flags, code in (((world.key_path("settlement"), world.root), "kBadKey"), ((world.key_path("payer"), "ab" * 32), "kRootMismatch")):
            answer = world.run("settlement", "payer", "--database", world.cluster.dsn("payer"), "--key", flags[0], "--passphrase", world.phrase,
                               "--trust-file", world.trust_file, "--trust", flags[1], "--socket", world.private / "other.sock",
                               "--journal", world.private / "other", ok=False)
            assert answer["code"] == code, answer


def main():
    out = pathlib.Path(tempfile.mkdtemp(prefix="lottery-payer-"))
    try:
        Insiders(argparse.Namespace(build=str(pathlib.Path(sys.argv[1]).resolve()), out=str(out), orders=0, kills=0, json=True)).run()
    finally:
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
