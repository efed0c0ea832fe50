"""Values of options that are more than a text: a setting, a fault, a variable, a rule, a report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mockserver import nearest
from mockserver.catalogue import UnknownBehaviour
from mockserver.damage.options import FaultError
from mockserver.damage.table import DAMAGES
from mockserver.faults import Fault
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Provider
from mockserver.settings import SettingError, changed, defaults

LITERALS = {"None": None, "True": True, "False": False}
"""As the messages of settings have them; JSON says null, true, false."""
CHOSEN = ("operation", "nth", "times", "probability", "seed")
"""What selects the exchanges that a fault strikes; any other name is an option of the damage."""
NUMBERS = frozenset({"number", "whole"})
NOTHING = frozenset({"null", "None"})
ENDINGS = (".html", ".json", ".xml", ".txt")


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A setting of a provider, and what it is to be."""

    provider: str
    name: str
    value: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """A variable of the environment, and the template that its value is made from."""

    name: str
    template: str


def change(text: str) -> Change:
    """What `picwish.polls=3` says. Raises click.BadParameter."""
    where, equals, wanted = text.partition("=")
    provider_name, dot, name = where.partition(".")
    if not equals or not dot:
        raise click.BadParameter(f"{text!r:.200} is not PROVIDER.NAME=VALUE, such as picwish.polls=3")
    with _told():
        provider = _provider(provider_name)
        chosen = any(one.name == name and one.kind == "choice" for one in provider.settings)
        value = wanted if chosen else _value(wanted)
        changed(provider.name, provider.settings, defaults(provider.settings), {name: value})
    return Change(provider=provider.name, name=name, value=value)


def fault(text: str) -> Fault:
    """What `ailab.http.delay,seconds=0.1,times=null` says. Raises click.BadParameter."""
    what, *pairs = re.split(r",(?=\s*\w+=)", text)
    provider_name, dot, effect = what.strip().partition(".")
    if not dot:
        raise click.BadParameter(f"{text!r:.200} is not PROVIDER.EFFECT, such as picwish.state.-8")
    with _told():
        return _fault(_provider(provider_name), effect, pairs)


def variable(text: str) -> Variable:
    """What `API_KEY={ailab.api_key}` says. Raises click.BadParameter."""
    name, equals, template = text.partition("=")
    if not equals or not name.strip():
        raise click.BadParameter(f"{text!r:.200} is not NAME=TEMPLATE, such as API_KEY={{ailab.api_key}}")
    return Variable(name=name, template=template)


def rule(text: str) -> str:
    """The id of a rule, such as `PIC-POLL-07`. Raises click.BadParameter."""
    from mockserver.contract import rules

    known = [one.id for one in rules.ALL]
    if text.upper() not in known:
        raise click.BadParameter(f"there is no rule {text!r:.100}.{_hint(text, known)}")
    return text.upper()


def report(text: str) -> Path:
    """Where a report goes: `report.html`, or a folder. Raises click.BadParameter."""
    path = Path(text)
    if path.suffix and path.suffix.lower() not in ENDINGS and not path.is_dir():
        raise click.BadParameter(f"{text} must end in {', '.join(ENDINGS)}, or be a folder")
    return path


@contextmanager
def _told() -> Iterator[None]:
    """Tell what is possible."""
    try:
        yield
    except UnknownBehaviour as error:
        raise click.BadParameter(str(error)) from error
    except (LookupError, SettingError, FaultError) as error:
        raise click.BadParameter(str(error.args[0])) from error


def _fault(provider: Provider, effect: str, pairs: Sequence[str]) -> Fault:
    damage = DAMAGES.get(effect)
    texts = {one.name for one in damage.options if one.kind not in NUMBERS} if damage else set()
    given = {
        name: text if name in texts and text not in NOTHING else _value(text)
        for name, _, text in (pair.strip().partition("=") for pair in pairs)
    }
    chosen = {name: given.pop(name) for name in CHOSEN if name in given}
    return Fault.of(provider.name, effect, operations=provider.operations, options=given, **chosen)


def _provider(name: str) -> Provider:
    for one in PROVIDERS:
        if one.name == name:
            return one
    raise LookupError(f"there is no provider {name!r:.100}.{_hint(name, [one.name for one in PROVIDERS])}")


def _hint(name: str, known: Sequence[str]) -> str:
    near = nearest.name(name, known)
    return f" Did you mean {near}?" if near else f" There are {', '.join(known)}"


def _value(text: str) -> Any:
    """JSON, or else the text itself."""
    if text in LITERALS:
        return LITERALS[text]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
