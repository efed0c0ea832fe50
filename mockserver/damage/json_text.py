"""JSON texts that a client may not expect: broken ones, and such with fields that no document knows."""

from __future__ import annotations

import json
import re
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


def _unheard_of(text: bytes, random: Random) -> str:
    while True:
        name = f"field_{random.getrandbits(32):08x}"
        if _written(name) not in text:
            return name


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
