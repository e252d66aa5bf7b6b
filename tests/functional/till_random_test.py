#!/usr/bin/env python3
"""Random keys, scans and hangs at a real till with a real central, by a seed: no sale without Enter on a ticket that stood on the
screen, no refusal that goes away unread, and the sums on the screen are those of the journal. LOTTERY_LONG asks for ten minutes.

usage: till_random_test.py BUILD [SEED [SECONDS]]
"""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy"), str(pathlib.Path(__file__).parent)]
import till_test as tt
import world as w

LATEST = 15  # seconds from Enter to the order: a question to central and a handshake may come between
GOODS = ["6921168511280", "6901028001038", "01234565", "00012345678905"]
KEYS = "1234512345nmdgkcvxrhl>z\x7f\x1b yn0123456789 +"  # no t: each sale has an Enter of its own


class RandomTill:
    def __init__(self, world, seed):
        self.world, self.rng = world, random.Random(seed)
        self.tickets = world.private / "tickets"
        self.enters = []   # when Enter was pressed on its own, of those that no order has used
        self.orders = set()
        self.looked = time.monotonic()
        self.hangs = 0

    def run(self, seconds):
        self.seconds = seconds
        counter = self.counter = tt.Counter(self.world, "--pictures", self.tickets, "--confirm-yuan", 200)
        counter.expect("线路正常")
        counter.press("o07" + tt.ENTER, "收银员 07")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.something()
            self.look()
        self.calm()
        counter.press("r")
        time.sleep(1)
        counter.wait(1)
        self.compare(counter.text())

    def something(self):
        counter, rng = self.counter, self.rng
        what = rng.random()
        if what < 0.40:
            counter.press(rng.choice(KEYS))
        elif what < 0.50:
            time.sleep(rng.choice((0.0, 0.1, 0.5)))
            counter.wait(0.2)
            self.enter()
            counter.wait(0.3)
        elif what < 0.75:
            self.serve()
        elif what < 0.97:
            codes = [rng.choice(GOODS), *self.codes()]
            counter.send(rng.choice(codes) + rng.choice(("\r", "\n", "\r\n", "\t", "")))
            counter.wait(0.3)
        else:
            self.hang()

    def enter(self):
        self.enters.append(time.monotonic())
        os.write(self.counter.fd, b"\r")

    def serve(self):
        """As a cashier does: reads and acknowledges what stands, then tickets by chance and Enter."""
        for key in [*"\r" * self.rng.randrange(4), self.rng.choice("12345"), *"\r" * self.rng.randrange(1, 3)]:
            self.counter.wait(0.65)
            if key == "\r":
                self.enter()
            else:
                os.write(self.counter.fd, key.encode())
            self.look()
        self.counter.wait(0.5)

    def codes(self):
        pictures = sorted(self.tickets.glob("1001-*.png"))
        if not pictures:
            return []
        try:
            return tt.scan(self.rng.choice(pictures))
        except (AssertionError, OSError):
            return []

    def hang(self):
        """Central says nothing for a while, once in a few times for longer than an order lives; keys go on."""
        self.hangs += 1
        pid = self.world.processes["central"].pid
        os.kill(pid, signal.SIGSTOP)
        until = time.monotonic() + self.rng.choice((1, 2, 3, 24))
        while time.monotonic() < until:
            key = self.rng.choice(KEYS + "\r\r\r")
            self.counter.wait(0.65 if key == "\r" else 0.4)
            if key == "\r":
                self.enter()
            else:
                os.write(self.counter.fd, key.encode())
            self.look()
        os.kill(pid, signal.SIGCONT)

    def look(self):
        """Each order that was signed since the last look has an Enter of its own, pressed by itself at most LATEST before."""
        looked, self.looked = self.looked, time.monotonic()
        self.enters = [at for at in self.enters if at > looked - LATEST]
        orders = {e["sequence"] for e in self.events() if e["event"] == "intend" and self.is_order(e)}
        for sequence in orders - self.orders:
            assert self.enters, f"order {sequence} has no Enter of its own"
            self.enters.pop(0)
        self.orders = orders

    @staticmethod
    def is_order(event):
        return event.get("slip") == "counter"

    def events(self):
        path = self.world.private / "terminal-1001/journal/journal.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]

    def calm(self):
        """Waits until nothing is under way, acknowledges what stands, leaves every prompt and page."""
        counter = self.counter
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            counter.wait(1)
            if any(word in counter.text() for word in ("正在", "等待线路", "...", "Waiting")):
                continue
            asked = re.search(r"_\s*$", "\n".join(counter.rows()), re.M)
            if "Lotteryterminal" in counter.text():  # first back to Chinese
                if "ticketprinted" in counter.text():
                    counter.press("y")
                elif "y/n" in counter.text():
                    counter.press("n")
                elif asked or "thenpressEnter" in counter.text():
                    counter.press(tt.ESCAPE)
                elif "goesback" in counter.text():
                    counter.press(" ")
                else:
                    counter.press("l")
            elif "打印好了吗" in counter.text():
                counter.press("y")
            elif "回车确认" in counter.text() and "确认售出" not in counter.text() and "确认兑付" not in counter.text() and "确认注销" not in counter.text():
                counter.press(tt.ENTER)
            elif "y/n" in counter.text():
                counter.press("n")
            elif "任意键返回" in counter.text() or "其他键返回" in counter.text():
                counter.press(" ")
            elif asked:
                counter.press(tt.ESCAPE)
            elif "未签到" in counter.text():
                counter.press("o07" + tt.ENTER)
            elif "本票" in counter.text():
                return
        raise AssertionError("\n".join(counter.rows()))

    def compare(self, text):
        """The reports page against the journal, added up here once more."""
        accepted, messages = [], {}
        for event in self.events():
            if event["event"] == "intend":
                messages[event["sequence"]] = event
            elif event["event"] == "accepted":
                accepted.append(event)
        orders = [e for e in accepted if e["kind"] == "order"]
        voids = [e for e in accepted if e["kind"] == "void"]
        shown = re.search(r"本日\n售出(\d+)([\d.]+)元", text)
        assert shown, text
        assert shown.group(1).startswith(str(len(orders))), (len(orders), text)
        assert f"注销{len(voids)}" in text, (len(voids), text)
        status = self.balance()
        assert len(orders) >= max(1, self.seconds // 60), "so few sales prove nothing"
        print(f"     {len(orders)} sold, {len(voids)} void, {len(accepted) - len(orders) - len(voids)} others, {self.hangs} hangs, balance {status / 100:.2f}")

    def balance(self):
        self.counter.press(" ")
        self.calm()
        shown = re.search(r"预存款([\d.]+)元", self.counter.text())
        self.counter.kill()
        central = self.world.run("terminal", "status", *self.world.terminal_flags(1001))["balance_fen"]
        assert shown and round(float(shown.group(1)) * 100) == central, (shown, central)
        return central


def main():
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="lottery-random-"))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261130
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 600 if os.environ.get("LOTTERY_LONG") else 60
    world = w.World(sys.argv[1], scratch / "out")
    try:
        world.prepare(terminals=1)
        world.start_services()
        world.enrol(1001, 1_000_000_00)
        rule_book = world.run("central", "rule-book")["sha256"]
        minute = world.now_ms() // 60000
        for i, draw in enumerate(tt.DRAWS):
            world.make_plan(draw, (minute + 60 + 2880 * i) * 60000, rule_book)
        for draw in tt.DRAWS:
            world.open_draw(draw)
        RandomTill(world, seed).run(seconds)
        assert world.processes["central"].poll() is None
        print(f"ok   {seconds} s of random keys, scans and hangs, seed {seed}")
    finally:
        world.close()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
