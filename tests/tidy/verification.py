#!/usr/bin/env python3
"""Holds docs/verification.md against the code: each refusal exists, each forgery is made and refused with that code, each named test is
there, and no forgery stands outside the table.

usage: verification.py SOURCE_DIR BINARY_DIR
"""
import pathlib
import re
import sys

DOCUMENT = "docs/verification.md"
ROW = re.compile(r"^\| ([A-Z]-\d\d) \|([^|]+)\|([^|]+)\|([^|]+)\| (k\w+) \| (.+) \|$", re.M)
WHO_BREAKS = {"Op", "Se", "Of", "Ho", "Ap", "Co", "Wi", "Be", "Te", "Mi"}
WHO_CHECKS = {"c", "k", "a", "s", "p", "t", "d", "v", "e", "o"}
FEWEST = 200
COUNTS = "compliance/rule_counts.h"


def forgeries(source):
    """name -> code, as the day's test expects them."""
    text = (source / "tests/functional/day_test.py").read_text(encoding="utf-8")
    table = text[text.index("TAMPERINGS = {"):]
    table = table[:table.index("}\n")]
    return dict(re.findall(r'"(\w+)": "(k\w+)"', table))


def problems(source, document):
    """What does not hold, one sentence each."""
    rows = ROW.findall(document)
    lines = [line for line in document.splitlines() if re.match(r"\| [A-Z]-", line)]
    found = [f"a row cannot be read: {line}" for line in lines if not ROW.match(line)]
    if len(rows) < FEWEST:
        found.append(f"{len(rows)} rules, fewer than {FEWEST}")
    codes = set(re.findall(r"^X\((k\w+),", (source / "base/error_codes.def").read_text(encoding="utf-8"), re.M))
    units = "\n".join(path.read_text(encoding="utf-8") for path in sorted((source / "tests/unit").rglob("*_test.cc")))
    tests = {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", units, re.M)}
    made, seen, named = forgeries(source), set(), set()
    for rule, _, breaks, checks, code, shown in rows:
        if rule in seen:
            found.append(f"{rule} stands twice")
        seen.add(rule)
        if code not in codes:
            found.append(f"{rule}: there is no refusal {code}")
        if not set(breaks.split()) <= WHO_BREAKS or not set(checks.split()) <= WHO_CHECKS or not breaks.strip() or not checks.strip():
            found.append(f"{rule}: who breaks it, or who checks it")
        unit = re.fullmatch(r"unit `([\w.]+)`", shown)
        live = re.fullmatch(r"live `(\w+)\.(\w+)`", shown)
        forged = re.fullmatch(r"`(\w+)`", shown)
        if unit and unit.group(1) not in tests:
            found.append(f"{rule}: there is no test {unit.group(1)}")
        elif live:
            test = source / f"tests/functional/{live.group(1)}.py"
            if not test.exists() or f"def {live.group(2)}(" not in test.read_text(encoding="utf-8"):
                found.append(f"{rule}: there is no {live.group(0)}")
        elif forged:
            named.add(forged.group(1))
            if made.get(forged.group(1)) != code:
                found.append(f"{rule}: the day's test expects {made.get(forged.group(1))} of {forged.group(1)}")
        elif not unit:
            found.append(f"{rule}: neither a forgery nor a test: {shown}")
    found += [f"no rule has the forgery {name}" for name in sorted(set(made) - named)]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in sorted((source / "tests/tamper").glob("*.cc")))
    found += [f"nobody makes the forgery {name}" for name in sorted(made) if f'{{"{name}",' not in sources]
    found += miscounted(source, [set(checks.split()) for _, _, _, checks, _, _ in rows])
    return found


def miscounted(source, checks):
    """The verifier's answer says how many rules it checked: those figures are the table's."""
    text = (source / COUNTS).read_text(encoding="utf-8")
    for name, count in (("kRules", len(checks)), ("kRulesWithoutEntries", sum("v" in who for who in checks)),
                        ("kRulesWithEntries", sum("e" in who and "v" not in who for who in checks))):
        if f" {name} = {count};" not in text:
            yield f"{COUNTS}: {name} is not {count}"


def self_test(source, document):
    """Each kind of fault is seen."""
    good = problems(source, document)
    for old, new in (("| kRootMismatch |", "| kNoSuchCode |"), ("`new_keys`", "`no_such_forgery`"), ("| T-01 |", "| T-11 |"), ("| Op | d v |", "| Xx | d v |"),
                     ("`LeafRules.AnOrderBreaksOne`", "`LeafRules.Nothing`"), ("`doors_test.trust_within_reason`", "`doors_test.nothing`"), ("| `vkey_replaced` |", "| by reading |"),
                     ("| Mi | v |", "| Mi | d |")):
        assert len(problems(source, document.replace(old, new, 1))) > len(good), (old, new)


def main():
    source = pathlib.Path(sys.argv[1])
    document = (source / DOCUMENT).read_text(encoding="utf-8")
    found = problems(source, document)
    for problem in found:
        print(f"{DOCUMENT}: {problem}")
    if not found:
        self_test(source, document)
        print(f"{len(ROW.findall(document))} rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
