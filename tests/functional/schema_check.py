#!/usr/bin/env python3
"""Holds every JSON file of a public folder, and every signed body in one, against docs/schema.

usage: schema_check.py FOLDER
"""
import base64
import fnmatch
import json
import pathlib
import re
import sys

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "docs/schema"
# Path pattern -> schema of the file, or of the body and its payload type when the file is an envelope.
PLAIN = {
    "manifest.json": "manifest", "tickets/index.json": "tickets-index", "beacon/*.json": "beacon-pulse",
    "fund/rules-*.json": "allocation-rules", "escrow/*.json": "escrow", "rules/*.json": "rule-book"}
SIGNED = {
    "trust.json": ("trust", "trust"), "plan/*.json": ("plan", "plan"), "opening/*.json": ("opening", "opening-balances"),
    "seal/*.json": ("seal", "seal"), "control/*.json": ("agreement", "control-agreement"),
    "draw/*.certificate.json": ("draw-certificate", "draw-certificate"),
    "settlement/*.statement.json": ("statement", "settlement-statement"),
    "settlement/*.refund.json": ("refund", "refund-statement"), "fund/allocation-*.json": ("allocation", "fund-allocation")}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
KNOWN = {"$schema", "$id", "title", "description", "type", "required", "properties", "additionalProperties", "items",
         "pattern", "maxLength", "enum", "const", "minimum", "maximum", "minItems", "maxItems", "oneOf"}


def faults(value, schema, at):
    """What is wrong with `value`, found at `at`, under `schema`."""
    if unknown := set(schema) - KNOWN:
        raise ValueError(f"the validator does not know {sorted(unknown)}")
    wanted = schema.get("type")
    if wanted and (not isinstance(value, TYPES[wanted]) or wanted == "integer" and isinstance(value, bool)):
        yield f"{at}: not of type {wanted}"
        return
    if "const" in schema and not same(value, schema["const"]):
        yield f"{at}: not {schema['const']!r}"
    if "enum" in schema and not any(same(value, one) for one in schema["enum"]):
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str) and "pattern" in schema and not matches(schema["pattern"], value):
        yield f"{at}: {value[:80]!r} does not match {schema['pattern']}"
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{at}: {len(value)} characters, above {schema['maxLength']}"
    if isinstance(value, int):
        yield from number_faults(value, schema, at)
    if isinstance(value, list):
        yield from array_faults(value, schema, at)
    if isinstance(value, dict):
        yield from object_faults(value, schema, at)


def same(value, other):
    """JSON equality: true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def matches(pattern, text):
    """A pattern's closing $ means the very end, not the newline before it."""
    return re.search(re.sub(r"\$$", r"\\Z", pattern), text) is not None


def number_faults(value, schema, at):
    if value < schema.get("minimum", value):
        yield f"{at}: {value} is below {schema['minimum']}"
    if value > schema.get("maximum", value):
        yield f"{at}: {value} is above {schema['maximum']}"


def array_faults(value, schema, at):
    if len(value) < schema.get("minItems", 0):
        yield f"{at}: fewer than {schema['minItems']} items"
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{at}: more than {schema['maxItems']} items"
    for number, item in enumerate(value):
        yield from faults(item, schema.get("items", {}), f"{at}[{number}]")


def object_faults(value, schema, at):
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}: {name} is missing"
    if "oneOf" in schema:
        fitting = [one for one in schema["oneOf"] if not list(faults(value, one, at))]
        if len(fitting) != 1:
            yield f"{at}: fits {len(fitting)} of the forms there are, not one"
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, member in value.items():
        if name in known:
            yield from faults(member, known[name], f"{at}.{name}")
        elif others is False:
            yield f"{at}: {name} is not in the schema"
        elif isinstance(others, dict):
            yield from faults(member, others, f"{at}.{name}")


def no_twins(pairs):
    """An object whose members are all different."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a member stands twice")
    return dict(pairs)


def parse(octets):
    return json.loads(octets.decode("utf-8"), object_pairs_hook=no_twins)


def schema_named(name):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def find(table, path):
    """The row whose pattern `path` matches; a * stays within one folder."""
    for pattern, row in table.items():
        if pattern.count("/") == path.count("/") and fnmatch.fnmatchcase(path, pattern):
            return row
    return None


def file_faults(path, octets):
    try:
        value = parse(octets)
    except ValueError as error:
        yield f"{path}: not JSON: {error}"
        return
    if plain := find(PLAIN, path):
        yield from faults(value, schema_named(plain), path)
        return
    signed = find(SIGNED, path)
    if signed is None:
        yield f"{path}: no schema covers this file"
        return
    wrong = list(faults(value, schema_named("envelope"), path))
    yield from wrong
    if wrong:
        return
    schema, kind = signed
    if schema == "agreement" and value["payloadType"].endswith(".lifting.v1"):
        schema = kind = "lifting"
    if value["payloadType"] != f"application/vnd.welfare-lottery.{kind}.v1":
        yield f"{path}: payloadType is {value['payloadType']}"
    try:
        body = parse(base64.b64decode(value["payload"], validate=True))
    except ValueError as error:
        yield f"{path} body: not JSON: {error}"
        return
    if schema == "draw-certificate" and body.get("method") == "ball_machine":
        schema = "ball-certificate"
        for number, text in enumerate(body["entries"]):
            entry = parse(base64.b64decode(parse(text.encode())["payload"], validate=True))
            yield from faults(entry, schema_named("ball-entry"), f"{path} entry {number}")
        if attendance := body.get("attendance"):
            yield from faults(parse(base64.b64decode(parse(attendance.encode())["payload"], validate=True)), schema_named("attendance"), f"{path} attendance")
    for contribution in body.get("contributions", []) if schema == "draw-certificate" else []:
        if opening := contribution.get("opening"):
            yield from faults(parse(base64.b64decode(parse(opening.encode())["payload"], validate=True)), schema_named("key-opening"),
                              f"{path} opening")
    yield from faults(body, schema_named(schema), f"{path} body")


def check(public_folder):
    """Every fault of the folder's JSON files, as sentences; empty when all of them hold."""
    folder = pathlib.Path(public_folder)
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.json") if path.is_file())
    problems = [f"{name}: missing" for name in ("trust.json", "manifest.json") if name not in paths]
    for path in paths:
        problems += file_faults(path, (folder / path).read_bytes())
    return problems


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    problems = check(arguments[0])
    for problem in problems:
        print(problem)
    count = sum(1 for path in pathlib.Path(arguments[0]).rglob("*.json") if path.is_file())
    print(f"schema: {count} files, {len(problems)} faults")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
