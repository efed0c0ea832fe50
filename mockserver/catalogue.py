"""The catalogue of a provider: everything it can do, read from `schemas/<provider>/catalogue.json`.

A behaviour is one thing that a provider can do and a test can meet: an error, an option, a lifetime.
It has an id such as `ailab.error.ERROR_LOW_RESOLUTION`, says where it is known from and what brings it about.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

LONGEST = 100
"""Characters of an unknown id that are looked at and repeated."""


class UnknownBehaviour(KeyError):
    """No behaviour has this id; the text names the nearest ids."""

    def __str__(self) -> str:
        return str(self.args[0])


class Kind(StrEnum):
    """What sort of thing a behaviour is."""

    ERROR = "error"
    SUCCESS = "success"
    OPTION = "option"
    FORMAT = "format"
    AUTHENTICATION = "authentication"
    LIFETIME = "lifetime"
    LANGUAGE = "language"
    STATE = "state"
    """How a piece of work stands, inside an answer that is itself a success."""
    FAILURE = "failure"
    """How a piece of work ended without a result, inside an answer that is itself a success."""


class Evidence(StrEnum):
    """How a behaviour is known."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


class Trigger(StrEnum):
    """What can bring a behaviour about: an honest request, or only a fault."""

    REQUEST = "request"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A public place where behaviours are known from."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The documented call: its HTTP methods and path, and what an action-style API adds to them."""

    name: str
    methods: tuple[str, ...]
    path: str
    action: str | None = None
    version: str | None = None
    service: str | None = None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How and from which sources (keys of `Catalogue.sources`) a behaviour is known, and what was chosen."""

    kind: Evidence
    sources: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Who brings a behaviour about, and how."""

    by: Trigger
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """How an older generation of the provider's envelope named and worded an error, where it differs."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkError:
    """How a result link of another signature version gets an error, where it differs."""

    status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """An error as it stands on the wire: HTTP status, the provider's code, and its texts by language.

    `variants` are further texts of the same code by name. `defaults` fill placeholders that get no value.
    `http_code` is the status that the body names, where that differs from the HTTP status. `ec` is the
    diagnostic code of the storage behind results, by version of the link's signature; `v4` is what a link of
    version 4 gets instead.
    """

    status: int
    code: str
    texts: Mapping[str, str] = field(hash=False)
    variants: Mapping[str, Mapping[str, str]] = field(hash=False)
    defaults: Mapping[str, str] = field(hash=False)
    default_language: str
    status_before_2026_01_08: int | None = None
    former: Former | None = None
    http_code: int | None = None
    ec: Mapping[str, str] = field(default_factory=dict, hash=False)
    v4: LinkError | None = None

    def message(self, language: str | None = None, variant: str | None = None, **values: object) -> str:
        """The text in a language such as `zh-CN` or `en`, its placeholders filled with the values.

        A language without a text falls back to the default one. Raises ValueError for an unknown variant or
        for a value that the text has no placeholder for.
        """
        if variant is not None and variant not in self.variants:
            raise ValueError(f"{self.code} has no variant {variant!r}; it has {_listed(self.variants)}")
        texts = self.texts if variant is None else self.variants[variant]
        text = texts.get((language or "")[:2].lower(), texts[self.default_language])
        if surplus := values.keys() - placeholders(text):
            raise ValueError(f"{self.code} has no placeholder for {_listed(surplus)} in {text!r}")
        return text.format_map({**self.defaults, **values})


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One documented thing that a provider can do.

    `message` is what the answer says of a success, a state or a failure, in the provider's words; `variants`
    are further such texts by name. An error has its own."""

    id: str
    kind: Kind
    summary: str
    provenance: Provenance
    cause: Cause
    error: Error | None = None
    message: str | None = None
    variants: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All behaviours of a provider, in the order of its file; look one up by full or by short id."""

    provider: str
    title: str
    operation: Operation
    hosts: tuple[str, ...]
    result_hosts: tuple[str, ...]
    sources: Mapping[str, Source] = field(hash=False)
    left_out: Mapping[str, str] = field(hash=False)
    by_id: Mapping[str, Behaviour] = field(hash=False, repr=False)

    def __iter__(self) -> Iterator[Behaviour]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def __contains__(self, behaviour_id: object) -> bool:
        return behaviour_id in self.by_id or f"{self.provider}.{behaviour_id}" in self.by_id

    def __getitem__(self, behaviour_id: str) -> Behaviour:
        """The behaviour of this id, with or without the provider's name. Raises UnknownBehaviour."""
        found = self.by_id.get(behaviour_id) or self.by_id.get(f"{self.provider}.{behaviour_id}")
        if found is None:
            raise UnknownBehaviour(self._near_miss(behaviour_id))
        return found

    def error(self, code: str) -> Error:
        """The error of this code, such as `InvalidAction`. Raises UnknownBehaviour."""
        error = self[f"error.{code}"].error
        assert error is not None
        return error

    @property
    def errors(self) -> tuple[Behaviour, ...]:
        """The behaviours of kind error."""
        return tuple(behaviour for behaviour in self if behaviour.kind is Kind.ERROR)

    @property
    def by_request(self) -> tuple[Behaviour, ...]:
        """The behaviours that a request can bring about without a fault."""
        return tuple(behaviour for behaviour in self if behaviour.cause.by is Trigger.REQUEST)

    def _near_miss(self, behaviour_id: str) -> str:
        prefix = f"{self.provider}."
        folded = {known.removeprefix(prefix).casefold(): known for known in self.by_id}
        wanted = behaviour_id.removeprefix(prefix)[:LONGEST].casefold()
        near = get_close_matches(wanted, folded, n=3, cutoff=0.6)
        near = near or [known for known in folded if wanted in known][:3]
        hint = f"; did you mean {', '.join(folded[name] for name in near)}?" if near else ";"
        unknown = f"{self.provider} has no behaviour {behaviour_id[:LONGEST]!r}{hint}"
        return f"{unknown} mockserver catalogue {self.provider} lists them all"


def placeholders(text: str) -> frozenset[str]:
    """The names that stand in braces in a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


@cache
def providers() -> tuple[str, ...]:
    """The names of the providers that have a catalogue, in alphabetical order."""
    folders = files("mockserver.schemas").iterdir()
    return tuple(sorted(folder.name for folder in folders if folder.joinpath("catalogue.json").is_file()))


@cache
def load(provider: str) -> Catalogue:
    """The catalogue of a provider, read once. Raises LookupError when the provider has none."""
    if provider not in providers():
        raise LookupError(f"there is no catalogue of {provider!r:.100}, only of {_listed(providers())}")
    file = files("mockserver.schemas").joinpath(provider, "catalogue.json")
    return _catalogue(json.loads(file.read_text(encoding="utf-8")))


def _catalogue(raw: Mapping[str, Any]) -> Catalogue:
    return Catalogue(
        provider=raw["provider"],
        title=raw["title"],
        operation=Operation(**_with_tuples(raw["operation"])),
        hosts=tuple(raw["hosts"]),
        result_hosts=tuple(raw["result_hosts"]),
        sources={name: Source(**source) for name, source in raw["sources"].items()},
        left_out=raw["left_out"],
        by_id={entry["id"]: _behaviour(entry) for entry in raw["behaviours"]},
    )


def _behaviour(raw: Mapping[str, Any]) -> Behaviour:
    provenance, cause = raw["provenance"], raw["cause"]
    return Behaviour(
        id=raw["id"],
        kind=Kind(raw["kind"]),
        summary=raw["summary"],
        provenance=Provenance(**_with_tuples(provenance) | {"kind": Evidence(provenance["kind"])}),
        cause=Cause(by=Trigger(cause["by"]), how=cause["how"]),
        error=_error(raw["error"]) if "error" in raw else None,
        message=raw.get("message"),
        variants=raw.get("variants", {}),
    )


def _error(raw: Mapping[str, Any]) -> Error:
    message = raw["message"]
    return Error(
        status=raw["status"],
        code=raw["code"],
        texts={"en": message} if isinstance(message, str) else message,
        variants=raw.get("variants", {}),
        defaults=raw.get("defaults", {}),
        default_language=raw.get("default_language", "en"),
        status_before_2026_01_08=raw.get("status_before_2026_01_08"),
        former=Former(**raw["former"]) if "former" in raw else None,
        http_code=raw.get("http_code"),
        ec=raw.get("ec", {}),
        v4=LinkError(**raw["v4"]) if "v4" in raw else None,
    )


def _with_tuples(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"
