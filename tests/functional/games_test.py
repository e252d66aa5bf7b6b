#!/usr/bin/env python3
"""All four national games with real programs: every play on tickets, a draw by the beacon and one by the ball machine, winners
and prizes that settlement, the control and a stranger agree on, and that this test counts once more; prizes paid at a counter."""
import argparse
import base64
import itertools
import json
import pathlib
import shutil
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy"), str(pathlib.Path(__file__).parent)]
import demo
import schema_check
import world as w

FIRST, SECOND = 2026097, 2026098
GAMES = ("ssq", "3d", "qlc", "kl8")
DRAWS = [f"{game}-{number}" for game in GAMES for number in (FIRST, SECOND)]
# What the ball machine shows in the second draws of qlc and kl8, in some order, and the special number.
BALLS = {f"qlc-{SECOND}": ([30, 4, 17, 22, 9, 1, 12], 8), f"kl8-{SECOND}": (list(range(76, 0, -4)) + [80], None)}
# What its plan adds to the second draw of qlc, by the adjustment fund; the fourth prize's budget is too small for all its lines.
PROMOTIONS = {f"qlc-{SECOND}": {"document": "批准文号 approval 7", "injection_fen": 2_000_00,
                                "bonuses": [{"tier": 1, "each_fen": 500_00, "budget_fen": 5000_00}, {"tier": 4, "each_fen": 10_00, "budget_fen": 39_00}]}}
TESTS = {"qlc": "3 9 1 30 21 17 8 25", "kl8": " ".join(str(n) for n in range(1, 80, 4))}

# Tickets of each game, most of which win something in the balls above or whatever is drawn.
TICKETS = {
    "ssq": [[f"01 02 03 04 05 06 + {' '.join('%02d' % n for n in range(1, 17))}"], ["01 02 | 05 06 07 08 09 10 + 03 04"]],
    "3d": [["1d * 0123456789 *", "2d 0123456789 * 0123456789", "any 0123 0123 0123", "sum " + " ".join(map(str, range(28))), "w3 1 1 2"],
           ["w6 1 2 3", "guess1d 0123456789", "guess2d 0123456789", "guess2d 11 22 33", "big"],
           ["small", "odd", "even", "triple", "run"],
           ["g3 0123456789", "g6 0123456789", "12 3 45", "any 5 5 5"]],
    "qlc": [["01 04 09 12 17 22 30"], ["01 04 09 12 17 22 08"], ["01 04 09 | 12 17 22 30 08 11"], ["01 02 03 04 05 06 07 08 09 10"]],
    "kl8": [["1: 04", "2: 04 08", "3: 04 08 12", "4: 04 08 12 16", "5: 04 08 12 16 20"],
            ["6: 04 08 12 16 20 24", "7: 01 02 03 05 06 07 09", "8: 04 08 12 16 20 24 28 32", "9: 04 08 12 16 20 24 28 32 36", "10: 04 08 12 16 20 24 28 32 36 40"],
            ["3: 04 | 08 12 15", "10: 01 02 03 04 05 06 07 08 09 10 11 12"]],
}
# Prizes of kl8 from 2025350 that these draws may need, in fen: (pick, hits).
KL8 = {(1, 1): 450, (2, 2): 1900, (3, 3): 5200, (3, 2): 300, (4, 4): 9300, (4, 3): 500, (4, 2): 300, (5, 5): 100000, (5, 4): 2000,
       (5, 3): 300, (6, 6): 288000, (6, 5): 3000, (6, 4): 1000, (6, 3): 300, (7, 7): 850000, (7, 6): 30000, (7, 5): 3000, (7, 4): 400,
       (7, 0): 200, (8, 8): 5000000, (8, 7): 80000, (8, 6): 8000, (8, 5): 1000, (8, 4): 300, (8, 0): 200, (9, 8): 200000,
       (9, 7): 22500, (9, 6): 2200, (9, 5): 500, (9, 4): 300, (9, 0): 200, (10, 9): 800000, (10, 8): 72000, (10, 7): 8000,
       (10, 6): 500, (10, 5): 300, (10, 0): 200}


def choices(text, picks):
    """Every line of a lotto bet, written out."""
    bankers, _, drags = text.rpartition("|")
    bankers, drags = bankers.split(), drags.split()
    for rest in itertools.combinations(drags, picks - len(bankers)):
        yield {int(n) for n in bankers + list(rest)}


class Games(demo.Demo):
    def prepare(self):
        world = self.world
        world.prepare(terminals=2)
        world.start_services()
        for number in world.terminals:
            world.enrol(number, 500_000_00)
        first = world.now_ms() // 60000 + 3
        self.close = {draw: (first + (i % 2) * 2880 + i * 20) * 60000 for i, draw in enumerate(DRAWS)}
        books = {game: world.run("central", "rule-book", "--game", game)["sha256"] for game in GAMES}
        for draw in DRAWS:
            world.make_plan(draw, self.close[draw], books[w.split_name(draw)[0]], method="ball_machine" if draw in BALLS else "vrf",
                            promotion=PROMOTIONS.get(draw))
        for draw in DRAWS:
            world.open_draw(draw)
        self.open_balances()
        self.open_digits()
        self.world.open_balance({"format": "opening/1", "game": "qlc", "pool_fen": 123_456_700, "adjustment_fen": 900_000, "special_rule": False, "sample": True})
        self.world.open_balance({"format": "opening/1", "game": "kl8", "pool_fen": 50_000_000_000, "adjustment_fen": 900_000, "special_rule": False,
                           "fixed_pool_fen": 24_000_000_000, "sample": True})

    def sell(self):
        self.tickets = {game: [] for game in GAMES}
        for game, tickets in TICKETS.items():
            for n, bets in enumerate(tickets):
                number = 1001 + n % 2
                flags = [flag for bet in bets for flag in ("--bet", bet)]
                sold = self.world.run("terminal", "sell", *self.world.terminal_flags(number), "--game", game, "--draw", FIRST, "--draws", 2, *flags,
                                      "--out", self.world.private / f"terminal-{number}/tickets", "--pictures", self.world.private / "tickets")
                self.tickets[game].append(self.codes_of(sold))
        for game, bet, code in (("kl8", "11: 1 2 3 4 5 6 7 8 9 10 11", "kIllegalBet"), ("qlc", "1 2 3 4 5 6 31", "kIllegalBet"),
                                ("3d", "w3 1 2 3", "kIllegalBet"), ("kl8", "10: " + " ".join(map(str, range(1, 21))), "kTicketLimit")):
            demo.expect_refusal(code, lambda: self.world.run("terminal", "sell", *self.world.terminal_flags(1001), "--game", game, "--draw", FIRST, "--bet", bet,
                                                                       "--out", self.world.private / "tickets"))

    def draw_machine(self, draw):
        world, (numbers, special) = self.world, BALLS[draw]
        bundle, game = self.bundle(draw), w.split_name(draw)[0]
        world.jump_to(world.now_ms() + 120_000)
        entries = []
        for official in w.OFFICIALS[:2]:
            out = world.private / f"{draw}-{official}.entry.json"
            video = world.private / f"{draw}.video"
            video.write_bytes(b"a recording")
            world.run("draw", "balls", *self.ground(bundle), "--official", official, "--key", world.key_path(official), "--passphrase", world.phrase,
                      "--machine", w.BALL_MACHINE, "--ball-set", "1", "--started", w.iso(world.now_ms()), "--test-before", TESTS[game], "--test-after",
                      TESTS[game], "--numbers", " ".join(map(str, numbers)), *(["--special", special] if special else []), "--video", video,
                      "--clock", world.clock, "--device", world.private / f"device-{official}", "--out", out)
            entries.append(out)
        return self.certify_balls(draw, bundle, *entries)

    def hold(self, draw):
        self.seal(draw)
        certificate = self.draw_machine(draw) if draw in BALLS else self.draw_as_planned(draw)
        self.enter_certificate(draw, certificate)
        self.print_certificate(draw)
        self.settle(draw)

    # Counted once more --------------------------------------------------------------------------------------------

    def statement(self, draw):
        envelope = json.loads((self.world.public / f"settlement/{draw}.statement.json").read_text())
        said = json.loads(base64.b64decode(envelope["payload"]))
        return {**said, **said["figures"]}

    def count_kl8(self, draw):
        drawn, lines, fixed = set(self.outcomes[draw]["numbers"]), {}, 0
        for bets in TICKETS["kl8"]:
            for bet in bets:
                pick, _, numbers = bet.partition(":")
                for line in choices(numbers, int(pick)):
                    key = (int(pick), len(line & drawn))
                    lines[key] = lines.get(key, 0) + 1
                    fixed += KL8.get(key, 0)
        s = self.statement(draw)
        floating = sum(t["total_fen"] for t in s["tiers"] if t["tier"] in (26, 33))
        assert s["prizes_fen"] == fixed + floating, (s, fixed, lines)
        assert sum(s[f"net_sales_pick_{pick}_fen"] for pick in range(1, 11)) == s["net_sales_fen"] == 200 * sum(lines.values())
        assert (lines.get((10, 10), 0), lines.get((9, 9), 0)) == (s["tiers"][32]["lines"], s["tiers"][25]["lines"])

    def count_qlc(self, draw):
        drawn, special = set(self.outcomes[draw]["numbers"]), self.outcomes[draw]["special"]
        wins = [0] * 7
        for bets in TICKETS["qlc"]:
            for bet in bets:
                for line in choices(bet, 7):
                    hits, extra = len(line & drawn), special in line
                    tier = {7: 0, 6: 1 if extra else 2, 5: 3 if extra else 4, 4: 5 if extra else 6}.get(hits)
                    if tier is not None:
                        wins[tier] += 1
        assert [t["lines"] for t in self.statement(draw)["tiers"]] == wins, (self.statement(draw)["tiers"], wins)

    def count_promotion(self):
        """Prizes of the rules plus what the plan promised; the pool is the larger by the injection, the fund pays for all of it."""
        s = self.statement(f"qlc-{SECOND}")
        tiers = {t["tier"]: t for t in s["tiers"]}
        assert s["injection_fen"] == 2_000_00 and tiers[1]["bonus_fen"] == 500_00, s
        assert (tiers[4]["lines"], tiers[4]["bonus_fen"]) == (6, 6_00), tiers  # 39 yuan among six, in whole yuan
        on_top = sum(t.get("bonus_fen", 0) * t["lines"] for t in s["tiers"])
        assert s["adjustment_paid_fen"] >= on_top + 2_000_00 and s["prizes_fen"] == sum(t["each_fen"] * t["lines"] for t in s["tiers"]), s
        assert s["prize_money_fen"] + s["pool_before_fen"] + s["adjustment_paid_fen"] == s["prizes_fen"] + s["pool_after_fen"] + s["adjustment_gained_fen"]
        said = self.world.run("settlement", "announce", "--trust-file", self.world.trust_file, "--statement",
                              self.world.public / f"settlement/qlc-{SECOND}.statement.json", "--certificate",
                              self.world.public / f"draw/{w.name_of(f'qlc-{SECOND}')}.certificate.json")
        assert said["tiers"][0]["bonus_fen"] == 500_00, said

    def check(self):
        self.count_promotion()
        for number in (FIRST, SECOND):
            self.count_kl8(f"kl8-{number}")
            self.count_qlc(f"qlc-{number}")
        machine = self.statement(f"qlc-{SECOND}")["tiers"]
        assert machine[0]["lines"] >= 1 and machine[1]["lines"] >= 1, machine
        tens = self.statement(f"kl8-{SECOND}")["tiers"]
        assert tens[32]["lines"] == 1 and tens[25]["lines"] == 1 and tens[32]["each_fen"] == 500_000_000, tens
        digits = self.statement(f"3d-{FIRST}")
        assert len(digits["tiers"]) == 34 and digits["prizes_fen"] > 0, digits
        for game in GAMES:  # each second draw begins where the first ended
            one, two = self.statement(f"{game}-{FIRST}"), self.statement(f"{game}-{SECOND}")
            assert two["pool_before_fen"] == one["pool_after_fen"], game
            for s in (one, two):
                assert s["prize_money_fen"] + s["adjustment_accrued_fen"] + s["fund_fen"] + s["fee_fen"] == s["net_sales_fen"]
        unbalanced = self.world.settler("report")["unbalanced"]
        assert unbalanced == 0

    def refused(self, code, number, ticket):
        """The large prize is refused; a small one the same ticket has by chance in another draw is paid."""
        try:
            said = self.claim(number, ticket).get("refused", {}).get("code")
        except demo.w.Refused as refusal:
            said = refusal.code
        assert said == code, said

    def give_own_amounts(self, ticket):
        """The ticket's jurisdiction pays other amounts for its first two tiers, and the same for the two together."""
        won = max(self.world.run("terminal", "claim", *self.world.terminal_flags(1001), "--public-code", ticket[0])["draws"], key=lambda d: d["prize_fen"])
        draw = won["origin"].rsplit("/", 1)[1]
        self.world.cluster.sql("SET ROLE lottery_owner; INSERT INTO settlement.own_amounts SELECT game, draw, w.jurisdiction, ARRAY(SELECT each + COALESCE(CASE tier WHEN w.tiers[1] "
                               "THEN w.lines[2] WHEN w.tiers[2] THEN -w.lines[1] END, 0) FROM unnest(s.each_fen) WITH ORDINALITY AS x(each, tier) ORDER BY "
                               "tier) FROM settlement.winner w JOIN settlement.statement s USING (game, draw) WHERE w.game = '3d' AND "
                               f"w.draw = {draw} AND w.idx = {won['index']}", "migrator")
        return draw

    def pay(self):
        """Small prizes at an outlet; the first prize of qlc with identity, at the province's centre only, though a city may pay its sum."""
        world, first = self.world, self.tickets["qlc"][0]
        draw = self.give_own_amounts(self.tickets["3d"][1])
        paid = self.claim(1001, self.tickets["3d"][1])
        assert paid["paid_fen"] > 0 and paid["claims"] == 2, paid
        posted = world.cluster.sql("SELECT q.amount_fen - o.each_fen[w.tiers[1]] * w.lines[1] FROM settlement.own_amounts o JOIN settlement.winner w USING "
                                   "(game, draw, jurisdiction) JOIN settlement.payment p USING (game, draw, idx) JOIN ledger.posting q ON q.txn = p.txn AND "
                                   f"q.account = format('prize-payable:3d:%s:%s:%s', w.draw, w.tiers[1], w.jurisdiction) WHERE w.draw = {draw}")
        assert posted == [["0"]], posted
        self.refused("kIdentityRequired", 1001, first)
        won = max(world.run("terminal", "claim", *world.terminal_flags(1001), "--public-code", first[0])["draws"], key=lambda d: d["prize_fen"])
        card = world.private / "card.json"
        card.write_text(json.dumps({"type": "id-card", "number": "110101199003070000", "name": "甲"}))
        world.settler("identify", "--trust-file", world.trust_file, "--origin", won["origin"], "--index", won["index"], "--card", card,
                      "--key", world.key_path("person"), "--passphrase", world.phrase)
        world.settler("place", "--terminal", 1001, "--place", "city")
        world.settler("place", "--terminal", 1002, "--place", "province")
        self.refused("kCentreOnly", 1001, first)
        paid = self.claim(1002, first)
        prize = self.statement(f"qlc-{SECOND}")["tiers"][0]["each_fen"]
        assert paid["tax_fen"] == prize // 5 and paid["paid_fen"] == prize - prize // 5, paid

    def verify(self):
        self.publish()
        faults = schema_check.check(self.world.public)
        for path in sorted((SOURCE / "games/rules").glob("*.json")):
            faults += schema_check.faults(schema_check.parse(path.read_bytes()), schema_check.schema_named("rule-book"), path.name)
        assert not faults, faults
        said = self.world.run("compliance", "verify", self.world.public, "--trust", self.world.root, "--entries", self.world.auditor)
        assert said["verified"], said

    def run(self):
        self.outcomes, self.settled = {}, {}
        try:
            self.prepare()
            self.sell()
            for draw in sorted(DRAWS, key=lambda d: self.close[d]):
                self.hold(draw)
            self.check()
            self.pay()
            self.verify()
        finally:
            self.world.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    out = pathlib.Path(tempfile.mkdtemp(prefix="lottery-games."))
    build = pathlib.Path(parser.parse_args().build)
    try:
        Games(argparse.Namespace(build=build, out=out, orders=0, kills=0, json=True)).run()
        print("games_test: ok")
    finally:
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
