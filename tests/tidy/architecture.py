#!/usr/bin/env python3
"""Holds docs/architecture.md against the code: each file its tables name exists and defines the function beside it.

usage: architecture.py SOURCE_DIR BINARY_DIR
"""
import os
import re
import sys

DOCUMENT = "docs/architecture.md"
# Places a reader looks for first; the document may name more.
NEEDED = {
    "a sale is accepted": ("central/sequencer.cc", "Sequencer::Sell"),
    "a prize is computed": ("games/ssq_prize.cc", "ComputeSsqPrizes"),
    "a proof is checked": ("crypto/merkle.cc", "VerifyInclusion"),
}
ROW = re.compile(r"^\|\s*([^|]+?)\s*\|\s*`([^`|]+)`\s*\|\s*`([^`|]+)`\s*\|\s*$", re.M)
# Comments and literals, in the order a compiler meets them.
QUIET = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def closing(text, at):
    """The place behind the parenthesis that closes the one at `at`; -1 without one."""
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place + 1
    return -1


def defines(text, function):
    """Whether C++ source `text` has a body for `function`: its parameters, then qualifiers, then a brace."""
    text = QUIET.sub(" ", text)
    for match in re.finditer(r"(?<![\w:.>])" + re.escape(function) + r"\s*\(", text):
        end = closing(text, match.end() - 1)
        if end > 0 and re.match(r"\s*(const\b\s*|noexcept\b\s*|override\b\s*)*\{", text[end:]):
            return True
    return False


def defines_sql(text, function):
    return re.search(r"CREATE (OR REPLACE )?FUNCTION " + re.escape(function) + r"\s*\(", text) is not None


def check(source):
    """What the document says that the code does not."""
    try:
        with open(os.path.join(source, DOCUMENT), encoding="utf-8") as file:
            rows = [(what, path, function.removesuffix("()")) for what, path, function in ROW.findall(file.read())]
    except OSError:
        yield f"{DOCUMENT}: missing"
        return
    for what, place in NEEDED.items():
        if (what, *place) not in rows:
            yield f"{DOCUMENT}: no row says that {what} in {place[0]}, {place[1]}"
    for what, path, function in rows:
        try:
            with open(os.path.join(source, path), encoding="utf-8") as file:
                text = file.read()
        except OSError:
            yield f"{DOCUMENT}: {what}: there is no file {path}"
            continue
        if not (defines_sql if path.endswith(".sql") else defines)(text, function):
            yield f"{DOCUMENT}: {what}: {path} defines no {function}"


def selftest():
    """Declarations, calls and words in comments are not definitions."""
    cases = {
        "int F(int a);": False, "// F() {": False, 'const char* s = "F() {";': False, "if (F(1)) { }": False,
        "int F(int a, G (*g)(int)) {": True, "Status S::F(int a) const {": False, "int F()\n    noexcept {": True,
        "int Other::F() {": False, "x.F() {": False, "int FF() {": False}
    for text, expected in cases.items():
        if defines(text, "F") != expected:
            yield f"selftest: {text!r} is {'a' if expected else 'no'} definition"
    if not defines("Result<A> S::F(int a) const {", "S::F") or defines("Result<A> T::F(int a) {", "S::F"):
        yield "selftest: members"


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    faults = [*selftest(), *check(arguments[0])]
    for fault in faults:
        print(fault)
    print(f"architecture: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
