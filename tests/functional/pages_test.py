#!/usr/bin/env python3
"""Manual pages and completions say what --help says, for every verb of every program."""
import pathlib
import re
import subprocess
import sys

PROGRAMS = ["central", "terminal", "draw", "settlement", "compliance"]


def words_after(script, program, *typed):
    """What bash offers behind `typed`."""
    words = " ".join(f"'{word}'" for word in [program, *typed, ""])
    probe = f"COMP_WORDS=({words}); COMP_CWORD={len(typed) + 1}; _{program.replace('-', '_')}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    return set(subprocess.run(["bash", "-c", f"{script}\n{probe}"], check=True, capture_output=True, text=True).stdout.split())


def walk(binary, path=()):
    """Every verb with the long options its help names, and the verbs below it."""
    text = subprocess.run([binary, *path, "--help"], check=True, capture_output=True, text=True).stdout
    options, _, verbs = text.partition("Subcommands:")
    below = re.findall(r"^  ([a-z][a-z0-9-]*) ", verbs, re.M)
    yield path, set(re.findall(r"^  (?:-\w,)?(--[a-z][a-z-]*)", options, re.M)), below
    for verb in below:
        yield from walk(binary, (*path, verb))


def main():
    build = pathlib.Path(sys.argv[1])
    seen = 0
    for name in PROGRAMS:
        program = f"lottery-{name}"
        binary = str(build / "bin" / program)
        page = subprocess.run([binary, "--man"], check=True, capture_output=True, text=True).stdout.replace("\\-", "-")
        script = subprocess.run([binary, "--completion"], check=True, capture_output=True, text=True).stdout
        for path, options, below in walk(binary):
            offered = words_after(script, program, *path)
            assert options | set(below) <= offered, (program, path, (options | set(below)) - offered)
            for option in options - {"--help"} if path else set():
                assert option in page, (program, path, option)
            assert not path or f".SS {' '.join(path)}\n" in page, (program, path)
            seen += 1
        assert not re.search(r"^'|^\.(?!TH|SH|SS|TP)", page, re.M), program  # nothing of a help text is taken for a request
    assert seen > 50, seen
    print(f"{seen} verbs of {len(PROGRAMS)} programs")


if __name__ == "__main__":
    main()
