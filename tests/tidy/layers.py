#!/usr/bin/env python3
"""Holds the includes and the link closure against the arrows of the architecture.

usage: layers.py SOURCE_DIR BINARY_DIR | layers.py --selftest
"""
import os
import re
import sys
import tempfile

# Room: the rooms it may include, besides itself. A room above never includes its sub-room unless listed here.
ALLOWED = {
    "base": [],
    "base/pg": ["base"],
    "crypto": ["base"],
    "protocol": ["base", "crypto"],
    "protocol/net": ["base", "crypto", "protocol"],
    "games": ["base", "crypto", "protocol"],
    "central": ["base", "base/pg", "crypto", "protocol", "protocol/net", "games"],
    "terminal": ["base", "crypto", "protocol", "protocol/net", "games"],
    "draw": ["base", "crypto", "protocol", "games"],
    "settlement/payer": ["base", "base/pg", "crypto", "protocol", "protocol/net", "games"],
    "settlement": ["base", "base/pg", "crypto", "protocol", "games", "settlement/payer"],
    "compliance": ["base", "base/pg", "crypto", "protocol", "protocol/net"],
}
LEAVES = ["tests", "bench"]  # may include everything; nobody includes them
# Third-party headers that belong to one edge of the house.
EDGES = [
    (re.compile(r"sodium(\.h$|/)"), ["crypto"]),
    (re.compile(r"openssl/"), ["crypto", "protocol/net"]),
    (re.compile(r"(postgresql/)?libpq(-fe\.h$|/)"), ["base/pg"]),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def room_of(path):
    """The innermost room that holds `path`, or None."""
    rooms = [room for room in [*ALLOWED, *LEAVES] if path.startswith(room + "/")]
    return max(rooms, key=len, default=None)


def include_faults(room, form, target):
    """What is wrong with one include in `room`; nothing when it is right."""
    if room in LEAVES:
        return
    for pattern, owners in EDGES:
        if pattern.match(target) and room not in owners:
            yield f"<{target}> belongs to {' and '.join(owners)} alone"
    to = room_of(target)
    if to is None:
        if form == '"':
            yield f'"{target}" does not start at a room of the repository'
    elif to != room and to not in ALLOWED[room]:
        yield f'{room} includes "{target}", but may include only: {", ".join(ALLOWED[room]) or "nothing"}'


def check_includes(source):
    """Faults of every C++ file below the rooms of `source`."""
    for top in sorted({room.split("/")[0] for room in ALLOWED}):
        for folder, _, files in os.walk(os.path.join(source, top)):
            for name in sorted(files):
                if not name.endswith((".h", ".cc", ".def")):
                    continue
                path = os.path.relpath(os.path.join(folder, name), source)
                with open(os.path.join(source, path), encoding="utf-8") as file:
                    for number, line in enumerate(file, 1):
                        if match := INCLUDE.match(line):
                            for fault in include_faults(room_of(path), *match.groups()):
                                yield f"{path}:{number}: {fault}"


def closure(room):
    """Every room that `room` reaches by the table."""
    reached, queue = set(), list(ALLOWED[room])
    while queue:
        room = queue.pop()
        if room not in reached:
            reached.add(room)
            queue.extend(ALLOWED[room])
    return reached


def check_arrows(binary):
    """Faults of the link closure that the configuration step wrote."""
    path = os.path.join(binary, "arrows.txt")
    if not os.path.exists(path):
        yield f"{path}: missing; configure the build first"
        return
    rooms = {room.replace("/", "_"): room for room in ALLOWED}
    seen = set()
    with open(path, encoding="utf-8") as file:
        for line in filter(str.strip, file):
            name, _, links = line.partition(":")
            if name not in rooms:
                yield f"{path}: {name} is not in the table of rooms"
                continue
            seen.add(name)
            for link in links.split():
                if link != name and rooms.get(link) not in closure(rooms[name]):
                    yield f"{path}: {name} links {link}, directly or not, and must not"
    for name in sorted(set(rooms) - seen):
        yield f"{path}: no line for {name}"


def selftest():
    """Plants faults in a small tree and requires each to be found, and the right tree to pass."""
    arrows = "".join(f"{room}: {' '.join(sorted(closure(room)))}\n" for room in ALLOWED).replace("/", "_")
    good = {"games/ssq.h": '#include "base/money.h"\n#include "protocol/wire.pb.h"\n#include <vector>\n',
            "crypto/hash.cc": '#include <sodium.h>\n#include "crypto/hash.h"\n', "arrows.txt": arrows}
    planted = [
        ("base/money.h", '#include "games/ssq.h"\n', "base/money.h:1: base includes"),
        ("base/log.h", '#include "base/pg/pg.h"\n', "base/log.h:1: base includes"),
        ("protocol/leaf.h", '\n# include "protocol/net/client.h"\n', "protocol/leaf.h:2: protocol includes"),
        ("compliance/control.cc", '#include "settlement/prize.h"\n', "compliance/control.cc:1: compliance includes"),
        ("draw/seal.cc", '#include "../central/state.h"\n', "draw/seal.cc:1:"),
        ("central/state.cc", "#include <sodium.h>\n", "central/state.cc:1: <sodium.h> belongs"),
        ("settlement/main.cc", "#include <libpq-fe.h>\n", "settlement/main.cc:1: <libpq-fe.h> belongs"),
        ("arrows.txt", arrows.replace("base: \n", "base: games\n"), "base links games"),
        ("arrows.txt", arrows.replace("compliance: ", "compliance: draw "), "compliance links draw"),
        ("arrows.txt", arrows.replace("crypto: base", "crypto: base base_pg"), "crypto links base_pg"),
    ]
    for path, text, expected in [(None, None, None), *planted]:
        with tempfile.TemporaryDirectory() as tree:
            for name, content in {**good, **({path: text} if path else {})}.items():
                os.makedirs(os.path.dirname(os.path.join(tree, name)), exist_ok=True)
                with open(os.path.join(tree, name), "w", encoding="utf-8") as file:
                    file.write(content)
            faults = [*check_includes(tree), *check_arrows(tree)]
        if (len(faults) != 1 or expected not in faults[0]) if path else faults:
            yield f"selftest: {path or 'a tree without fault'}: expected {expected}, found {faults}"


def main(arguments):
    if arguments == ["--selftest"]:
        faults = list(selftest())
    elif len(arguments) == 2:
        faults = [*selftest(), *check_includes(arguments[0]), *check_arrows(arguments[1])]
    else:
        sys.exit(__doc__)
    for fault in faults:
        print(fault)
    print(f"layers: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
