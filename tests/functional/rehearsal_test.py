#!/usr/bin/env python3
"""A rehearsal of a whole draw, led by `lottery-draw ceremony`: whoever does what it says next arrives at the certificate. And
nothing of it passes for a draw: not at the devices, not at the counter, not before a verifier."""
import argparse
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy"), str(pathlib.Path(__file__).parent)]
import world as w

w.OPERATOR = "lottery.rehearsal"
import demo

DRAW, BALLS = 2026097, 2026098
PUBLISHED = ([21, 4, 33, 14, 6, 22], 16)


class Rehearsal(demo.Demo):
    def prepare(self):
        world = self.world
        world.prepare(terminals=1)
        world.start_services()
        world.enrol(1001, 500_000_00)
        rule_book = world.run("central", "rule-book")["sha256"]
        first = world.now_ms() // 60000 + 3
        self.close = {DRAW: first * 60000, BALLS: (first + 2880) * 60000}
        for draw in self.close:
            world.make_plan(draw, self.close[draw], rule_book, method="ball_machine" if draw == BALLS else "vrf")
            world.open_draw(draw)
        self.open_balances()

    def run(self):
        self.outcomes, self.settled = {}, {}
        try:
            self.prepare()
            self.counter()
            for draw in (DRAW, BALLS):
                self.led(draw)
            self.publish()
            verify = lambda *more: self.world.run("compliance", "verify", self.world.public, "--trust", self.world.root, *more)
            demo.expect_refusal("kRehearsalMix", verify)
            assert verify("--rehearsal")["rehearsal"]
        finally:
            self.world.close()

    def counter(self):
        world = self.world
        sell = lambda *more: world.run("terminal", "sell", *world.terminal_flags(1001), "--draw", DRAW, "--draws", 2, "--bet",
                                       "04 06 14 21 22 30 + 16", "--out", world.private / "tickets", *more)
        demo.expect_refusal("kTrainingMix", sell)
        assert "培训票" in pathlib.Path(sell("--training")["ticket"]).read_text(encoding="utf-8")

    def guide(self, *more):
        return self.world.run("draw", "ceremony", *self.ground(self.now), "--folder", self.folder, "--rehearsal", "--clock", self.world.clock, *more)

    def do(self, step, draw):
        """What the step says, with this official's own key and device put in."""
        world, name, command = self.world, w.name_of(draw), step["command"]
        official = next((o for o in w.OFFICIALS if f"--official {o} " in command or step["step"] == "sign" and o in step["detail"].split("not yet:")[-1]), w.OFFICIALS[0])
        if step["step"] == "pulse":
            world.jump_to(self.round_of(draw) + 1000)
            (self.folder / "pulse.json").write_text(demo.fetch(f"{world.addresses['beacon']}/pulse/{self.round_of(draw)}"))
            return
        if step["step"] == "entries":
            world.jump_to(self.close[draw] + 600_000)
            self.started_ms = world.now_ms()
            entry = self.enter_balls(draw, self.now, official, *PUBLISHED, "--rehearsal")
            shutil.copy(entry, self.folder / f"{official}.entry.json")
            return
        if step["step"] == "attend":  # the first who signs makes the file; each says what was seen
            official = w.OVERSEERS[(self.folder / "attendance.json").exists()]
            command = command.replace(" ... ", f' --reds "{" ".join(map(str, PUBLISHED[0]))}" --blue {PUBLISHED[1]} ')
        key = world.key_path(f"{official}-vrf" if step["step"] == "part" else official)
        words = [{"KEY": str(key), "DEVICE": str(world.private / f"device-{official}")}.get(word, word) for word in shlex.split(command)]
        assert words[0] == "lottery-draw", command
        if step["step"] in ("certify", "attend"):
            words += ["--clock", str(world.clock)]
            # Only two of three wrote down what the ball machine showed.
            for i in range(len(words) - 1, 0, -1):
                if words[i - 1] == "--entry" and not pathlib.Path(words[i]).exists():
                    del words[i - 1:i + 1]
        if step["step"] in ("part", "sign", "attend"):
            words += ["--passphrase", world.phrase]
        world.run("draw", *words[1:])

    def led(self, draw):
        world, name = self.world, w.name_of(draw)
        self.seal(draw)
        self.now, self.folder = self.bundle(draw), world.private / f"ceremony-{name}"
        self.folder.mkdir()
        # Without the word, or with the word and real files, nothing moves.
        plain = ["draw", "ceremony", *self.ground(self.now), "--folder", self.folder, "--clock", world.clock]
        demo.expect_refusal("kBadDrawCertificate", lambda: world.run(*plain))
        seen = []
        while True:
            guide = self.guide()
            assert guide["rehearsal"]
            step = next(step for step in guide["steps"] if step["state"] == "now")
            assert step["step"] == guide["next"]
            if step["step"] == "carry":
                break
            seen.append(step["step"])
            assert len(seen) < 20, seen
            self.do(step, draw)
        assert seen == (["pulse", "part", "part", "part", "certify", "sign", "sign", "print"] if draw == DRAW else
                        ["entries", "entries", "attend", "attend", "certify", "sign", "sign", "print"]), seen
        pdf = subprocess.run(["pdftotext", str(self.folder / "certificate.pdf"), "-"], capture_output=True, text=True, check=False) if shutil.which("pdftotext") else None
        assert pdf is None or "REHEARSAL, NOT A DRAW" in pdf.stdout
        self.broken(guide)
        certificate = world.public / f"draw/{name}.certificate.json"
        shutil.copy(self.folder / "certificate.json", certificate)
        if draw == DRAW:
            shutil.copy(self.folder / "pulse.json", world.public / f"beacon/{name}.json")
        world.operator("draw", "certificate", "--draw", name, "--file", certificate, *world.beacon_flags(draw))
        self.settle(draw)

    def broken(self, guide):
        """A document that is not what it was is named, and nothing is to be done before it is mended."""
        kind = "entry" if any(step["step"] == "entries" for step in guide["steps"]) else "contribution"
        path = self.folder / f"official-b.{kind}.json"
        whole = path.read_text()
        path.write_text(whole[:len(whole) // 2])
        demo.expect_refusal("kBadDrawCertificate", self.guide)
        path.write_text(whole)
        assert self.guide()["next"] == "carry"


def main():
    out = pathlib.Path(tempfile.mkdtemp(prefix="lottery-rehearsal-"))
    try:
        Rehearsal(argparse.Namespace(build=str(pathlib.Path(sys.argv[1]).resolve()), out=str(out), orders=0, kills=0, json=True)).run()
    finally:
        shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
