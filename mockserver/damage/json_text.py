"""JSON texts that a client may not expect: broken ones, and such with fields that no document knows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from random import Random

TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|\{(\s*\})?', re.DOTALL)
"""A string, or where an object begins; with its end, if it is empty."""
NAMES = (
    "$ref",
    "_unknown",
    "x-experimental",
    "two words",
    "CamelCase",
    "a.b",
    "新字段",
    "ключ",
    "0",
)
VALUES: tuple[object, ...] = (
    None,
    True,
    0,
    -1.5e-300,
    2**53 + 1,
    "",
    "\u202eright to left",
    [],
    [1, "two", None],
    {},
    {"deep": {"er": []}},
)
MOST = 3
DECODER = json.JSONDecoder()


def break_json(text: bytes, random: Random) -> tuple[bytes, str]:
    """The text with one mistake in it, so that no parser takes it, and which mistake."""
    bare = text.strip()
    if not bare.startswith((b"{", b"[")):
        return text + b",", "a comma behind its end"
    closing = bare[-1:]
    mistakes = {
        "without its last bracket": bare[:-1],
        "a comma before its last bracket": bare[:-1] + b"," + closing,
        "two commas before its last bracket": bare[:-1] + b",," + closing,
    }
    name = re.match(rb'\{\s*"[^"\\]*"', bare)
    if name:
        start = bare.index(b'"')
        quoted = bare[start + 1 : name.end() - 1]
        rest = bare[name.end() :]
        mistakes["its first name without quotes"] = bare[:start] + quoted.replace(b" ", b"_") + rest
        mistakes["its first name in single quotes"] = bare[:start] + b"'" + quoted + b"'" + rest
        mistakes["no colon behind its first name"] = bare[: name.end()] + rest.lstrip()[1:]
    mistake = random.choice(sorted(mistakes))
    return mistakes[mistake], mistake


def add_fields(text: bytes, random: Random) -> tuple[bytes, list[str]]:
    """The text with more fields in each of its objects, and their names; all else is as it was."""
    unused = [name for name in NAMES if _written(name) not in text]
    names = random.sample(unused, min(len(unused), random.randint(1, MOST))) or [_unheard_of(text, random)]
    fields = b", ".join(_written(name) + b": " + _written(random.choice(VALUES)) for name in names)

    def begun(found: re.Match[bytes]) -> bytes:
        token = found[0]
        if token.startswith(b'"'):
            return token
        return b"{" + fields + (found[1] or b", ")

    return TOKEN.sub(begun, text), names


def put(text: bytes, pointer: str, value: str | None) -> tuple[bytes, str]:
    """The text with another value, a JSON text, where a JSON Pointer leads to, or without what is there; and
    what was done. An object gets a new member where it has none of the last name. All else is as it was."""
    written = text.decode()
    way = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    try:
        start = _skipped(written, 0)
        for step in way[:-1]:
            start = _members(written, start)[step].value
        members = _members(written, start) if way else {}
    except (LookupError, ValueError):
        return text, f"nothing was changed: the answer has nothing at {pointer}"
    if not way:
        return (value or "").encode(), "another JSON text in place of all of it"
    found = members.get(way[-1])
    if found is None and (value is None or written[start] != "{"):
        return text, f"nothing was changed: the answer has nothing at {pointer}"
    if found is None:
        name, comma = json.dumps(way[-1], ensure_ascii=False), "," if members else ""
        changed = f"{written[: start + 1]}{name}:{value}{comma}{written[start + 1 :]}"
    elif value is None:
        changed = written[: found.begins] + written[found.ends :]
    else:
        changed = written[: found.value] + value + written[found.value_ends :]
    return changed.encode(), f"{pointer} {'was left out' if value is None else f'became {value:.80}'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Member:
    """Where a member of an object, or an item of an array, is in a text, and its value; from `begins` to
    `ends` is what has to go, one comma included, so that JSON is left."""

    begins: int
    value: int
    value_ends: int
    ends: int


def _members(text: str, at: int) -> dict[str, _Member]:
    """The members of the object or array that begins at a place, items by their index. Raises ValueError for
    another thing, which has none."""
    if text[at] not in "{[":
        raise ValueError(f"no members at {at}")
    closing = "}" if text[at] == "{" else "]"
    found: dict[str, _Member] = {}
    here = _skipped(text, at + 1)
    while text[here] != closing:
        begins, name = here, str(len(found))
        if closing == "}":
            name, here = DECODER.raw_decode(text, here)
            here = _skipped(text, _skipped(text, here) + 1)
        _, ends = DECODER.raw_decode(text, here)
        after = _skipped(text, ends)
        goes_on = text[after] == ","
        first = begins if goes_on or not found else text.rindex(",", 0, begins)
        rest = _skipped(text, after + 1) if goes_on else ends
        found[name] = _Member(begins=first, value=here, value_ends=ends, ends=rest)
        here = _skipped(text, after + 1) if goes_on else after
    return found


def _skipped(text: str, at: int) -> int:
    """Where the next token begins."""
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _unheard_of(text: bytes, random: Random) -> str:
    while True:
        name = f"field_{random.getrandbits(32):08x}"
        if _written(name) not in text:
            return name


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
