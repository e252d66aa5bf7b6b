#!/usr/bin/env python3
"""A standing system on this machine: database, beacon, witnesses, control, central with its publisher. It keeps its
data in one folder, starts again what dies, and goes on where it was after a restart."""
import argparse
import fcntl
import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import threading
import time
import tomllib
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import world as w

SOURCE = pathlib.Path(__file__).resolve().parents[1]
CONFIG = """\
# 福利彩票常备系统的配置 configuration of the standing welfare lottery system. Read at every start.

[central]
port = 7443         # 终端连接 terminals, TLS 1.3 with client certificates
http_port = 7480    # 公开 checkpoints and tiles, for everybody
admin_port = 9464   # 监控 /metrics for Prometheus and /health, on 127.0.0.1 only
threads = 2         # 收发线程 I/O threads

[witnesses]         # 见证方 in real use each runs on a machine of its own
control = 7501
notary = 7502
auditor = 7503
university = 7504

[beacon]            # 信标 a local one to try the system with; a draw for money names a public one in its plan
port = 7510

[try]
outlets = 3         # 试用网点 outlets whose keys and certificates the first start makes
"""
# What a number of the configuration may be; sections that name ports hold nothing else.
RANGES = {"threads": (1, 64), "outlets": (0, 1000)}
PORTS = (1, 65535)
BACKOFF_MOST = 30  # seconds between two tries to start something again


def say(text, level=6):
    """A line for people; under systemd with the priority journald reads."""
    prefix = f"<{level}>" if "JOURNAL_STREAM" in os.environ else ""
    print(f"{prefix}{text}", file=sys.stderr, flush=True)


def fail(code, text, status):
    print(json.dumps({"code": code, "zh": text, "en": text}, ensure_ascii=False))
    sys.exit(status)


class Standing:
    def __init__(self, options):
        self.data = pathlib.Path(options.data).resolve()
        self.config = self.read_config(options)
        self.world = w.World(options.build, self.data, say, standing=self.data)
        self.stopping = threading.Event()

    def read_config(self, options):
        path = pathlib.Path(options.config) if options.config else self.data / "lottery.toml"
        if not path.exists():
            if options.config:
                fail("kFileMissing", f"没有配置文件 no such file: {path}", 2)
            self.data.mkdir(parents=True, exist_ok=True)
            path.write_text(CONFIG, encoding="utf-8")
            say(f"配置 wrote {path}")
        defaults, given = tomllib.loads(CONFIG), self.parse(path)
        for section, values in given.items():
            unknown = set(values) - set(defaults.get(section, {})) if isinstance(values, dict) else {section}
            if section not in defaults or unknown:
                fail("kUsage", f"{path}: 不认识 unknown: [{section}] {' '.join(sorted(unknown))}", 2)
            for name, value in values.items():
                least, most = RANGES.get(name, PORTS)
                if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                    fail("kUsage", f"{path}: [{section}] {name} 应为 {least}-{most} 的整数 is a whole number, {least} to {most}", 2)
                defaults[section][name] = value
        ports = [value for values in defaults.values() for name, value in values.items() if name not in RANGES]
        if len(set(ports)) != len(ports):
            fail("kUsage", f"{path}: 端口重复 one port is named twice", 2)
        return defaults

    @staticmethod
    def parse(path):
        """UTF-8, with or without the mark some editors put in front."""
        try:
            return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            fail("kBadEncoding", f"{path}: 不是 UTF-8 is not UTF-8, octet {error.start + 1}: save it as UTF-8", 1)
        except tomllib.TOMLDecodeError as error:
            fail("kUsage", f"{path}: {error}", 2)

    def lock(self):
        """One system on a folder; as base/lock.h does it. Held until this process ends."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.held = open(self.data / ".lock", "a+", encoding="utf-8")
        try:
            fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fail("kInUse", f"{self.data} 正由另一个系统使用 another system runs in this folder; see --status", 1)
        self.held.truncate(0)
        self.held.write(str(os.getpid()))
        self.held.flush()

    def check_place(self):
        """The database's user must get in, and a socket's path has an end."""
        if len(str(self.data / "pg/.s.PGSQL.5432")) > 100:
            fail("kUsage", f"路径过长 the path is too long for a socket: {self.data}", 2)
        if os.geteuid() != 0:
            return
        for folder in [self.data, *self.data.parents]:
            if not folder.stat().st_mode & stat.S_IXOTH:
                fail("kUsage", f"postgres 用户进不去 the user postgres cannot enter {folder}; choose another --data, as /var/lib/lottery", 2)

    def start(self):
        world, config = self.world, self.config
        central = config["central"]
        world.addresses = {name: f"http://127.0.0.1:{config['witnesses'][name]}" for name in w.WITNESSES}
        world.addresses |= {"beacon": f"http://127.0.0.1:{config['beacon']['port']}", "central": f"127.0.0.1:{central['port']}",
                            "http": f"http://127.0.0.1:{central['http_port']}"}
        world.central_flags = ["--admin-port", central["admin_port"], "--threads", central["threads"]]
        self.check_place()
        made = self.data / "private/made"
        if made.exists():
            stale = self.data / "pg/data/postmaster.pid"
            if stale.exists() and not pathlib.Path(f"/proc/{stale.read_text().split()[0]}").exists():
                stale.unlink()
            world.cluster.start()
            world.root = made.read_text().strip()
        else:
            if (self.data / "pg").exists():
                fail("kFileCorrupt", f"首次启动未完成 the first start did not finish; remove {self.data} and start again", 1)
            world.prepare(config["try"]["outlets"])
            (self.data / "private/outlets.json").write_text(json.dumps(world.terminals, indent=1) + "\n")
            made.write_text(world.root + "\n")
        self.root = made.read_text().strip()
        self.starters = {"beacon": world.start_beacon, **{name: (lambda name=name: world.start_witness(name)) for name in w.WITNESSES},
                         "payer": world.start_payer, "central": world.start_central}
        for name, starter in self.starters.items():
            starter()
        self.write_state()

    def write_state(self):
        state = {"root": self.root, "central": self.world.addresses["central"], "http": self.world.addresses["http"],
                 "admin": f"http://127.0.0.1:{self.config['central']['admin_port']}", "database": self.world.cluster.dsn("operator"),
                 "pids": {name: process.pid for name, process in self.world.processes.items()}}
        path = self.data / "state.json"
        path.with_suffix(".new").write_text(json.dumps(state, indent=1) + "\n")
        path.with_suffix(".new").rename(path)
        return state

    def watch(self):
        """Starts again what died; longer and longer between tries."""
        wait, again = {}, {}
        while not self.stopping.wait(0.5):
            for name in list(self.starters):
                process = self.world.processes.get(name)
                if process and process.poll() is None:
                    if time.monotonic() > again.get(name, 0) + BACKOFF_MOST:
                        wait.pop(name, None)
                    continue
                if time.monotonic() < again.get(name, 0):
                    continue
                if process:
                    say(f"{name} 退出 ended with {process.returncode}; starting it again", 3)
                    self.world.processes.pop(name).stdout.close()
                wait[name] = min(wait.get(name, 0.5) * 2, BACKOFF_MOST)
                again[name] = time.monotonic() + wait[name]
                try:
                    self.starters[name]()
                    self.write_state()
                except Exception as error:  # it is tried again
                    say(f"{name} 启动失败 did not start: {error}", 3)
            if self.world.cluster.process.poll() is not None:
                say("数据库退出 the database ended; everything stops", 2)
                return 1
        return 0

    def run(self):
        self.lock()
        signal.signal(signal.SIGTERM, lambda *_: self.stopping.set())
        signal.signal(signal.SIGINT, lambda *_: self.stopping.set())
        status = 1
        try:
            self.start()
            say(f"就绪 ready: terminals {self.world.addresses['central']}, public {self.world.addresses['http']}, root {self.root}")
            print(json.dumps({"ready": True, **json.loads((self.data / "state.json").read_text())}), flush=True)
            status = self.watch()
        finally:
            say("停止 stopping")
            self.world.close()
            (self.data / "state.json").unlink(missing_ok=True)
        return status


def show_status(data):
    """What an operator asks first: is it up, is it well, where do draws stand."""
    path = pathlib.Path(data) / "state.json"
    if not path.exists():
        fail("kDisconnected", f"未运行 nothing runs in {data}", 3)
    state = json.loads(path.read_text())
    try:
        with urllib.request.urlopen(state["admin"] + "/health", timeout=5) as answer:
            health = json.load(answer)
    except urllib.error.HTTPError as error:
        health = json.load(error)
    except OSError as error:
        health = {"status": f"central does not answer: {error}"}
    print(json.dumps({**health, "root": state["root"], "pids": state["pids"], "database": state["database"]}))
    return 0 if health["status"] == "ok" else 1


def unit(options):
    """For /etc/systemd/system/lottery.service."""
    print(f"""[Unit]
Description=Welfare lottery system
After=network.target

[Service]
ExecStart={SOURCE}/lottery up --data {pathlib.Path(options.data).resolve()}
Restart=on-failure
RestartSec=5
TimeoutStopSec=60
KillMode=mixed
LimitNOFILE=20000
NoNewPrivileges=no

[Install]
WantedBy=multi-user.target""")
    return 0


def main():
    parser = argparse.ArgumentParser(prog="./lottery up", description=__doc__)
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    parser.add_argument("--data", default="/var/lib/lottery", help="folder of everything that stays (default: %(default)s)")
    parser.add_argument("--config", help="TOML file; default lottery.toml in the data folder, written at the first start")
    parser.add_argument("--status", action="store_true", help="show how the running system is, and end")
    parser.add_argument("--unit", action="store_true", help="print a systemd unit, and end")
    options = parser.parse_args()
    if options.status:
        return show_status(options.data)
    if options.unit:
        return unit(options)
    return Standing(options).run()


if __name__ == "__main__":
    sys.exit(main())
