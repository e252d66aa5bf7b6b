#!/usr/bin/env python3
"""A whole lottery day, on real parts: sale, seal, draw, settlement, claims, fund, verification. Every process is
the product's own; faults are made by killing things."""
import argparse
import base64
import datetime
import hashlib
import json
import os
import pathlib
import queue
import random
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import witness_proxy
import world as w

WITNESSED_WITHIN_MS = 1000  # of the close, whatever one witness does

DRAWS = [2026097, 2026098, 2026099]
DIGITS = "3d-2026320"
CANCELLED = "3d-2026321"
COMMISSIONS = {"110000": 80, "310000": 75}  # thousandths; the third jurisdiction keeps the whole fee
NUMBER_LIMIT = 20  # lines of one number that jurisdiction 110000 may sell of it
UNOPENED = 2026100
PUBLISHED = ([21, 4, 33, 14, 6, 22], 16)  # the official result of 2026095, in some order
SETTLED_BALANCES = {"pool_fen": 62888873300, "adjustment_fen": 5000000000}


def say(text):
    print(text, file=sys.stderr, flush=True)


def numbers(rng, most, count, taken=()):
    return sorted(rng.sample([n for n in range(1, most + 1) if n not in taken], count))


def slip(rng, name):
    """All bet types of the game: single, multiple, banker, multiplier, multi-draw."""
    bets = []
    for _ in range(rng.choice([1, 1, 2, 3, 5])):
        kind = rng.choice(["single"] * 5 + ["reds", "blues", "banker"])
        if kind == "banker":
            bankers = numbers(rng, 33, rng.randint(1, 3))
            bets.append({"bankers": bankers, "reds": numbers(rng, 33, 8 - len(bankers), bankers), "blues": numbers(rng, 16, 1)})
        else:
            bets.append({"reds": numbers(rng, 33, 7 if kind == "reds" else 6), "blues": numbers(rng, 16, 3 if kind == "blues" else 1)})
    out = {"id": name, "game": "ssq", "draw": DRAWS[0], "bets": bets}
    if rng.random() < 0.1:
        out["multiplier"] = rng.randint(2, 5)
    if rng.random() < 0.08:
        out["draws"] = rng.randint(2, 3)
    return out


def voided_slip(name):
    """All sixteen blues, so it always wins something, and then taken back: the money must go back with it."""
    return {"id": name, "game": "ssq", "draw": DRAWS[0], "bets": [{"reds": [1, 2, 3, 4, 5, 6], "blues": list(range(1, 17))}], "void": True}


def pictured_slips():
    """One of each kind of ticket, for the pictures."""
    single = {"reds": [1, 5, 11, 17, 23, 30], "blues": [9]}
    return [{"bets": [single, {"reds": [2, 3, 8, 19, 21, 33], "blues": [16]}, {"reds": [4, 9, 12, 20, 27, 31], "blues": [1]},
                      {"reds": [6, 7, 14, 22, 26, 32], "blues": [7]}, {"reds": [10, 13, 15, 18, 25, 29], "blues": [12]}]},
            {"bets": [{"reds": [1, 4, 9, 16, 20, 25, 28, 33], "blues": [3, 11]}]},
            {"bets": [{"bankers": [8, 18], "reds": [3, 6, 11, 23, 28, 31], "blues": [8]}]},
            {"bets": [single], "multiplier": 10},
            {"bets": [{"reds": [4, 6, 14, 21, 22, 30], "blues": [16]}], "draws": 3}]  # 3 000 yuan in the last of them


def refused_slips():
    """Ten kinds of slips that must be refused, each with the name of its refusal."""
    bet = {"reds": [1, 2, 3, 4, 5, 6], "blues": [7]}
    base = {"game": "ssq", "draw": DRAWS[0], "bets": [bet]}
    kinds = [
        ("kIllegalBet", {"bets": [{"reds": [1, 1, 3, 4, 5, 6], "blues": [7]}]}),
        ("kIllegalBet", {"bets": [{"reds": [1, 2, 3, 4, 5, 34], "blues": [7]}]}),
        ("kWrongPrice", {"price_fen": 100}),
        ("kDrawUnknown", {"draw": 2026901}),
        ("kDrawNotOpen", {"draw": UNOPENED}),
        ("kTooManyBets", {"bets": [bet] * 6}),
        ("kIllegalMultiplier", {"multiplier": 100}),
        ("kIllegalDrawCount", {"draws": 11}),
        ("kTicketLimit", {"bets": [{"reds": list(range(1, 18)), "blues": [1]}]}),
        ("kUnknownGame", {"game": "xyz"}),
    ]
    return [(code, {**base, "id": f"refused-{n}", **change}) for n, (code, change) in enumerate(kinds)]


class Till:
    """One terminal's process, fed from a slips file, restarted when it was killed."""

    def __init__(self, world, number, slips, results):
        self.world, self.number, self.slips, self.results = world, number, slips, results
        self.folder = world.private / f"terminal-{number}"
        self.process = None
        self.restarts = 0
        self.refused = False  # some of the slips of this run, so that it ends with status 1

    @property
    def journal(self):
        return self.folder / "journal/journal.jsonl"

    def events(self):
        if not self.journal.exists():
            return []
        lines = self.journal.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1] if line]

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.refused = False
        seen = {event.get("slip") for event in self.events() if event["event"] == "intend"}
        rest = [s for s in self.slips if s["id"] not in seen]
        path = self.folder / f"slips-{self.restarts}.jsonl"
        path.write_text("".join(json.dumps(s) + "\n" for s in rest))
        command = [self.world.program("terminal"), "sell", *map(str, self.world.terminal_flags(self.number)), "--slips", str(path),
                   "--out", str(self.folder / "tickets"), "--unchecked", "--json"]
        with open(self.folder / "stderr.log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def _read(self, process):
        for line in process.stdout:
            if line.startswith("{"):
                self.results.put((self.number, json.loads(line)))
        process.wait()
        self.results.put((self.number, {"outcome": "ended", "status": process.returncode, "pid": process.pid}))

    def kill_and_restart(self):
        """Dies in mid-sale; the next run settles what the journal holds before it sells."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.restarts += 1
        self.start()

    def unanswered(self):
        events = self.events()
        return bool(events) and events[-1]["event"] == "intend"


class Demo:
    def __init__(self, options):
        self.options = options
        self.world = w.World(options.build, options.out, say)
        self.world.witness_fault = getattr(options, "witness", None)
        self.witnessed_ms = {}  # by draw: from its close until its last checkpoint had its quorum
        self.kills_done = 0
        self.counts = {"sold": 0, "refused": 0, "void": 0, "not_sold": 0, "settled": 0}
        self.refusal_codes = []
        self.counter_sales = 0  # orders beside the slips
        self.summary = {}

    # Morning --------------------------------------------------------------------------------------------------

    def prepare(self):
        world, n = self.world, self.options.orders
        world.prepare()
        if world.witness_fault:
            say(f"见证 witness {w.ERRING} is {world.witness_fault} today")
            self.admin_port = w.free_port()
            world.central_flags += ["--admin-port", self.admin_port]
        say("服务 starting beacon, witnesses, control, central")
        world.start_services()
        say("终端 enrolling 12 terminals, crediting deposits")
        for number in world.terminals:
            world.enrol(number, 500_000_00 + n * 100_00)
        rule_books = {game: world.run("central", "rule-book", "--game", game)["sha256"] for game in ("ssq", "3d")}
        first = world.now_ms() + max(30 * 60, n // 20) * 1000
        self.close = {draw: (first // 60000 + 1) * 60000 + i * 2 * 86400_000 for i, draw in enumerate(DRAWS + [UNOPENED])}
        self.close[DIGITS] = self.close[DRAWS[0]] + 3600_000
        self.close[CANCELLED] = self.close[DRAWS[1]] + 3600_000
        say("托管 officials' VRF keys in three shares, checked by their holders")
        escrow = world.make_escrow()
        say("计划 plans are signed by two officials, logged and witnessed before the first sale")
        for draw in self.close:
            world.make_plan(draw, self.close[draw], rule_books[w.split_name(draw)[0]], method="ball_machine" if draw == DRAWS[2] else "vrf",
                            escrow=escrow)
        for draw in DRAWS + [DIGITS, CANCELLED]:
            world.open_draw(draw)
        world.operator("draw", "limit", "--draw", DIGITS, "--jurisdiction", w.JURISDICTIONS[0], "--lines", NUMBER_LIMIT)
        self.open_balances()
        self.open_digits()
        for game_draw in (w.name_of(DRAWS[0]), DIGITS):
            for jurisdiction, permille in COMMISSIONS.items():
                world.settler("commission-rate", "--draw", game_draw, "--jurisdiction", jurisdiction, "--permille", permille)

    def open_balances(self):
        world = self.world
        opening = {"format": "opening/1", "game": "ssq", **SETTLED_BALANCES, "special_rule": False, "sample": True}
        self.world.open_balance(opening)

    def open_digits(self):
        """3D has a pool and an adjustment fund in each jurisdiction."""
        pools = [{"jurisdiction": j, "pool_fen": 3_000_000 * n, "adjustment_fen": 500_000} for n, j in enumerate(w.JURISDICTIONS, 1)]
        self.world.open_balance({"format": "opening/1", "game": "3d", "pool_fen": sum(p["pool_fen"] for p in pools),
                           "adjustment_fen": sum(p["adjustment_fen"] for p in pools), "special_rule": False, "pools": pools, "sample": True})

    # The sale -------------------------------------------------------------------------------------------------

    def sell_pictured(self, slips, results):
        """The first tickets of a terminal, one of each kind, are printed as pictures too."""
        world, till = self.world, self.tills[1001]
        for own, kind in zip(slips, pictured_slips()):
            for member in ("multiplier", "draws", "void"):
                own.pop(member, None)
            own.update(kind)
        till.folder.mkdir(parents=True, exist_ok=True)
        path = till.folder / "slips-pictured.jsonl"
        path.write_text("".join(json.dumps(s) + "\n" for s in slips[:len(pictured_slips())]))
        for n, paper in enumerate(("80", "58")):  # the last two on narrow paper
            lines = path.read_text().splitlines()
            part = till.folder / f"slips-{paper}.jsonl"
            part.write_text("\n".join(lines[3:] if n else lines[:3]) + "\n")
            done = subprocess.run([world.program("terminal"), "sell", *map(str, world.terminal_flags(1001)), "--slips", str(part), "--out",
                                   str(till.folder / "tickets"), "--pictures", str(world.private / "tickets"), "--paper", paper, "--json"],
                                  check=True, capture_output=True, text=True)
            for line in done.stdout.splitlines():
                results.put((1001, json.loads(line)))

    def sell(self):
        world, total = self.world, self.options.orders
        rng = random.Random(2026097)
        results = queue.Queue()
        slips = {number: [] for number in world.terminals}
        for i in range(total):
            slips[1001 + i % len(slips)].append(voided_slip(f"s{i}") if i % 100 == 7 else slip(rng, f"s{i}"))
        bad = refused_slips()
        slips[1012] += [s for _, s in bad]
        self.tills = {number: Till(world, number, slips[number], results) for number in world.terminals}
        self.sell_pictured(slips[1001], results)
        say(f"销售 selling {total} orders from {len(self.tills)} terminals in three jurisdictions")
        for till in self.tills.values():
            till.start()
        goals = [total * (k + 1) // (self.options.kills + 2) for k in range(self.options.kills)]
        terminal_goal = total * (self.options.kills + 1) // (self.options.kills + 2)
        running, done, shown = set(self.tills), 0, 0
        while running:
            number, event = results.get(timeout=300)
            outcome = event.get("outcome")
            if outcome == "ended":
                if event["pid"] == self.tills[number].process.pid:
                    if event["status"] == 3:  # the line was dead for too long: the shopkeeper starts again
                        self.tills[number].restarts += 1
                        self.tills[number].start()
                    elif event["status"] == (1 if self.tills[number].refused else 0):
                        running.discard(number)
                    else:
                        raise RuntimeError(f"terminal {number} ended with status {event['status']}")
                continue
            if event.get("code") == "kSlipsRefused":  # the whole file was read; its refusals were told one by one
                self.tills[number].refused = True
            elif outcome is None and "code" in event:
                say(f"  终端 {number}: {json.dumps(event, ensure_ascii=False)}")
            if outcome in self.counts:
                self.counts[outcome] += 1
                done += 1
            if outcome == "refused" and event.get("code") == "kExpired":
                self.counts["refused"] -= 1  # the line was dead for too long: settled by a skip, "not sold"
            elif outcome == "refused":
                self.refusal_codes.append((event.get("slip"), event.get("code")))
            if goals and done >= goals[0] and running:
                goals.pop(0)
                self.kill_central()
            if terminal_goal and done >= terminal_goal:
                terminal_goal = 0
                victim = next((n for n in sorted(running) if self.tills[n].process.poll() is None), None)
                if victim:
                    say(f"  终端 {victim} killed in mid-sale, restarted: it settles its journal first")
                    self.tills[victim].kill_and_restart()
            if done * 10 // max(1, total) > shown:
                shown = done * 10 // max(1, total)
                say(f"  {done} of {total}")
        while goals:  # orders ran out before the last kills: sell on until they are done
            raise RuntimeError("too few orders for that many kills; give more --orders")
        expected = {s["id"]: code for code, s in bad}
        wrong = [(s, code) for s, code in self.refusal_codes if expected.get(s) != code]
        if wrong or len(self.refusal_codes) != len(expected):
            raise RuntimeError(f"refusals differ: {wrong or self.refusal_codes}")

    def bet_digits(self, number, *bets, multiplier=1, picture=False, draw=DIGITS):
        """One 3D ticket at a counter."""
        world = self.world
        flags = [flag for bet in bets for flag in ("--bet", bet)]
        sold = world.run("terminal", "sell", *world.terminal_flags(number), "--game", "3d", "--draw", draw.split("-")[1], "--multiplier", multiplier,
                         *flags, "--unchecked", "--out", world.private / f"terminal-{number}/tickets",
                         *(["--pictures", world.private / "tickets"] if picture else []))
        if sold.get("outcome") == "refused":
            raise w.Refused(sold, 1)
        self.counter_sales += 1
        return sold

    def sell_digits(self):
        """Every play of 3D, and a number sold up to its limit from several counters at once; one of the jurisdiction's counters gives
        some back, and just so much is sold again."""
        world = self.world
        say(f"限号 3D: {NUMBER_LIMIT} lines of 3 5 8 may be sold in {w.JURISDICTIONS[0]}; four counters sell it at once, nine lines each")
        self.bet_digits(1002, "1 2 3", "g3 1 1 2", "g6 1 2 3", "12 3 45", "g6 12345", picture=True)
        everything = "0123456789 0123456789 0123456789"
        self.taxed = self.codes_of(self.bet_digits(1003, everything, multiplier=10))  # wins 10 400 yuan whatever is drawn
        outcomes, lock = [], threading.Lock()
        def sell(number):
            for multiplier in (4, 3, 2):
                try:
                    self.bet_digits(number, "3 5 8", multiplier=multiplier)
                    with lock:
                        outcomes.append(multiplier)
                except w.Refused as refused:
                    if refused.code != "kNumberLimit":
                        raise
                    with lock:
                        outcomes.append(0)
        counters = [number for number, t in world.terminals.items() if t["jurisdiction"] == w.JURISDICTIONS[0]]
        threads = [threading.Thread(target=sell, args=(number,)) for number in counters]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sold = sum(outcomes)
        if not NUMBER_LIMIT - 2 < sold <= NUMBER_LIMIT or 0 not in outcomes:
            raise RuntimeError(f"the limit of a number: {outcomes}")
        if sold < NUMBER_LIMIT:
            self.bet_digits(counters[0], "3 5 8")
        expect_refusal("kNumberLimit", lambda: self.bet_digits(counters[0], "3 5 8"))
        self.refundable = self.codes_of(self.bet_digits(1004, "1 2 3", "g6 12345", draw=CANCELLED))
        self.bet_digits(1002, "3 5 8")  # another jurisdiction has its own book

    def plant_first_prize(self):
        """The ball machine of the last draw will show these numbers."""
        world, (reds, blue) = self.world, PUBLISHED
        sold = world.run("terminal", "sell", *world.terminal_flags(1005), "--draw", DRAWS[2], "--bet",
                         f"{' '.join(map(str, sorted(reds)))} + {blue}", "--out", world.private / "terminal-1005/tickets")
        self.counter_sales += 1
        self.first_prize = self.codes_of(sold)

    def plant_early_prize(self):
        """All sixteen blues in three draws: it wins in each of them."""
        world = self.world
        sold = world.run("terminal", "sell", *world.terminal_flags(1006), "--draw", DRAWS[0], "--draws", 3, "--bet",
                         "01 02 03 04 05 06 + " + " ".join(f"{blue:02d}" for blue in range(1, 17)), "--out", world.private / "terminal-1006/tickets")
        self.counter_sales += 1
        self.early_prize, self.old_tickets, self.paid_fen = self.codes_of(sold), [], 0

    def claim_early(self, draw):
        """Paid for the draw that is over; for those to come there is an exchange ticket, and only that is paid later."""
        world, old, last = self.world, self.early_prize, draw == DRAWS[2]
        out = world.private / "terminal-1006/tickets"
        paid = self.claim(1006, old, "--out", out if draw != DRAWS[1] else "/proc",  # a folder in which nobody can write a file
                          *(["--pictures", world.private / "tickets"] if draw == DRAWS[0] else []))
        self.paid_fen += paid["paid_fen"]
        if "not_printed" in paid:  # the journal keeps it: whatever the terminal does next begins with it
            before = set(out.iterdir())
            world.run("terminal", "claim", *world.terminal_flags(1006), "--public-code", old[0], "--out", out)
            printed, = set(out.iterdir()) - before
            paid["exchange"] = {"ticket": printed}
            if "补打" not in printed.read_text(encoding="utf-8"):
                raise RuntimeError("an exchange ticket printed later is a reprint")
        if paid["claims"] != 1 or paid["paid_fen"] < 500 or ("exchange" in paid) == last:
            raise RuntimeError(f"an early prize: {paid}")
        if last:
            return
        self.early_prize = self.codes_of(paid["exchange"])
        if self.early_prize[0] != old[0] or self.early_prize[1] == old[1]:
            raise RuntimeError("an exchange ticket has the order's public code and a secret of its own")
        self.old_tickets.append(old)
        say(f"  兑换票 {paid['paid_fen'] / 100:.2f} yuan paid early; an exchange ticket stands for the draws to come")

    def refuse_exchanged(self):
        for old in self.old_tickets:
            expect_refusal("kExchanged", lambda codes=old: self.claim(1007, codes, "--out", self.world.private / "terminal-1007/tickets"))

    def codes_of(self, sold):
        """As they stand on the printed ticket."""
        text = pathlib.Path(sold["ticket"]).read_text(encoding="utf-8")
        return tuple(line.split(label)[1] for line in text.splitlines() for label in ("public code: ", "secret code: ") if label in line)

    def kill_central(self):
        """SIGKILL with orders unanswered: stopped first, so that terminals are caught waiting."""
        central = self.world.processes["central"]
        for _ in range(200):
            central.send_signal(signal.SIGSTOP)
            time.sleep(0.03)
            waiting = sum(till.unanswered() for till in self.tills.values())
            if waiting:
                break
            central.send_signal(signal.SIGCONT)
            time.sleep(0.01)
        else:
            raise RuntimeError("no order was unanswered")
        self.world.kill("central")
        self.kills_done += 1
        started = time.time()
        self.world.start_central()
        say(f"  中心 SIGKILL {self.kills_done} with {waiting} orders unanswered; back in {time.time() - started:.1f} s")

    # Close, seal, draw ----------------------------------------------------------------------------------------

    def hold(self, draw):
        """By the beacon; by a later round with an official who is silent; by the ball machine its plan names."""
        say(f"期次 {w.name_of(draw)}: close, control agrees, seal")
        self.seal(draw)
        self.check_terminals(draw)
        self.enter_certificate(draw, {DRAWS[1]: self.draw_deferred, DRAWS[2]: self.draw_published}.get(draw, self.draw_as_planned)(draw))
        self.print_certificate(draw)
        self.settle(draw)

    def check_terminals(self, draw, sold=2):
        """Every terminal checks its own journal against the seal; the control hears of each."""
        world, found = self.world, []
        def check(number):
            found.append(world.run("terminal", "check", *world.terminal_flags(number), "--control", world.addresses["control"])["checked"])
        threads = [threading.Thread(target=check, args=(number,)) for number in world.terminals]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = json.loads(fetch(f"{world.addresses['control']}/terminal-checks/{w.name_of(draw)}"))
        if len(found) != len(world.terminals) or told["agree"] != told["terminals"] or told["differ"] or told["terminals"] < sold:
            raise RuntimeError(f"terminals differ from the seal: {told}")
        self.terminal_checks += told["agree"]
        say(f"  终端核对 {told['agree']} of {told['terminals']} sealed terminals found every receipt and their own line, and told the control")

    def draw_as_planned(self, draw):
        return self.draw_by_beacon(draw, self.bundle(draw), self.round_of(draw))

    def draw_deferred(self, draw):
        round_ms = self.round_of(draw)
        self.deviate(draw, "deferral", round_ms, "信标维护 maintenance of the beacon", round_ms + 600_000)
        say("  改期 the round is given up for one ten minutes later, witnessed while nobody can know either")
        say(f"  托管 {w.OFFICIALS[2]} is silent: two holders open the key, which is retired; the numbers are what they would have been")
        return self.draw_by_beacon(draw, self.bundle(draw), round_ms + 600_000, silent=w.OFFICIALS[2])

    def draw_published(self, draw):
        say("  摇奖机 the ball machine shows the numbers published for 2026095; two officials write them down blind")
        return self.draw_by_balls(draw, self.bundle(draw), *PUBLISHED)

    def round_of(self, draw):
        return -(-(self.close[draw] + 300000) // 60000) * 60000

    def seal(self, draw, closed=False):
        world, name = self.world, w.name_of(draw)
        if world.witness_fault and name != CANCELLED:  # of which each ticket is known
            self.sell_last(name)
        world.jump_to(self.close[draw] + 1)
        if not closed:
            world.until_done(lambda: world.operator("draw", "close", "--draw", name), "kIllegalTransition", seconds=5)
        if world.witness_fault:
            self.check_witnessed(name)
        (world.public / "control").mkdir(exist_ok=True)
        agreement = world.public / f"control/{name}.sales.json"
        self.agree(name, "sales", agreement)
        sealed = world.until_done(lambda: world.operator("draw", "seal", "--draw", name, "--agreement", agreement), "kQuorumMissing")
        say(f"  封存 seal {sealed['seal'][:16]}…")
        self.check_locked(draw)
        for folder in ("plan", "seal", "beacon", "draw", "settlement", "fund"):
            (world.public / folder).mkdir(exist_ok=True)

    def sell_last(self, name):
        """A ticket in the last second, so that the last checkpoint is one the witnesses have not seen."""
        world, (game, number) = self.world, w.split_name(name)
        world.run("terminal", "sell", *world.terminal_flags(1009), "--game", game, "--draw", number, "--bet",
                  "1 2 3" if game == "3d" else "02 04 06 08 10 12 + 14", "--unchecked", "--out", world.private / "terminal-1009/tickets")
        self.counter_sales += 1

    def check_witnessed(self, name):
        """By central's own clock, from the close until it knew that the draw's last checkpoint had its quorum."""
        origin = f'origin="{w.OPERATOR}/{name.replace("-", "/")}"'
        closed, = self.world.cluster.sql("SELECT at_ms FROM issuance.draw_step WHERE state = 'closed' AND game = '{}' AND draw = {}".format(*w.split_name(name)))
        deadline = time.time() + 30
        while time.time() < deadline:
            samples = dict(line.rsplit(" ", 1) for line in fetch(f"http://127.0.0.1:{self.admin_port}/metrics").splitlines() if line[0] != "#")
            if samples[f"lottery_log_leaves{{{origin}}}"] == samples[f"lottery_log_witnessed_leaves{{{origin}}}"]:
                break
        else:
            raise RuntimeError(f"{name} is not witnessed")
        # Seen at the latest when it was asked for: the command that closed the draw took its part of this.
        self.witnessed_ms[name] = round(float(samples["lottery_clock_seconds"]) * 1000) - int(closed[0])

    def bundle(self, draw):
        """What officials' devices are given; made again, it holds what was logged since."""
        world, name = self.world, w.name_of(draw)
        folder = world.private / f"bundle-{name}"
        world.until_done(lambda: world.run("central", "draw", "bundle", "--draw", name, "--trust", world.trust_file, "--out", folder,
                                           "--database", world.cluster.dsn("auditor")), "kQuorumMissing")
        return folder

    def ground(self, bundle, beacon=None):
        world = self.world
        flags = ["--trust-file", world.trust_file, "--trust", world.root, "--bundle", bundle]
        return flags + (["--beacon", beacon] if beacon else [])

    def draw_by_beacon(self, draw, bundle, round_ms, silent=None):
        """Three proofs of the pulse, signed by all who are there: the certificate's path. The part of who is silent comes from escrow."""
        world, name = self.world, w.name_of(draw)
        world.jump_to(round_ms + 1000)
        beacon = world.public / f"beacon/{name}.json"
        beacon.write_text(fetch(f"{world.addresses['beacon']}/pulse/{round_ms}"))
        ground = self.ground(bundle, beacon)
        contributions = []
        for official in w.OFFICIALS:
            path = world.private / f"{name}-{official}.contribution.json"
            contributions += ["--contribution", path]
            if official == silent:
                self.recover(official, ground, path)
                continue
            world.run("draw", "contribute", *ground, "--official", official, "--key", world.key_path(f"{official}-vrf"), "--passphrase", world.phrase,
                      "--device", world.private / f"device-{official}", "--out", path)
        certificate = world.public / f"draw/{name}.certificate.json"
        self.outcomes[draw] = world.run("draw", "certify", *ground, *contributions, "--clock", self.officials_clock(), "--out", certificate)
        self.sign(certificate, ground, silent)
        return certificate

    def officials_clock(self):
        return self.world.clock

    def cancel(self):
        """A sealed draw is given up while nobody can know its numbers: every ticket gets back what it cost, and nothing else is made of it."""
        world, name = self.world, CANCELLED
        say(f"期次 {name}: close, control agrees, seal")
        self.seal(name)
        self.check_terminals(name, sold=1)
        self.deviate(name, "cancellation", self.round_of(name), "演示 to show what becomes of the tickets")
        self.bundle(name)  # there is one once the witnesses saw the cancellation, which must be before the clock goes on
        owed = world.settler("refund", "--draw", name, "--trust-file", world.trust_file, "--key", world.key_path("settlement"), "--passphrase", world.phrase,
                             "--cancellation", world.private / f"{name}.cancellation.json", "--out", world.public / f"settlement/{name}.refund.json")
        agreement = world.public / f"control/{name}.json"
        self.agree(name, "refund", agreement, "--agreed", world.public / f"control/{name}.sales.json")
        world.settler("pay", "--draw", name, "--trust-file", world.trust_file, "--agreement", agreement)
        refunded = self.claim(1005, self.refundable)
        if refunded["paid_fen"] != owed["refunds_fen"] or owed["tickets"] != 1:
            raise RuntimeError(f"refund: {owed} {refunded}")
        expect_refusal("kAlreadyPaid", lambda: self.claim(1004, self.refundable))
        say(f"  取消开奖 two officials give the draw up; its ticket is refunded at another counter: {refunded['paid_fen'] / 100:.2f}")

    def recover(self, official, ground, path, holders=w.HOLDERS[::2]):
        world = self.world
        shares = [flag for holder in holders for flag in ("--share", world.private / f"escrow/{official}.{holder}.share",
                                                          "--key", world.key_path(holder if holder in w.HOLDERS else w.HOLDERS[0]))]
        world.run("draw", "escrow", "recover", *ground, "--escrow", world.private / "escrow/escrow.json", "--official", official, *shares,
                  "--reason", "not reached by telephone", "--clock", world.clock, "--passphrase", world.phrase, "--device", world.private / "device-holders", "--out", path)

    def deviate(self, draw, kind, round_ms, reason, to_ms=None):
        """A later round, signed by two officials, or the ball machine or no draw, signed by two overseers as well; and logged."""
        world, name = self.world, w.name_of(draw)
        out = world.private / f"{name}.{kind}.json"
        world.run("draw", "deviate", "--kind", kind, "--plan", world.private / f"plan-{draw}.envelope.json", "--round", w.iso(round_ms),
                  *(["--to", w.iso(to_ms)] if to_ms else []), "--reason", reason, "--key", world.key_path(w.OFFICIALS[0]),
                  "--key", world.key_path(w.OFFICIALS[1]), *(self.overseers_flags() if kind != "deferral" else []),
                  "--passphrase", world.phrase, "--clock", world.clock, "--out", out)
        return world.operator("draw", {"deferral": "defer", "cancellation": "cancel"}.get(kind, kind), "--draw", name, "--file", out)

    def overseers_flags(self):
        return [flag for overseer in w.OVERSEERS[:2] for flag in ("--overseer", self.world.key_path(overseer))]

    def attend(self, draw, bundle, *entries, overseers=w.OVERSEERS[:2]):
        """Overseers who stood at the machine sign what the entries say, one after the other."""
        world, out = self.world, self.world.private / f"{w.name_of(draw)}.attendance.json"
        out.unlink(missing_ok=True)
        said = json.loads(base64.b64decode(json.loads(entries[-1 if len(entries) == 3 else 0].read_text())["payload"]))  # of a pair that agrees
        numbers = next(said[key] for key in ("reds", "digits", "numbers") if key in said)
        saw = ["--numbers", " ".join(map(str, numbers)), *[flag for key in ("blue", "special") if key in said for flag in ("--" + key, said[key])]]
        for overseer in overseers:
            world.run("draw", "attend", *self.ground(bundle), *[flag for entry in entries for flag in ("--entry", entry)], *saw, "--key",
                      world.key_path(overseer), "--passphrase", world.phrase, "--clock", world.clock, "--out", out)
        return out

    def enter_balls(self, draw, bundle, official, reds, blue, *more):
        """What one official saw, written down on its own machine."""
        out = self.world.private / f"{w.name_of(draw)}-{official}.entry.json"
        self.world.run("draw", "balls", *self.ball_flags(draw, bundle, official, reds, blue, *more), "--device",
                       self.world.private / f"device-{official}", "--out", out)
        return out

    def ball_flags(self, draw, bundle, official, reds, blue, *more):
        world = self.world
        video = world.private / f"{w.name_of(draw)}.video"
        video.write_bytes(f"a recording of draw {draw}".encode())
        return [*self.ground(bundle), "--official", official, "--key", world.key_path(official), "--passphrase", world.phrase,
                "--machine", w.BALL_MACHINE, "--ball-set", "3", "--started", w.iso(self.started_ms), "--test-before", "33 2 17 5 28 9 1",
                "--test-before", "4 31 12 8 26 19 16", "--test-after", "7 30 21 11 15 24 12", "--reds", " ".join(map(str, reds)),
                "--blue", blue, "--video", video, "--clock", world.clock, *more]

    def certify_balls(self, draw, bundle, *entries):
        world = self.world
        certificate = world.public / f"draw/{w.name_of(draw)}.certificate.json"
        flags = [flag for entry in entries for flag in ("--entry", entry)] + ["--attendance", self.attend(draw, bundle, *entries)]
        self.outcomes[draw] = world.run("draw", "certify", *self.ground(bundle), *flags, "--clock", world.clock, "--out", certificate)
        self.sign(certificate, self.ground(bundle))
        return certificate

    def draw_by_balls(self, draw, bundle, reds, blue):
        """Two officials write down what came out, not seeing what the other writes."""
        self.world.jump_to(self.world.now_ms() + 120_000)
        self.started_ms = self.world.now_ms()
        return self.certify_balls(draw, bundle, *[self.enter_balls(draw, bundle, official, reds, blue) for official in w.OFFICIALS[:2]])

    def sign(self, certificate, ground, silent=None):
        world = self.world
        for official in w.OFFICIALS:
            if official == silent:
                continue
            world.run("draw", "sign", *ground, "--key", world.key_path(official), "--passphrase", world.phrase, "--certificate", certificate)

    def print_certificate(self, draw):
        """On paper too, recomputed before it is drawn."""
        world, name = self.world, w.name_of(draw)
        (world.out / "certificates").mkdir(exist_ok=True)
        beacon = world.public / f"beacon/{name}.json"
        ground = self.ground(world.private / f"bundle-{name}", beacon if beacon.exists() else None)
        world.run("draw", "print", *ground, "--certificate", world.public / f"draw/{name}.certificate.json", "--out",
                  world.out / f"certificates/{name}.pdf")

    def enter_certificate(self, draw, certificate):
        self.world.operator("draw", "certificate", "--draw", w.name_of(draw), "--file", certificate, *self.world.beacon_flags(draw))
        outcome = self.outcomes[draw]
        shown = [str(n) for key in ("digits", "reds", "numbers") for n in outcome.get(key, [])] + [f"+ {outcome[key]}" for key in ("blue", "special") if key in outcome]
        say(f"  开奖 {' '.join(shown)}")

    def settle(self, draw):
        world, name = self.world, w.name_of(draw)
        statement = world.public / f"settlement/{name}.statement.json"
        settled = world.settler("settle", "--draw", name, "--trust-file", world.trust_file, "--key", world.key_path("settlement"),
                                "--passphrase", world.phrase, "--certificate", world.public / f"draw/{name}.certificate.json", *world.beacon_flags(draw), "--out", statement)
        agreement = world.public / f"control/{name}.json"
        self.agree(name, "prizes", agreement, "--public", world.public, "--agreed", world.public / f"control/{name}.sales.json")
        world.settler("pay", "--draw", name, "--trust-file", world.trust_file, "--agreement", agreement)
        self.settled[draw] = settled
        (world.out / "announcements").mkdir(exist_ok=True)
        told = world.run("settlement", "announce", "--trust-file", world.trust_file, "--statement", statement, "--certificate",
                         world.public / f"draw/{name}.certificate.json", "--out", world.out / f"announcements/{name}")
        if told["sales_fen"] != settled["net_sales_fen"]:
            raise RuntimeError(f"announcement: {told}")
        say(f"  结算 sales {settled['net_sales_fen'] / 100:.2f}  prizes {settled['prizes_fen'] / 100:.2f}  fund {settled['fund_fen'] / 100:.2f}  control agrees")

    def agree(self, name, stage, out, *more):
        world = self.world
        world.until_done(lambda: world.run("compliance", "agree", "--draw", name, "--stage", stage, "--trust-file", world.trust_file,
                                           "--key", world.key_path("control"), "--passphrase", world.phrase, "--central", world.addresses["central"],
                                           *world.tls("control"), "--state", world.private / "witness-control", "--clock", world.clock, "--out", out,
                                           *more), "kDisconnected", "kNotAgreed")

    def check_locked(self, draw):
        """Art. 22: from the seal to the certificate nobody reads the draw's data, through the parent or directly."""
        cluster = self.world.cluster
        game, number = w.split_name(draw)
        log = cluster.sql(f"SELECT log FROM issuance.draw WHERE game = '{game}' AND draw = {number}")[0][0]
        if cluster.sql(f"SELECT count(*) FROM issuance.leaf WHERE log = {log}")[0][0] != "0":
            raise RuntimeError("sealed sales are readable")
        for role in ("issuer", "settler", "auditor", "operator"):
            try:
                cluster.sql(f"SELECT count(*) FROM issuance.leaf_{log}", role)
            except RuntimeError as refused:
                if "permission denied" in str(refused):
                    continue
            raise RuntimeError(f"role {role} reads sealed sales")

    # Claims, forfeits, fund -----------------------------------------------------------------------------------

    def claims(self):
        """Twelve tickets, multi-draw ones among them, each paid for all its draws; then what must be refused."""
        world = self.world
        rows = world.cluster.sql("SELECT w.draw, w.idx, w.prize_fen FROM settlement.winner w "
                                 "WHERE w.prize_fen <= 300000 AND w.game = 'ssq' ORDER BY w.draw, w.idx")
        by_ticket, tickets = {}, self.read_tickets()
        exchanged = {codes[0] for codes in self.old_tickets}
        for draw, index, fen in rows:
            codes = tickets.get((f"{w.OPERATOR}/ssq/{draw}", int(index)))
            if codes and codes[0] not in exchanged:
                by_ticket.setdefault(codes, []).append((int(draw), int(fen)))
        winners = sorted(by_ticket.items(), key=lambda one: hashlib.sha256(one[0][1].encode()).digest())
        if rows and not winners:
            raise RuntimeError("no printed ticket is among the winners")
        several = [w for w in winners if len(w[1]) > 1 or w[1][0][0] != DRAWS[0]]
        wanted = (several[:6] + [w for w in winners if w not in several])[:12]
        say(f"兑奖 {len(rows)} prizes on {len(by_ticket)} tickets; claiming {len(wanted)} tickets, one of them at two counters at once")
        for n, (codes, prizes) in enumerate(wanted):
            paid = self.claim_twice(codes) if n == 0 else self.claim(1001 + n % 11, codes)
            if paid["outcome"] != "paid" or paid["paid_fen"] != sum(fen for _, fen in prizes) or paid["claims"] != len(prizes):
                raise RuntimeError(f"claim differs: {paid}")
            self.paid_fen += paid["paid_fen"]
            if paid.get("tax_fen", 0) != 0:
                raise RuntimeError(f"a small prize is taxed: {paid}")
        unpaid = [codes for codes, _ in winners if codes not in [c for c, _ in wanted]]
        if wanted:
            expect_refusal("kAlreadyPaid", lambda: self.claim(1012, wanted[0][0]))
        if len(unpaid) > 1:
            expect_refusal("kWrongSecret", lambda: self.claim(1012, (unpaid[0][0], unpaid[1][1])))
        self.late = next((codes for codes, prizes in winners if codes in unpaid and f"/{prizes[0][0]}:" in codes[0]), None)
        self.big_claims()

    def identify(self, codes, number, name):
        """At a centre: the document's hash, not its number, is kept."""
        world = self.world
        won = next(d for d in world.run("terminal", "claim", *world.terminal_flags(1012), "--public-code", codes[0])["draws"] if d["state"] == "won")
        card = world.private / "card.json"
        card.write_text(json.dumps({"type": "id-card", "number": number, "name": name}))
        answer = world.settler("identify", "--trust-file", world.trust_file, "--origin", won["origin"], "--index", won["index"], "--card", card,
                               "--key", world.key_path("person"), "--passphrase", world.phrase)
        card.unlink()
        return answer

    def big_claims(self):
        """Above 3 000 yuan with identity, above 10 000 taxed as a whole, above an outlet's limit at a centre, a first prize at the
        province's."""
        world, someone = self.world, ("110101199003070000", "甲")
        world.settler("place", "--terminal", 1011, "--place", "city")
        world.settler("place", "--terminal", 1012, "--place", "province")
        expect_refusal("kIdentityRequired", lambda: self.claim(1003, self.taxed))
        self.identify(self.taxed, *someone)
        expect_refusal("kAlreadyExists", lambda: self.identify(self.taxed, "110101199003070001", "乙"))
        expect_refusal("kCentreOnly", lambda: self.claim(1003, self.taxed))
        paid = self.claim(1011, self.taxed)
        if (paid["paid_fen"], paid["tax_fen"]) != (832000, 208000):
            raise RuntimeError(f"tax of 10 400 yuan is 2 080: {paid}")
        say("  个税 10 400 yuan of 3D, one person: 2 080 withheld, 8 320 paid at the city's centre")
        self.paid_fen += 1040000
        self.identify(self.first_prize, *someone)
        expect_refusal("kCentreOnly", lambda: self.claim(1011, self.first_prize))
        paid = self.claim(1012, self.first_prize)
        prize = paid["paid_fen"] + paid["tax_fen"]
        if paid["tax_fen"] != prize // 5:
            raise RuntimeError(f"a first prize is taxed as a whole: {paid}")
        say(f"  一等奖 first prize {prize / 100:,.2f} yuan at the province's centre, {paid['tax_fen'] / 100:,.2f} withheld")
        self.paid_fen += prize
        self.tax_fen = 208000 + paid["tax_fen"]
        self.check_deposits()

    def check_deposits(self):
        """What outlets paid came back into their deposits: central's balance and the ledger's are the same."""
        world = self.world
        ledger = {account.split(":")[1]: -int(fen) for account, fen in
                  world.cluster.sql("SELECT account, fen FROM ledger.balance WHERE account LIKE 'terminal:%'")}
        def same():
            return all(world.run("terminal", "status", *world.terminal_flags(number))["balance_fen"] == ledger[str(number)] for number in world.terminals)
        deadline = time.time() + 20
        while not same():
            if time.time() > deadline:
                raise RuntimeError("a deposit differs from the ledger")
            time.sleep(0.2)

    def claim_twice(self, codes):
        """Two terminals claim one ticket at the same moment: together they are paid each prize once."""
        answers = []
        def one(number):
            try:
                answers.append(self.claim(number, codes))
            except w.Refused as refused:
                if refused.code not in ("kAlreadyPaid",):
                    raise
        threads = [threading.Thread(target=one, args=(number,)) for number in (1002, 1003)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        fresh = [a for a in answers if a["outcome"] == "paid"]
        if not fresh:
            raise RuntimeError(f"a double claim: {answers}")
        return {"outcome": "paid", "paid_fen": sum(a["paid_fen"] for a in fresh), "claims": sum(a["claims"] for a in fresh)}

    def read_tickets(self):
        """Codes of every ticket printed, by origin and index of each of its leaves, as the journals have them."""
        tickets, parts = {}, {}
        for path in self.world.private.glob("terminal-*/journal/journal.jsonl"):
            for line in path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                if entry.get("kind") == "order":
                    leaves = [(part["origin"], part["index"]) for part in entry["parts"]]
                    parts[leaves[0]] = leaves
        for path in self.world.private.glob("terminal-*/tickets/*.txt"):
            codes = {}
            for line in path.read_text(encoding="utf-8").splitlines():
                for label, key in (("public code: ", "public"), ("secret code: ", "secret")):
                    if label in line:
                        codes[key] = line.split(label)[1]
            origin, index, _ = codes["public"].rsplit(":", 2)
            for leaf in parts.get((origin, int(index)), []):
                tickets[leaf] = (codes["public"], codes["secret"])
        return tickets

    def claim(self, number, codes, *more):
        return self.world.run("terminal", "claim", *self.world.terminal_flags(number), "--public-code", codes[0], "--secret-code", codes[1], *more)

    def sixty_days_later(self):
        world = self.world
        say("弃奖 sixty days later by the demo clock: what nobody claimed goes to the welfare fund, wholly local")
        last = {f"{game}-{draw}": int(until) for game, draw, until in
                world.cluster.sql("SELECT game, draw, claim_until_ms FROM settlement.statement WHERE kind = 'prizes'")}
        until = max(last.values())
        world.jump_to(until + 1000)
        if self.late:
            expect_refusal("kClaimLate", lambda: self.claim(1001, self.late))
        expect_refusal("kIllegalTransition", lambda: self.expire(max(last, key=last.get)))  # the last claims are still being paid
        world.jump_to(until + 3_600_000 + 1000)
        self.forfeited_fen = sum(self.expire(w.name_of(draw))["forfeited_fen"] for draw in DRAWS + [DIGITS])

    def expire(self, name):
        return self.world.settler("expire", "--draw", name, "--key", self.world.key_path("settlement"), "--passphrase", self.world.phrase)

    def month(self):
        """The Beijing month in which the last draw was held, YYYYMM: its allocation takes in every draw up to then."""
        held = []
        for path in self.world.public.glob("draw/*.certificate.json"):
            held.append(json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))["at"])
        last = datetime.datetime.fromisoformat(max(held).replace("Z", "+00:00")) + datetime.timedelta(hours=8)
        return last.strftime("%Y%m")

    def allocate(self):
        world, month = self.world, self.month()
        later = str(int(month) + (89 if month.endswith("12") else 1))
        allocation = world.public / f"fund/allocation-{month}.json"
        say("公益金 one approver proposes the split over programmes and counties, another computes it again, signs and posts")
        rules, proposal = world.public / f"fund/rules-{month}.json", world.private / "allocation.json"
        rules.write_text((pathlib.Path(__file__).parent / "sample/allocation_rules.json").read_text())
        flags = [flag for draw in DRAWS + [DIGITS] for flag in ("--draw", w.name_of(draw))]
        world.settler("allocate", "--period", month, *flags, "--rules", rules, "--key", world.key_path(w.APPROVERS[0]),
                      "--passphrase", world.phrase, "--out", proposal)
        expect_refusal("kDrawCancelled", lambda: world.settler("allocate", "--period", later, "--draw", CANCELLED, "--rules", rules, "--key",
                                                               world.key_path(w.APPROVERS[0]), "--passphrase", world.phrase, "--out", world.private / "x"))
        approve = lambda approver, by=rules: world.settler(
            "approve", "--trust-file", world.trust_file, "--file", proposal, "--rules", by, "--key", world.key_path(approver), "--passphrase", world.phrase,
            "--out", allocation)
        expect_refusal("kBadSignature", lambda: approve(w.APPROVERS[0]))  # who proposed cannot approve
        edited = world.private / "edited-rules.json"
        edited.write_text(rules.read_text().replace('"weight": 30', '"weight": 31', 1))
        expect_refusal("kAllocationWrong", lambda: approve(w.APPROVERS[1], edited))
        approved = approve(w.APPROVERS[1])
        if approve(w.APPROVERS[1]) != approved:
            raise RuntimeError("approved twice")
        world.run("settlement", "explain", "--file", allocation, "--rules", rules, "--out",
                  world.out / f"explanation-{month}.txt")
        self.reconcile()
        report = world.settler("report")
        if report["unbalanced"] != 0 or report["paid_fen"] != self.paid_fen or report["tax_fen"] != self.tax_fen or report["forfeited_fen"] != self.forfeited_fen:
            raise RuntimeError(f"the ledger differs: {report}")
        self.report = report

    def reconcile(self):
        """Commissions by terminal, computed again from the ledger; deposits against the bank's statement."""
        world = self.world
        commission = 0
        for draw in DRAWS + [DIGITS]:
            report = world.settler("commission", "--draw", w.name_of(draw))
            expected = sum(t["net_sales_fen"] * COMMISSIONS.get(world.terminals[t["terminal"]]["jurisdiction"], 0) // 1000 for t in report["terminals"])
            if report["commission_fen"] != expected or report["net_sales_fen"] != self.settled[draw]["net_sales_fen"]:
                raise RuntimeError(f"commission: {report}")
            commission += expected
        if world.settler("report")["commission_fen"] != commission:
            raise RuntimeError("commissions in the ledger differ")
        expect_refusal("kIllegalTransition", lambda: world.settler("commission-rate", "--draw", w.name_of(DRAWS[1]), "--jurisdiction", "510000", "--permille", 70))
        say(f"代销费 commission {commission / 100:.2f} yuan of the fee to retailers by terminal")
        statement = world.private / "bank.csv"
        held = {ref: fen for ref, fen in world.cluster.sql("SELECT reference, amount_fen FROM settlement.deposit")}
        lines = [f"2026-11-20,{ref},{int(fen) / 100:.2f}" for ref, fen in sorted(held.items())]
        statement.write_text("\n".join(["date,reference,amount", *lines[1:], "2026-11-21,unknown-1,12.34"]) + "\n")
        answer = differing(lambda: world.settler("bank", "--file", statement))
        missing = lines[0].split(",")[1]
        if answer["matched"] != len(lines) - 1 or [e["reference"] for e in answer["bank_only"]] != ["unknown-1"] \
                or [e["reference"] for e in answer["deposit_only"]] != [missing] or answer["reconciled"]:
            raise RuntimeError(f"bank: {answer}")
        statement.write_text("\n".join(["date,reference,amount", *lines]) + "\n")
        if differing(lambda: world.settler("bank", "--file", statement))["deposit_only"]:
            raise RuntimeError("the bank's second statement brings the rest")
        statement.write_text("date,reference,amount\n2026-11-20," + missing + ",1.00\n")
        expect_refusal("kAlreadyExists", lambda: world.settler("bank", "--file", statement))
        say(f"对账 {len(lines)} deposits match the bank's credits; one credit at the bank belongs to no deposit, and is named")

    # Proof ----------------------------------------------------------------------------------------------------

    def publish(self):
        world = self.world
        while True:  # the last entries of the audit log want their witnesses too
            rows = world.cluster.sql("SELECT (SELECT sum(count) FROM issuance.leaf WHERE log = 0), (SELECT COALESCE(max(size), 0) "
                                     "FROM issuance.checkpoint WHERE log = 0 AND signers >= 3)")
            if rows[0][0] == rows[0][1]:
                break
            time.sleep(0.2)
        world.until_done(lambda: world.run("central", "export", "--database", world.cluster.dsn("auditor"), "--public", world.public,
                                           "--auditor", world.auditor, "--trust", world.trust_file), "kQuorumMissing")
        world.run("compliance", "manifest", world.public)

    def dispute(self):
        """A customer doubts: the ticket's story from verified logs, and the books say the same."""
        world, code = self.world, self.early_prize[0]
        story = world.run("compliance", "dispute", world.public, "--trust", world.root, "--entries", world.auditor, "--public-code", code,
                          "--database", world.cluster.dsn("auditor"))
        paid = [event for event in story["events"] if event["where"] == "settlement.payment"]
        if not story["consistent"] or len(paid) != 3:
            raise RuntimeError(f"a ticket's story: {story}")
        (world.out / "dispute.json").write_text(json.dumps(story, indent=1, ensure_ascii=False) + "\n")
        say(f"争议 one ticket replayed: {len(story['events'])} events from sale to payment, logs and books agree")

    def judge(self):
        """The terminals' journals against the auditors' entries: nothing lost, nothing doubled."""
        held, messages = {}, {}
        for draw in DRAWS + [DIGITS, CANCELLED]:
            game, number = w.split_name(draw)
            origin = f"{w.OPERATOR}/{game}/{number}"
            for index, leaf in enumerate(read_entries(self.world.auditor / f"{game}/{number}")):
                held[(origin, index)] = hashlib.sha256(b"\0" + leaf).hexdigest()
                message = hashlib.sha256(leaf[118:]).hexdigest()
                messages.setdefault((origin, message), []).append(index)
        lost, known = 0, set()
        for till in self.tills.values():
            for event in till.events():
                if event["event"] == "accepted" and event["kind"] in ("order", "void"):
                    known.add(event["message_hash"])
                    lost += sum(held.get((p["origin"], p["index"])) != p["leaf_hash"] for p in event["parts"])
        doubled = sum(len(found) - 1 for found in messages.values())
        ghosts = len({message for _, message in messages} - known)
        return lost, doubled + ghosts

    def judge_witnesses(self):
        """With a witness that errs: each draw's last checkpoint had its quorum soon after the close all the same."""
        if not self.world.witness_fault:
            return {}
        late = {name: ms for name, ms in self.witnessed_ms.items() if ms > WITNESSED_WITHIN_MS}
        for name, ms in self.witnessed_ms.items():
            say(f"  见证 {name}: last checkpoint witnessed {ms} ms after the close")
        if late or not self.witnessed_ms:
            raise RuntimeError(f"witnessed late: {late}")
        asked = self.world.proxy.asked if self.world.proxy else {}
        return {"witness": self.world.witness_fault, "witnessed_ms": self.witnessed_ms, "erring_answers": asked}

    def run(self):
        started = time.time()
        self.outcomes, self.settled, self.terminal_checks = {}, {}, 0
        world = self.world
        try:
            self.prepare()
            self.sell()
            self.sell_digits()
            self.plant_first_prize()
            self.plant_early_prize()
            for draw in [DRAWS[0], DIGITS, *DRAWS[1:]]:
                self.hold(draw)
                if draw in DRAWS:
                    self.refuse_exchanged()
                    self.claim_early(draw)
                if draw == DRAWS[1]:
                    self.cancel()
            self.claims()
            self.sixty_days_later()
            self.allocate()
            self.publish()
            lost, doubled = self.judge()
            self.dispute()
            say("核验 a stranger verifies the folder, trusting only the root")
            verified = world.run("compliance", "verify", world.public, "--trust", world.root, "--entries", world.auditor)
        finally:
            world.close()
        orders = self.options.orders + self.counter_sales + len(refused_slips())
        accepted = [event["kind"] for till in self.tills.values() for event in till.events() if event["event"] == "accepted"]
        self.summary = {
            "orders": orders, "accepted": accepted.count("order"), "refused": self.counts["refused"], "voided": accepted.count("void"),
            "not_sold": accepted.count("skip"), "kills": self.kills_done, "lost": lost, "doubled": doubled,
            "sales_fen": self.report["sales_fen"], "prizes_fen": self.report["prizes_fen"], "fee_fen": self.report["fee_fen"],
            "fund_fen": self.report["fund_fen"], "paid_fen": self.paid_fen, "tax_fen": self.tax_fen, "forfeited_fen": self.forfeited_fen,
            **self.judge_witnesses(), "control_agrees": True, "verified": bool(verified.get("verified")), "trust_root": world.root, "seconds": round(time.time() - started, 1)}
        (world.private / "summary.json").write_text(json.dumps(self.summary, indent=1) + "\n")
        for path in world.private.rglob("*"):
            if path.is_file():
                os.chmod(path, 0o600)
        return self.summary


def differing(action):
    """The figures of a check that found a difference: a refusal that shows them."""
    try:
        action()
    except w.Refused as refused:
        if refused.code == "kDiffers":
            return refused.answer
        raise
    raise RuntimeError("the check found no difference")


def expect_refusal(code, action):
    try:
        answer = action()
    except w.Refused as refused:
        if refused.code == code:
            return
        raise
    raise RuntimeError(f"expected {code}, got {answer}")


def fetch(url):
    import urllib.request
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def read_entries(folder):
    files = sorted((folder / "tile/entries").rglob("*"), key=lambda p: str(p.relative_to(folder)).split(".p")[0])
    for path in files:
        if not path.is_file():
            continue
        data, at = path.read_bytes(), 0
        while at < len(data):
            size = int.from_bytes(data[at:at + 2], "big")
            yield data[at + 2:at + 2 + size]
            at += 2 + size


def enjoy(s, out):
    yuan = lambda fen: f"{fen / 100:,.2f}"
    print(f"""
 一天的彩票 / One lottery day                                          {s['seconds']} s
 ──────────────────────────────────────────────────────────────────────────────
 订单 orders        {s['orders']:>8}   受理 accepted {s['accepted']}, 拒绝 refused {s['refused']}, 注销 voided {s['voided']}
 中心被杀 kills      {s['kills']:>8}   丢失 lost {s['lost']}, 重复 doubled {s['doubled']}   (judge: the terminals' journals)
 销售 sales     {yuan(s['sales_fen']):>12} 元
   ├ 奖金 prizes {yuan(s['prizes_fen']):>11} 元   已兑 paid {yuan(s['paid_fen'])} (个税 tax {yuan(s['tax_fen'])}), 弃奖 forfeited {yuan(s['forfeited_fen'])}
   ├ 发行费 fee  {yuan(s['fee_fen']):>11} 元
   └ 公益金 fund {yuan(s['fund_fen']):>11} 元
 独立控制 control agrees: {'yes' if s['control_agrees'] else 'NO'}      核验 verified: {'yes' if s['verified'] else 'NO'}

 看这里 where to look next
   {out}/public     what anyone may have; ./lottery compliance verify {out}/public --trust {s['trust_root']}
   {out}/auditor    entry bundles: add --entries {out}/auditor to check winners and prizes too
   {out}/private    tickets with their secrets, keys, journals (0600)
""")


def main():
    parser = argparse.ArgumentParser(prog="./lottery demo", description=__doc__)
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--out", default="out/demo", help="folder to fill (replaced if a demo made it)")
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=1, help="how often central dies by SIGKILL with orders unanswered")
    parser.add_argument("--witness", choices=witness_proxy.FAULTS, help=f"one witness of four, {w.ERRING}, errs all day")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    options = parser.parse_args()
    if options.orders < 24 or options.kills < 0 or options.kills > options.orders // 20:
        parser.error("--orders at least 24, --kills at most a twentieth of them")
    out = pathlib.Path(options.out)
    if out.exists():
        if not (out / "private").is_dir() and any(out.iterdir()):
            parser.error(f"{out} exists and no demo made it")
        import shutil
        shutil.rmtree(out)
    summary = Demo(options).run()
    if options.json:
        print(json.dumps(summary))
    else:
        enjoy(summary, options.out)
    good = summary["verified"] and summary["lost"] == 0 and summary["doubled"] == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
