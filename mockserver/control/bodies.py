"""The bodies of control calls: JSON objects whose fields are known, and what they may be."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.control.errors import Refused, unknown

MAX_BODY = 64 * 1024 * 1024


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
    try:
        value = json.loads(body)
    except RecursionError:
        raise _malformed("it nests too deeply") from None
    except ValueError as error:  # a UnicodeDecodeError, too, or a number of thousands of digits
        raise _malformed(str(error)) from error
    if not isinstance(value, dict):
        raise _malformed(f"it is {_shown(value)}")
    return value


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
        raise Refused(
            422, f"{at} is the content of a file in base64; this is none: {error}", kind="value", at=at
        ) from error


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else f"{text[:100]}…"
