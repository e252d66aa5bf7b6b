#!/usr/bin/env python3
"""A small day with one witness of four dead, answering rubbish, or slow: it is sold, sealed, drawn, settled and verified as on any
other, and each draw's last checkpoint has its quorum within a second of the close. A note that carries strangers' lines verifies."""
import argparse
import json
import pathlib
import shutil
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "deploy"))
import demo
import witness_proxy
import world as w

DRAW = 2026097


class ErringWitness(demo.Demo):
    """One draw, two tickets."""

    def prepare(self):
        world = self.world
        world.prepare(terminals=2)
        self.admin_port = w.free_port()
        world.central_flags += ["--admin-port", self.admin_port]
        world.start_services()
        world.enrol(1001, 500_000)
        world.enrol(1002, 500_000)
        rule_book = world.run("central", "rule-book")["sha256"]
        self.close = {DRAW: (world.now_ms() // 60000 + 3) * 60000}
        world.make_plan(DRAW, self.close[DRAW], rule_book)
        world.open_draw(DRAW)
        self.open_balances()

    def sell_last(self, name):
        world = self.world
        for terminal in world.terminals:
            world.run("terminal", "sell", *world.terminal_flags(terminal), "--draw", DRAW, "--bet", "02 04 06 08 10 12 + 14", "--unchecked",
                      "--out", world.private / "tickets")

    def run(self):
        self.outcomes, self.settled, self.terminal_checks = {}, {}, 0
        world = self.world
        try:
            self.prepare()
            self.seal(DRAW)
            self.check_terminals(DRAW)
            self.enter_certificate(DRAW, self.draw_as_planned(DRAW))
            self.settle(DRAW)
            if world.witness_fault == "rubbish":
                self.try_restart()
            self.publish()
            verify = lambda: world.run("compliance", "verify", world.public, "--trust", world.root, "--entries", world.auditor)
            assert verify()["verified"] and not verify()["remarks"], verify()
            told = self.judge_witnesses()
            self.check_notes()
            if world.witness_fault == "rubbish":
                assert told["erring_answers"]["spoiled"] and told["erring_answers"]["stranger first"], told
                self.try_idle_lines(verify)
            return told
        finally:
            world.close()

    def try_restart(self):
        """Who comes back asks everybody again, the one that errs too."""
        self.world.kill("central")
        self.world.start_central()

    def check_notes(self):
        """What was stored, served and sealed has lines of the log and of trusted witnesses only, each once."""
        notes = [bytes.fromhex(row[0]).decode() for row in self.world.cluster.sql("SELECT encode(convert_to(note, 'UTF8'), 'hex') FROM issuance.checkpoint")]
        notes += [demo.fetch(f"{self.world.addresses['http']}/log/{folder}/checkpoint") for folder in ("audit", f"ssq/{DRAW}")]
        assert len(notes) > 4
        for note in notes:
            names = [line.split(" ")[1] for line in note.split("\n\n")[1].splitlines()]
            assert names[0] == w.OPERATOR and len(set(names)) == len(names) and set(names[1:]) <= set(w.WITNESSES), note

    def try_idle_lines(self, verify):
        """Lines of nobody we know, and a known witness's line that does not hold, count for nothing and sink nothing."""
        world = self.world
        for name in ("audit/checkpoint", f"log/ssq/{DRAW}/checkpoint"):
            path = world.public / name
            whole = path.read_bytes()
            lines = whole.splitlines(keepends=True)
            cases = {"a stranger's": whole + witness_proxy.stranger_line(), "the first again": whole + lines[-1]}
            if len(lines) == 9:  # text, log and four witnesses: one may go
                cases["one spoiled"] = b"".join(lines[:-1]) + witness_proxy.spoiled(lines[-1])
            for what, text in cases.items():
                path.write_bytes(text)
                world.run("compliance", "manifest", world.public)
                answer = verify()
                assert answer["verified"] and [r["file"] for r in answer["remarks"]] == [name], (what, answer)
            two_spoiled = b"".join(lines[:5]) + b"".join(witness_proxy.spoiled(line) for line in lines[5:])
            path.write_bytes(two_spoiled)
            world.run("compliance", "manifest", world.public)
            demo.expect_refusal("kQuorumMissing", verify)
            path.write_bytes(whole)
        world.run("compliance", "manifest", world.public)
        assert not verify()["remarks"]


def main():
    for fault in sys.argv[2:] or witness_proxy.FAULTS:
        out = pathlib.Path(tempfile.mkdtemp(prefix="lottery-witness-"))
        try:
            options = argparse.Namespace(build=str(pathlib.Path(sys.argv[1]).resolve()), out=str(out), orders=0, kills=0, json=True, witness=fault)
            print(json.dumps(ErringWitness(options).run()), flush=True)
        finally:
            shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
