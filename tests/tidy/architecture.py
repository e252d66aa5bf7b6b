#!/usr/bin/env python3
"""docs/architecture.md names file and function where things happen: each must exist."""
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
text = (source / "docs/architecture.md").read_text(encoding="utf-8")
rows = re.findall(r"^\|[^|]*\| `([^`]+\.cc)` \| `([^`]+)` \|$", text, re.M)
bad = []
for name, function in rows:
    path = source / name
    # A definition: the function's name and an opening parenthesis, at the start of a line or after its type.
    found = path.is_file() and re.search(r"^[A-Za-z][^;=]*\b" + re.escape(function) + r"\(", path.read_text(encoding="utf-8"), re.M)
    if not found:
        bad.append(f"{name}: {function} is not there")
print("\n".join(bad) or f"architecture: {len(rows)} functions are where the document says")
sys.exit(1 if bad or len(rows) < 8 else 0)
