#!/usr/bin/env python3
"""./lottery bench issuance [--json]: durable signed TLS sales of one small machine, load included. One run, one
object: rates, latency, CPU per sale of server and database, against one signature verification of the same run."""
import argparse
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import world as w

DRAW, FIRST, DEPOSIT_FEN = 2026097, 5000, 10_000_000_00


def say(text):
    print(text, file=sys.stderr, flush=True)


def cpu_seconds(pids):
    """User and system time of processes and of their finished and living children (PostgreSQL's backends)."""
    ticks, total = os.sysconf("SC_CLK_TCK"), 0
    for pid in pids:
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / ticks


def family(pid):
    found, queue = [pid], [pid]
    while queue:
        parent = queue.pop()
        done = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
        children = [int(line) for line in done.stdout.split()]
        found += children
        queue += children
    return found


def prepare(world, connections):
    world.prepare(terminals=0)
    world.addresses["central"] = f"127.0.0.1:{w.free_port()}"
    world.start_beacon()
    for name in ("notary", "auditor", "university"):  # the control has a machine of its own
        world.start_witness(name)
    world.start_central()
    rule_book = world.run("central", "rule-book")["sha256"]
    world.make_plan(DRAW, (world.now_ms() // 60000 + 24 * 60) * 60000, rule_book)
    say(f"enrolling {connections} terminals with certificates and deposits")
    rows = subprocess.run([str(world.build / "bin/load"), "--keys", "--first", str(FIRST), "--connections", str(connections)],
                          check=True, capture_output=True, text=True).stdout.split("\n")
    inbox = []
    for row in filter(None, rows):
        number, key = row.split()
        enrol = json.dumps({"terminal": int(number), "name": "load", "jurisdiction": "110000", "public_key": key})
        inbox.append(("operator", "enrol", enrol))
        inbox.append(("settler", "credit", json.dumps({"terminal": int(number), "amount_fen": DEPOSIT_FEN, "reference": f"load-{number}"})))
        world.run("central", "certificate", "--ca", world.private / "keys/ca", "--common-name", f"terminal:{number}",
                  "--out", world.private / f"load/load-{number}")
    for role in ("operator", "settler"):
        sql = "".join(f"SELECT issuance.hand_in('{kind}', '{body}');" for r, kind, body in inbox if r == role)
        path = world.private / f"{role}.sql"
        path.write_text(sql)
        subprocess.run([f"{w.PG_BIN}/psql", "-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", world.cluster.dsn(role), "-f", str(path)], check=True)
        while world.cluster.sql("SELECT count(*) FROM issuance.inbox i WHERE NOT EXISTS (SELECT FROM issuance.inbox_done d WHERE d.id = i.id)")[0][0] != "0":
            import time
            time.sleep(0.1)
    world.open_draw(DRAW)


def issuance(options):
    world = w.World(options.build, options.out, say)
    try:
        prepare(world, options.connections)
        postgres = int((world.cluster.folder / "data/postmaster.pid").read_text().split()[0])
        pids = family(postgres) + [world.processes["central"].pid]
        before_rows = int(world.cluster.sql("SELECT count(*) FROM issuance.accepted")[0][0])
        before_size = size(world)
        before_cpu = cpu_seconds(pids)
        say(f"selling for {options.seconds} s over {options.connections} connections, one order outstanding on each")
        load = subprocess.run([str(world.build / "bin/load"), "--central", world.addresses["central"], "--tls", str(world.private / "load"),
                               "--ca", str(world.private / "keys/ca.pem"), "--trust", str(world.trust_file), "--clock", str(world.clock),
                               "--first", str(FIRST), "--connections", str(options.connections), "--seconds", str(options.seconds), "--draw", str(DRAW)],
                              check=True, capture_output=True, text=True)
        cpu = cpu_seconds(family(postgres) + [world.processes["central"].pid]) - before_cpu
        seen = json.loads(load.stdout.splitlines()[-1])
        tickets = int(world.cluster.sql("SELECT count(*) FROM issuance.accepted")[0][0]) - before_rows
        messages = int(world.cluster.sql("SELECT count(DISTINCT body) FROM issuance.leaf WHERE log = 1")[0][0])
        if messages != tickets:
            seen["wrong_receipts"] += abs(messages - tickets)
        world.cluster.sql("CHECKPOINT", "postgres")
        per_ticket = (size(world) - before_size) / tickets
        cpu_us = cpu * 1e6 / tickets
        return {"sales_per_s": round(seen["sold"] / seen["seconds"]), "connections": options.connections,
                "max_outstanding": seen["max_outstanding"], "wrong_receipts": seen["wrong_receipts"], "refused": seen["refused"], "busy": seen["busy"],
                "verify_us": round(seen["verify_us"], 1), "cpu_us_per_sale": round(cpu_us, 1), "cpu_over_verify": round(cpu_us / seen["verify_us"], 2),
                "p50_ms": seen["p50_us"] / 1000, "p99_ms": seen["p99_us"] / 1000, "p999_ms": seen["p999_us"] / 1000,
                "bytes_per_ticket": round(per_ticket), "order_octets": round(seen["order_octets"] / max(1, tickets)), "seconds": round(seen["seconds"], 1)}
    finally:
        world.close()


def size(world):
    return int(world.cluster.sql("SELECT pg_database_size('lottery')", "postgres")[0][0])


def main():
    parser = argparse.ArgumentParser(prog="./lottery bench", description=__doc__)
    parser.add_argument("name", choices=["issuance", "micro"])
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--out", default="out/bench")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.name == "micro":
        return subprocess.run([str(pathlib.Path(options.build) / "bin/micro")], check=False).returncode
    import shutil
    out = pathlib.Path(options.out)
    if out.exists():
        if not (out / "private").is_dir():
            parser.error(f"{out} exists and no bench made it")
        shutil.rmtree(out)
    result = issuance(options)
    if options.json:
        print(json.dumps(result))
    else:
        for key, value in result.items():
            print(f"{key:>18} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
