"""What a schema asks for, as a clause: `is one of 1, 2`, `has name and size`, `matches ^[0-9]+$`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

LONGEST = 60
"""Characters of one value or pattern that are shown."""

Show = Callable[[object], str]


def clause(schema: Any, show: Show) -> str:
    """What is true of each instance that fits a schema; `show` writes a value."""
    if not isinstance(schema, Mapping):
        return "is anything" if schema else "is nothing"
    told = schema.get("properties", {})
    needed = [name for name in schema.get("required", ()) if name not in told]
    known = {**schema, "required": needed}
    said = [word(known[keyword], show) for keyword, word in CLAUSES.items() if keyword in known]
    said = [one for one in said if one]
    return " and ".join(said) or ("is anything" if not schema else f"fits {name(schema)}")


def alternatives(schemas: Sequence[Any], show: Show) -> str:
    """Some schemas, each by its title, and by what it asks for."""
    return "; ".join(_alternative(schema, show) for schema in schemas)


def name(schema: Mapping[str, Any]) -> str:
    """What a schema is called: by its title, by where it stands, or by its keywords."""
    title = schema.get("title") or str(schema.get("$ref", "")).rpartition("/")[2]
    return str(title or ", ".join(schema))


def short(pattern: str) -> str:
    """A regular expression, of a long one the beginning."""
    return pattern if len(pattern) <= LONGEST else f"{pattern[: LONGEST - 1]}…"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else str(last)


def kinds(wanted: str | Sequence[str]) -> str:
    """Types of JSON: `string`, or `string or null`."""
    return wanted if isinstance(wanted, str) else " or ".join(wanted)


def _alternative(schema: Any, show: Show) -> str:
    asked = clause(schema, show)
    title = schema.get("title") if isinstance(schema, Mapping) else None
    return f"{title} ({asked})" if title and asked != f"fits {title}" else asked


def _properties(wanted: Mapping[str, Any], show: Show) -> str:
    told = []
    for key, schema in wanted.items():
        if schema is False:
            told.append(f"has no {key}")
        elif (
            isinstance(schema, Mapping) and (asked := clause(schema, show)) and not asked.startswith("fits ")
        ):
            told.append(f"its {key} {asked}")
    return " and ".join(told)


def _negated(wanted: Any, show: Show) -> str:
    said = clause(wanted, show)
    for verb, negation in (("is ", "is not "), ("has ", "does not have "), ("matches ", "does not match ")):
        if said.startswith(verb):
            return negation + said.removeprefix(verb)
    return f"is nothing that {said}"


CLAUSES: Mapping[str, Callable[[Any, Show], str]] = {
    "type": lambda wanted, _: f"is of type {kinds(wanted)}",
    "const": lambda wanted, show: f"is {show(wanted)}",
    "enum": lambda wanted, show: f"is one of {', '.join(map(show, wanted))}",
    "pattern": lambda wanted, _: f"matches {short(wanted)}",
    "minimum": lambda wanted, _: f"is at least {wanted}",
    "exclusiveMinimum": lambda wanted, _: f"is more than {wanted}",
    "maximum": lambda wanted, _: f"is at most {wanted}",
    "exclusiveMaximum": lambda wanted, _: f"is less than {wanted}",
    "maxLength": lambda wanted, _: f"has at most {wanted} characters",
    "minLength": lambda wanted, _: f"has at least {wanted} characters",
    "required": lambda wanted, _: f"has {listed(wanted)}" if wanted else "",
    "properties": _properties,
    "additionalProperties": lambda wanted, show: f"each member {clause(wanted, show)}",
    "patternProperties": lambda wanted, show: " and ".join(
        f"each member like {short(pattern)} {clause(schema, show)}" for pattern, schema in wanted.items()
    ),
    "not": lambda wanted, show: _negated(wanted, show) if wanted else "is not there",
    "anyOf": lambda wanted, show: f"fits any of: {alternatives(wanted, show)}",
    "oneOf": lambda wanted, show: f"fits one of: {alternatives(wanted, show)}",
    "$ref": lambda wanted, _: f"fits {wanted.rpartition('/')[2]}",
}
"""The keywords that are said, in the order in which that is done."""
