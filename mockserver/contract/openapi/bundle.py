"""The schemas of a provider as the components of one document.

Each file and each of its definitions is a component; references lead to components, and what is not referred
to is left out. The examples of a file stand where its content is, not in its component.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.contract.openapi.patterns import ELLIPSIS, as_sent, without_asides
from mockserver.contract.schema import schemas

COMPONENTS = "#/components/schemas/"
LEFT_OUT = frozenset({"$schema", "$id", "$defs", "x-meaning"})
NAMED = frozenset({"properties", "patternProperties", "dependentSchemas"})
"""Keywords whose values are schemas by name."""
VALUES = frozenset({"const", "enum", "examples", "default", "required"})
Schema = dict[str, Any]


class Bundle:
    """Components that grow by what is referred to."""

    def __init__(self, provider: str) -> None:
        self.files = schemas(provider)
        self._known = self._names()
        self._components: dict[str, Schema] = {}

    @property
    def components(self) -> dict[str, Schema]:
        """All schemas that were referred to so far, and those that they refer to, by name."""
        return dict(sorted(self._components.items()))

    def reference(self, schema: str) -> Schema:
        """A reference to `error`, a file, or `common#page`, a definition in one."""
        file, _, definition = schema.partition("#")
        name = self._known[file, definition]
        if name not in self._components:
            self._components[name] = {}  # a schema may refer to itself
            found = self.files[file]
            part = found["$defs"][definition] if definition else {**found, "examples": []}
            self._components[name] = _required_apart(self.schema(part, file))
        return {"$ref": COMPONENTS + name}

    def at(self, file: str, pointer: str) -> Mapping[str, Any]:
        """The part of a file that a pointer such as `#/properties/fields` leads to, references followed.

        Raises LookupError when there is none."""
        part: Any = self.files[file]
        for step in pointer.split("/")[1:]:
            part = self.followed(part, file)[0][step]
        return self.followed(part, file)[0]

    def followed(self, part: Mapping[str, Any], file: str) -> tuple[Mapping[str, Any], str]:
        """A schema with what it refers to, its own keywords first, and the file that it comes from."""
        if "$ref" not in part:
            return part, file
        other, _, definition = _target(part["$ref"], file).partition("#")
        found = self.files[other]["$defs"][definition] if definition else self.files[other]
        return {**found, **{key: value for key, value in part.items() if key != "$ref"}}, other

    def schema(self, part: Any, file: str) -> Any:
        """A part of a file as it stands in the document."""
        if isinstance(part, Sequence) and not isinstance(part, str):
            return [self.schema(one, file) for one in part]
        if not isinstance(part, Mapping):
            return part
        kept = {key: self._keyword(key, value, file) for key, value in part.items() if key not in LEFT_OUT}
        return {key: value for key, value in kept.items() if key != "examples" or value}

    def _keyword(self, key: str, value: Any, file: str) -> Any:
        if key == "$ref":
            return self.reference(_target(value, file))["$ref"]
        if key == "pattern":
            return as_sent(value)
        if key == "description":
            return without_asides(value)
        if key == "examples":
            return [one for one in value if not shortened(one)]
        if key in VALUES:
            return value
        if key in NAMED:
            return {name: self.schema(one, file) for name, one in value.items()}
        return self.schema(value, file)

    def _names(self) -> Mapping[tuple[str, str], str]:
        definitions = [
            (file, name) for file, schema in self.files.items() for name in schema.get("$defs", ())
        ]
        shared = Counter(name for _, name in definitions)
        names = {(file, ""): file for file in self.files}
        for file, name in definitions:
            names[file, name] = name if shared[name] == 1 and name not in self.files else f"{file}.{name}"
        return names


def shortened(value: Any) -> bool:
    """Whether there is something in a value that the journal has shortened."""
    if isinstance(value, Mapping):
        return any(map(shortened, value.values()))
    if isinstance(value, list):
        return any(map(shortened, value))
    return isinstance(value, str) and ELLIPSIS in value


def _required_apart(schema: Schema) -> Schema:
    """The same schema, as validators of documents want it: beside allOf, what is required has a property."""
    apart = [name for name in schema.get("required", ()) if name not in schema.get("properties", {})]
    if not apart or "allOf" not in schema:
        return schema
    kept = [name for name in schema["required"] if name not in apart]
    rest = {key: value for key, value in schema.items() if key != "required"}
    return {**rest, **({"required": kept} if kept else {}), "allOf": [*schema["allOf"], {"required": apart}]}


def _target(reference: str, file: str) -> str:
    """What a reference in a file leads to, as `error` or `common#page`."""
    path, _, pointer = reference.partition("#")
    name = path.removesuffix(".json") or file
    definition = pointer.removeprefix("/$defs/")
    return f"{name}#{definition}" if definition else name
