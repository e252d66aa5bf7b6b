"""A whole lottery on one machine, from real parts: a private PostgreSQL cluster, keys, certificates, witnesses,
beacon and central. The demonstration, the functional tests and the benches all start from here."""
import contextlib
import json
import os
import pathlib
import random
import socket
import shutil
import signal
import struct
import subprocess
import tempfile
import time

import witness_proxy

OPERATOR = "lottery.example"
WITNESSES = ["control", "notary", "auditor", "university"]
ERRING = "university"  # the witness that errs when one is to
BALL_MACHINE = "SSQ-1"
HOLDERS = ["notary-share", "auditor-share", "ministry-share"]
APPROVERS = ["approver-finance", "approver-programmes"]
OVERSEERS = ["overseer-notary", "overseer-ministry", "overseer-auditor"]
OFFICIALS = ["official-a", "official-b", "official-c"]
JURISDICTIONS = ["110000", "310000", "510000"]
PG_BIN = "/usr/lib/postgresql/15/bin"
# For a machine that sells: a commit stays synchronous and pages stay whole in the log; checkpoints come less often, so
# fewer pages are written whole, and the log's files are kept for use again. Autovacuum works in small steps: what it
# does at a stretch every commit waits for.
ISSUANCE_SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "16GB", "min_wal_size": "4GB", "checkpoint_timeout": "15min",
                     "wal_buffers": "64MB", "max_connections": "60", "autovacuum_vacuum_cost_limit": "50"}
# glibc gives memory back to the kernel after each big statement and takes it again page by page for the next: a backend
# keeps what it has had, up to a quarter of a gigabyte.
BACKEND_ENVIRONMENT = {"MALLOC_TRIM_THRESHOLD_": str(256 << 20), "MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TOP_PAD_": str(1 << 20)}
# The kernel writes files a while after a program wrote them: all that became 30 seconds old, every five seconds,
# in front of a commit that waits for its disk. A second old, every second, is the same amount in small pieces.
MACHINE_SETTINGS = {"vm/dirty_expire_centisecs": "100", "vm/dirty_writeback_centisecs": "100"}
START_S = 180  # a server that was killed at full load reads its log again first
ROLES = ["issuer", "settler", "payer", "auditor", "operator", "migrator"]


@contextlib.contextmanager
def selling_machine(say):
    """The kernel's settings of a machine that sells, for as long as this lasts; where they may not be changed, without."""
    before = {}
    try:
        for name, value in MACHINE_SETTINGS.items():
            path = pathlib.Path("/proc/sys") / name
            old = path.read_text()
            path.write_text(value)
            before[path] = old
    except OSError as error:
        say(f"系统 the machine keeps its settings: {error}")
    try:
        yield
    finally:
        for path, value in before.items():
            path.write_text(value)


class Refused(Exception):
    """A program answered with an error object; `code` is its stable name."""

    def __init__(self, answer, status):
        super().__init__(json.dumps(answer, ensure_ascii=False))
        self.code = answer.get("code")
        self.answer = answer
        self.status = status


class Cluster:
    """A private PostgreSQL server over a Unix socket; safe settings, nothing on the network."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None
        self.settings = {}  # beyond the safe ones

    def _as_postgres(self, command):
        if os.geteuid() != 0:
            return command
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]

    def create(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o755)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        subprocess.run(self._as_postgres([f"{PG_BIN}/initdb", "-D", str(self.folder / "data"), "-k", "-U", "postgres",
                                          "-E", "UTF8", "--locale=C.UTF-8", "-A", "peer"]),
                       check=True, stdout=subprocess.DEVNULL, cwd="/")
        user = "root" if os.geteuid() == 0 else os.environ.get("USER", "postgres")
        (self.folder / "data/pg_hba.conf").write_text("local all all peer map=lottery\n")
        names = [f"lottery {user} {role}" for role in ROLES + ["postgres"]] + ["lottery postgres postgres"]
        (self.folder / "data/pg_ident.conf").write_text("\n".join(names) + "\n")
        self.start()
        for role in ROLES:
            self.sql(f"CREATE ROLE {role} LOGIN", "postgres", "postgres")
        self.sql("CREATE ROLE lottery_owner NOLOGIN", "postgres", "postgres")
        self.sql("GRANT lottery_owner TO migrator", "postgres", "postgres")
        self.sql("CREATE DATABASE lottery OWNER lottery_owner", "postgres", "postgres")

    def start(self):
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(self.folder), "fsync": "on", "full_page_writes": "on",
            "synchronous_commit": "on", "shared_buffers": "512MB", "max_wal_size": "4GB", "max_connections": "60",
            "logging_collector": "on", "log_destination": "csvlog", "log_directory": str(self.folder / "log"),
            "log_min_messages": "warning", "log_checkpoints": "off"}
        settings.update(self.settings)
        command = [f"{PG_BIN}/postgres", "-D", str(self.folder / "data")]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        # A file, not a pipe: nobody would empty it.
        with open("/dev/null", "w") as sink:
            self.process = subprocess.Popen(self._as_postgres(command), stdout=sink, stderr=sink, cwd="/", env={**os.environ, **BACKEND_ENVIRONMENT})
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            ready = subprocess.run([f"{PG_BIN}/pg_isready", "-q", "-h", str(self.folder)], check=False)
            if ready.returncode == 0:
                return
            if self.process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not become ready")

    def stop(self, how=signal.SIGINT):
        if self.process and self.process.poll() is None:
            pid = int((self.folder / "data/postmaster.pid").read_text().split()[0])
            os.kill(pid, how)
            self.process.wait(timeout=60)

    def dsn(self, role, database="lottery"):
        return f"host={self.folder} dbname={database} user={role}"

    def sql(self, text, role="auditor", database="lottery"):
        """Rows as lists of strings."""
        done = subprocess.run([f"{PG_BIN}/psql", "-X", "-At", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", self.dsn(role, database), "-c", text],
                              check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        return [line.split("\x1f") for line in done.stdout.splitlines()]


class World:
    """With `standing` a folder: a system that stays, by the machine's own clock, its cluster in that folder."""

    def __init__(self, build, out, say=lambda text: None, standing=None):
        self.build = pathlib.Path(build).resolve()
        self.out = pathlib.Path(out).resolve()
        self.private = self.out / "private"
        self.public = self.out / "public"
        self.auditor = self.out / "auditor"
        self.say = say
        self.processes = {}
        self.addresses = {}
        self.standing = standing
        self.scratch = pathlib.Path(standing) if standing else pathlib.Path(tempfile.mkdtemp(prefix="lottery-"))
        self.cluster = Cluster(self.scratch / "pg")
        if not standing:
            os.chmod(self.scratch, 0o755)
        self.terminals = {}
        self.central_flags = []  # more, for serve
        self.witness_fault = None  # of witness_proxy.FAULTS
        self.proxy = None

    # Programs -------------------------------------------------------------------------------------------------

    def program(self, name):
        return str(self.build / "bin" / f"lottery-{name}")

    def run(self, name, *arguments, ok=True):
        """Runs a verb with --json and returns its last line as an object. Raises Refused on exit 1-3."""
        done = subprocess.run([self.program(name), *map(str, arguments), "--json"], check=False, capture_output=True, text=True)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        answer = json.loads(lines[-1]) if lines else {"code": "crashed", "detail": done.stderr[-2000:]}
        if done.returncode != 0 and ok:
            raise Refused(answer, done.returncode)
        return answer

    def spawn(self, key, name, *arguments):
        """Starts a service and waits for its {"ready": true} line."""
        log = open(self.private / f"{key}.log", "a", encoding="utf-8")
        process = subprocess.Popen([self.program(name), *map(str, arguments)], stdout=subprocess.PIPE, stderr=log, text=True)
        log.close()
        line = process.stdout.readline()
        if not line.startswith('{"ready"'):
            process.kill()
            raise RuntimeError(f"{key} did not start: {line.strip()} (see {self.private}/{key}.log)")
        self.processes[key] = process
        return json.loads(line)

    def kill(self, key, how=signal.SIGKILL):
        process = self.processes.pop(key)
        process.send_signal(how)
        process.wait(timeout=60)
        process.stdout.close()
        return process.returncode

    def close(self):
        if self.proxy:
            self.proxy.close()
        for key in list(self.processes):
            self.kill(key, signal.SIGTERM if key == "central" else signal.SIGKILL)
        self.cluster.stop()
        if not self.standing:
            shutil.rmtree(self.scratch, ignore_errors=True)

    # Clock ----------------------------------------------------------------------------------------------------

    @property
    def clock(self):
        return self.private / "clock"

    @property
    def clock_flags(self):
        return [] if self.standing else ["--clock", self.clock]

    def set_offset(self, ms):
        with open(self.clock, "r+b") as file:
            file.write(struct.pack("<q", ms))

    def offset(self):
        return 0 if self.standing else struct.unpack("<q", self.clock.read_bytes())[0]

    def now_ms(self):
        return int(time.time() * 1000) + self.offset()

    def jump_to(self, ms):
        """Moves the demo clock forward; never back."""
        if ms > self.now_ms():
            self.set_offset(self.offset() + ms - self.now_ms())

    # Building -------------------------------------------------------------------------------------------------

    @property
    def phrase(self):
        return f"file:{self.private}/passphrase"

    def key_path(self, name):
        return self.private / "keys" / f"{name}.key"

    def new_key(self, program, file_name, purpose, name):
        answer = self.run(program, "key", "--purpose", purpose, "--name", name, "--out", self.key_path(file_name), "--passphrase", self.phrase)
        return answer["public_key"]

    def prepare(self, terminals=12):
        for folder in (self.private / "keys", self.public, self.auditor):
            folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.private, 0o700)
        if not self.standing:
            self.clock.write_bytes(struct.pack("<q", 0))
        secret = self.private / "passphrase"
        secret.touch(mode=0o600)
        secret.write_text(os.urandom(16).hex() + "\n")
        self.say("数据库 starting a private PostgreSQL cluster")
        self.cluster.create()
        self.run("central", "init", "--database", self.cluster.dsn("migrator"), "--operator", OPERATOR, *([] if self.standing else ["--demo"]))
        self.run("settlement", "init", "--database", self.cluster.dsn("migrator"))
        self.say("密钥 making keys, certificates and trust.json")
        self._make_trust()
        self._make_certificates(terminals)

    def _make_trust(self):
        root = self.new_key("central", "root", "root", OPERATOR)
        keys = [{"purpose": purpose, "name": OPERATOR, "public_key": self.new_key("central", purpose, purpose, OPERATOR)}
                for purpose in ("record", "seal", "settlement", "control", "payer")]
        for approver in APPROVERS:
            keys.append({"purpose": "approver", "name": approver, "public_key": self.new_key("central", approver, "approver", approver)})
        self.new_key("central", "mac", "mac", OPERATOR)
        self.new_key("central", "person", "person", OPERATOR)
        log_key = self.new_key("central", "log", "log", OPERATOR)
        self.officials = []
        for name in OFFICIALS:
            signing = self.new_key("draw", name, "official", name)
            vrf = self.new_key("draw", f"{name}-vrf", "official-vrf", name)
            keys.append({"purpose": "official", "name": name, "public_key": signing})
            self.officials.append({"name": name, "vrf_key": vrf, "signing_key": signing})
        for overseer in OVERSEERS:
            keys.append({"purpose": "overseer", "name": overseer, "public_key": self.new_key("draw", overseer, "overseer", overseer)})
        for holder in HOLDERS:
            keys.append({"purpose": "escrow-holder", "name": holder, "public_key": self.new_key("draw", holder, "escrow-holder", holder)})
        witnesses = [vkey(name, 4, self.new_key("central", f"witness-{name}", "witness", name)) for name in WITNESSES]
        self.run("compliance", "new-beacon", "--out", self.private / "keys/beacon")
        spec = {"format": "trust/1", "operator": OPERATOR, "root_key": root, "log_vkey": vkey(OPERATOR, 1, log_key), "keys": keys,
                "witnesses": witnesses, "quorum": 3,
                "beacons": [{"name": "demo-beacon", "certificate_pem": (self.private / "keys/beacon.pem").read_text()}]}
        (self.private / "trust-spec.json").write_text(json.dumps(spec))
        answer = self.run("central", "trust", "--spec", self.private / "trust-spec.json", "--key", self.key_path("root"),
                          "--passphrase", self.phrase, "--out", self.public / "trust.json")
        self.root = answer["root"]

    def _make_certificates(self, terminals):
        ca = self.private / "keys/ca"
        self.run("central", "ca", "--common-name", f"{OPERATOR} root", "--out", ca)
        def issue(name, common_name, *more):
            self.run("central", "certificate", "--ca", ca, "--common-name", common_name, "--out", self.private / f"keys/{name}", *more)
        issue("central-tls", "central", "--server", "--host", "127.0.0.1")
        issue("control-tls", "auditor:control")
        for n in range(terminals):
            number = 1001 + n
            issue(f"terminal-{number}-tls", f"terminal:{number}")
            key = self.run("terminal", "key", "--key", self.key_path(f"terminal-{number}"), "--name", f"outlet {number}", "--passphrase", self.phrase)
            self.terminals[number] = {"public_key": key["public_key"], "jurisdiction": JURISDICTIONS[n % len(JURISDICTIONS)]}

    def tls(self, name):
        keys = self.private / "keys"
        return ["--ca", keys / "ca.pem", "--certificate", keys / f"{name}-tls.pem", "--tls-key", keys / f"{name}-tls.key.pem"]

    @property
    def trust_file(self):
        return self.public / "trust.json"

    # Services -------------------------------------------------------------------------------------------------

    def start_beacon(self):
        port = self.addresses.get("beacon", ":0").rsplit(":", 1)[1]
        port = self.spawn("beacon", "compliance", "demo-beacon", "--identity", self.private / "keys/beacon", "--port", port, *self.clock_flags)["port"]
        self.addresses["beacon"] = f"http://127.0.0.1:{port}"

    def start_witness(self, name):
        more = ["--central", self.addresses["central"], *self.tls("control")] if name == "control" else []
        port = self.addresses.get(name, "http://127.0.0.1:0").rsplit(":", 1)[1]
        port = self.spawn(name, "compliance", "witness", "--name", name, "--key", self.key_path(f"witness-{name}"), "--passphrase", self.phrase,
                          "--trust-file", self.trust_file, "--state", self.private / f"witness-{name}", *self.clock_flags, "--port", port, *more)["port"]
        self.addresses[name] = f"http://127.0.0.1:{port}"

    def shown_address(self, name):
        """Where central finds a witness: the one that errs behind its proxy, or nowhere."""
        if name != ERRING or not self.witness_fault:
            return self.addresses[name]
        if self.witness_fault == "dead":
            return f"http://127.0.0.1:{free_port()}"
        if not self.proxy:
            self.proxy = witness_proxy.WitnessProxy(self.addresses[name], self.witness_fault)
        return self.proxy.address

    def start_central(self):
        port = self.addresses["central"].rsplit(":", 1)[1]
        http = self.addresses.get("http", ":0").rsplit(":", 1)[1]
        witnesses = []
        for name in WITNESSES:
            if name in self.addresses:
                witnesses += ["--witness", f"{name}={self.shown_address(name)}"]
        ready = self.spawn("central", "central", "serve", "--database", self.cluster.dsn("issuer"), "--keys", self.private / "keys",
                           "--passphrase", self.phrase, "--trust", self.trust_file, *self.clock_flags, "--port", port, "--http-port", http,
                           *self.tls("central"), *witnesses, "--payer", self.payer_socket, *self.central_flags)
        self.addresses["http"] = f"http://127.0.0.1:{ready['http_port']}"

    @property
    def payer_socket(self):
        return self.scratch / "payer.sock"

    def start_payer(self):
        self.spawn("payer", "settlement", "payer", "--database", self.cluster.dsn("payer"), "--key", self.key_path("payer"), "--passphrase",
                   self.phrase, "--trust-file", self.trust_file, "--trust", self.root, "--socket", self.payer_socket,
                   "--journal", self.private / "payer-journal")

    def start_services(self):
        self.addresses["central"] = f"127.0.0.1:{free_port()}"
        self.start_beacon()
        for name in WITNESSES:
            self.start_witness(name)
        self.start_payer()
        self.start_central()

    # Operator, officials, finance -----------------------------------------------------------------------------

    def operator(self, *arguments):
        return self.run("central", *arguments, "--database", self.cluster.dsn("operator"))

    def settler(self, *arguments):
        return self.run("settlement", *arguments, "--database", self.cluster.dsn("settler"), *self.clock_flags)

    def enrol(self, number, deposit_fen):
        t = self.terminals[number]
        self.operator("terminal", "enrol", "--terminal", number, "--name", f"outlet {number}", "--jurisdiction", t["jurisdiction"],
                      "--public-key", t["public_key"])
        if deposit_fen:
            self.settler("credit", "--terminal", number, "--amount-fen", deposit_fen, "--reference", f"demo-{number}")

    def open_balance(self, opening):
        game = opening["game"]
        spec = self.private / f"opening-{game}.json"
        spec.write_text(json.dumps(opening))
        (self.public / "opening").mkdir(exist_ok=True)
        out = self.public / f"opening/{game}.json"
        self.run("settlement", "sign-opening", "--spec", spec, "--key", self.key_path(OFFICIALS[0]), "--key", self.key_path(OFFICIALS[1]),
                 "--passphrase", self.phrase, "--out", out)
        self.settler("opening", "--trust-file", self.trust_file, "--file", out)

    def make_plan(self, draw, *arguments, **more):
        self.operator("draw", "plan", "--file", self.plan_file(draw, *arguments, **more))

    def plan_file(self, draw, close_ms, rule_book, method="vrf", escrow="", promotion=None):
        game, number = split_name(draw)
        plan = {"format": "plan/2", "game": game, "draw": number, "method": method, "officials": self.officials, "certificate_quorum": 2,
                "overseers": OVERSEERS, "overseer_quorum": 2,
                "witnesses": WITNESSES, "quorum": 3, "beacon": "demo-beacon", "beacon_period_ms": 60000, "close": iso(close_ms),
                "round_delay_ms": 300000, "margin_ms": 60000, "contribution_deadline_ms": 3600000, "fallback": "ball_machine",
                "escrow": escrow, "ball_machine": BALL_MACHINE, "rule_book": rule_book,
                **({"promotion": promotion} if promotion else {})}
        spec = self.private / f"plan-{draw}.json"
        spec.write_text(json.dumps(plan))
        out = self.private / f"plan-{draw}.envelope.json"
        self.run("draw", "plan", "--spec", spec, "--key", self.key_path(OFFICIALS[0]), "--key", self.key_path(OFFICIALS[1]),
                 "--passphrase", self.phrase, "--out", out)
        return out

    def beacon_flags(self, draw):
        """The beacon's file of a draw; balls have none."""
        beacon = self.public / f"beacon/{name_of(draw)}.json"
        return ["--beacon", beacon] if beacon.exists() else []

    def make_escrow(self):
        """Shares of the officials' VRF keys, checked by their holders; returns the hash plans name."""
        folder = self.private / "escrow"
        folder.mkdir(exist_ok=True)
        holders = [flag for holder in HOLDERS for flag in ("--holder", holder)]
        parts = []
        for official in OFFICIALS:
            parts += ["--part", self.run("draw", "escrow", "split", "--official", official, "--key", self.key_path(f"{official}-vrf"), *holders,
                                         "--out", folder, "--passphrase", self.phrase)["part"]]
        joined = self.run("draw", "escrow", "join", *parts, "--out", folder / "escrow.json")
        for official in OFFICIALS:
            shares = [flag for holder in HOLDERS for flag in ("--share", folder / f"{official}.{holder}.share")]
            self.run("draw", "escrow", "check", "--escrow", folder / "escrow.json", "--official", official, *shares, "--passphrase", self.phrase)
        (self.public / "escrow").mkdir(exist_ok=True)
        shutil.copy(folder / "escrow.json", self.public / f"escrow/{joined['sha256']}.json")
        return joined["sha256"]

    def open_draw(self, draw):
        """Opens once the plan is witnessed: the publisher needs a moment."""
        self.until_done(lambda: self.operator("draw", "open", "--draw", name_of(draw)), "kPlanNotWitnessed")

    def until_done(self, action, *codes, seconds=60):
        deadline = time.time() + seconds
        while True:
            try:
                return action()
            except Refused as refused:
                if refused.code not in codes or time.time() > deadline:
                    raise
                time.sleep(0.2)

    def terminal_flags(self, number, journal=None):
        return ["--central", self.addresses["central"], "--terminal", number, "--trust", self.trust_file, *self.tls(f"terminal-{number}"),
                "--key", self.key_path(f"terminal-{number}"), "--passphrase", self.phrase,
                "--journal", journal or self.private / f"terminal-{number}/journal", *self.clock_flags]


def name_of(draw):
    """"ssq-2026097": a bare number is of that game."""
    return draw if isinstance(draw, str) else f"ssq-{draw}"


def split_name(draw):
    game, number = name_of(draw).split("-")
    return game, int(number)


def vkey(name, kind, public_key_hex):
    import base64
    import hashlib
    key = bytes([kind]) + bytes.fromhex(public_key_hex)
    identity = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    return f"{name}+{identity.hex()}+{base64.b64encode(key).decode()}"


def iso(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03d}Z"


def free_port():
    """Below those the system takes for outgoing connections: a server that comes back finds its port free."""
    while True:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
