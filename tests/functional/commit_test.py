#!/usr/bin/env python3
"""The three outcomes of a transaction, by a real PostgreSQL: done, not done, in doubt."""
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy")]
import world as w


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="lottery-commit-", ignore_cleanup_errors=True) as folder:
        pathlib.Path(folder).chmod(0o755)
        cluster = w.Cluster(pathlib.Path(folder) / "pg")
        try:
            cluster.create()
            subprocess.run([str(build / "bin/outcomes"), cluster.dsn("postgres", "postgres")], check=True, timeout=300)
        finally:
            cluster.stop()


main()
