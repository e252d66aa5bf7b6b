#!/usr/bin/env python3
"""Every way off a plan's way, with real programs: a deferral, the ball machine by plan and as a fallback, entries that
differ, decisions that come too late, a draw that is cancelled and refunded. None leads to a second draw, and a stranger verifies what came of it."""
import argparse
import base64
import hashlib
import pathlib
import shutil
import struct
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy"), str(pathlib.Path(__file__).parent)]
import demo
import schema_check
import world as w

DRAWS = list(range(2026097, 2026107))
DEFERRED, FALLBACK, PLANNED, OVERDUE, RECOVERED, POSTPONED, LATE, LATE_BALLS, CANCELLED, LIFTED = DRAWS
PUBLISHED = ([21, 4, 33, 14, 6, 22], 16)  # of 2026095, in some order


def body_of(paper):
    return demo.json.loads(base64.b64decode(demo.json.loads(paper.read_text())["payload"]))


class Ways(demo.Demo):
    def prepare(self):
        world = self.world
        world.prepare(terminals=1)
        world.start_services()
        world.enrol(1001, 500_000_00)
        rule_book = world.run("central", "rule-book")["sha256"]
        first = world.now_ms() // 60000 + 3
        self.close = {draw: (first + i * 2880) * 60000 for i, draw in enumerate(DRAWS)}
        escrow = world.make_escrow()
        for draw in DRAWS:
            world.make_plan(draw, self.close[draw], rule_book, method="ball_machine" if draw == PLANNED else "vrf",
                            escrow=escrow if draw == RECOVERED else "")
        for draw in DRAWS:
            world.open_draw(draw)
        self.open_balances()
        return rule_book

    def sell(self):
        """One order for all draws: it wins in each whose numbers are those of 2026095. One for the two last draws, and one taken back."""
        world = self.world
        bets = [flag for text in ("04 06 14 21 22 30 + 16", "01 02 03 04 05 06 + 16") for flag in ("--bet", text)]
        self.tickets = world.private / "terminal-1001/tickets"
        self.whole = self.codes_of(world.run("terminal", "sell", *world.terminal_flags(1001), "--draw", DEFERRED, "--draws", len(DRAWS), *bets,
                                             "--out", self.tickets))
        self.refundable = self.codes_of(world.run("terminal", "sell", *world.terminal_flags(1001), "--draw", CANCELLED, "--draws", 2, "--multiplier", 3,
                                                  "--bet", "04 06 14 21 22 33 + 16", "--out", self.tickets))
        slips = world.private / "taken-back.jsonl"
        slips.write_text(demo.json.dumps({"id": "taken-back", "game": "ssq", "draw": CANCELLED, "bets": ["01 02 03 04 05 06 + 07"], "void": True}) + "\n")
        assert world.run("terminal", "sell", *world.terminal_flags(1001), "--slips", slips, "--out", self.tickets)["void"] == 1
        self.wait_for_the_control()

    def wait_for_the_control(self):
        """The clock goes on by hours at once in this test: the control has cosigned every leaf before, or it would find them hours late."""
        deadline = demo.time.time() + 20
        for draw in DRAWS:
            size = self.world.cluster.sql(f"SELECT COALESCE(max(first + count), 0) FROM issuance.leaf JOIN issuance.log ON id = log WHERE draw = {draw}")[0][0]
            while demo.time.time() < deadline:
                note = demo.fetch(f"{self.world.addresses['http']}/log/ssq/{draw}/checkpoint")
                if note.split("\n")[1] == size and "\u2014 control " in note:
                    break
                demo.time.sleep(0.1)

    def run(self):
        self.outcomes, self.settled, self.dated = {}, {}, 0
        try:
            rule_book = self.prepare()
            self.sell()
            self.deferred()
            self.fallen_back()
            self.planned()
            self.overdue()
            self.recovered(rule_book)
            self.postponed()
            self.late()
            self.late_balls()
            self.cancelled()
            self.lifted()
            self.refunds_paid()
            self.publish()
            verified = self.world.run("compliance", "verify", self.world.public, "--trust", self.world.root, "--entries", self.world.auditor)
            assert verified["verified"] and verified["draws"] == len(DRAWS), verified
            remarks = {remark["draw"]: remark["en"] for remark in verified["remarks"]}
            assert set(remarks) == {f"ssq-{draw}" for draw in DRAWS if draw != PLANNED}, remarks
            for draw in (OVERDUE, LATE, LATE_BALLS):
                assert "all officials together" in remarks[f"ssq-{draw}"], remarks
            assert "two named people" in remarks[f"ssq-{LIFTED}"], remarks
            assert "cancelled" in remarks[f"ssq-{CANCELLED}"], remarks
            self.tampered()
            problems = schema_check.check(self.world.public)
            assert not problems, problems
        finally:
            self.world.close()

    def refused(self, code, action):
        demo.expect_refusal(code, action)

    def deferred(self):
        draw, world = DEFERRED, self.world
        self.seal(draw)
        early = shutil.copytree(self.bundle(draw), world.private / "bundle-before")
        round_ms = self.round_of(draw)
        later = round_ms + 600_000
        self.refused("kBadDeviation", lambda: self.deviate(draw, "deferral", round_ms, "beacon is down", round_ms + 2 * 86400_000))
        self.refused("kBadDeviation", lambda: self.deviate(draw, "deferral", round_ms, "beacon is down", later + 1))
        self.refused("kBadDeviation", lambda: self.deviate(draw, "deferral", round_ms - 60_000, "beacon is down", later))
        assert self.deviate(draw, "deferral", round_ms, "beacon is down", later)["state"] == "deferred"
        self.refused("kIllegalTransition", lambda: self.deviate(draw, "deferral", later, "once more", later + 600_000))
        bundle = self.bundle(draw)  # once it is made, the witnesses have seen the deferral
        # Officials who are not shown the deferral make a certificate of the round that was given up: it is not taken.
        stale = self.draw_by_beacon(draw, early, round_ms)
        self.refused("kBeaconReplaced", lambda: self.enter_certificate(draw, stale))
        self.refused("kBeaconReplaced", lambda: self.draw_by_beacon(draw, bundle, round_ms))
        self.refused("kSecondAlpha", lambda: self.draw_by_beacon(draw, bundle, later))  # these devices were deceived
        self.replace_devices()
        # The claim period counts from the certificate's time: not before the round, not after it is logged.
        true_clock = world.clock.read_bytes()
        self.dated = -3600_000
        self.refused("kBadDrawCertificate", lambda: self.draw_by_beacon(draw, bundle, later))
        self.dated = 24 * 3600_000
        ahead = self.draw_by_beacon(draw, bundle, later)
        self.refused("kBadDrawCertificate", lambda: self.enter_certificate(draw, ahead))
        self.dated = 0
        assert world.clock.read_bytes() == true_clock
        self.enter_certificate(draw, self.draw_by_beacon(draw, bundle, later))
        self.settle(draw)

    def replace_devices(self):
        """Devices that were deceived are replaced, on the record."""
        self.replaced = getattr(self, "replaced", 0) + 1
        for official in w.OFFICIALS:
            device = self.world.private / f"device-{official}"
            if device.exists():
                device.rename(self.world.private / f"deceived-{self.replaced}-{official}")

    def fallen_back(self):
        draw, world = FALLBACK, self.world
        self.seal(draw)
        round_ms = self.round_of(draw)
        stale_bundle = shutil.copytree(self.bundle(draw), world.private / "bundle-stale")
        self.started_ms = world.now_ms()
        self.refused("kWrongMethod", lambda: self.enter_balls(draw, stale_bundle, w.OFFICIALS[0], *PUBLISHED))
        world.jump_to(world.now_ms() + 90_000)  # a margin after the seal was witnessed
        before = world.now_ms()
        for few in ([], w.OVERSEERS[:1], w.OVERSEERS[:1] * 2):  # two officials alone turn no draw to the machine
            self.overseers_flags = lambda few=few: [flag for overseer in few for flag in ("--overseer", world.key_path(overseer))]
            self.refused("kBadSignature", lambda: self.deviate(draw, "fallback", round_ms, "we know these balls"))
        del self.overseers_flags
        assert self.deviate(draw, "fallback", round_ms, "the beacon was withdrawn")["state"] == "fallback"
        self.refused("kIllegalTransition", lambda: self.deviate(draw, "deferral", round_ms, "after all", round_ms + 600_000))
        bundle = self.bundle(draw)  # once it is made, the witnesses have seen the fallback
        by_beacon = self.draw_by_beacon(draw, stale_bundle, round_ms)
        self.refused("kWrongMethod", lambda: self.enter_certificate(draw, by_beacon))
        (world.public / f"beacon/ssq-{draw}.json").unlink()
        self.refused("kBadKey", lambda: world.run(
            "draw", "balls", *self.ground(bundle), "--official", w.OFFICIALS[1], "--key", world.key_path(w.OFFICIALS[0]), "--passphrase", world.phrase,
            "--machine", w.BALL_MACHINE, "--ball-set", "3", "--started", w.iso(world.now_ms()), "--test-before", "1 2 3 4 5 6 7", "--test-after",
            "1 2 3 4 5 6 7", "--device", world.private / "x", "--reds", "1 2 3 4 5 6", "--blue", 7, "--video", __file__, "--out", world.private / "x"))
        self.refused("kBadBallEntry", lambda: self.draw_by_balls(draw, bundle, [1, 1, 2, 3, 4, 5], 6))
        # Balls that were out before the witnesses had seen the fallback could have been the reason for it.
        self.started_ms = before
        early = [self.enter_balls(draw, bundle, official, *PUBLISHED) for official in w.OFFICIALS[:2]]
        self.refused("kCosignatureTooYoung", lambda: self.certify_balls(draw, bundle, *early))
        self.refused("kSecondEntry", lambda: self.draw_by_balls(draw, bundle, *PUBLISHED))  # each device remembers what it wrote
        self.replace_devices()
        self.enter_certificate(draw, self.draw_by_balls(draw, bundle, *PUBLISHED))
        self.refused("kSecondEntry", lambda: self.enter_balls(draw, bundle, w.OFFICIALS[0], [1, 2, 3, 4, 5, 6], 7))
        self.replace_devices()
        # Even officials with new devices make no second draw: central does not take it, settlement pays on the logged one.
        self.refused("kIllegalTransition", lambda: self.enter_certificate(draw, self.draw_by_balls(draw, bundle, [1, 2, 3, 4, 5, 6], 7)))
        self.refused("kBadDrawCertificate", lambda: self.settle(draw))
        self.restore_certificate(draw)
        self.settle(draw)
        assert self.settled[draw]["prizes_fen"] == 3000_00 + 5_00, self.settled[draw]  # five reds and the blue; the blue alone

    def restore_certificate(self, draw):
        """The one central has, from its audit log."""
        world = self.world
        world.run("central", "export", "--database", world.cluster.dsn("auditor"), "--public", world.private / "log", "--trust", world.trust_file)
        for path in sorted((world.private / "log/audit/tile/entries").rglob("*")):
            if not path.is_file():
                continue
            octets = path.read_bytes()
            while octets:
                size = int.from_bytes(octets[:2], "big")
                entry, octets = demo.json.loads(octets[2 + 10:2 + size]), octets[2 + size:]
                if entry["kind"] == "certificate" and entry["body"]["draw"] == draw:
                    (world.public / f"draw/ssq-{draw}.certificate.json").write_text(entry["body"]["envelope"])

    def planned(self):
        """By plan: two entries differ, the machine stopped, a third decides between them and nothing else."""
        draw, world = PLANNED, self.world
        self.seal(draw)
        bundle = self.bundle(draw)
        self.refused("kBadDeviation", lambda: self.deviate(draw, "fallback", self.round_of(draw), "why not"))
        world.jump_to(world.now_ms() + 120_000)
        self.started_ms = world.now_ms()
        stopped = ["--interruption", "3:SSQ-2:power failure"]
        reds, blue = PUBLISHED
        entries = [self.enter_balls(draw, bundle, w.OFFICIALS[0], reds, blue, *stopped),
                   self.enter_balls(draw, bundle, w.OFFICIALS[1], reds[:5] + [23], blue, *stopped)]
        self.refused("kEntriesDiffer", lambda: self.certify_balls(draw, bundle, *entries))
        self.refused("kBadBallEntry", lambda: self.certify_balls(draw, bundle, entries[0], entries[0]))
        self.refused("kBadBallEntry", lambda: self.certify_balls(draw, bundle, entries[0]))
        strange = self.enter_balls(draw, bundle, w.OFFICIALS[2], reds, 15, *stopped)
        self.refused("kEntriesDiffer", lambda: self.certify_balls(draw, bundle, *entries, strange))
        self.refused("kSecondEntry", lambda: self.enter_balls(draw, bundle, w.OFFICIALS[2], reds, blue, *stopped))
        self.replace_devices()
        third = self.enter_balls(draw, bundle, w.OFFICIALS[2], reds, blue, *stopped)
        self.enter_certificate(draw, self.certify_balls(draw, bundle, *entries, third))
        self.settle(draw)
        assert self.settled[draw]["prizes_fen"] == 3000_00 + 5_00, self.settled[draw]

    def overdue(self):
        """From the margin before the round nobody can leave it, until the contributions are overdue."""
        draw, world = OVERDUE, self.world
        self.seal(draw)
        round_ms = self.round_of(draw)
        world.jump_to(round_ms - 70_000)  # witnesses would need a moment too
        self.refused("kTooLateToDeviate", lambda: self.deviate(draw, "deferral", round_ms, "too near", round_ms + 600_000))
        world.jump_to(round_ms - 30_000)
        self.refused("kTooLateToDeviate", lambda: self.deviate(draw, "deferral", round_ms, "late", round_ms + 600_000))
        self.refused("kTooLateToDeviate", lambda: self.deviate(draw, "fallback", round_ms, "late"))
        world.kill("central")
        world.start_central()  # a restart forgets none of it
        world.jump_to(round_ms + 3600_000 - 5_000)
        self.refused("kTooLateToDeviate", lambda: self.deviate(draw, "fallback", round_ms, "an official is silent"))
        world.jump_to(round_ms + 3600_000 + 1_000)
        assert self.deviate(draw, "fallback", round_ms, "an official is silent")["state"] == "fallback"
        world.kill("central")
        world.start_central()
        certificate = self.draw_by_balls(draw, self.bundle(draw), [9, 8, 7, 6, 5, 4], 3)
        self.unattended(draw, certificate)
        self.enter_certificate(draw, certificate)
        self.settle(draw)

    def unattended(self, draw, certificate):
        """Two officials write down balls of their own: nobody else was there, or somebody was there at another draw."""
        world, body = self.world, body_of(certificate)
        alone = {k: v for k, v in body.items() if k != "attendance"} | {"format": "draw-certificate/1"}
        other = (world.private / f"ssq-{FALLBACK}.attendance.json").read_text()
        entries = [world.private / f"ssq-{draw}-{official}.entry.json" for official in w.OFFICIALS[:2]]
        one = self.attend(draw, self.bundle(draw), *entries, overseers=w.OVERSEERS[:1]).read_text()
        turned = self.attend(draw, self.bundle(draw), *reversed(entries)).read_text()
        for forged, code in ((alone, "kBadBallEntry"), (body | {"attendance": other}, "kBadBallEntry"), (body | {"attendance": one}, "kBadSignature"),
                             (body | {"attendance": turned}, "kBadBallEntry")):
            paper = self.signed_by_two("draw-certificate", forged)
            self.refused(code, lambda: self.enter_certificate(draw, paper))
        self.other_numbers(draw, certificate)
        blind = ["draw", "attend", *self.ground(self.bundle(draw)), *[flag for entry in entries for flag in ("--entry", entry)], "--key",
                 world.key_path(w.OVERSEERS[0]), "--passphrase", world.phrase, "--clock", world.clock, "--out", world.private / "blind.json"]
        self.refused("kEntriesDiffer", lambda: world.run(*blind, "--reds", "1 2 3 4 5 6", "--blue", 3))  # not what this overseer saw
        self.refused("kEntriesDiffer", lambda: world.run(*blind, "--reds", "9 8 7 6 5 4", "--blue", 4))
        self.refused("kUsage", lambda: world.run(*blind))
        self.refused("kBadKey", lambda: self.attend(draw, self.bundle(draw), *entries, overseers=w.OFFICIALS[:1]))
        self.refused("kAlreadyExists", lambda: self.attend(draw, self.bundle(draw), *entries, overseers=w.OVERSEERS[:1] * 2))

    def recovered(self, rule_book):
        """An official is silent: two holders open the key, which changes nothing but the day's delay, and it is retired."""
        draw, world, silent = RECOVERED, self.world, w.OFFICIALS[1]
        self.seal(draw)
        bundle, round_ms = self.bundle(draw), self.round_of(draw)
        world.jump_to(round_ms + 1000)
        beacon = world.private / "pulse.json"
        beacon.write_text(demo.fetch(f"{world.addresses['beacon']}/pulse/{round_ms}"))
        ground = self.ground(bundle, beacon)
        self.refused("kBadShare", lambda: self.recover(silent, ground, world.private / "x", [w.HOLDERS[0]] * 2))
        stray = world.private / f"escrow/{w.OFFICIALS[0]}.{w.HOLDERS[0]}.share"
        shutil.copy(stray, world.private / f"escrow/{silent}.stray.share")
        self.refused("kBadShare", lambda: self.recover(silent, ground, world.private / "x", ["stray", w.HOLDERS[1]]))
        # A share opens nothing without its own holder's signature.
        shutil.copy(world.private / f"escrow/{silent}.{w.HOLDERS[1]}.share", world.private / f"escrow/{silent}.borrowed.share")
        self.refused("kBadKey", lambda: self.recover(silent, ground, world.private / "x", ["borrowed", w.HOLDERS[2]]))
        # On paper goes only what enough officials have signed, and what a device recomputes.
        unsigned = world.private / "unsigned.json"
        # Whoever makes the proof, the numbers are the same: the official's own device would have drawn them too.
        certificate = self.draw_by_beacon(draw, bundle, round_ms, silent)
        opened = self.outcomes[draw]
        envelope = demo.json.loads(certificate.read_text())
        unsigned.write_text(demo.json.dumps({**envelope, "signatures": envelope["signatures"][:1]}, indent=2) + "\n")
        try:
            world.run("draw", "print", *ground, "--certificate", unsigned, "--out", world.private / "x.pdf")
            raise AssertionError("printed with one signature")
        except w.Refused as refused:
            assert refused.code in ("kBadSignature", "kFileCorrupt", "kBadJson"), refused
        self.draw_by_beacon(draw, bundle, round_ms)
        assert {k: self.outcomes[draw][k] for k in ("reds", "blue")} == {k: opened[k] for k in ("reds", "blue")}
        certificate = self.draw_by_beacon(draw, bundle, round_ms, silent)
        self.enter_certificate(draw, certificate)
        self.settle(draw)
        plan = lambda number: world.make_plan(number, self.close[LIFTED] + 2880 * 60000, rule_book)
        self.refused("kBadPlan", lambda: plan(LIFTED + 1))
        world.kill("central")
        world.start_central()
        self.refused("kBadPlan", lambda: plan(LIFTED + 1))

    def postponed(self):
        """The control is away at the close: the round is given up before the draw is sealed."""
        draw, world = POSTPONED, self.world
        world.jump_to(self.close[draw] + 1)
        world.until_done(lambda: world.operator("draw", "close", "--draw", f"ssq-{draw}"), "kIllegalTransition", seconds=5)
        round_ms = self.round_of(draw)
        later = round_ms + 1800_000
        assert self.deviate(draw, "deferral", round_ms, "the control does not answer", later)["state"] == "postponed"
        world.kill("central")
        world.start_central()  # a restart remembers the later round
        world.jump_to(round_ms + 30_000)
        self.seal(draw, closed=True)
        self.refused("kIllegalTransition", lambda: self.deviate(draw, "deferral", later, "once more", later + 600_000))
        self.enter_certificate(draw, self.draw_by_beacon(draw, self.bundle(draw), later))
        self.settle(draw)

    def unwatched(self, until_ms):
        """Nobody cosigns until then."""
        world = self.world
        for name in w.WITNESSES:
            world.kill(name)
        yield
        world.jump_to(until_ms)
        for name in w.WITNESSES:
            world.start_witness(name)
        yield

    def late(self):
        """A deferral its witnesses saw too late gives nobody a choice: the beacon is given up, the ball machine waits until
        contributions to the later round would be overdue."""
        draw, world = LATE, self.world
        self.seal(draw)
        self.bundle(draw)  # the witnesses have seen the seal
        round_ms = self.round_of(draw)
        later = round_ms + 600_000
        nobody = self.unwatched(round_ms - 30_000)
        next(nobody)
        self.deviate(draw, "deferral", round_ms, "beacon is down", later)
        next(nobody)
        bundle = self.bundle(draw)
        self.refused("kTooLateToDeviate", lambda: self.draw_by_beacon(draw, bundle, later))
        self.refused("kTooLateToDeviate", lambda: self.draw_by_beacon(draw, bundle, round_ms))
        (world.public / f"beacon/ssq-{draw}.json").unlink()
        world.jump_to(later + 3600_000)
        self.deviate(draw, "fallback", later, "no round is left")
        self.enter_certificate(draw, self.draw_by_balls(draw, self.bundle(draw), [11, 12, 13, 14, 15, 16], 1))
        self.settle(draw)

    def late_balls(self):
        """A fallback its witnesses saw too late counts once contributions would be overdue, not before."""
        draw, world = LATE_BALLS, self.world
        self.seal(draw)
        self.bundle(draw)
        round_ms = self.round_of(draw)
        nobody = self.unwatched(round_ms - 30_000)
        next(nobody)
        self.deviate(draw, "fallback", round_ms, "the beacon was withdrawn")
        next(nobody)
        bundle = self.bundle(draw)
        world.jump_to(round_ms + 120_000)
        self.refused("kTooLateToDeviate", lambda: self.draw_by_balls(draw, bundle, *PUBLISHED))
        world.jump_to(round_ms + 3600_000)
        self.enter_certificate(draw, self.draw_by_balls(draw, bundle, *PUBLISHED))
        self.settle(draw)

    def refund(self, draw, cancellation=None):
        world, name = self.world, f"ssq-{draw}"
        return world.settler("refund", "--draw", name, "--trust-file", world.trust_file, "--key", world.key_path("settlement"), "--passphrase",
                             world.phrase, "--cancellation", cancellation or world.private / f"{name}.cancellation.json", "--out",
                             world.public / f"settlement/{name}.refund.json")

    def cancelled(self):
        """Given up while nobody can know the outcome: no numbers, no prizes, no shares; every ticket gets back what it cost."""
        draw, world, name = CANCELLED, self.world, f"ssq-{CANCELLED}"
        self.refused("kIllegalTransition", lambda: self.deviate(draw, "cancellation", self.round_of(draw), "not yet closed"))
        self.seal(draw)
        before = shutil.copytree(self.bundle(draw), world.private / "bundle-kept")
        round_ms = self.round_of(draw)
        self.refused("kBadDeviation", lambda: self.deviate(draw, "cancellation", round_ms + 60_000, "another round"))
        self.refused("kIllegalTransition", lambda: self.refund(draw))
        self.refused("kIllegalTransition", lambda: self.deviate(LATE, "cancellation", self.round_of(LATE), "after its numbers are known"))
        said = self.deviate(draw, "cancellation", round_ms, "国务院 suspends sales: the draw is not held")
        assert said["state"] == "cancelled", said
        self.refused("kIllegalTransition", lambda: self.deviate(draw, "deferral", round_ms, "after all", round_ms + 600_000))
        self.refused("kIllegalTransition", lambda: self.deviate(draw, "fallback", round_ms, "after all"))
        world.kill("central")
        world.start_central()  # a restart forgets none of it
        bundle = self.bundle(draw)
        self.refused("kDrawCancelled", lambda: self.draw_by_beacon(draw, bundle, round_ms))
        # Devices that are not shown the cancellation make numbers of it: nobody takes them.
        self.refused("kIllegalTransition", lambda: self.enter_certificate(draw, self.draw_by_beacon(draw, before, round_ms)))
        for left in (f"beacon/{name}.json", f"draw/{name}.certificate.json"):
            (world.public / left).unlink()
        self.refused("kBadDeviation", lambda: self.refund(draw, world.private / f"ssq-{DEFERRED}.deferral.json"))
        self.check_part(draw, "sold")
        owed = self.refund(draw)
        assert owed == {"draw": name, "refunds_fen": 400 + 600, "tickets": 2} == self.refund(draw), owed
        self.check_part(draw, "sold")  # nobody has agreed
        self.refused("kNotDrawnYet", lambda: self.claim(1001, self.refundable, "--out", self.tickets))
        agreement = world.public / f"control/{name}.json"
        self.agree(name, "refund", agreement, "--agreed", world.public / f"control/{name}.sales.json")
        assert world.settler("pay", "--draw", name, "--trust-file", world.trust_file, "--agreement", agreement)["state"] == "repaying"
        world.kill("central")
        world.start_central()  # a restart forgets none of it
        self.check_part(draw, "refund")
        # Its other draw is to come: paid, and an exchange ticket stands for what is left.
        old, had = self.refundable, self.balance()
        self.refundable = self.codes_of(self.refunded(old, 600)["exchange"])
        self.refused("kNotDrawnYet", lambda: self.claim(1001, self.refundable, "--out", self.tickets))  # once
        self.check_part(draw, "paid")
        deadline = demo.time.time() + 20
        while self.balance() != had + 600:  # it comes back into the deposit
            assert demo.time.time() < deadline
            demo.time.sleep(0.1)

    def balance(self):
        return self.world.run("terminal", "status", *self.world.terminal_flags(1001))["balance_fen"]

    def refunded(self, codes, fen):
        paid = self.claim(1001, codes, "--out", self.tickets)
        assert (paid["outcome"], paid["paid_fen"], paid["claims"], paid["tax_fen"]) == ("paid", fen, 1, 0), paid
        return paid

    def check_part(self, draw, state):
        world = self.world
        parts = world.run("terminal", "claim", *world.terminal_flags(1001), "--public-code", self.refundable[0])["draws"]
        assert [part["state"] for part in parts if part["origin"].endswith(f"/{draw}")] == [state], parts

    def refunds_paid(self):
        """Whatever else the ticket won, and after the claim period too."""
        world = self.world
        world.jump_to(self.close[LIFTED] + 61 * 86400_000)
        self.refused("kIllegalTransition", lambda: self.expire(f"ssq-{CANCELLED}"))
        assert self.refunded(self.whole, 400)["refused"]["code"] == "kClaimLate"
        report = world.settler("report")
        assert report["refunded_fen"] == 600 + 400 and report["paid_fen"] == 0 and report["unbalanced"] == 0, report

    def tampered(self):
        """Each of these is named."""
        world, name = self.world, f"ssq-{CANCELLED}"
        def found(change):
            folder = world.private / "tampered"
            shutil.copytree(world.public, folder)
            change(folder)
            world.run("compliance", "manifest", folder)
            try:
                world.run("compliance", "verify", folder, "--trust", world.root, "--entries", world.auditor)
            except w.Refused as refused:
                return refused.code
            finally:
                shutil.rmtree(folder)
        def edit(folder):
            path = folder / f"settlement/{name}.refund.json"
            envelope = demo.json.loads(path.read_text())
            body = base64.b64decode(envelope["payload"]).replace(b'"refunds_fen": 1000', b'"refunds_fen": 1001')
            path.write_text(demo.json.dumps({**envelope, "payload": base64.b64encode(body).decode()}, indent=2) + "\n")
        refund = f"settlement/{name}.refund.json"
        assert found(lambda folder: (folder / refund).unlink()) == "kFileMissing"
        assert found(lambda folder: (folder / f"cancellation/{name}.audit.tlog-proof").unlink()) == "kFileMissing"
        def leave_out(folder):
            for path in [*folder.glob(f"*/{name}.*"), folder / f"log/ssq/{CANCELLED}"]:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        assert (code := found(leave_out)) == "kFileMissing", code
        assert (code := found(edit)) == "kBadSignature", code
        other = lambda folder: shutil.copy(folder / f"settlement/ssq-{LIFTED}.statement.json", folder / f"settlement/{name}.statement.json")
        assert (code := found(other)) == "kFileUnexpected", code

    def lift(self, draw, out, officials=2, other=None):
        world = self.world
        note = world.private / "checkpoint"
        note.write_text(demo.fetch(f"{world.addresses['http']}/log/ssq/{other or draw}/checkpoint"))
        keys = [flag for official in w.OFFICIALS[:officials] for flag in ("--key", world.key_path(official))]
        world.run("draw", "lift", "--trust-file", world.trust_file, "--draw", f"ssq-{other or draw}", "--checkpoint", note, *keys,
                  "--reason", "the control's machine is broken", "--passphrase", world.phrase, "--clock", world.clock, "--out", out)

    def signed_by_two(self, kind, body):
        """A paper that no program makes, in the names of two officials."""
        world, spec, out = self.world, self.world.private / "insider.json", self.world.private / f"insider.{kind}.json"
        spec.write_text(demo.json.dumps(body))
        demo.subprocess.run([str(world.build / "bin/insider"), kind, str(spec), str(out), str(world.private / "passphrase"),
                             *(f"{world.key_path(official)}:official" for official in w.OFFICIALS[:2])], check=True)
        return out

    def other_numbers(self, draw, certificate):
        """Two officials sign what they like; nobody who recomputes takes it."""
        body = body_of(certificate)
        for name, value in (("reds", [1, 2, 3, 4, 5, 6]), ("blue", body["blue"] % 16 + 1)):
            forged = self.signed_by_two("draw-certificate", body | {name: value})
            self.refused("kOutcomeWrong", lambda: self.enter_certificate(draw, forged))
        if body["method"] == "ball_machine":
            return
        forged = self.signed_by_two("draw-certificate", body | {"seed": "00" * 64})
        self.refused("kBadDrawCertificate", lambda: self.enter_certificate(draw, forged))
        one = body["contributions"][0]
        forged = self.signed_by_two("draw-certificate", body | {"contributions": [one | {"official": o} for o in w.OFFICIALS]})
        self.refused("kBadContribution", lambda: self.enter_certificate(draw, forged))
        self.refused("kUsage", lambda: self.world.operator("draw", "certificate", "--draw", f"ssq-{draw}", "--file", certificate))

    def officials_clock(self):
        if not self.dated:
            return self.world.clock
        clock = self.world.private / "wrong-clock"
        clock.write_bytes(struct.pack("<q", self.world.offset() + self.dated))
        return clock

    def lifted(self):
        """The control cannot agree before the seal: two named people let the draw go on, with a reason, and no figure changes. Numbers
        and prizes nobody can lift."""
        draw, world, name = LIFTED, self.world, f"ssq-{LIFTED}"
        world.jump_to(self.close[draw] + 1)
        world.until_done(lambda: world.operator("draw", "close", "--draw", name), "kIllegalTransition", seconds=5)
        sales = world.public / f"control/{name}.sales.json"
        self.lift(draw, sales, officials=1)
        self.refused("kBadSignature", lambda: world.operator("draw", "seal", "--draw", name, "--agreement", sales))
        self.lift(LIFTED, sales, other=LATE)
        self.refused("kControlDisagrees", lambda: world.operator("draw", "seal", "--draw", name, "--agreement", sales))
        self.lift(draw, sales)
        world.until_done(lambda: world.operator("draw", "seal", "--draw", name, "--agreement", sales), "kQuorumMissing")
        certificate = self.draw_as_planned(draw)
        self.other_numbers(draw, certificate)
        self.enter_certificate(draw, certificate)
        statement = world.public / f"settlement/{name}.statement.json"
        settle = lambda paper, *more: world.settler(
            "settle", "--draw", name, "--trust-file", world.trust_file, "--key", world.key_path("settlement"), "--passphrase", world.phrase,
            "--certificate", paper, *more, "--out", statement)
        forged = self.signed_by_two("draw-certificate", body_of(certificate) | {"reds": [1, 2, 3, 4, 5, 6]})
        self.refused("kBadDrawCertificate", lambda: settle(forged, *world.beacon_flags(draw)))
        # A login of the database that writes the forged one's hash where settlement looks gets no further.
        step = f"UPDATE issuance.draw_step SET reason = '%s' WHERE draw = {draw} AND state = 'certified'"
        for paper, code in ((forged, "kOutcomeWrong"), (certificate, None)):
            digest = hashlib.sha256(base64.b64decode(demo.json.loads(paper.read_text())["payload"])).hexdigest()
            world.cluster.sql("SET ROLE lottery_owner; " + step % digest, "migrator")
            if code:
                self.refused(code, lambda: settle(paper, *world.beacon_flags(draw)))
        self.refused("kUsage", lambda: settle(certificate))
        self.refused("kBeaconReplaced", lambda: settle(certificate, "--beacon", world.public / f"beacon/ssq-{DEFERRED}.json"))
        settle(certificate, *world.beacon_flags(draw))
        # A folder with another statement of the draw before deceives nobody: the control reads the log that it cosigned.
        wrong = shutil.copytree(world.public, world.private / "public-wrong")
        shutil.copy(world.public / f"settlement/ssq-{FALLBACK}.statement.json", wrong / f"settlement/ssq-{LATE_BALLS}.statement.json")
        agreement = world.public / f"control/{name}.json"
        self.agree(name, "prizes", agreement, "--public", wrong)
        body, logged = body_of(agreement), base64.b64decode(demo.json.loads(statement.read_text())["payload"])
        assert body["statement"] == hashlib.sha256(logged).hexdigest(), body
        pay = lambda paper: world.settler("pay", "--draw", name, "--trust-file", world.trust_file, "--agreement", paper)
        # Of prizes only the control's own word counts, whatever two officials sign.
        lifted = {"format": "lifting/1", **{k: body[k] for k in ("game", "draw", "stage", "size", "root", "statement")}, "reason": "we say so", "at": body["at"]}
        self.refused("kNotAgreed", lambda: pay(self.signed_by_two("lifting", lifted)))
        pay(agreement)


def main():
    out = pathlib.Path(tempfile.mkdtemp(prefix="lottery-ways-"))
    try:
        Ways(argparse.Namespace(build=str(pathlib.Path(sys.argv[1]).resolve()), out=str(out), orders=0, kills=0, json=True)).run()
    finally:
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
