#!/usr/bin/env python3
"""Everything a peer, an operator or a broken disk can get wrong: each is refused by name and changes nothing."""
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "deploy"))
import demo
import world as w


def refused(code, action):
    demo.expect_refusal(code, action)
    print("ok  ", code)


def tls_cases(world):
    host, port = world.addresses["central"].split(":")
    keys = world.private / "keys"

    def attempt(name, cert, version=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(str(keys / "ca.pem"))
        context.check_hostname = False
        if cert:
            context.load_cert_chain(str(cert) + ".pem", str(cert) + ".key.pem")
        if version:
            context.maximum_version = version
        try:
            with socket.create_connection((host, int(port)), timeout=10) as raw, context.wrap_socket(raw) as tls:
                tls.settimeout(10)
                tls.sendall(b"\x00\x00\x00\x01\x02")  # a status request
                answer = tls.recv(5)
        except (ssl.SSLError, OSError):
            answer = b""
        assert (answer != b"") == (name == "sound"), f"{name}: {answer!r}"
        print("ok   TLS:", name)

    attempt("sound", keys / "terminal-1001-tls")
    attempt("TLS 1.2", keys / "terminal-1001-tls", ssl.TLSVersion.TLSv1_2)
    attempt("no certificate", None)
    world.run("central", "ca", "--common-name", "other", "--out", keys / "other-ca")
    world.run("central", "certificate", "--ca", keys / "other-ca", "--common-name", "terminal:1001", "--out", keys / "stranger")
    attempt("another CA's certificate", keys / "stranger")


def database_cases(world):
    """Roles and invariants as PostgreSQL enforces them."""
    def denied(role, sql, words):
        try:
            world.cluster.sql(sql, role)
        except RuntimeError as error:
            assert words in str(error), (sql, str(error))
            print("ok   refused:", sql[:70])
            return
        raise AssertionError(f"{role} could: {sql}")

    denied("issuer", "UPDATE issuance.leaf SET bundle = bundle", "permission denied")
    denied("issuer", "DELETE FROM issuance.batch", "permission denied")
    denied("settler", "INSERT INTO issuance.leaf VALUES (1, 0, 1, 'x')", "permission denied")
    denied("auditor", "INSERT INTO issuance.snapshot VALUES (1, 'x')", "permission denied")
    denied("operator", "SELECT issuance.hand_in('credit', '{}')", "may not hand in")
    denied("operator", "SELECT count(*) FROM issuance.leaf", "permission denied")
    denied("issuer", "INSERT INTO issuance.draw_step VALUES ('ssq', 2026097, 9, 'drawn', 0, 'x')", "cannot go from")
    denied("settler", "SELECT ledger.post('x', 'x1', 0, ARRAY['bank','terminal:1001'], ARRAY[1,-2])", "does not balance")
    denied("settler", "SELECT ledger.post('x', 'x2', 0, ARRAY['bank'], ARRAY[1])", "does not balance")
    denied("settler", "SELECT ledger.post('x', 'x4', 0, ARRAY['bank','pocket'], ARRAY[1,-1])", "chart of accounts")
    denied("settler", "SELECT ledger.post('x', 'x4', 0, ARRAY['bank','pool'], ARRAY[1,-1])", "chart of accounts")
    world.cluster.sql("SELECT ledger.post('x', 'x3', 0, ARRAY['bank','terminal:1001'], ARRAY[1,-1])", "settler")
    denied("migrator", "SET ROLE lottery_owner; INSERT INTO ledger.posting SELECT id, 9, 'bank', 5 FROM ledger.txn WHERE ref = 'x3'", "only the transaction being written")
    denied("migrator", "SET ROLE lottery_owner; UPDATE ledger.posting SET amount_fen = 7", "never changed")
    denied("migrator", "SET ROLE lottery_owner; DELETE FROM ledger.txn", "never changed")
    denied("migrator", "SET ROLE lottery_owner; TRUNCATE ledger.posting", "never changed")
    denied("settler", "INSERT INTO settlement.payment SELECT", "permission denied")


def half_done_deposits(world):
    """A credit cut off by a crash anywhere is finished by its repeat: one balance, one posting."""
    def deposit(reference, amount):
        return world.settler("credit", "--terminal", 1001, "--amount-fen", amount, "--reference", reference)
    def postings(reference):
        return world.cluster.sql(f"SELECT count(*) FROM ledger.txn WHERE ref = 'deposit:{reference}'")[0][0]
    assert deposit("whole", 700)["posted"] and not deposit("whole", 700)["posted"] and postings("whole") == "1"
    body = json.dumps({"terminal": 1001, "amount_fen": 700, "reference": "cut"})
    world.cluster.sql("INSERT INTO settlement.deposit SELECT 'cut', issuance.hand_in('credit', '%s'), 1001, 700" % body, "settler")
    assert postings("cut") == "0"  # handed in, the program died
    refused("kAlreadyExists", lambda: deposit("cut", 900))
    assert deposit("cut", 700)["posted"] and postings("cut") == "1"
    print("ok   a deposit cut off is finished by its repeat")


def operator_rows(world):
    """Rows handed in past the programs: one too long for the audit log, two steps of one terminal at once."""
    def answer(row):
        for _ in range(200):
            done = world.cluster.sql(f"SELECT answer FROM issuance.inbox_done WHERE id = {row}", "operator")
            if done:
                return json.loads(done[0][0])
            time.sleep(0.05)
        raise AssertionError("central did not answer")
    long = world.cluster.sql("SELECT issuance.hand_in('note', json_build_object('text', repeat('x', 70000))::text)", "operator")[0][0]
    assert answer(long)["error"]["code"] == "kUsage"
    steps = "', '{\"terminal\": 1002, \"reason\": \"test\"}')"
    rows = world.cluster.sql(f"SELECT issuance.hand_in('suspend{steps}, issuance.hand_in('resume{steps}", "operator")[0]
    assert [answer(row)["suspended"] for row in rows] == [True, False]
    assert world.processes["central"].poll() is None
    print("ok   rows an operator should not have handed in")


def file_cases(world, scratch):
    broken = scratch / "broken.key"
    text = world.key_path("seal").read_text()
    broken.write_text(text.replace('"box": "', '"box": "AAAA'))
    refused("kWrongPassphrase", lambda: world.run("draw", "plan", "--spec", world.private / f"plan-{demo.DRAWS[0]}.json", "--key", broken,
                                                   "--passphrase", world.phrase, "--out", scratch / "x"))
    refused("kBadKey", lambda: world.run("draw", "plan", "--spec", world.private / f"plan-{demo.DRAWS[0]}.json", "--key", world.key_path("seal"),
                                          "--passphrase", world.phrase, "--out", scratch / "x"))
    refused("kAlreadyExists", lambda: world.operator("draw", "plan", "--file", world.private / f"plan-{demo.DRAWS[0]}.envelope.json"))
    refused("kIllegalTransition", lambda: world.operator("draw", "close", "--draw", f"ssq-{demo.DRAWS[0]}"))
    refused("kAlreadyExists", lambda: world.settler("credit", "--terminal", 1001, "--amount-fen", 5, "--reference", "demo-1001"))
    half_done_deposits(world)
    refused("kUnknownTerminal", lambda: world.settler("credit", "--terminal", 77, "--amount-fen", 5, "--reference", "r77"))
    journal = world.private / "terminal-1005/journal"
    journal.mkdir(parents=True)
    (journal / "journal.jsonl").write_text('{"event":"intend"}\n')
    refused("kFileCorrupt", lambda: world.run("terminal", "status", *world.terminal_flags(1005)))
    shutil.rmtree(journal)


def sell_one(world, number, name, draws=1):
    path = world.private / f"{name}.jsonl"
    path.write_text(json.dumps({"id": name, "game": "ssq", "draw": demo.DRAWS[0], "draws": draws, "bets": [{"reds": [1, 2, 3, 4, 5, 6], "blues": [7]}]}) + "\n")
    done = subprocess.run([world.program("terminal"), "sell", *map(str, world.terminal_flags(number)), "--slips", str(path), "--json",
                           "--out", str(world.private / "tickets")], capture_output=True, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def database_gone(world):
    """PostgreSQL dies under a sale: nobody is told anything false, and the sale ends when it is back."""
    answers = []
    world.cluster.stop()
    seller = threading.Thread(target=lambda: answers.extend(sell_one(world, 1006, "through-the-dark", draws=2)))
    seller.start()
    time.sleep(3)
    assert not answers, answers
    world.cluster.start()
    seller.join(timeout=60)
    assert answers and answers[0]["outcome"] == "sold", answers
    assert world.processes["central"].poll() is None
    sequence = world.run("terminal", "status", *world.terminal_flags(1006))["sequence"]
    assert sequence == 1, sequence
    print("ok   database gone and back: sold once")


def deposit_exhausted(world):
    answer = sell_one(world, 1007, "too-poor")[0]
    assert answer["outcome"] == "refused" and answer["code"] == "kDepositExhausted", answer
    assert answer["zh"] and answer["en"]
    print("ok   kDepositExhausted")


def real_clock_only(world):
    world.cluster.sql("SET ROLE lottery_owner; UPDATE issuance.installation SET demo = false", "migrator")
    refused("kClockNotAllowed", lambda: world.settler("report"))
    world.cluster.sql("SET ROLE lottery_owner; UPDATE issuance.installation SET demo = true", "migrator")


def main():
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="lottery-bad-"))
    world = w.World(sys.argv[1], scratch / "out")
    try:
        world.prepare(terminals=8)
        world.start_services()
        for number in (1001, 1002, 1003, 1005, 1006):
            world.enrol(number, 1_000_000)
        world.enrol(1007, 0)
        for jurisdiction in ("", "11:00", "a,b", "x" * 33):  # it becomes part of an account's name
            refused("kUsage", lambda jurisdiction=jurisdiction: world.operator(
                "terminal", "enrol", "--terminal", 1008, "--name", "outlet", "--jurisdiction", jurisdiction, "--public-key", "00" * 32))
        for number, of in ((1001, 1008), (1008, 1001)):  # a number that is taken, a key that is taken
            refused("kAlreadyExists", lambda number=number, of=of: world.operator(
                "terminal", "enrol", "--terminal", number, "--name", "outlet", "--jurisdiction", "110000",
                "--public-key", world.terminals[of]["public_key"]))
        world.operator("terminal", "suspend", "--terminal", 1003, "--reason", "test")
        rule_book = world.run("central", "rule-book")["sha256"]
        first = (world.now_ms() // 60000 + 30) * 60000
        for i, draw in enumerate(demo.DRAWS + [demo.UNOPENED]):
            world.make_plan(draw, first + i * 86400_000, rule_book)
        for draw in demo.DRAWS:
            world.open_draw(draw)
        tls_cases(world)
        probe = subprocess.run([str(world.build / "bin/probe"), world.addresses["central"], str(world.trust_file), str(world.clock),
                                str(world.private / "keys"), world.phrase, str(demo.DRAWS[0]), "1001", "1002", "1003", "1004"],
                               capture_output=True, text=True, check=False)
        print(probe.stdout)
        assert probe.returncode == 0, probe.stdout + probe.stderr
        assert world.processes["central"].poll() is None, "central died"
        alarms = world.cluster.sql("SELECT sum(regexp_count(encode(bundle, 'escape'), 'clone_alarm')) FROM issuance.leaf WHERE log = 0")
        assert alarms[0][0] == "1", alarms
        deposit_exhausted(world)
        database_cases(world)
        operator_rows(world)
        file_cases(world, scratch)
        database_gone(world)
        real_clock_only(world)
        assert world.kill("central", 15) == 0, "central did not stop cleanly (a sanitizer would say so here)"
        log = (world.private / "central.log").read_text()
        assert "Sanitizer" not in log, log[-4000:]
    finally:
        world.close()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
