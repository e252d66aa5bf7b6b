#!/usr/bin/env python3
"""Every way off a plan's way, with real programs: a deferral, the ball machine by plan and as a fallback, entries that
differ, decisions that come too late. None leads to a second draw, and a stranger verifies what came of it."""
import argparse
import pathlib
import shutil
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy"), str(pathlib.Path(__file__).parent)]
import demo
import schema_check
import world as w

DEFERRED, FALLBACK, PLANNED, OVERDUE, RECOVERED, PLAIN = range(2026097, 2026103)
DRAWS = [DEFERRED, FALLBACK, PLANNED, OVERDUE, RECOVERED, PLAIN]
PUBLISHED = ([21, 4, 33, 14, 6, 22], 16)  # of 2026095, in some order


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
        """One order for all five draws: it wins in each whose numbers are those of 2026095."""
        world = self.world
        bets = [flag for text in ("04 06 14 21 22 30 + 16", "01 02 03 04 05 06 + 16") for flag in ("--bet", text)]
        world.run("terminal", "sell", *world.terminal_flags(1001), "--draw", DEFERRED, "--draws", len(DRAWS), *bets)

    def run(self):
        self.outcomes, self.settled = {}, {}
        try:
            rule_book = self.prepare()
            self.sell()
            self.deferred()
            self.fallen_back()
            self.planned()
            self.overdue()
            self.recovered(rule_book)
            self.hold(PLAIN)
            self.publish()
            verified = self.world.run("compliance", "verify", self.world.public, "--trust", self.world.root, "--entries", self.world.auditor)
            assert verified["verified"] and verified["draws"] == len(DRAWS), verified
            remarks = {remark["draw"]: remark["en"] for remark in verified["remarks"]}
            assert set(remarks) == {f"ssq-{draw}" for draw in (DEFERRED, FALLBACK, OVERDUE, RECOVERED)}, remarks
            assert "all officials together" in remarks[f"ssq-{OVERDUE}"], remarks
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
        for official in w.OFFICIALS:  # and must be replaced, on the record
            (world.private / f"device-{official}").rename(world.private / f"deceived-{official}")
        self.enter_certificate(draw, self.draw_by_beacon(draw, bundle, later))
        self.settle(draw)

    def fallen_back(self):
        draw, world = FALLBACK, self.world
        self.seal(draw)
        round_ms = self.round_of(draw)
        stale_bundle = shutil.copytree(self.bundle(draw), world.private / "bundle-stale")
        self.started_ms = world.now_ms()
        self.refused("kWrongMethod", lambda: self.enter_balls(draw, stale_bundle, w.OFFICIALS[0], *PUBLISHED))
        world.jump_to(world.now_ms() + 90_000)  # a margin after the seal was witnessed
        before = world.now_ms()
        assert self.deviate(draw, "fallback", round_ms, "the beacon was withdrawn")["state"] == "fallback"
        self.refused("kIllegalTransition", lambda: self.deviate(draw, "deferral", round_ms, "after all", round_ms + 600_000))
        bundle = self.bundle(draw)  # once it is made, the witnesses have seen the fallback
        by_beacon = self.draw_by_beacon(draw, stale_bundle, round_ms)
        self.refused("kWrongMethod", lambda: self.enter_certificate(draw, by_beacon))
        (world.public / f"beacon/ssq-{draw}.json").unlink()
        self.refused("kBadKey", lambda: world.run(
            "draw", "balls", *self.ground(bundle), "--official", w.OFFICIALS[1], "--key", world.key_path(w.OFFICIALS[0]), "--passphrase", world.phrase,
            "--machine", w.BALL_MACHINE, "--ball-set", "3", "--started", w.iso(world.now_ms()), "--test-before", "1 2 3 4 5 6 7", "--test-after",
            "1 2 3 4 5 6 7", "--reds", "1 2 3 4 5 6", "--blue", 7, "--video", __file__, "--out", world.private / "x"))
        self.refused("kBadBallEntry", lambda: self.draw_by_balls(draw, bundle, [1, 1, 2, 3, 4, 5], 6))
        # Balls that were out before the witnesses had seen the fallback could have been the reason for it.
        self.started_ms = before
        early = [self.enter_balls(draw, bundle, official, *PUBLISHED) for official in w.OFFICIALS[:2]]
        self.refused("kCosignatureTooYoung", lambda: self.certify_balls(draw, bundle, *early))
        self.enter_certificate(draw, self.draw_by_balls(draw, bundle, *PUBLISHED))
        self.refused("kIllegalTransition", lambda: self.enter_certificate(draw, self.draw_by_balls(draw, bundle, [1, 2, 3, 4, 5, 6], 7)))
        self.draw_by_balls(draw, bundle, *PUBLISHED)  # the folder holds one certificate again, though not the entered one
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
        third = self.enter_balls(draw, bundle, w.OFFICIALS[2], reds, blue, *stopped)
        self.enter_certificate(draw, self.certify_balls(draw, bundle, *entries, third))
        self.settle(draw)
        assert self.settled[draw]["prizes_fen"] == 3000_00 + 5_00, self.settled[draw]

    def overdue(self):
        """From the margin before the round nobody can leave it, until the contributions are overdue."""
        draw, world = OVERDUE, self.world
        self.seal(draw)
        round_ms = self.round_of(draw)
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
        self.enter_certificate(draw, self.draw_by_balls(draw, self.bundle(draw), [9, 8, 7, 6, 5, 4], 3))
        self.settle(draw)


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
        # Whoever makes the proof, the numbers are the same: the official's own device would have drawn them too.
        certificate = self.draw_by_beacon(draw, bundle, round_ms, silent)
        opened = self.outcomes[draw]
        self.draw_by_beacon(draw, bundle, round_ms)
        assert {k: self.outcomes[draw][k] for k in ("reds", "blue")} == {k: opened[k] for k in ("reds", "blue")}
        certificate = self.draw_by_beacon(draw, bundle, round_ms, silent)
        self.enter_certificate(draw, certificate)
        self.settle(draw)
        plan = lambda number: world.make_plan(number, self.close[PLAIN] + 2880 * 60000, rule_book)
        self.refused("kBadPlan", lambda: plan(PLAIN + 1))
        world.kill("central")
        world.start_central()
        self.refused("kBadPlan", lambda: plan(PLAIN + 1))


def main():
    out = pathlib.Path(tempfile.mkdtemp(prefix="lottery-ways-"))
    try:
        Ways(argparse.Namespace(build=str(pathlib.Path(sys.argv[1]).resolve()), out=str(out), orders=0, kills=0, json=True)).run()
    finally:
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
