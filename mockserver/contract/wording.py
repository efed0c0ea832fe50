"""What a schema asks for, and how an instance fails it, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from mockserver.contract.asking import LONGEST, alternatives, clause, kinds, listed, short
from mockserver.contract.reading import printable

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

PLAIN = re.compile(r"[\w-]+")
MOST = 240
"""Characters of a constraint in words."""
MEBIBYTE = 1024 * 1024
WITHOUT_VALUE = frozenset({"required", "contains", "minContains", "maxContains", "dependentRequired"})
"""Keywords whose violation is not one of the value at the path."""

Words = Callable[[Any, Any], str]


def path(steps: Iterable[str | int]) -> str:
    """A path as `files[0].size`; a name that would not be plain in it stands in brackets, too."""
    text = ""
    for step in steps:
        if isinstance(step, str) and PLAIN.fullmatch(step):
            text += f"{'.' if text else ''}{step}"
        else:
            text += f"[{step if str(step).isprintable() else shown(step)}]"
    return text


def value(error: ValidationError) -> str:
    """The value that is wrong, shortened; empty where a part of it is missing."""
    return "" if error.validator in WITHOUT_VALUE else shown(error.instance)


def shown(content: object) -> str:
    """A value as JSON, in at most LONGEST characters and one line."""
    try:
        text = printable(json.dumps(content, ensure_ascii=False))
    except (TypeError, ValueError):
        text = printable(repr(content))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def constraint(error: ValidationError, about: str) -> str:
    """How the value fails what is asked for, in words; `about` says what it is where that says little."""
    keyword, wanted = str(error.validator or FORBIDDEN), cast(Any, error.validator_value)
    if keyword == "required":
        return f"lacks {_missing(error)}"
    if keyword in WORDS:
        sized = error.absolute_path and error.absolute_path[-1] == "size" and isinstance(wanted, int)
        text = WORDS[keyword](wanted, error.instance)
        text = f"{text} ({_size(wanted)})" if sized and wanted >= MEBIBYTE else text
    else:
        text = (
            COMPOSED[keyword](wanted, error) if keyword in COMPOSED else f"breaks {keyword} {shown(wanted)}"
        )
        text = f"{text}{_said(error, about)}"
    text = f"as a name {text}" if "propertyNames" in error.absolute_schema_path else text
    return printable(text if len(text) <= MOST else f"{text[: MOST - 1]}…")


def _said(error: ValidationError, about: str) -> str:
    """What the schema says of its constraint, or of what it is for, where the keyword says little."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    words = " ".join(str(schema.get("x-meaning") or about).split()).rstrip(".")
    tells_enough = not error.validator_value or error.validator == "dependentRequired"
    return "" if tells_enough or words == error.message else f": {words}"


def _missing(error: ValidationError) -> str:
    have = error.instance if isinstance(error.instance, Mapping) else {}
    missing = [name for name in cast(Any, error.validator_value) if name not in have]
    # One error comes for each name; its message begins with that name, quoted.
    return next((name for name in missing if error.message.startswith(repr(name))), ", ".join(missing))


def _size(number: int) -> str:
    if number % MEBIBYTE == 0:
        return f"{number // MEBIBYTE} MB"
    return f"{number / MEBIBYTE:.2f} MB"


def _one_of(wanted: Any, _: Any) -> str:
    return f"is none of {', '.join(map(shown, wanted))}"


def _unlike(wanted: Any, error: ValidationError) -> str:
    # Of a long one its words say more: see `_said`.
    worded = isinstance(error.schema, Mapping) and "x-meaning" in error.schema
    return f"does not match {'its pattern' if worded and len(wanted) > LONGEST else short(wanted)}"


def _none_of(wanted: Any, error: ValidationError) -> str:
    fitting = "none" if error.context else "more than one"
    return f"fits {fitting} of these: {alternatives(wanted, shown)}"


def _forbidden(wanted: Any, _: ValidationError) -> str:
    return f"must not be, since it {clause(wanted, shown)}" if wanted else "must not be there"


def _dependent(wanted: Any, error: ValidationError) -> str:
    have = error.instance if isinstance(error.instance, Mapping) else {}
    lacking = {
        name: [one for one in needed if one not in have] for name, needed in wanted.items() if name in have
    }
    return " and ".join(f"has {name} but lacks {listed(some)}" for name, some in lacking.items() if some)


def _containing(count: str) -> Callable[[Any, ValidationError], str]:
    def words(wanted: Any, error: ValidationError) -> str:
        schema = error.schema["contains"] if isinstance(error.schema, Mapping) else {}
        number = wanted if isinstance(wanted, int) else ""
        return f"has {count.format(number)} that {clause(schema, shown)}"

    return words


WORDS: Mapping[str, Words] = {
    "type": lambda wanted, _: f"is no {kinds(wanted)}",
    "enum": _one_of,
    "const": lambda wanted, _: f"is not {shown(wanted)}",
    "minimum": lambda wanted, _: f"is less than {wanted}",
    "maximum": lambda wanted, _: f"is more than {wanted}",
    "exclusiveMinimum": lambda wanted, _: f"is not more than {wanted}",
    "exclusiveMaximum": lambda wanted, _: f"is not less than {wanted}",
    "minLength": lambda wanted, has: f"has {len(has)} characters, fewer than {wanted}",
    "maxLength": lambda wanted, has: (
        f"has {len(has)} characters, more than {wanted}" if wanted else "is not empty"
    ),
    "minItems": lambda wanted, has: f"has {len(has)} items, fewer than {wanted}",
    "maxItems": lambda wanted, has: f"has {len(has)} items, more than {wanted}",
    "minProperties": lambda wanted, has: f"has {len(has)} members, fewer than {wanted}",
    "maxProperties": lambda wanted, has: f"has {len(has)} members, more than {wanted}",
    "contentSchema": lambda _, __: "is not JSON",
    "multipleOf": lambda wanted, _: f"is no multiple of {wanted}",
    "format": lambda wanted, _: f"is no {wanted}",
    "uniqueItems": lambda _, __: "has an item twice",
}
"""What simple keywords say, of what they want and of what there is."""
FORBIDDEN = "false"
"""Stands for the keyword where the whole schema is false."""
COMPOSED: Mapping[str, Callable[[Any, ValidationError], str]] = {
    "pattern": _unlike,
    "not": _forbidden,
    FORBIDDEN: lambda _, __: "must not be there",
    "anyOf": _none_of,
    "oneOf": _none_of,
    "contains": _containing("no item"),
    "minContains": _containing("fewer than {} items"),
    "maxContains": _containing("more than {} items"),
    "dependentRequired": _dependent,
}
"""What is told with what the schema says of it."""
