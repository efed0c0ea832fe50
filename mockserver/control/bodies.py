"""The bodies of control calls: JSON objects whose fields are known, and what they may be."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.control.errors import Refused, unknown
from mockserver.damage.options import SHOWN, shown
from mockserver.journal import nests_deeper

MAX_BODY = 1024 * 1024
MAX_FILES = 64 * 1024 * 1024
"""Bytes of a body that can have files in it."""
MOST_VALUES = 100_000
"""Values in a body: reading one of them is reading time in which the server does nothing else."""
DEEPEST = 50
"""Levels of lists and objects."""
TOO_DEEP = "it nests too deeply"


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What a value may be: a test, and words for it."""

    accepts: Callable[[Any], bool]
    words: str


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


TEXT = Form(accepts=lambda value: isinstance(value, str), words="a string")
TEXT_OR_NULL = Form(accepts=lambda value: value is None or isinstance(value, str), words="a string or null")
NUMBER = Form(accepts=_is_number, words="a number")
SWITCH = Form(accepts=lambda value: isinstance(value, bool), words="true or false")
OBJECT = Form(accepts=lambda value: isinstance(value, dict), words="an object")
LIST = Form(accepts=lambda value: isinstance(value, list), words="a list")
NUMBER_OR_OBJECT = Form(
    accepts=lambda value: _is_number(value) or isinstance(value, dict), words="a number or an object"
)


def parsed(body: bytes) -> dict[str, Any]:
    """A body as a JSON object, an empty one for no body. Raises Refused with 400 for anything else."""
    if not body.strip():
        return {}
    if body.count(b",") + body.count(b":") > MOST_VALUES:
        raise Refused(413, f"the body has more than {MOST_VALUES} values", kind="json", at="body")
    try:
        value = json.loads(body, object_pairs_hook=_object)
    except RecursionError:
        raise _malformed(TOO_DEEP) from None
    except ValueError as error:  # a UnicodeDecodeError, too, or a number of thousands of digits
        raise _malformed(str(error)) from error
    if not isinstance(value, dict):
        raise _malformed(f"it is {_shown(value)}")
    if nests_deeper(value, DEEPEST):
        raise _malformed(TOO_DEEP)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = Counter(name for name, _ in pairs)
        twice = next(name for name, count in names.items() if count > 1)
        raise Refused(400, f"the body has the field {shown(twice)} more than once", kind="json", at=twice)
    return fields


def _malformed(why: str) -> Refused:
    return Refused(400, f"send a JSON object as the body, in UTF-8; this is none: {why}", kind="json")


def checked(fields: Mapping[str, Any], known: Mapping[str, Form], *, within: str = "") -> None:
    """Check that all fields are known ones with possible values. Raises Refused with 422."""
    for name, value in fields.items():
        at = f"{within}.{name}" if within else name
        if name not in known:
            raise unknown("field", name, known, at=at)
        check(value, known[name], at=at)


def check(value: Any, form: Form, *, at: str) -> None:
    """Check that a value is a possible one. Raises Refused with 422."""
    if not form.accepts(value):
        raise Refused(
            422,
            f"{at} cannot be {_shown(value)}; it can be {form.words}",
            kind="value",
            at=at,
            possible=[form.words],
        )


def required(fields: Mapping[str, Any], *names: str) -> None:
    """Check that fields are there. Raises Refused with 422."""
    for name in names:
        if name not in fields:
            raise Refused(422, f"the body needs the field {name!r}", kind="value", at=name, possible=[name])


def decoded(value: Any, *, at: str) -> bytes:
    """The bytes of a file, which JSON carries in base64. Raises Refused with 422."""
    check(value, TEXT, at=at)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        text = f"{at} is the content of a file in base64; this is none: {error}"
        raise Refused(422, text, kind="value", at=at, possible=["the content of a file in base64"]) from error


def _shown(value: Any) -> str:
    """A value as an error repeats it, in JSON."""
    try:
        text = json.dumps(value[: SHOWN + 1] if isinstance(value, str) else value)
    except RecursionError:
        return f"a {type(value).__name__} that nests too deeply"
    return text if len(text) <= SHOWN + 2 else f"{text[:SHOWN]}…"
