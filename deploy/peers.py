"""What others do on the same cluster: the sale as a textbook writes it, and a bare insert. By pgbench, prepared, 32
clients, over the Unix socket, without TLS and without signatures."""
import os
import subprocess
import tempfile

PG_BIN = "/usr/lib/postgresql/15/bin"
TABLES = """
CREATE SCHEMA peer;
CREATE TABLE peer.terminal (id integer PRIMARY KEY, balance_fen bigint NOT NULL);
CREATE TABLE peer.sale (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, terminal integer NOT NULL, bets bytea NOT NULL);
INSERT INTO peer.terminal SELECT n, 1000000000000 FROM generate_series(1, 5000) n;
"""
TEXTBOOK = """\\set terminal random(1, 5000)
BEGIN;
UPDATE peer.terminal SET balance_fen = balance_fen - 200 WHERE id = :terminal AND balance_fen >= 200;
INSERT INTO peer.sale (terminal, bets) VALUES (:terminal, decode(repeat('ab', 160), 'hex'));
COMMIT;
"""
INSERT = """\\set terminal random(1, 5000)
INSERT INTO peer.sale (terminal, bets) VALUES (:terminal, decode(repeat('ab', 160), 'hex'));
"""


def rate(cluster, script, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        os.chmod(file.name, 0o644)
        done = subprocess.run([f"{PG_BIN}/pgbench", "-n", "-M", "prepared", "-c", "32", "-j", "2", "-T", str(seconds), "-f", file.name,
                               "-h", str(cluster.folder), "-U", "postgres", "lottery"], check=True, capture_output=True, text=True)
    return round(float(done.stdout.split("tps = ")[1].split()[0]))


class Peers:
    """Measured as often as told: what the machine can do changes within minutes, and a ratio wants both sides of one moment."""

    def __init__(self, cluster, seconds):
        self.cluster, self.seconds = cluster, seconds
        self.rates = {"peer_textbook_per_s": [], "peer_insert_per_s": []}

    def measure(self):
        self.cluster.sql(TABLES, "postgres")
        for name, script in (("peer_insert_per_s", INSERT), ("peer_textbook_per_s", TEXTBOOK)):
            self.rates[name].append(rate(self.cluster, script, self.seconds))
        self.cluster.sql("DROP SCHEMA peer CASCADE", "postgres")

    def result(self):
        return {name: round(sum(rates) / len(rates)) for name, rates in self.rates.items()}
