"""What a schema asks for, and how an instance fails it, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from mockserver.contract.reading import printable

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

PLAIN = re.compile(r"[\w-]+")
LONGEST = 60
"""Characters of a value, or of a list of them, that are shown."""
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
    """How the value fails what is asked for, in words; `about` says so where its keyword does not."""
    keyword, wanted = str(error.validator), cast(Any, error.validator_value)
    if keyword == "required":
        return f"lacks {_missing(error)}"
    if keyword in WORDS:
        sized = error.absolute_path and error.absolute_path[-1] == "size" and isinstance(wanted, int)
        text = WORDS[keyword](wanted, error.instance)
        return f"{text} ({_size(wanted)})" if sized and wanted >= MEBIBYTE else text
    return f"is not as it has to be: {printable(' '.join(about.split()))[: 3 * LONGEST]}"


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


def _typed(wanted: Any, _: Any) -> str:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    return f"is no {' or '.join(kinds)}"


WORDS: Mapping[str, Words] = {
    "type": _typed,
    "enum": _one_of,
    "const": lambda wanted, _: f"is not {shown(wanted)}",
    "minimum": lambda wanted, _: f"is less than {wanted}",
    "maximum": lambda wanted, _: f"is more than {wanted}",
    "exclusiveMinimum": lambda wanted, _: f"is not more than {wanted}",
    "exclusiveMaximum": lambda wanted, _: f"is not less than {wanted}",
    "minLength": lambda wanted, has: f"has {len(has)} characters, fewer than {wanted}",
    "maxLength": lambda wanted, has: f"has {len(has)} characters, more than {wanted}",
    "minItems": lambda wanted, has: f"has {len(has)} items, fewer than {wanted}",
    "maxItems": lambda wanted, has: f"has {len(has)} items, more than {wanted}",
    "minProperties": lambda wanted, has: f"has {len(has)} members, fewer than {wanted}",
    "maxProperties": lambda wanted, has: f"has {len(has)} members, more than {wanted}",
    "contentSchema": lambda _, __: "is not JSON",
    "uniqueItems": lambda _, __: "has an item twice",
}
