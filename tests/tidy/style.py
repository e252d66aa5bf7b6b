#!/usr/bin/env python3
"""Checks what every tracked file of the repository must look like.

usage: style.py SOURCE_DIR BINARY_DIR
"""
import os
import re
import subprocess
import sys

MAX_COLUMNS = 120
MAX_README_LINES = 30
FOLDERS = ["base", "crypto", "games", "protocol", "central", "terminal", "draw", "settlement", "compliance",
           "tests", "bench"]
# Spelled in halves so that this file passes its own test.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" "DO", "FIX" "ME", "HA" "CK", "XX" "X", "TB" "D"]) + r")\b")
AS_PUBLISHED = ("tests/vectors/", "tests/data/")  # other people's files, kept octet for octet
NOT_LISTED = {".git", "build", "out", "__pycache__", ".ccache"}


def tracked_files(source):
    """Paths below `source` that git tracks; without git, all but build folders."""
    try:
        listed = subprocess.run(["git", "-C", source, "ls-files", "-z"], capture_output=True, check=True, text=True)
        paths = [path for path in listed.stdout.split("\0") if path]
    except (OSError, subprocess.CalledProcessError):
        paths = []
    if not paths:
        for folder, inner, files in os.walk(source):
            inner[:] = [name for name in inner if name not in NOT_LISTED]
            paths += [os.path.relpath(os.path.join(folder, name), source) for name in files]
    return sorted(path for path in paths if os.path.isfile(os.path.join(source, path)))


def faults_of(path, text):
    """What is wrong with one text file."""
    if text and not text.endswith("\n") and not path.startswith(AS_PUBLISHED):
        yield f"{path}: does not end with a newline"
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if path.endswith((".h", ".cc")) and len(line) > MAX_COLUMNS:
            yield f"{path}:{number}: {len(line)} columns, at most {MAX_COLUMNS}"
        if match := UNFINISHED.search(line):
            yield f"{path}:{number}: unfinished work: {match.group()}"
    if path.endswith(".h") and "#pragma once" not in lines:
        yield f"{path}: no #pragma once"
    if path.startswith("tests/") and path.endswith("_test.cc") and not re.search(r"\b(EXPECT|ASSERT)_", text):
        yield f"{path}: a test that expects nothing"


def readme_faults(texts):
    """Every source folder with files says what it is, on a screen."""
    for folder in FOLDERS:
        if not any(path.startswith(folder + "/") for path in texts):
            continue
        readme = texts.get(f"{folder}/README.md")
        if readme is None:
            yield f"{folder}: no README.md"
        elif readme.count("\n") > MAX_README_LINES:
            yield f"{folder}/README.md: {readme.count(chr(10))} lines, at most {MAX_README_LINES}"


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    texts, faults = {}, []
    for path in tracked_files(arguments[0]):
        with open(os.path.join(arguments[0], path), "rb") as file:
            content = file.read()
        if b"\0" in content:
            continue
        try:
            texts[path] = content.decode("utf-8")
        except UnicodeDecodeError:
            faults.append(f"{path}: not UTF-8")
            continue
        faults += faults_of(path, texts[path])
    faults += readme_faults(texts)
    for fault in faults:
        print(fault)
    print(f"style: {len(texts)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
