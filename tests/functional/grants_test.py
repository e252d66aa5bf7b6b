#!/usr/bin/env python3
"""What each login of the database may do, tried: every role on every table and function of every schema, against docs/grants.md.
With --write the document is written anew, to be read before it is kept."""
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy")]
import world as w

ROLES = [role for role in w.ROLES if role != "migrator"]  # it owns all and serves nobody
DOCUMENT = SOURCE / "docs/grants.md"
DENIED = re.compile(r"42501 permission denied|55000 cannot|42809 ")  # the last two: a view that takes no rows
ROW = re.compile(r"^\| `([^`]+)` \|(.*)\|$", re.M)
# What a role tries on a table; NULL and no rows change nothing even where it is allowed.
TRIES = {"r": "SELECT FROM {0} LIMIT 0", "a": "INSERT INTO {0} DEFAULT VALUES", "w": "UPDATE {0} SET {1} WHERE false",
         "d": "DELETE FROM {0} WHERE false", "t": "TRUNCATE {0} CASCADE"}


def objects(cluster):
    """name -> its tries by letter, of tables and of functions that are no triggers."""
    found = {}
    for name, columns in cluster.sql(
            "SELECT format('%I.%I', n.nspname, c.relname), (SELECT string_agg(quote_ident(attname) || ' = NULL', '|' ORDER BY attnum) FROM pg_attribute a WHERE a.attrelid = c.oid "
            "AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = '') "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' "
            "AND n.nspname <> 'information_schema'", "postgres"):
        found[name] = [(letter, text.format(name, one)) for letter, text in TRIES.items() for one in (columns.split("|") if letter == "w" else [""])]
    for name, arguments, nulls in cluster.sql(
            "SELECT format('%I.%I', n.nspname, p.proname), pg_get_function_identity_arguments(p.oid), "
            "(SELECT coalesce(string_agg('NULL::' || format_type(t, NULL), ', '), '') FROM unnest(p.proargtypes) t) "
            "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
            "AND p.prorettype <> 'trigger'::regtype", "postgres"):
        types = ", ".join(part.split("::")[1] for part in nulls.split(", ") if part)
        found[f"{name}({types})"] = [("x", f"SELECT {name}({nulls})")]
        assert arguments is not None
    return found


def attempt(cluster, role, statements):
    """Whether the server denied each, in order; whatever it did is taken back."""
    script = "\n".join(f"BEGIN;\n{statement};\n\\echo #:SQLSTATE :LAST_ERROR_MESSAGE\nROLLBACK;" for statement in statements)
    done = subprocess.run([f"{w.PG_BIN}/psql", "-X", "-q", "-At", cluster.dsn(role)], input="SET statement_timeout = 5000;\n\\o /dev/null\n" + script,
                          capture_output=True, text=True, check=True)
    states = re.findall(r"^#(\w{5} .*)$", done.stdout, re.M)
    assert len(states) == len(statements), (role, len(states), len(statements), done.stderr[-500:])
    return [state[:5] != "00000" and DENIED.match(state) is not None for state in states]


def may(cluster):
    """object -> role -> letters of what it is allowed."""
    found = objects(cluster)
    tries = [(name, letter, statement) for name in sorted(found) for letter, statement in found[name]]
    told = {name: {} for name in sorted(found)}
    for role in ROLES:
        denied = attempt(cluster, role, [statement for _, _, statement in tries])
        for (name, letter, _), no in zip(tries, denied):
            had = told[name].get(role, "")
            told[name][role] = had if no or letter in had else had + letter  # one column is enough
    return told


def as_rows(told):
    return [f"| `{name}` | " + " | ".join(" ".join(by[role]) for role in ROLES) + " |" for name, by in told.items()]


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="lottery-grants-", ignore_cleanup_errors=True) as folder:
        pathlib.Path(folder).chmod(0o755)
        cluster = w.Cluster(pathlib.Path(folder) / "pg")
        try:
            cluster.create()
            for program, more in (("central", ["--operator", w.OPERATOR]), ("settlement", [])):
                subprocess.run([str(build / f"bin/lottery-{program}"), "init", "--database", cluster.dsn("migrator"), *more, "--json"], check=True,
                               stdout=subprocess.DEVNULL)
            told = may(cluster)
        finally:
            cluster.stop()
    text = DOCUMENT.read_text(encoding="utf-8")
    if "--write" in sys.argv:
        front = text[:text.index("| object |")]
        head = ["| object | " + " | ".join(ROLES) + " |", "|---" * (len(ROLES) + 1) + "|"]
        DOCUMENT.write_text(front + "\n".join(head + as_rows(told)) + "\n", encoding="utf-8")
        return
    documented = {name: [" ".join(cell.split()) for cell in cells.split("|")] for name, cells in ROW.findall(text)}
    live = {name: [" ".join(by[role]) for role in ROLES] for name, by in told.items()}
    for name in sorted(documented.keys() | live.keys()):
        assert documented.get(name) == live.get(name), (name, "documented", documented.get(name), "tried", live.get(name))
    letters = sum(len(letters) for by in told.values() for letters in by.values())
    print(f"{len(live)} objects, {len(ROLES)} roles, {letters} things allowed; all else was tried and denied")


main()
