#!/usr/bin/env python3
"""The books after two draws: rolled up every way they balance, a month is closed once, a mistake is corrected by two, and the
database refuses a draw whose money does not add up."""
import argparse
import contextlib
import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

import claims_test as claims
import demo
import world as w

DRAW, NEXT = claims.DRAW, claims.NEXT
COMMISSION = f"commission:ssq-{DRAW}"
# A draw in which nothing was sold and nothing happened to the pools: the database takes it, and none of the changes below.
QUIET = {"net_sales_fen": 0, "prize_money_fen": 0, "adjustment_accrued_fen": 0, "fund_fen": 0, "fee_fen": 0, "prizes_fen": 0,
         "fixed_pool_before_fen": 0, "fixed_pool_after_fen": 0, "adjustment_paid_fen": 0, "adjustment_gained_fen": 0, "fee_advanced_fen": 0}
CHANGES = [
    ({"net_sales_fen": 1}, "sales_are_shared"), ({"fund_fen": 1}, "sales_are_shared"),
    ({"net_sales_fen": 100, "fund_fen": 50, "fee_fen": 49}, "sales_are_shared"), ({"fund_fen": -1, "fee_fen": 1}, "violates check constraint"),
    ({"prizes_fen": 500}, "prizes_are_covered"), ({"pool_after_fen": ("pool_before_fen", 1)}, "prizes_are_covered"),
    ({"adjustment_gained_fen": 5, "adjustment_after_fen": ("adjustment_before_fen", 5)}, "prizes_are_covered"),
    ({"adjustment_after_fen": ("adjustment_before_fen", 1)}, "adjustment_adds_up"),
    # It adds up by itself, but not with the draw before, or not with the ledger.
    ({"pool_before_fen": ("pool_before_fen", 7), "pool_after_fen": ("pool_before_fen", 7)}, "do not begin as the draw before left them"),
    ({"net_sales_fen": 100, "prize_money_fen": 100, "pool_after_fen": ("pool_before_fen", 100)}, "are not what the ledger has"),
    ({"net_sales_fen": 500, "prize_money_fen": 500, "prizes_fen": 500}, "fen of prizes, its statement")]


class Books(claims.Claims):
    def run(self):
        self.outcomes, self.settled = {}, {}
        try:
            self.prepare()
            for jurisdiction in w.JURISDICTIONS:
                self.world.settler("commission-rate", "--draw", f"ssq-{DRAW}", "--jurisdiction", jurisdiction, "--permille", 70)
            tickets = [self.sell(number, claims.SMALL, multiplier=number - 1000, draws=2) for number in (1001, 1002, 1003)]
            for draw in (DRAW, NEXT):
                self.seal(draw)
                self.enter_certificate(draw, self.draw_by_balls(draw, self.bundle(draw), claims.REDS, claims.BLUE))
                self.another_plan(draw)
                with self.refused_at_commit() if draw == NEXT else contextlib.nullcontext():
                    self.settle(draw)
                if draw == DRAW:
                    self.claim(1001, tickets[0], "--out", self.world.private / "terminal-1001/tickets")
            self.rolled_up()
            self.pools()
            self.money_is_explained()
            self.corrected()
            self.closed(tickets[1])
        finally:
            self.world.close()

    def another_plan(self, draw):
        """A plan that two officials signed as well, in the row of the one that was sealed."""
        world, condition = self.world, f"WHERE draw = {draw}"
        held = world.cluster.sql(f"SELECT encode(convert_to(plan, 'UTF8'), 'hex') FROM issuance.draw {condition}", "postgres")[0][0]
        for plan, code in ((world.plan_file(draw, world.now_ms() + 60_000, "00" * 32).read_bytes().hex(), "kBadSeal"), (held, None)):
            world.cluster.sql(f"UPDATE issuance.draw SET plan = convert_from('\\x{plan}', 'UTF8') {condition}", "postgres")
            if code:
                demo.expect_refusal(code, lambda: self.settle(draw))

    @contextlib.contextmanager
    def refused_at_commit(self):
        """The first settlement within fails to serialize at its very end; it is done again, and what it did is there once."""
        def owner(sql):
            return self.world.cluster.sql(f"SET ROLE lottery_owner; {sql}", "migrator")
        owner("CREATE SEQUENCE ledger.tried; CREATE FUNCTION ledger.fail_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
              "$$ BEGIN IF NEW.kind = 'prizes' AND nextval('ledger.tried') = 1 THEN RAISE 'once' USING ERRCODE = '40001'; END IF; RETURN NULL; END $$; "
              "CREATE CONSTRAINT TRIGGER fail_once AFTER INSERT ON ledger.txn DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.fail_once()")
        yield
        assert owner("SELECT last_value FROM ledger.tried")[-1] == ["2"]
        owner("DROP TRIGGER fail_once ON ledger.txn; DROP FUNCTION ledger.fail_once; DROP SEQUENCE ledger.tried")

    # Reports ----------------------------------------------------------------------------------------------------

    def report(self, *arguments):
        world = self.world
        done = subprocess.run([world.program("settlement"), "report", "--database", world.cluster.dsn("settler"), *map(str, world.clock_flags),
                               *arguments, "--json"], capture_output=True, text=True, check=True)
        *rows, answer = [json.loads(line) for line in done.stdout.splitlines()]
        assert answer["rows"] == len(rows) > 0
        return rows, answer

    def rolled_up(self):
        month = datetime.datetime.fromtimestamp(self.world.now_ms() / 1000 + 8 * 3600, datetime.timezone.utc).strftime("%Y%m")
        for by in ("heading", "draw", "day", "outlet", "jurisdiction"):
            rows, answer = self.report("--by", by)
            assert answer["difference_fen"] == 0 == sum(row["debit_fen"] - row["credit_fen"] for row in rows), (by, answer)
            self.report("--by", by, "--period", month)
        rows, _ = self.report("--by", "draw")
        for draw in (DRAW, NEXT):
            said = self.settled[draw]
            held = {row["heading"]: row for row in rows if row["draw"] == f"ssq-{draw}"}
            assert held["fund"]["credit_fen"] == said["fund_fen"] and held["sales"]["credit_fen"] == said["net_sales_fen"], held
            assert held["prize-payable"]["credit_fen"] == said["prizes_fen"] and held["sales"]["balance_fen"] == 0, held
        rows, _ = self.report("--by", "outlet")
        commissions = {row["outlet"]: row["credit_fen"] for row in rows if row["heading"] == "commission"}
        assert commissions == {str(1000 + n): 2 * 200 * n * 70 // 1000 for n in (1, 2, 3)}, commissions
        for wrong in (("--by", "draw", "--period", "202613"), ("--period", month), ("--by", "pool", "--period", month), ("--by", "draw", "--draw", f"ssq-{DRAW}")):
            demo.expect_refusal("kUsage", lambda wrong=wrong: self.world.settler("report", *wrong))

    def pools(self):
        """Each draw begins where the one before ended, and ends as what came and went says."""
        rows, _ = self.report("--by", "pool")
        assert [row["draw"] for row in rows] == [f"ssq-{DRAW}", f"ssq-{NEXT}"]
        for row in rows:
            came = row["pool_accrued_fen"] + row["pool_from_adjustment_fen"] + row["pool_from_fee_fen"] + row["pool_from_fixed_pool_fen"]
            assert row["pool_closing_fen"] == row["pool_opening_fen"] + came - row["pool_paid_fen"] - row["pool_to_adjustment_fen"], row
            assert row["adjustment_closing_fen"] == (row["adjustment_opening_fen"] + row["adjustment_accrued_fen"] + row["adjustment_gained_fen"]
                                                     - row["adjustment_paid_fen"]), row
            assert row["pool_paid_fen"] == self.settled[int(row["draw"][4:])]["prizes_fen"]
        for fund in ("pool", "adjustment"):
            assert rows[0][f"{fund}_closing_fen"] == rows[1][f"{fund}_opening_fen"]
        assert self.report("--by", "pool", "--draw", f"ssq-{NEXT}")[0] == rows[1:]

    # What the database does not take -----------------------------------------------------------------------------

    def money_is_explained(self):
        sql = self.world.cluster.sql
        pool, adjustment = sql(f"SELECT pool_after_fen, adjustment_after_fen FROM settlement.draw_money WHERE draw = {NEXT}")[0]
        quiet = {**QUIET, "pool_before_fen": int(pool), "pool_after_fen": int(pool), "adjustment_before_fen": int(adjustment),
                 "adjustment_after_fen": int(adjustment)}
        def insert(row, end="SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK"):
            statement = (f"INSERT INTO settlement.statement SELECT 'ssq', {NEXT + 1}, 'prizes', '', 0, 0, {pool}, false, 0, each_fen FROM "
                         f"settlement.statement WHERE draw = {NEXT}")
            money = (f"INSERT INTO settlement.draw_money (game, draw, jurisdiction, {', '.join(row)}) VALUES ('ssq', {NEXT + 1}, '', "
                     f"{', '.join(map(str, row.values()))})") if row else "SELECT"
            sql(f"BEGIN; {statement}; {money}; {end}", "settler")
        def refused(row, why):
            try:
                insert(row)
            except RuntimeError as error:
                assert why in str(error), (row, why, error)
            else:
                raise AssertionError(f"taken: {row}")
        insert(quiet)
        refused({}, "of prizes, its statement")  # a settled draw without its money
        for change, why in CHANGES:
            refused({**quiet, **{name: quiet[v[0]] + v[1] if isinstance(v, tuple) else v for name, v in change.items()}}, why)
        for table in ("statement", "draw_money"):
            try:
                sql(f"SET ROLE lottery_owner; UPDATE settlement.{table} SET draw = 1", "migrator")
            except RuntimeError as error:
                assert "never changed" in str(error), error
            else:
                raise AssertionError(f"{table} can be changed")

    # Corrections and months ---------------------------------------------------------------------------------------

    def correct(self, corrects, lines, approvers=tuple(w.APPROVERS), reason="费率录错 the rate was entered wrongly"):
        world, paper = self.world, self.world.private / "correction.json"
        keys = [flag for name in approvers for flag in ("--key", world.key_path(name))]
        flags = [flag for account, fen in lines.items() for flag in ("--line", f"{account}={fen}")]
        world.run("settlement", "sign-correction", "--corrects", corrects, "--reason", reason, *flags, *keys, "--passphrase", world.phrase, "--clock",
                  world.clock, "--out", paper)
        return paper, world.settler("correct", "--trust-file", world.trust_file, "--file", paper)

    def corrected(self):
        right = {"commission:1001": -15, "commission:1002": -30, f"fee:ssq:{DRAW}": 45}
        refusals = [
            ("kBadSignature", COMMISSION, right, {"approvers": w.APPROVERS[:1]}), ("kBadSignature", COMMISSION, right, {"approvers": w.APPROVERS[:1] * 2}),
            ("kUnbalanced", COMMISSION, {**right, "commission:1003": -1}, {}), ("kNotCorrectable", "commission:ssq-2020001", right, {}),
            ("kNotCorrectable", f"prizes:ssq-{DRAW}", right, {}), ("kNotCorrectable", COMMISSION, {"pool:ssq": -45, f"fee:ssq:{DRAW}": 45}, {}),
            ("kNotCorrectable", COMMISSION, {"commission:999": -45, f"fee:ssq:{DRAW}": 45}, {}),  # no such terminal, no such account
            ("kNotCorrectable", COMMISSION, {"commission:1001": -45, "fee:ssq": 45}, {}),
            ("kUsage", COMMISSION, {"commission:1001": "1.5"}, {}), ("kBadJson", COMMISSION, right, {"reason": " "}), ("kBadJson", COMMISSION, right, {"reason": ""})]
        for code, corrects, lines, more in refusals:
            demo.expect_refusal(code, lambda corrects=corrects, lines=lines, more=more: self.correct(corrects, lines, **more))
        before = self.world.cluster.sql("SELECT account, fen FROM ledger.balance WHERE account LIKE 'commission:%' ORDER BY 1")
        paper, answer = self.correct(COMMISSION, right)
        assert answer["correction"] == f"correction:{COMMISSION}" and not answer["again"], answer
        assert self.world.settler("correct", "--trust-file", self.world.trust_file, "--file", paper)["again"]
        demo.expect_refusal("kAlreadyExists", lambda: self.correct(COMMISSION, right, reason="another"))
        logged = self.world.cluster.sql("SELECT body FROM issuance.inbox WHERE kind = 'correction'", "postgres")
        assert len(logged) == 1 and json.loads(logged[0][0])["corrects"] == COMMISSION, logged
        said = self.world.settler("commission", "--draw", f"ssq-{DRAW}")
        assert [(t["commission_fen"], t["corrected"]) for t in said["terminals"]] == [(15, True), (30, True), (0, True)] and said["commission_fen"] == 45, said
        assert self.world.settler("report")["commission_fen"] == 45 + sum(200 * n * 70 // 1000 for n in (1, 2, 3))
        after = dict(self.world.cluster.sql("SELECT account, fen FROM ledger.balance WHERE account LIKE 'commission:%'"))
        second = {f"commission:{1000 + n}": 200 * n * 70 // 1000 for n in (1, 2, 3)}  # of the other draw
        assert after == {f"commission:{1000 + n}": str(-second[f"commission:{1000 + n}"] - fen) for n, fen in ((1, 15), (2, 30), (3, 0))}, after
        self.correct(f"correction:{COMMISSION}", {account: int(fen) + second[account] for account, fen in before}
                     | {f"fee:ssq:{DRAW}": sum(second.values())})
        assert self.world.cluster.sql("SELECT account, fen FROM ledger.balance WHERE account LIKE 'commission:%' ORDER BY 1") == before

    def closed(self, ticket):
        """A month is closed while a claim that was accepted before waits to be paid: it is, and counts for the month after."""
        world, held, answers = self.world, self.hold_claims(), []
        claim = threading.Thread(target=lambda: answers.append(self.claim(1002, ticket)))
        claim.start()
        self.wait(self.paying, "no claim is being paid")
        ends = self.close_month()
        held.communicate("")
        claim.join()
        assert answers and answers[0]["outcome"] == "paid", answers
        counts, paid = map(int, world.cluster.sql("SELECT t.at_ms, p.paid_ms FROM settlement.payment p JOIN ledger.txn t ON t.id = p.txn "
                                                  f"WHERE p.draw = {DRAW} AND p.terminal = 1002", "postgres")[0])
        assert counts == max(paid, ends) and world.settler("report")["unbalanced"] == 0, (counts, paid, ends)

    def close_month(self):
        world = self.world
        def month(ms):
            return datetime.datetime.fromtimestamp(ms / 1000 + 8 * 3600, datetime.timezone.utc)
        first = month(min(int(row[0]) for row in world.cluster.sql("SELECT at_ms FROM ledger.txn")))
        period = first.strftime("%Y%m")
        following = (first.replace(day=1) + datetime.timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        ends = int((following.timestamp() - 8 * 3600) * 1000)
        if world.now_ms() < ends:  # the draws are two days apart
            demo.expect_refusal("kPeriodClosed", lambda: world.settler("close-period", "--period", period))
        demo.expect_refusal("kUsage", lambda: world.settler("close-period", "--period", "2026"))
        world.jump_to(ends + 3600_000 + 1)
        demo.expect_refusal("kPeriodClosed", lambda: world.settler("close-period", "--period", following.strftime("%Y%m")))
        held = world.settler("close-period", "--period", period)
        assert held["closed"] == "now" and sum(row["balance_fen"] for row in held["trial_balance"]) == 0, held
        assert {**held, "closed": "before"} == world.settler("close-period", "--period", period)
        try:
            world.cluster.sql(f"SELECT ledger.post('x', 'late', {ends - 1}, ARRAY['bank','terminal:1001'], ARRAY[1,-1])", "settler")
        except RuntimeError as error:
            assert "period is closed" in str(error), error
        else:
            raise AssertionError("a closed month takes a transaction")
        world.cluster.sql(f"SELECT ledger.post('x', 'in time', {ends}, ARRAY['bank','terminal:1001'], ARRAY[1,-1])", "settler")
        return ends


def main():
    out = pathlib.Path(tempfile.mkdtemp(prefix="lottery-books-"))
    try:
        Books(argparse.Namespace(build=str(pathlib.Path(sys.argv[1]).resolve()), out=str(out), orders=0, kills=0, json=True)).run()
    finally:
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
