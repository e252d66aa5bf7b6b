#!/usr/bin/env python3
"""Many terminals at once, as much as the machine can do: central and database killed meanwhile, a draw that closes
while it is sold. Every receipt holds, nothing is lost or sold twice, whoever follows the logs sees nothing wrong."""
import json
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def main():
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, str(SOURCE / "deploy/bench.py"), "issuance", "--build", sys.argv[1], "--out", f"{folder}/out",
                               "--quick", "--overload", "--kills", "--last-minute", "--terminals", "400", "--seconds", "3", "--most", "50000", "--json"],
                              check=False, capture_output=True, text=True)
    print(done.stderr)
    assert done.returncode == 0
    out = json.loads(done.stdout)
    print(json.dumps(out, indent=1))
    for name, expected in (("wrong_receipts", 0), ("max_outstanding", 1), ("refused", 0), ("kills_unanswered", 0), ("killed", 3),
                           ("follower_bad", 0), ("sold_after_close", 0), ("last_minute_unanswered", 0),
                           ("last_minute_refused_closed", 400)):
        assert out[name] == expected, f"{name} is {out[name]}, not {expected}"
    for name in ("followed_tiles", "last_minute_sold", "kills_sales_per_s"):
        assert out[name] > 0, name
    assert out["overload_goodput_ratio"] > 0.3 and out["fairness_max_over_min"] < 20, "nobody starves in a flood"


if __name__ == "__main__":
    main()
