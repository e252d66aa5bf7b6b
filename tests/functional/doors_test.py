#!/usr/bin/env python3
"""Every door of the programs, by kind: numbers and members, text, files and descriptors, folders with one user, settings of the
database, causes named right. Each kind is a table; what a row says is right was once answered otherwise."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "deploy"))
import world as w

DRAW = 2026097
SLIP = {"id": "s", "game": "ssq", "draw": DRAW, "bets": ["01 02 03 04 05 06 + 07"]}


class Doors:
    def __init__(self, build, scratch):
        self.scratch = scratch
        self.world = w.World(build, scratch / "out")

    def prepare(self):
        world = self.world
        world.prepare(terminals=2)
        world.start_services()
        for number in world.terminals:
            world.enrol(number, 1_000_00)
        self.rule_book = world.run("central", "rule-book")["sha256"]
        self.minute = world.now_ms() // 60000
        world.make_plan(DRAW, (self.minute + 90) * 60000, self.rule_book)
        world.open_draw(DRAW)

    # How programs are run -------------------------------------------------------------------------------------

    def raw(self, program, *arguments, stdout=subprocess.PIPE, env=None, json_flag=True, prefix=(), timeout=120):
        command = [*prefix, self.world.program(program), *map(str, arguments), *(["--json"] if json_flag else [])]
        return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, **(env or {})}, timeout=timeout)

    def answer(self, program, *arguments, **how):
        done = self.raw(program, *arguments, **how)
        lines = [line for line in done.stdout.decode().splitlines() if line.startswith("{")]
        assert lines, (program, arguments, done)
        return json.loads(lines[-1]), done.returncode

    def refused(self, code, program, *arguments, says="", status=None, **how):
        answer, got = self.answer(program, *arguments, **how)
        assert answer.get("code") == code and got != 0, (arguments, answer, got)
        assert status is None or got == status, (arguments, got)
        assert says in answer.get("detail", ""), (says, answer)
        assert answer["zh"] and answer["en"], answer
        return answer

    def line(self, number=1001, **more):
        return self.world.terminal_flags(number, **more)

    def settler(self):
        return ["--database", self.world.cluster.dsn("settler"), *self.world.clock_flags]

    def file(self, name, content):
        path = self.scratch / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    # The kinds ------------------------------------------------------------------------------------------------

    def numbers_on_the_command_line(self):
        for text in ("010000", "0x10", "1e3", "+5", " 5", "5 ", "5.0", "５", "", "00", "-05", "1_000"):
            self.refused("kUsage", "settlement", "credit", *self.settler(), "--terminal", 1001, "--amount-fen", text, "--reference", "n1", status=2)
            self.refused("kUsage", "terminal", "sell", *self.line(), "--draw", DRAW, "--multiplier", text, "--bet", SLIP["bets"][0], "--out",
                         self.scratch / "t", status=2)
        for text in ("4294967297", "99999999999", "-1"):
            self.refused("kUsage", "settlement", "credit", *self.settler(), "--terminal", text, "--amount-fen", 5, "--reference", "n1")
        self.refused("kUsage", "compliance", "verify", self.scratch, "--trust", "zz", "--nosuch")
        self.refused("kUsage", "terminal", "sel", says='is "sell" meant?', status=2)
        self.refused("kUsage", "central", "draw", "opne", says='is "open" meant?')
        for day in ("9999-12-31", "9999-12-20"):
            self.refused("kUsage", "draw", "calendar", "--game", "ssq", "--from", day, says="calendar ends", status=2)
        self.refused("kUsage", "draw", "calendar", "--draws", "1", says="--game")  # an option that is missing, as JSON too
        for program in ("central", "terminal", "draw", "settlement", "compliance"):
            done = self.raw(program, "--version", json_flag=False)
            assert done.returncode == 0 and b"build" in done.stdout and program.encode() in done.stdout, done
        assert self.balance() == 1_000_00

    def balance(self, number=1001):
        return self.world.run("terminal", "status", *self.line(number))["balance_fen"]

    def members_of_slips(self):
        rows = [{"multiplier": 5.0}, {"multipler": 5}, {"multiplyer": 5, "drawss": 2}, {"multiplier": 4294967297}, {"void": "true"}, {"price_fen": "99999"},
                {"draws": "2"}, {"draw": 2026097.0}, {"bets": [{"reds": [1, 2, 3, 4, 5, 6], "blue": [7]}]}, {"DRAW": 1}, {"price_fen": 200.5}]
        slips = self.file("slips.jsonl", "".join(json.dumps({**SLIP, "id": f"r{n}", **row}) + "\n" for n, row in enumerate(rows)))
        done = self.raw("terminal", "sell", *self.line(), "--slips", slips, "--out", self.scratch / "t")
        lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
        assert done.returncode == 1 and lines[-1]["code"] == "kSlipsRefused" and lines[-1]["refused"] == len(rows), lines
        for n, shown in enumerate(lines[:-1]):
            assert shown["outcome"] == "refused" and shown["code"] == "kBadJson" and shown["slip"] == f"r{n}", shown
        text = self.raw("terminal", "sell", *self.line(), "--slips", slips, "--out", self.scratch / "t", json_flag=False)
        assert text.returncode == 1 and b"r1: " in text.stdout and b"multiplier" in text.stdout, text
        # What people do not see: taken off. What is none: named.
        good = json.dumps({**SLIP, "id": "bom"})
        for name, octets in (("bom", b"\xef\xbb\xbf" + good.encode() + b"\r\n\r\n  \r\n"), ("crlf", good.encode() + b"\r\n")):
            answer, status = self.answer("terminal", "sell", *self.line(), "--slips", self.file(f"{name}.jsonl", octets), "--out", self.scratch / "t")
            assert status == 0 and answer == {"sold": 1, "void": 0, "refused": 0}, answer
        # What contradicts itself is refused before anything is sold.
        sell = ["sell", *self.line(), "--out", self.scratch / "t"]
        good = self.file("one.jsonl", json.dumps({**SLIP, "id": "one"}) + "\n")
        before = self.balance()
        for more in (["--bet", SLIP["bets"][0]], ["--draw", DRAW], ["--multiplier", 5], ["--draws", 2]):
            self.refused("kUsage", "terminal", *sell, "--slips", good, *more, says="--slips", status=2)
        self.refused("kUsage", "terminal", *sell, "--slips", good, "--printer", "/dev/null", "--pictures", self.scratch / "p", says="not both", status=2)
        for cashier in ("a\nb", "\u202e08", " 07", "x" * 33):
            self.refused("kUsage", "terminal", *sell, "--slips", good, "--cashier", cashier, says="cashier", status=2)
        journal = self.world.private / "terminal-1001/journal"
        pin = self.file("pin", "4711\n")
        for flags in (["--pin", f"file:{pin}"], ["--remove"], ["--name", "07", "--pin", f"file:{pin}", "--remove"], ["--name", " 07 ", "--pin", f"file:{pin}"]):
            self.refused("kUsage", "terminal", "cashier", "--journal", journal, *flags, status=2)
        assert self.balance() == before and not (journal / "cashiers.json").exists()
        for octets in (b"", b"\n \r\n", b"\xef\xbb\xbf"):  # nothing to sell is no success
            self.refused("kSlipsRefused", "terminal", "sell", *self.line(), "--slips", self.file("none.jsonl", octets), "--out", self.scratch / "t", says="no slip")
        for name in ("", "two\nlines", "\u001b[2J", "\u200b", "x" * 601):
            odd = self.file("odd.jsonl", json.dumps({**SLIP, "id": name}) + "\n")
            self.refused("kSlipsRefused", "terminal", "sell", *self.line(), "--slips", odd, "--out", self.scratch / "t")
            shown = self.raw("terminal", "sell", *self.line(), "--slips", odd, "--out", self.scratch / "t", json_flag=False)
            assert b"\x1b" not in shown.stdout, shown  # nothing that steers a person's screen
        self.refused("kFileMissing", "terminal", "sell", *self.line(), "--slips", self.scratch, "--out", self.scratch / "t")
        self.refused("kFileMissing", "terminal", "sell", *self.line(), "--slips", self.scratch / "none", "--out", self.scratch / "t")
        gbk = json.dumps({**SLIP, "id": "中文"}, ensure_ascii=False).encode("gbk") + b"\n"
        self.refused("kSlipsRefused", "terminal", "sell", *self.line(), "--slips", self.file("gbk.jsonl", gbk), "--out", self.scratch / "t")

    def codes_as_scanners_send_them(self):
        ticket = next((self.scratch / "t").glob("1001-*.txt")).read_text(encoding="utf-8")
        code = next(line.split(": ", 1)[1] for line in ticket.splitlines() if "public code" in line)
        for text in (code, code + "\r", " " + code, code + "\r\n", "]Q1" + code, "\u3000" + code + "\t", code.replace(":", "："),
                     code.swapcase(), code.replace(".", "。").replace("/", "、").replace("_", "——"), "]q1" + code.swapcase()):
            answer, status = self.answer("terminal", "claim", *self.line(), "--public-code", text)
            assert status == 0 and answer["draws"][0]["state"] == "sold", (text, answer)
        self.refused("kBadEncoding", "terminal", "claim", *self.line(), "--public-code", "6921168511280")

    def descriptors_and_outputs(self):
        journal = self.world.private / "terminal-1001/journal/journal.jsonl"
        before = journal.read_bytes()
        slips = self.file("two.jsonl", "".join(json.dumps({**SLIP, "id": f"c{n}"}) + "\n" for n in range(2)))
        sell = [self.world.program("terminal"), "sell", *map(str, self.line()), "--slips", str(slips), "--json", "--out", str(self.scratch / "t")]
        for shell in ("exec \"$@\" >&-", "exec \"$@\" >&- 2>&-", "exec \"$@\" <&- >&- 2>&-"):
            done = subprocess.run(["sh", "-c", shell, "sh", *sell], check=False, timeout=60)
            assert done.returncode == 1, done  # nobody reads what came of the first slip: the second is not sold
        added = journal.read_bytes()[len(before):]
        events = [json.loads(line) for line in added.splitlines()]  # the journal holds entries and nothing else
        assert sum(e["event"] == "accepted" for e in events) == 3, events
        self.balance()
        with open("/dev/full", "w") as full:
            for program, arguments in (("settlement", ["report", *self.settler()]), ("settlement", ["rules"]), ("central", ["rule-book"]),
                                       ("compliance", ["odds", "--draw", "ssq-2026097"]), ("draw", ["calendar", "--game", "ssq", "--from", "2026-12-01"]),
                                       ("draw", ["--man"]), ("terminal", ["--help"]), ("draw", ["rng-stream", "--octets", 100]),
                                       ("draw", ["rng-stream", "--octets", 1_000_000])):
                for as_json in (True, False):
                    done = self.raw(program, *arguments, stdout=full, json_flag=as_json and not arguments[0].startswith(("--", "rng")))
                    assert done.returncode == 1 and b"kOutputFailed" in done.stderr, (program, arguments, done)
        # A device that is named as output is written to; it stays a device.
        link = self.scratch / "null"
        link.symlink_to("/dev/null")
        self.plan_file("outlink", close_ms=(self.minute + 500) * 60000, out=link)
        assert link.is_symlink() and pathlib.Path("/dev/null").is_char_device()
        self.refused("kFileWrite", "central", "ca", "--common-name", "x", "--out", "/dev/full/x")
        # A root of certificates is made once; the next one would turn every terminal away.
        ca = (self.world.private / "keys/ca.pem").read_bytes()
        self.refused("kAlreadyExists", "central", "ca", "--common-name", "x", "--out", self.world.private / "keys/ca")
        assert (self.world.private / "keys/ca.pem").read_bytes() == ca
        # A stream without an end is ended by its reader.
        head = subprocess.run(["sh", "-c", f"{self.world.program('draw')} rng-stream | head -c 4096 | wc -c"], capture_output=True, check=True, timeout=60)
        assert head.stdout.split() == [b"4096"] and not head.stderr, head
        # A pipe in a journal's place does not stop the program.
        (self.scratch / "pipe").mkdir()
        os.mkfifo(self.scratch / "pipe/journal.jsonl")
        self.refused("kFileMissing", "terminal", "status", *self.line(journal=self.scratch / "pipe"), says="plain", timeout=20)
        # A journal of another terminal is none of this one's.
        self.refused("kUsage", "terminal", "status", *self.line(1002, journal=self.world.private / "terminal-1001/journal"), says="terminal 1001")

    def plan_file(self, name, close_ms, out=None, draw=2026098, **change):
        spec = json.loads((self.world.private / f"plan-{DRAW}.json").read_text())
        spec.update({"draw": draw, "close": w.iso(close_ms), **change})
        path = self.file(f"{name}.json", json.dumps(spec))
        out = out or self.scratch / f"{name}.envelope.json"
        keys = [flag for official in w.OFFICIALS[:2] for flag in ("--key", self.world.key_path(official))]
        self.world.run("draw", "plan", "--spec", path, *keys, "--passphrase", self.world.phrase, "--out", out)
        return out

    def plans_within_reason(self):
        soon = (self.minute + 500) * 60000
        for change in ({"fallback": "ball machine"}, {"fallback": ""}, {"method": "VRF"}, {"quorum": 0}, {"quorum": -1}, {"quorum": 5}, {"quorum": 4294967299},
                       {"quorum": 1}, {"quorum": 2}, {"quorum": 4}, {"margin_ms": 29999}, {"round_delay_ms": 179999},
                       {"certificate_quorum": 0}, {"certificate_quorum": 1}, {"certificate_quorum": 4}, {"ball_machine": ""},
                       {"ball_machine": "one\ntwo"}, {"escrow": "zz"}, {"escrow": "0" * 64}, {"beacon_period_ms": 0}, {"beacon_period_ms": 10**15}, {"margin_ms": 0},
                       {"margin_ms": 10**12}, {"round_delay_ms": 10**15}, {"contribution_deadline_ms": 9 * 10**18}, {"contribution_deadline_ms": 1},
                       {"close": "2026-02-30T12:00:00.000Z"}, {"close": "2026-12-20"}, {"draw": 20260980}, {"quorum": "3"}, {"escorw": ""}):
            try:
                self.plan_file("unreasonable", soon, **change)
            except w.Refused as refused:
                assert refused.code in ("kBadPlan", "kBadJson", "kBadEncoding"), refused
                member, = change
                assert member in refused.answer["detail"] or refused.code == "kBadEncoding" or member == "escorw", refused
                continue
            raise AssertionError(f"signed: {change}")
        # A year that nobody meant; then one that may be meant, and is taken back.
        far = self.plan_file("far", 253_000_000_000_000)
        operator = ["--database", self.world.cluster.dsn("operator")]
        self.refused("kBadPlan", "central", "draw", "plan", *operator, "--file", far, says="days away")
        late = self.plan_file("late", soon + 300 * 86400_000)
        self.world.operator("draw", "plan", "--file", late)
        right = self.plan_file("right", soon)
        self.refused("kAlreadyExists", "central", "draw", "plan", *operator, "--file", right)
        after = self.plan_file("after", soon + 86400_000, draw=2026099)
        needless = self.plan_file("needless", soon + 86400_000, draw=2026099, after="ab" * 32)
        self.refused("kBadPlan", "central", "draw", "plan", *operator, "--file", after)
        def withdraw(plan, *officials):
            keys = [flag for official in officials for flag in ("--key", self.world.key_path(official))]
            out = self.scratch / "withdrawal.json"
            self.world.run("draw", "withdraw", "--plan", plan, "--reason", "the year was mistyped", *keys, "--passphrase", self.world.phrase, "--out", out,
                           *self.world.clock_flags)
            return out
        taken = ["central", "draw", "withdraw", *operator, "--draw", "ssq-2026098", "--file"]
        self.refused("kBadSignature", *taken, withdraw(late, w.OFFICIALS[0]))
        self.refused("kBadSignature", *taken, withdraw(late, w.OFFICIALS[0], w.OFFICIALS[0]))
        try:
            withdraw(late, w.OFFICIALS[0], w.OFFICIALS[2])  # did not sign it
        except w.Refused as refused:
            assert refused.code == "kBadKey", refused
        self.refused("kBadPlan", *taken, withdraw(right, *w.OFFICIALS[:2]))  # another plan of the draw
        self.refused("kIllegalTransition", "central", "draw", "withdraw", *operator, "--draw", f"ssq-{DRAW}", "--file",
                     withdraw(self.world.private / f"plan-{DRAW}.envelope.json", *w.OFFICIALS[:2]))
        paper = withdraw(late, *w.OFFICIALS[:2])
        taken_back = self.world.operator("draw", "withdraw", "--draw", "ssq-2026098", "--file", paper)
        self.world.run("terminal", "sell", *self.world.terminal_flags(1001), "--draw", f"ssq-{DRAW}"[4:], "--bet", "01 02 03 04 05 06 + 07",
                       "--out", self.scratch)
        time.sleep(3)  # the control asks for all logs, one of which is of no draw now
        self.refused("kDrawUnknown", *taken, paper)
        # Its signers took it back: it does not come again, and the next one names their word.
        for plan in (late, right):
            self.refused("kBadPlan", "central", "draw", "plan", *operator, "--file", plan, says="withdrawn")
        wrong = self.plan_file("wrong", soon, after="ab" * 32)
        self.refused("kBadPlan", "central", "draw", "plan", *operator, "--file", wrong, says=taken_back["after"])
        right = self.plan_file("right", soon, after=taken_back["after"])
        self.world.operator("draw", "plan", "--file", right)
        self.refused("kBadPlan", "central", "draw", "plan", *operator, "--file", needless, says="no plan")
        self.world.operator("draw", "plan", "--file", after)
        self.refused("kBadPlan", *taken, withdraw(right, *w.OFFICIALS[:2]), says="2026099")  # not the last
        self.world.kill("central")  # what was withdrawn stays so
        self.world.start_central()
        self.refused("kAlreadyExists", "central", "draw", "plan", *operator, "--file", late)
        self.world.open_draw(2026098)
        self.refused("kIllegalTransition", *taken, withdraw(right, *w.OFFICIALS[:2]))

    def trust_within_reason(self):
        world = self.world
        spec = json.loads((world.private / "trust-spec.json").read_text())
        witness, keys, beacons = spec["witnesses"], spec["keys"], spec["beacons"]
        other = world.run("central", "key", "--purpose", "log", "--name", "x", "--out", self.scratch / "other.key", "--passphrase", world.phrase)["public_key"]
        def without(purpose, left=0):
            of = [key for key in keys if key["purpose"] == purpose]
            return {"keys": [key for key in keys if key["purpose"] != purpose] + of[:left]}
        rows = [without("official", 2), without("approver", 1), without("control"), without("settlement"), without("seal"), without("record"),
                {"keys": [*keys, {"purpose": "escrow-holder", "name": w.OFFICIALS[0], "public_key": other}]},  # one person on two sides
                {"keys": [*keys, {"purpose": "approver", "name": w.OFFICIALS[1], "public_key": other}]},
                without("overseer", 1), without("overseer", 2), {"keys": [*keys, {"purpose": "overseer", "name": w.OFFICIALS[0], "public_key": other}]},
                {"keys": [*keys, {"purpose": "overseer", "name": w.APPROVERS[0], "public_key": other}]},
                {"quorum": 1}, {"quorum": 2}, {"quorum": 4}, {"witnesses": witness[:2], "quorum": 2},
                {"quorum": 0}, {"quorum": -3}, {"quorum": 9}, {"quorum": 4294967299}, {"witnesses": witness[:1] * 4}, {"witnesses": []},
                {"witnesses": [*witness[:3], w.vkey("x", 1, other)]}, {"log_vkey": w.vkey(w.OPERATOR, 4, other)}, {"log_vkey": w.vkey("another", 1, other)},
                {"keys": [*keys, keys[0]]}, {"keys": [*keys, {**keys[0], "purpose": "control", "name": "second"}]},
                {"keys": [*keys, {"purpose": "offical", "name": "x", "public_key": other}]}, {"keys": [*keys, {"purpose": "official", "name": "", "public_key": other}]},
                {"keys": [*keys, {"purpose": "official", "name": "x", "public_key": "00" * 32}]}, {"beacons": beacons * 2},
                {"beacons": [{"name": "b", "certificate_pem": "no"}]}, {"operator": "a b"}, {"operator": ""}, {"quorum": 3.0}, {"quroum": 3}]
        for change in rows:
            path = self.file("trust-spec.json", json.dumps({**spec, **change}))
            answer, status = self.answer("central", "trust", "--spec", path, "--key", world.key_path("root"), "--passphrase", world.phrase, "--out",
                                         self.scratch / "trust.json")
            assert status == 1 and answer["code"] in ("kBadTrust", "kBadJson", "kBadKey", "kBadEncoding"), (change, answer)

    def bank_references(self):
        world, settler = self.world, self.settler()
        def credit(reference, fen=5000, **how):
            return self.answer("settlement", "credit", *settler, "--terminal", 1002, "--amount-fen", fen, "--reference", reference, **how)
        # One encoding, whatever the environment says: the same reference is the same deposit.
        first, _ = credit("中文", env={"PGCLIENTENCODING": "LATIN1"})
        second, _ = credit("中文")
        third, _ = credit(" 中文\t", env={"PGCLIENTENCODING": "GB18030", "PGDATESTYLE": "German", "PGTZ": "Asia/Shanghai"})
        assert first["posted"] and not second["posted"] and not third["posted"], (first, second, third)
        wide, _ = credit("ＡＢ１")
        narrow, _ = credit("AB1")
        assert wide["posted"] and not narrow["posted"], (wide, narrow)  # an input method left on
        before = self.balance(1002)
        for fen in (0, 100_000_000_000_000_000, 9_000_000_000_000_000_000):  # more than a balance may be; the terminal sells on
            answer, status = credit("much", fen)
            assert status != 0 and answer["code"] in ("kUsage", "kAmountOverflow"), (fen, answer)
        assert self.balance(1002) == before
        for bad in ("", "  ", "x" * 65, "a\tb", "a\nb", "\x01", "r\u200bx", "\u202eabc", "r\u00adx", "\ufe0f"):
            answer, status = credit(bad)
            assert status != 0 and answer["code"] == "kUsage", (bad, answer)
        done = subprocess.run([world.program("settlement"), "credit", *map(str, settler), "--terminal", "1002", "--amount-fen", "5", "--reference",
                               b"\xd6\xd0", "--json"], capture_output=True, check=False)
        assert json.loads(done.stdout)["code"] == "kUsage", done  # GBK
        credit("a,b", 100)
        head = "date,reference,amount\n"
        rows = [(head + "2026-02-30,r,1.00\n", "line 2"), (head + "2026-11-20,r\x00x,1.00\n", "NUL"), (head.encode() + "2026-11-20,中,1.00\n".encode("gbk"), "UTF-8"),
                (head + '2026-11-20,"r,1.00\n', "quote"), ("date,reference\n2026-11-20,r\n", "amount"), (head + "2026-11-20,r,1.00,x\n", "columns"),
                (head + "2026-11-20,r,01.00x\n", "amount"), ("date,reference,amount,note\n2026-11-20,r,1.00,x\n", "note"), ("", "empty"),
                (head + "20２６-11-20,r,1.00\n", "day"),
                (head + "0001-01-01,r,1.00\n", "between"), (head + "9999-12-31,r,1.00\n", "between"), (head + "2026-11-20,r,1.00\n2026-11-21,r ,1.00\n", "twice")]
        for content, says in rows:
            answer = self.refused("kUsage", "settlement", "bank", *settler, "--file", self.file("bank.csv", content), says=says)
            assert answer["file"].endswith("bank.csv") and answer.get("position"), answer
        # As exports have it: padded, quoted, with a comma in a reference, columns in another order.
        held = world.cluster.sql("SELECT substr(t.ref, 9), p.amount_fen FROM ledger.txn t JOIN ledger.posting p ON p.txn = t.id AND p.account = 'bank' "
                                 "WHERE t.kind = 'deposit'")
        text = "\ufeffreference,amount,date\r\n" + "".join(f'"{ref}"\t, {int(fen) / 100:.2f} ,2026-11-20\r\n' for ref, fen in held)
        answer, status = self.answer("settlement", "bank", *settler, "--file", self.file("bank.csv", text))
        assert status == 0 and answer["reconciled"], answer
        more = self.file("bank.csv", text + '"more",1.00,2026-11-21\r\n')
        answer = self.refused("kDiffers", "settlement", "bank", *settler, "--file", more, status=1)
        assert [e["reference"] for e in answer["bank_only"]] == ["more"] and answer["reconciled"] is False, answer

    def replays(self):
        table = (SOURCE / "tests/data/ssq_announcements.csv").read_text().splitlines()
        head, rows = table[0], table[-3:]
        def replay(text, **how):
            return self.answer("settlement", "replay", self.file("replay.csv", text), **how)
        assert replay("\ufeff" + "\r\n".join([head, *rows]) + "\r\n")[1] == 0
        number = rows[0].split(",")[0]
        off = rows[1].rsplit(",", 1)[0] + "," + str(int(rows[1].rsplit(",", 1)[1]) + 1)
        def without_answers():
            """The figures that go in, and none that come out: nothing is compared, so nothing agrees."""
            names = head.split(",")
            kept = [n for n, name in enumerate(names) if name in ("draw", "sales_yuan", "pool_before_yuan", "injection_after_yuan", "special_rule")
                    or name.endswith("_count")]
            return "\n".join(",".join(line.split(",")[n] for n in kept) for line in (head, *rows)) + "\n"
        for text, code, position in (
                (head + "\n", "kDiffers", None), (without_answers(), "kDiffers", None), ("\n".join([head, rows[0], off, rows[2]]) + "\n", "kDiffers", 3),
                (head + "\n" + rows[0].replace(number, "99999999999", 1) + "\n", "kFileCorrupt", 2),
                (head + "\n" + rows[0].replace(number, "2026000", 1) + "\n", "kDrawUnknown", 2),
                (head + "\n" + rows[0].replace(",", ",x", 1) + ",\n", "kFileCorrupt", 2), ("draw,date\n1,2\n", "kFileCorrupt", 1), ("", "kFileCorrupt", 1)):
            answer, status = replay(text)
            assert status == 1 and answer["code"] == code and answer.get("position") == position, (text[-200:], answer)
        done = self.raw("settlement", "replay", self.file("replay.csv", "\n".join([head, off]) + "\n"), json_flag=False)
        assert done.returncode == 1 and b"position: 2" in done.stdout, done  # people are told the row too

    def folders_with_one_user(self):
        world = self.world
        flags = ["witness", "--name", "notary", "--key", world.key_path("witness-notary"), "--passphrase", world.phrase, "--trust-file", world.trust_file,
                 *world.clock_flags, "--port", 0]
        self.refused("kInUse", "compliance", *flags, "--state", world.private / "witness-notary", says="by process", json_flag=False)
        slips = self.file("many.jsonl", "".join(json.dumps({**SLIP, "id": f"m{n}"}) + "\n" for n in range(200)))
        sell = [world.program("terminal"), "sell", *map(str, self.line()), "--slips", str(slips), "--json", "--out", str(self.scratch / "t")]
        first = subprocess.Popen(sell, stdout=subprocess.PIPE, text=True)
        first.stdout.readline()
        os.kill(first.pid, 19)  # held in the middle of its work
        for arguments in (["sell", "--slips", slips, "--out", self.scratch / "t"], ["status"], ["claim", "--public-code", "x:1:" + "A" * 43]):
            self.refused("kInUse", "terminal", arguments[0], *self.line(), *arguments[1:])
        for n in range(2):  # while nobody writes there
            shutil.copytree(world.private / "terminal-1001/journal", self.scratch / f"j{n}")
        # Another session of the terminal takes the line over, in the middle of a sale: nobody dies of a signal.
        central = world.processes["central"].pid
        os.kill(central, 19)
        os.kill(first.pid, 18)
        others = [subprocess.Popen([world.program("terminal"), "status", *map(str, self.line(journal=self.scratch / f"j{n}")), "--json"],
                                   stdout=subprocess.DEVNULL) for n in range(2)]
        time.sleep(1.5)
        os.kill(central, 18)
        for other in others:
            assert other.wait(timeout=60) in (0, 3), other.returncode
        last = json.loads(first.communicate(timeout=120)[0].splitlines()[-1])
        assert first.returncode == 0 and last == {"sold": 200, "void": 0, "refused": 0}, (first.returncode, last)

    def settings_of_the_database(self):
        """Old applications want them so; they change nothing here, and end nobody."""
        world = self.world
        before = self.balance(1002)
        settings = {"bytea_output": "'escape'", "DateStyle": "'German'", "client_encoding": "'LATIN1'", "search_path": "'nowhere'", "statement_timeout": "1",
                    "lock_timeout": "1", "default_transaction_isolation": "'serializable'", "default_transaction_read_only": "on", "TimeZone": "'Asia/Shanghai'",
                    "client_min_messages": "'debug5'", "standard_conforming_strings": "off", "idle_in_transaction_session_timeout": "1", "extra_float_digits": "-15",
                    "IntervalStyle": "'sql_standard'"}
        for role in ("issuer", "settler", "operator", "auditor"):
            for name, value in settings.items():
                world.cluster.sql(f"ALTER ROLE {role} SET {name} = {value}", "postgres")
        world.cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('issuer', 'settler')", "postgres")
        answer, status = self.answer("terminal", "sell", *self.line(1002), "--draw", DRAW, "--bet", SLIP["bets"][0], "--out", self.scratch / "t")
        assert status == 0 and answer["outcome"] == "sold", answer
        assert world.processes["central"].poll() is None, "central ended"
        world.kill("central")
        world.start_central()
        assert self.balance(1002) == before - 200
        self.answer("settlement", "report", *self.settler())
        world.operator("status")
        for role in ("issuer", "settler", "operator", "auditor"):
            world.cluster.sql(f"ALTER ROLE {role} RESET ALL", "postgres")
        world.cluster.sql("ALTER ROLE issuer SET synchronous_commit = off", "postgres")
        done = self.raw("central", "serve", "--database", world.cluster.dsn("issuer"), "--keys", world.private / "keys", "--passphrase", world.phrase, "--trust",
                        world.trust_file, *world.clock_flags, "--port", 0, *world.tls("central"))
        assert b"kDatabaseUnsafe" in done.stdout, done
        world.cluster.sql("ALTER ROLE issuer RESET ALL", "postgres")

    def causes_named_right(self):
        world = self.world
        # An own certificate that expired: said at once, with the day.
        keys = self.scratch / "old"
        keys.mkdir()
        past = "20200101000000Z"
        subprocess.run(["openssl", "req", "-new", "-key", world.private / "keys/terminal-1001-tls.key.pem", "-subj", "/CN=terminal:1001", "-out", keys / "r.csr"],
                       check=True, capture_output=True)
        (keys / "index.txt").touch()
        (keys / "serial").write_text("01\n")
        (keys / "ca.cnf").write_text(f"[ca]\ndefault_ca=x\n[x]\ndatabase={keys}/index.txt\nserial={keys}/serial\nnew_certs_dir={keys}\ndefault_md=sha256\n"
                                     "policy=p\n[p]\ncommonName=supplied\n")
        subprocess.run(["openssl", "ca", "-batch", "-config", keys / "ca.cnf", "-in", keys / "r.csr", "-out", keys / "c.pem", "-notext", "-cert",
                        world.private / "keys/ca.pem", "-keyfile", world.private / "keys/ca.key.pem", "-startdate", past, "-enddate", "20210101000000Z"],
                       check=True, capture_output=True)
        flags = [str(flag) for flag in self.line()]
        flags[flags.index("--certificate") + 1] = str(keys / "c.pem")
        started = time.monotonic()
        for verb in (["status"], ["sell", "--draw", DRAW, "--bet", SLIP["bets"][0], "--out", self.scratch / "t"]):
            self.refused("kBadCertificate", "terminal", verb[0], *flags, *verb[1:], says="2021", status=1)
        assert time.monotonic() - started < 10
        # A certificate of another authority: central's own word for it reaches the retailer, at once.
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=terminal:1001", "-days", "30", "-keyout", keys / "other.key.pem",
                        "-out", keys / "other.pem"], check=True, capture_output=True)
        flags = [str(flag) for flag in self.line()]
        flags[flags.index("--certificate") + 1], flags[flags.index("--tls-key") + 1] = str(keys / "other.pem"), str(keys / "other.key.pem")
        for verb in (["status"], ["sell", "--draw", DRAW, "--bet", SLIP["bets"][0], "--out", self.scratch / "t"]):
            self.refused("kBadCertificate", "terminal", verb[0], *flags, *verb[1:], says="alert", status=1, timeout=10)
        # A server of another authority.
        flags = [str(flag) for flag in self.line()]
        flags[flags.index("--ca") + 1] = str(keys / "other.pem")
        self.refused("kBadCertificate", "terminal", "status", *flags, says="verify failed", status=1, timeout=10)
        # A machine's clock that is off, either way: nothing is sold, and the number stays free.
        for moved in (-3600_000, -900_000, 900_000, 86400_000):
            clock = self.scratch / "moved.clock"
            clock.write_bytes((int.from_bytes(world.clock.read_bytes(), "little", signed=True) + moved).to_bytes(8, "little", signed=True))
            flags = [str(flag) for flag in self.line(1002)]
            flags[flags.index("--clock") + 1] = str(clock)
            self.refused("kTerminalClockWrong", "terminal", "sell", *flags, "--draw", DRAW, "--bet", SLIP["bets"][0], "--out", self.scratch / "t", status=1)
        status = world.run("terminal", "status", *self.line(1002))
        assert status["sequence"] == status["journal_sequence"], status
        for offset in (2**62, -2**62, 101 * 366 * 86400_000, -101 * 366 * 86400_000):
            clock.write_bytes(offset.to_bytes(8, "little", signed=True))
            self.refused("kFileCorrupt", "terminal", "status", *flags, says="hundred years", status=1)
        # A journal that is gone would sign number 1 once more, and central would call it a copied key.
        lost = self.scratch / "lost"
        def alarms():
            return world.cluster.sql("SELECT sum(regexp_count(encode(bundle, 'escape'), 'clone_alarm')) FROM issuance.leaf WHERE log = 0")
        had = alarms()
        for verb in (["status"], ["sell", "--draw", DRAW, "--bet", SLIP["bets"][0], "--out", self.scratch / "t"],
                     ["sell", "--slips", self.file("one.jsonl", json.dumps(SLIP) + "\n"), "--out", self.scratch / "t"]):
            self.refused("kJournalLost", "terminal", verb[0], *self.line(1002, journal=lost), *verb[1:], says=str(lost), status=1)
        assert alarms() == had
        # A ticket that would be nowhere: JSON shows no secret.
        before = self.balance(1001)
        self.refused("kUsage", "terminal", "sell", *self.line(), "--draw", DRAW, "--bet", SLIP["bets"][0], says="--out", status=2)
        assert self.balance(1001) == before
        # A mistyped address is none that waiting mends.
        for address in ("127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:1:2", "http://127.0.0.1:1", ":5", "[]:5", "127.0.0.1:0x50"):
            flags = [str(flag) for flag in self.line()]
            flags[flags.index("--central") + 1] = address
            self.refused("kUsage", "terminal", "status", *flags, says="host:port", status=2, timeout=10)
            self.refused("kUsage", "terminal", "sell", *flags, "--draw", DRAW, "--bet", SLIP["bets"][0], "--out", self.scratch / "t", status=2, timeout=10)
        # A role or a database that the server refuses is not "unavailable for the moment".
        for dsn in (world.cluster.dsn("nobody"), world.cluster.dsn("settler", "nowhere")):
            self.refused("kDatabaseDenied", "settlement", "report", "--database", dsn, status=1)
        self.refused("kDatabaseUnavailable", "settlement", "report", "--database", "host=/nonexistent dbname=x user=y", status=3)
        # The root as people type it; another form is no accusation.
        for root in (world.root.upper(), f" {world.root}\n"):
            self.refused("kFileMissing", "compliance", "verify", world.public, "--trust", root, status=1)  # no manifest is written yet
        for root in (world.root[:-1], world.root + "0", "x" * 64, "sha256:" + world.root):
            self.refused("kUsage", "compliance", "verify", world.public, "--trust", root, status=2)
        # A passphrase file of another editor.
        phrase = pathlib.Path(world.phrase[5:]).read_text().strip()
        spec = world.private / f"plan-{DRAW}.json"
        sign = ["draw", "plan", "--spec", spec, "--key", world.key_path(w.OFFICIALS[0]), "--out", self.scratch / "x", "--passphrase"]
        for ending in ("\r\n", "\n", "", "\n\n"):
            assert self.answer(*sign, "file:" + str(self.file("phrase", "\ufeff" + phrase + ending)))[1] == 0
        for text in (phrase + " \n", " " + phrase, phrase + "\u3000"):
            self.refused("kUsage", *sign, "file:" + str(self.file("phrase", text)), says="blank")
        for octets, says in ((b"", "no passphrase"), (b"\n", "no passphrase"), (phrase.encode("utf-16"), "passphrase"), (b"\xff\xfe", "passphrase"),
                             (phrase.encode() + b"\x00", "passphrase")):
            self.refused("kUsage", *sign, "file:" + str(self.file("phrase", octets)), says=says)
        for number in ("-1", "x", "", "99", "4294967296", "99999999999999999999", "0x3", "+3"):
            self.refused("kUsage", *sign, f"fd:{number}", says="descriptor", status=2)
        with open(self.file("phrase", "\ufeff" + phrase + "\r\n")) as given:
            done = subprocess.run([world.program("draw"), *map(str, sign[1:]), f"fd:{given.fileno()}", "--json"], capture_output=True, check=False,
                                  pass_fds=[given.fileno()])
            assert done.returncode == 0, done
        # What the environment says of database sessions is none of them.
        for name, value in (("PGSERVICE", "nowhere"), ("PGTARGETSESSIONATTRS", "standby"), ("PGOPTIONS", "-c nosuch=1"), ("PGCONNECT_TIMEOUT", "x"), ("PGTZ", "nowhere")):
            answer, status = self.answer("settlement", "report", *self.settler(), env={name: value})
            assert status == 0, (name, answer)
        self.refused("kUsage", "settlement", "report", *self.settler(), "--period", "2026-11", says="--by")
        answer, status = self.answer("settlement", "report", *self.settler(), "--by", "heading", "--period", "2026-11")
        assert status == 0, answer

    def run(self):
        self.prepare()
        for kind in (self.numbers_on_the_command_line, self.members_of_slips, self.codes_as_scanners_send_them, self.descriptors_and_outputs,
                     self.plans_within_reason, self.trust_within_reason, self.bank_references, self.replays, self.folders_with_one_user,
                     self.settings_of_the_database, self.causes_named_right):
            started = time.monotonic()
            kind()
            print(f"ok   {kind.__name__} {time.monotonic() - started:.1f} s", flush=True)


def main():
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="lottery-doors-"))
    doors = Doors(sys.argv[1], scratch)
    try:
        doors.run()
    finally:
        doors.world.close()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
