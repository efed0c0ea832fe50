"""With which keys a server is called: those of options, else those of the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contract_tests.provider.providers import CALLERS
from mockserver import environment, nearest

Keys = Mapping[str, Mapping[str, str]]
"""Keys by provider, each by its name there."""


class UnusableKey(ValueError):
    """A key that cannot be used. The text says what is possible, and nothing of the key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A key as an option gives it, for one provider, or for any that has a key of this name."""

    provider: str | None
    name: str
    value: str = field(repr=False)


def given(text: str) -> Given:
    """What `api_key=…` or `ailab.api_key=…` says. Raises UnusableKey."""
    where, equals, value = text.partition("=")
    provider, _, name = where.rpartition(".")
    if not equals or not name or not value:
        raise UnusableKey("a key is given as NAME=VALUE, such as api_key=… or ailab.api_key=…")
    if provider and provider not in CALLERS:
        raise UnusableKey(f"there is no provider {provider!r:.60}; there are {', '.join(CALLERS)}")
    known = CALLERS[provider].names if provider else _all_names()
    if name not in known:
        near = nearest.name(name, known)
        hint = f" Did you mean {near}?" if near else ""
        raise UnusableKey(f"there is no key {name!r:.60}.{hint} There are {', '.join(known)}")
    return Given(provider=provider or None, name=name, value=value)


def found(providers: Sequence[str], options: Sequence[Given], environ: Mapping[str, str]) -> Keys:
    """The keys of the providers of which all are known. Raises UnusableKey where an option cannot be
    meant for one provider, and where a provider has some of its keys and not all."""
    for option in options:
        _check_meant(option, providers)
    return {provider: keys for provider in providers if (keys := _of(provider, options, environ))}


def variables(provider: str) -> tuple[str, ...]:
    """The variables of the environment that have its keys."""
    return tuple(environment.variable(f"{provider}.{name}") for name in CALLERS[provider].names)


def _of(provider: str, options: Sequence[Given], environ: Mapping[str, str]) -> dict[str, str]:
    names = CALLERS[provider].names
    by_option = {one.name: one.value for one in options if one.provider in (None, provider)}
    by_variable = {name: environ.get(environment.variable(f"{provider}.{name}"), "") for name in names}
    keys = {name: by_option.get(name) or by_variable[name] for name in names}
    missing = [name for name, value in keys.items() if not value]
    if missing and len(missing) < len(names):
        raise UnusableKey(f"{provider} needs {' and '.join(names)}; there is no {' and no '.join(missing)}")
    return {} if missing else keys


def _check_meant(option: Given, providers: Sequence[str]) -> None:
    having = [one for one in providers if option.name in CALLERS[one].names]
    if option.provider is None and len(having) != 1:
        which = " or ".join(f"{one}.{option.name}" for one in having) or f"one of {', '.join(providers)}"
        raise UnusableKey(f"for which provider is {option.name}? Say {which}")


def _all_names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for caller in CALLERS.values() for name in caller.names))
