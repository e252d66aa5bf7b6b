#!/usr/bin/env python3
"""The counter as a retailer uses it: keys on a screen of 80 by 24, real central, tickets as pictures that are scanned.
Sales in few keys, refusals that say what to do next, printers that fail, a till that dies between sale and paper."""
import argparse
import json
import os
import pathlib
import pty
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import fcntl

import pyte

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "deploy"))
import world as w

TERMINAL = 1001
DRAWS = [2026097, 2026098]
ENTER, ESCAPE, BACKSPACE = "\r", "\x1b", "\x7f"


class Counter:
    """A till on a terminal of 80 by 24."""

    def __init__(self, world, *flags, journal=None, deaf=False, clock=None):
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        line = [str(flag) for flag in world.terminal_flags(TERMINAL, journal)]
        if clock:
            line[line.index("--clock") + 1] = str(clock)
        command = [world.program("terminal"), "till", *line, *map(str, flags)]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
            if deaf:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
            os.execv(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.ended = None

    def read(self, seconds=0.05):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return
        try:
            self.stream.feed(os.read(self.fd, 65536))
        except OSError:  # the program has ended
            time.sleep(seconds)

    def rows(self):
        """As pyte's own display, which fails where half of a wide character was written over."""
        return ["".join(self.screen.buffer[y][x].data for x in range(self.screen.columns)) for y in range(self.screen.lines)]

    def text(self):
        return "\n".join(line.replace(" ", "") for line in self.rows())

    def expect(self, *words, seconds=30):
        deadline = time.time() + seconds
        while True:
            self.read()
            text = self.text()
            if all(word.replace(" ", "") in text for word in words):
                return
            if time.time() > deadline:
                raise AssertionError(f"not on the screen: {words}\n" + "\n".join(self.rows()))

    def wait(self, seconds):
        deadline = time.time() + seconds
        while time.time() < deadline:
            self.read(0.02)

    def press(self, keys, *words):
        """The keys as a hand presses them, with a look at the screen before Enter and behind it; then the words are
        awaited. Two keys that a stall of the machine brings at once would be a scanner's, so they are well apart."""
        before = ""
        for key in keys:
            self.wait(0.65 if key == ENTER else 0.4 if len(keys) == 1 or before == ENTER else 0.2)
            os.write(self.fd, key.encode())
            before = key
        self.expect(*words)

    def send(self, octets, *words):
        """At once, as a scanner does."""
        self.wait(0.2)
        os.write(self.fd, octets if isinstance(octets, bytes) else octets.encode())
        self.expect(*words)

    def gone(self, word, seconds=30):
        deadline = time.time() + seconds
        while word.replace(" ", "") in self.text():
            self.read()
            assert time.time() < deadline, "\n".join(self.rows())

    def scan(self, code, *words, end="\r"):
        self.send(code + end, *words)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def quit(self):
        deadline, pressed = time.time() + 30, 0
        while time.time() < deadline:
            self.read()
            if time.time() > pressed + 1:  # a report may still be printing: keys do nothing meanwhile
                pressed = time.time()
                os.write(self.fd, b"\r" if "回车确认" in self.text() else b"q")
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.read()
                os.close(self.fd)
                assert status == 0, "\n".join(self.rows())
                return
        raise AssertionError("the till does not end")


class Printer:
    """A thermal printer at the other end of a line: answers about its state, and swallows what it is sent."""

    def __init__(self):
        self.master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[0] = attributes[1] = attributes[3] = 0  # raw
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        self.path, self.slave = os.ttyname(slave), slave
        self.paper, self.cover, self.stuck, self.ends = True, False, False, False
        self.got, self.running, self.noisy = b"", True, False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        """Stuck, it says that it is ready and then takes nothing."""
        pending = b""
        while self.running:
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if not ready:
                continue
            pending += os.read(self.master, 3 if self.stuck else 65536)
            if (at := pending.find(b"\x1dr\x01")) >= 0:  # asked in its turn, behind the ticket
                self.got, pending = self.got + pending[:at], pending[at + 3:]
                self.paper = self.paper and not self.ends
                if self.noisy:
                    os.write(self.master, b"\x11\x13")  # XON, XOFF: no answers
                os.write(self.master, b"\x00" if self.paper else b"\x0c")
            while pending[:2] == b"\x10\x04" and len(pending) >= 3:
                kind, pending = pending[2], pending[3:]
                state = {1: 0x12, 2: 0x16 if self.cover else 0x12, 4: 0x12 if self.paper else 0x72}[kind]
                os.write(self.master, bytes([state]))
            if self.stuck and pending[:1] == b"\x1b":
                self.running = False


def scan(picture):
    """What a scanner reads from the picture: (public code, secret code)."""
    out = subprocess.run(["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)], check=True, capture_output=True, text=True)
    codes = out.stdout.split("\n")[:-1]
    assert len(codes) == 2, codes
    return sorted(codes, key=lambda code: not code.startswith(w.OPERATOR) and "/" not in code)


class Day:
    def __init__(self, build, out):
        self.world = w.World(build, out)
        self.tickets = self.world.private / "tickets"

    def prepare(self):
        world = self.world
        world.prepare(terminals=1)
        world.start_services()
        world.enrol(TERMINAL, 3000_00)
        rule_book = world.run("central", "rule-book")["sha256"]
        minute = world.now_ms() // 60000
        self.close = {draw: (minute + 30 + 2880 * i) * 60000 for i, draw in enumerate(DRAWS)}
        for draw in DRAWS:
            world.make_plan(draw, self.close[draw], rule_book)
        for draw in DRAWS:
            world.open_draw(draw)

    def run(self):
        self.prepare()
        self.needs_a_terminal()
        self.screen_goes()
        self.window_too_small()
        self.sale()
        self.scans()
        self.hangs()
        self.moved_clock()
        self.pins()
        self.printers()
        self.dies_unprinted()
        self.refusals()
        self.close_of_sale()
        self.full_disk()
        self.hand_over()

    def needs_a_terminal(self):
        done = subprocess.run([self.world.program("terminal"), "till", *map(str, self.world.terminal_flags(TERMINAL)), "--pictures",
                               str(self.tickets)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        assert done.returncode == 2 and b"kUsage" in done.stderr, done

    def screen_goes(self):
        """The screen is taken away while SIGHUP is ignored: the till ends, and its journal is free again."""
        counter = Counter(self.world, "--pictures", self.tickets, deaf=True)
        counter.expect("未签到", "线路正常")
        os.close(counter.fd)
        deadline = time.monotonic() + 20
        while os.waitpid(counter.pid, os.WNOHANG)[0] == 0:
            assert time.monotonic() < deadline, "a till without a screen goes on"
            time.sleep(0.1)
        self.world.run("terminal", "status", *self.world.terminal_flags(TERMINAL))

    def size(self, counter, columns, rows):
        fcntl.ioctl(counter.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        counter.wait(0.5)

    def window_too_small(self):
        """Enter on a window that shows nothing sells nothing, and the keys are told afterwards."""
        counter = Counter(self.world, "--pictures", self.tickets)
        counter.expect("未签到", "线路正常")
        counter.press("o08" + ENTER, "收银员 08")
        counter.press("3", "本票 6.00")
        before = len(self.events())
        self.size(counter, 40, 10)
        for _ in range(3):
            os.write(counter.fd, b"\r")
            counter.wait(0.6)
        assert len(self.events()) == before, self.events()[before:]
        self.size(counter, 80, 24)
        counter.expect("本票 6.00", "个键未执行")
        counter.press(ESCAPE, "y/n")
        counter.press("y")
        counter.press("oy", "已签退")
        counter.press(ENTER)
        counter.quit()

    def sale(self):
        counter = Counter(self.world, "--pictures", self.tickets, "--commission-permille", 80, "--confirm-yuan", 100)
        counter.expect("未签到", "线路正常", "2026097", "距停售", "3000.00")
        counter.press("5" + ENTER, "kNotSignedOn", "按 o 签到")
        counter.press(ESCAPE + "y" + "o07" + ENTER, "已签到", "收银员 07", "未设口令")
        counter.press("5", "本票 10.00", "A  单式", "E  单式")
        counter.press(ENTER, "已售出第 1 号票", "应收 10.00", "2990.00")  # five quick picks: two keys
        counter.press("n01 02 | 05 06 07 08 09 + 03 04" + ENTER, "胆拖", "本票 20.00")
        counter.press("m3" + ENTER + "d2" + ENTER, "倍数 3", "期数 2", "本票 120.00")
        counter.press(ENTER, "确认售出 120.00")  # a sum above the bound asks again
        counter.press(ENTER, "已售出第 2 号票", "应收 130.00")
        counter.press("l", "customer 2 sold", "deposit")
        counter.press("l", "本顾客")
        public, secret = self.codes = scan(self.tickets / f"{TERMINAL}-1.png")
        counter.scan(public, "kNotDrawnYet", "开奖后再来")
        counter.press("c")
        counter.scan(public[:-1] + ("0" if public[-1] != "0" else "1"), "重新扫描")
        counter.press(ENTER + "v", "注销：扫描票面码")
        counter.scan(public, "扫描保密码")
        counter.scan(secret, "确认注销 ssq/2026097", end="\r\n")  # the question names the ticket
        counter.press(ENTER, "已注销", "10.00", "注销 10.00", "应收 120.00", "回车确认")
        counter.press("1", "先看上面一行", "已注销")  # it stays until somebody has seen it
        counter.press(ENTER + "v", "注销：扫描票面码")
        counter.scan(public, "扫描保密码")
        counter.scan(secret, "确认注销")
        counter.press(ENTER, "kAlreadyVoided")
        counter.press(ENTER + "r", "售出 2 130.00", "注销 1 10.00", "应有现金 120.00", "9.60")
        counter.press("p", "本班")
        self.until(lambda: list(self.tickets.glob("shift-*.png")))
        counter.press(" ", "本票")
        counter.press("oy", "已签退，应交现金 120.00")
        counter.press(ENTER)
        counter.quit()

    def scans(self):
        """Codes of everything, at the sale's own page: looked at or refused, never commands, and nothing is sold."""
        counter = Counter(self.world, "--pictures", self.tickets)
        counter.expect("未签到", "线路正常")
        counter.press("o08" + ENTER, "收银员 08")
        before = len(self.events())
        public, secret = self.codes
        for code in ("6921168511280", "6901028001038", "01234565", "123456789012", "00012345678905", "\u3000６９２１１６８５１１２８０"):
            for end in ("\r", "\n", "\r\n", "\t"):
                counter.scan(code, "不是彩票的条码", "什么也没有售出", "回车确认", end=end)
                counter.press(ENTER)
                counter.gone("不是彩票的条码")
        for octets in ("双色球 01 02".encode("gbk") + b"\r", b"\xff\xfe5\x00", "5".encode() + "中".encode("gbk") + b"\r"):
            counter.send(octets)  # text in another encoding is told, whole or in pieces, and sells nothing
            deadline = time.monotonic() + 10
            while "未执行" not in counter.text() and "此键无作用" not in counter.text():
                counter.read()
                assert time.monotonic() < deadline, "\n".join(counter.rows())
            counter.wait(1)
            while "回车确认" in counter.text():
                counter.press(ENTER)
                counter.wait(0.5)
            assert "本票" in counter.text() and len(self.events()) == before, counter.text()
            counter.press(ESCAPE)
            if "y/n" in counter.text():
                counter.press("y")
        for code in (public, " " + public + " ", "\t" + public, "\x02" + public, public.replace(".", "。").replace("/", "、"), "]Q1" + public,
                     public.swapcase(), public.replace("-", "－")):
            for end in ("\r", "\r\n", "\t", ""):
                counter.scan(code, "kAlreadyVoided", end=end)
                counter.press("1")  # another message takes its place
                counter.gone("kAlreadyVoided")
                counter.press(BACKSPACE)
        for burst in ("5\r", "lottery", "oy", "zz"):  # never a command, however short
            counter.send(burst, "按键太快", "收银员 08", "本票 0.00")
            counter.press(ENTER)
            counter.gone("按键太快")
        counter.scan(secret, "再扫票面码")  # in the other order
        counter.scan(public, "kAlreadyVoided")
        counter.press(ESCAPE + "n01 05 11 17 23 3\uff10 + 09" + ENTER, "01 05 11 17 23 30 + 09")  # an input method is on
        counter.press("n" + "02040608101216", "02 04 06 08 10 12 + 16", "号码")  # fourteen digits are a line
        counter.press(ESCAPE + "n01 05 11 17 23 34 + 09" + ENTER, "红球 34", "1-33")
        counter.press(ESCAPE + "E", "没有“E”这个键")
        counter.press(ESCAPE + "y", "本票 0.00")
        counter.press("\x03", "此键无作用")
        assert len(self.events()) == before, "something was signed"
        counter.press("2t2" + ENTER, "张数 2")
        counter.press(ENTER, "已售出第 5 号票")
        self.until(lambda: (self.tickets / f"{TERMINAL}-5.png").exists())
        again, _ = scan(self.tickets / f"{TERMINAL}-4.png")
        counter.scan(again, "kNotDrawnYet")
        counter.press("x", "同样的号码", "本票 4.00")
        counter.press(ENTER, "已售出第 6 号票")
        assert self.bets(4) == self.bets(6) != self.bets(5), "a replay is the same numbers, a second quick pick is not"
        self.counter = counter

    def bets(self, sequence):
        """The numbers on a ticket, by the order's own octets."""
        intends = [event for event in self.events() if event["event"] == "intend" and event["sequence"] == sequence]
        import base64
        octets = base64.b64decode(intends[-1]["message"])
        return [octets[at:at + 12] for at in range(len(octets) - 12) if octets[at:at + 2] == b"\x12\x06"]

    def hangs(self):
        """What is typed while central says nothing is not done afterwards, and the screen says so."""
        counter = self.counter
        pid = self.world.processes["central"].pid
        os.kill(pid, signal.SIGSTOP)
        counter.press("1" + ENTER, "正在售票")
        counter.press("2" + ENTER + "3")
        counter.expect("个键未执行")
        counter.send("6921168511280\r")
        counter.expect("已重试", seconds=40)
        counter.expect("线路中断")  # the head of the screen says so too, while the sale is tried again
        assert "线路正常" not in counter.text(), counter.text()
        os.kill(pid, signal.SIGCONT)
        counter.expect("已售出第 7 号票", seconds=40)
        counter.wait(1.0)
        counter.expect("本票 0.00", "线路正常")
        counter.press("1" + ENTER, "已售出第 8 号票")
        # So long that the order lapses: it is not sold, and that stays on the screen.
        os.kill(pid, signal.SIGSTOP)
        counter.press("1" + ENTER, "正在售票")
        time.sleep(23)
        os.kill(pid, signal.SIGCONT)
        counter.expect("kExpired", seconds=60)
        counter.press("2", "kExpired", "先看上面一行")
        counter.press(ENTER + BACKSPACE, "本票 0.00", "线路正常")
        counter.press("oy", "已签退")
        counter.press(ENTER)
        counter.quit()

    @staticmethod
    def seconds_left(counter):
        """To the close of sale, as the screen says."""
        text = counter.text()
        hours, minutes, seconds = text[text.index("距停售") + 3:][:8].split(":")
        return int(hours) * 3600 + int(minutes) * 60 + int(seconds)

    def moved_clock(self):
        """The machine's clock is set while the till runs, an hour back and half a day on: lapses are measured by a clock nobody sets."""
        clock = self.world.private / "moved.clock"
        for moved in (-3600_000, 12 * 3600_000):
            offset = int.from_bytes(self.world.clock.read_bytes(), "little", signed=True)
            clock.write_bytes(self.world.clock.read_bytes())
            counter = Counter(self.world, "--pictures", self.tickets, clock=clock)
            counter.expect("未签到", "线路正常", "距停售")
            left, then = self.seconds_left(counter), time.monotonic()
            with open(clock, "r+b") as file:
                file.write((offset + moved).to_bytes(8, "little", signed=True))
            counter.wait(2)
            assert abs(self.seconds_left(counter) - (left - (time.monotonic() - then))) < 3, counter.text()
            if moved < 0:
                pid = self.world.processes["central"].pid
                os.kill(pid, signal.SIGSTOP)
                counter.expect("线路中断", seconds=14)
                os.kill(pid, signal.SIGCONT)
                counter.expect("线路正常", seconds=14)
            counter.press("o08" + ENTER, "收银员 08")  # what the machine believes is said, and nothing is sold by it
            before = self.sold()
            counter.press("1" + ENTER, "kTerminalClockWrong", "请校准本机时间")
            assert self.sold() == before
            counter.press(ENTER + ESCAPE + "y" + "oy", "已签退")
            counter.press(ENTER)
            counter.quit()

    def sold(self):
        return sum(event["event"] == "accepted" and event.get("kind") == "order" for event in self.events())

    def full_disk(self):
        """The disk is full in the middle of a line of the journal: nothing is sold, and the till goes on when there is room."""
        journal = self.world.private / f"terminal-{TERMINAL}/journal/journal.jsonl"
        counter = Counter(self.world, "--pictures", self.tickets)
        counter.expect("未签到", "线路正常")
        counter.press("o08" + ENTER, "收银员 08")
        for room in (0, 1, 40):
            before = self.sold()
            resource.prlimit(counter.pid, resource.RLIMIT_FSIZE, (journal.stat().st_size + room, resource.RLIM_INFINITY))
            counter.press("1" + ENTER, "kFileWrite")
            assert self.sold() == before
            resource.prlimit(counter.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            counter.press(ENTER + ENTER, "已售出第")
            assert self.sold() == before + 1
        counter.press("oy", "已签退，应交现金 6.00")
        counter.press(ENTER)
        counter.quit()

    def pins(self):
        journal = self.world.private / f"terminal-{TERMINAL}/journal"
        pin = self.world.private / "pin"
        pin.write_text("4711\r\n")
        self.world.run("terminal", "cashier", "--journal", journal, "--name", "08", "--pin", f"file:{pin}")
        counter = Counter(self.world, "--pictures", self.tickets)
        counter.expect("未签到", "线路正常")
        counter.press("o08" + ENTER, "口令")
        counter.press("4712" + ENTER, "kWrongPin")
        counter.press("o09" + ENTER + "4711" + ENTER, "kWrongPin")
        counter.press("o08" + ENTER + "4711", "****")
        counter.press(ENTER, "已签到", "收银员 08")
        done = subprocess.run([self.world.program("terminal"), "status", *map(str, self.world.terminal_flags(TERMINAL)), "--json"],
                              capture_output=True, text=True, check=False)
        assert json.loads(done.stdout)["code"] == "kInUse", done  # a second program on one journal
        # A restart is no way around the PIN; the shift goes on all the same.
        begun = sum(e["event"] == "sign_on" for e in self.events())
        counter.kill()
        counter = Counter(self.world, "--pictures", self.tickets)
        counter.expect("未签到", "收银员 08 按 o 重新签到")
        counter.press("1" + ENTER, "kNotSignedOn")
        counter.press(ESCAPE, "y/n")
        counter.press("y")
        counter.press("o08" + ENTER + "4712" + ENTER, "kWrongPin")
        counter.press("o08" + ENTER + "4711" + ENTER, "班次继续", "收银员 08")
        assert sum(e["event"] == "sign_on" for e in self.events()) == begun
        counter.press("oy", "已签退")
        counter.press(ENTER)
        counter.quit()
        self.world.run("terminal", "cashier", "--journal", journal, "--name", "08", "--remove")

    def printers(self):
        printer = Printer()
        printer.paper = False
        counter = Counter(self.world, "--printer", printer.path, "--paper", "58")
        counter.expect("打印机缺纸")  # known before the first sale
        counter.press("o08" + ENTER, "收银员 08")
        counter.press("1" + ENTER, "kPrinterNoPaper", "尚未收款")
        printer.paper, printer.cover = True, True
        counter.press(ENTER + ENTER, "kPrinterCoverOpen")
        printer.cover = False
        counter.press(ENTER + ENTER, "已售出", "本班售 1/2.00")
        assert printer.got.startswith(b"\x1b@\x1dv0\x00" + bytes([384 // 8, 0])), printer.got[:16]
        # The paper ends in the middle of a ticket: it is sold, and nobody may say that it is not.
        printer.ends = printer.noisy = True
        counter.press("1" + ENTER, "已售出第 11 号票", "未打印", "打印好了吗")
        printer.ends, printer.paper = False, True
        counter.press("n", "已补打", "本班售 2/4.00")
        # The till dies while the printer takes nothing: whether there is paper, only a person can say.
        printer.stuck = True
        counter.press("1" + ENTER, "正在售票")
        self.until(lambda: self.events()[-1]["event"] == "accepted")
        counter.kill()
        printer.running = False

    def events(self):
        lines = (self.world.private / f"terminal-{TERMINAL}/journal/journal.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @staticmethod
    def until(true, seconds=30):
        deadline = time.time() + seconds
        while not true():
            assert time.time() < deadline
            time.sleep(0.05)

    def dies_unprinted(self):
        counter = Counter(self.world, "--pictures", self.tickets)
        counter.expect("收银员 08", "打印好了吗")  # the shift goes on
        counter.press("n", "已核对：第 12 号票已售出", "回车确认")
        counter.press(ENTER, "已补打", "本班售 3/6.00")
        scan(self.tickets / f"{TERMINAL}-12-reprint.png")
        counter.press("r", "补打 2")
        counter.press(" ", "本票")
        self.counter = counter

    def refusals(self):
        counter = self.counter
        counter.press(ENTER, "kNothingToSell", "1-5 机选")
        counter.press("33", "kTooManyBets", "先按回车")
        counter.press(ESCAPE + "yn01 02 03" + ENTER, "kIllegalBet", "蓝球")
        counter.press(ESCAPE + "m100" + ENTER, "kIllegalMultiplier", "按 m")
        counter.press(ESCAPE + "5m99" + ENTER + "d2" + ENTER, "1980.00")
        counter.press("g", "还有未售出的投注行")  # lines that are not sold are not thrown away
        counter.press(ENTER)  # of a refusal it only says "seen"
        counter.press(ENTER, "确认售出")
        counter.press(ENTER, "已售出")
        counter.press("5m99" + ENTER + ENTER, "kDepositExhausted", "已选号码保留", "990.00")
        counter.press(ESCAPE + "y", "本票 0.00")
        self.world.kill("central")
        counter.expect("线路中断", seconds=40)
        counter.press("1" + ENTER, "kDisconnected", "勿收款")  # said at once, and nothing was signed
        self.world.start_central()
        counter.expect("线路正常", seconds=40)
        counter.press(ENTER + ENTER, "已售出第 14 号票")
        counter.press("2" + ENTER, "已售出第 15 号票")

    def close_of_sale(self):
        counter, world = self.counter, self.world
        world.jump_to(self.close[DRAWS[0]] - 50_000)
        counter.expect("距停售 00:00:4")
        world.jump_to(self.close[DRAWS[0]])
        counter.expect("已停售")
        counter.press("1" + ENTER, "kDrawClosed", "换到下一期")
        counter.press(">", str(DRAWS[1]))
        counter.press(ENTER, "已售出")
        counter.press("oy", "已签退")
        counter.press(ENTER)
        counter.quit()
        events = self.events()
        report = [event for event in events if event["event"] == "sign_off"][-1]["report"]
        assert report["orders"] == 7 and report["sold_fen"] == 6_00 + 1980_00 + 2_00 + 4_00 + 2_00, report
        balance = world.run("terminal", "status", *world.terminal_flags(TERMINAL))["balance_fen"]
        assert balance == 3000_00 - 120_00 - 12_00 - 4_00 - report["sold_fen"], balance


    def hand_over(self):
        """Another cashier signs on while the printer is off: the report of the shift that was left is printed when it is back."""
        printer = Printer()
        counter = Counter(self.world, "--printer", printer.path)
        counter.expect("未签到", "线路正常")
        counter.press("o08" + ENTER, "收银员 08")
        counter.press("1" + ENTER, "已售出第")
        counter.kill()
        printer.paper, printer.got = False, b""
        pin = self.world.private / "pin"
        journal = self.world.private / f"terminal-{TERMINAL}/journal"
        for name in ("08", "09"):
            self.world.run("terminal", "cashier", "--journal", journal, "--name", name, "--pin", f"file:{pin}")
        counter = Counter(self.world, "--printer", printer.path)
        counter.expect("未签到", "收银员 08 按 o 重新签到")
        counter.press("o09" + ENTER + "4711" + ENTER, "收银员 08 的班次已结束，应交现金 2.00")
        counter.press(ENTER, "收银员 08 的报表未打印", "kPrinterNoPaper", "按 r，再按 p")
        counter.press(ENTER)
        printer.paper = True
        counter.press("rp")
        self.until(lambda: printer.got)
        counter.wait(0.5)
        shorter = len(printer.got)
        counter.press(" " + "rp")  # then that of the shift that is open
        self.until(lambda: len(printer.got) > shorter)
        counter.press(" " + "oy", "已签退，应交现金 0.00")
        counter.press(ENTER)
        counter.quit()
        printer.running = False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--keep", help="leave the folder there")
    options = parser.parse_args()
    out = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="lottery-till-"))
    day = Day(options.build, out)
    try:
        day.run()
    finally:
        day.world.close()
        if not options.keep:
            shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
