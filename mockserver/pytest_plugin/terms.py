"""The terms of a test: how its sandbox is set, and which findings may fail it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from mockserver.pytest_plugin.options import FailOn, Options

if TYPE_CHECKING:
    import pytest

    from mockserver.contract.rules import Level

MARKER = "mockserver"
JUDGEMENT = ("allow", "fail_on")
"""What a marker can say besides settings."""

Settings = Mapping[str, Mapping[str, Any]]
"""Settings by provider, and by their names there."""


class TermsError(Exception):
    """A marker or an option that cannot be meant. The text says what is possible."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """`settings` are those of the markers; `allow` are ids of rules that may be broken."""

    settings: Settings = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    fail_on: FailOn = FailOn.MUST

    @classmethod
    def of(cls, item: pytest.Item, options: Options) -> Terms:
        """Those of a test: of its markers, the closest last, then of the run. Raises TermsError."""
        settings: Settings = {}
        allow, fail_on = options.allow, options.fail_on
        for marker in reversed(list(item.iter_markers(MARKER))):
            if marker.args:
                raise TermsError(f"it takes names, such as qps=None; not {marker.args[0]!r:.100}")
            settings = merged(settings, _settings(marker.kwargs))
            allow = (*allow, *_ids(marker.kwargs.get("allow", ())))
            fail_on = _fail_on(marker.kwargs.get("fail_on", fail_on))
        return cls(settings=settings, allow=tuple(dict.fromkeys(checked(allow))), fail_on=fail_on)

    @property
    def limit(self) -> Level | None:
        """The lowest level of the findings that fail the test."""
        from mockserver.contract.rules import Level

        return {FailOn.MUST: Level.MUST, FailOn.SHOULD: Level.SHOULD, FailOn.NEVER: None}[self.fail_on]


def merged(some: Settings, more: Settings) -> Settings:
    """Settings of both, those of `more` where both have one."""
    return {
        provider: {**some.get(provider, {}), **more.get(provider, {})}
        for provider in dict.fromkeys((*some, *more))
    }


def checked(ids: Iterable[str]) -> Iterator[str]:
    """Ids of rules, in their order. Raises TermsError for one that there is not."""
    known = _rules()
    for one in ids:
        if one not in known:
            raise TermsError(f"there is no rule {one!r:.100}{_near(one, known)}")
        yield one


def _settings(named: Mapping[str, Any]) -> Settings:
    """What a marker says of settings: those of all providers first, then those of one."""
    known = _known()
    shared: dict[str, dict[str, Any]] = {}
    own: dict[str, Mapping[str, Any]] = {}
    for name, value in named.items():
        if name in known:
            if not isinstance(value, Mapping):
                raise TermsError(f"{name} is a provider, and takes a dict of settings; not {value!r:.100}")
            own[name] = value
        elif name not in JUDGEMENT:
            for provider in _providers_with(name, known):
                shared.setdefault(provider, {})[name] = value
    return merged(shared, own)


def _providers_with(setting: str, known: Mapping[str, Collection[str]]) -> list[str]:
    found = [provider for provider, settings in known.items() if setting in settings]
    if not found:
        names = sorted({name for settings in known.values() for name in settings})
        possible = (*JUDGEMENT, *known, *names)
        raise TermsError(f"no provider has a setting {setting!r}{_near(setting, possible)}")
    return found


@cache
def _known() -> Mapping[str, Collection[str]]:
    from mockserver.providers import PROVIDERS

    return {one.name: tuple(setting.name for setting in one.settings) for one in PROVIDERS}


def _ids(allow: Any) -> Iterable[str]:
    if isinstance(allow, str) or not isinstance(allow, Iterable):
        raise TermsError(f"allow is a list of ids of rules, such as ['PIC-POLL-07']; not {allow!r:.100}")
    return map(str, allow)


@cache
def _rules() -> tuple[str, ...]:
    from mockserver.contract import rules

    return tuple(rule.id for rule in rules.ALL)


def _fail_on(value: Any) -> FailOn:
    try:
        return FailOn(value)
    except ValueError:
        possible = ", ".join(repr(one.value) for one in FailOn)
        raise TermsError(f"fail_on is {value!r:.100}; it can be {possible}") from None


def _near(name: str, possible: Iterable[str]) -> str:
    names = tuple(possible)
    near = get_close_matches(name[:100], names, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"
