"""Environment variables that tell a client where a sandbox is and with which keys, and texts made of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import Any

from mockserver import nearest
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Provider
from mockserver.remote import RemoteSandbox
from mockserver.running import RunningSandbox

URL = "MOCKSERVER_URL"
SANDBOX = "MOCKSERVER_SANDBOX"
TOKEN = "MOCKSERVER_CONTROL_TOKEN"
COMMON: Mapping[str, str] = {"url": URL, "sandbox": SANDBOX, "token": TOKEN}
"""The fields that belong to no provider, and their variables."""


class TemplateError(ValueError):
    """A template that cannot be filled. The text says what is possible, and `possible` lists the fields."""

    def __init__(self, text: str, *, possible: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.possible = possible


def variables(
    sandbox: RunningSandbox | RemoteSandbox, server_url: str, token: str | None = None
) -> dict[str, str]:
    """The variables of a sandbox: MOCKSERVER_URL, MOCKSERVER_SANDBOX, MOCKSERVER_CONTROL_TOKEN if there is a
    token, and for each provider its URL and keys, such as MOCKSERVER_AILAB_API_KEY."""
    return {variable(field): value for field, value in values(sandbox, server_url, token).items()}


def values(
    sandbox: RunningSandbox | RemoteSandbox, server_url: str, token: str | None = None
) -> dict[str, str]:
    """The same by the names that templates have for them: `url`, `sandbox`, `token`, `ailab.api_key`."""
    given = {"url": server_url, "sandbox": sandbox.id}
    if token is not None:
        given["token"] = token
    for provider in PROVIDERS:
        access = sandbox.access(provider.name)
        given |= {field: getattr(access, field.partition(".")[2]) for field in fields(provider)}
    return given


def variable(field: str) -> str:
    """The variable of a field: MOCKSERVER_AILAB_API_KEY for `ailab.api_key`."""
    return COMMON.get(field) or f"MOCKSERVER_{field.replace('.', '_').upper()}"


def fields(provider: Provider) -> tuple[str, ...]:
    """The fields of a provider, such as `ailab.url` and `ailab.api_key`."""
    return tuple(f"{provider.name}.{name}" for name in _public(provider.access))


def credentials(provider: Provider) -> tuple[str, ...]:
    """Those of its fields that its clients always need: `ailab.api_key`, or an id and a secret."""
    kind, underscore, _ = provider.keys[0].rpartition("_")
    return tuple(
        field for field in fields(provider) if field.startswith(f"{provider.name}.{kind}{underscore}")
    )


def filled(template: str, given: Mapping[str, str]) -> str:
    """A text whose fields in braces, such as `{ailab.url}/api`, are filled from `values`; `{{` is a brace.

    Nothing but the fields can be reached: no attribute, no index, no format. Raises TemplateError."""
    return "".join(_parts(template, given))


def _parts(template: str, given: Mapping[str, str]) -> Iterator[str]:
    try:
        parsed = list(Formatter().parse(template))
    except ValueError as error:
        raise TemplateError(f"{template!r:.200}: {error}; {{{{ and }}}} stand for braces") from error
    for literal, field, spec, conversion in parsed:
        yield literal
        if field is None:
            continue
        name = field + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        if name not in given:
            raise _no_field(name, given)
        yield given[name]


def _no_field(field: str, given: Mapping[str, str]) -> TemplateError:
    owner, dot, name = field.partition(".")
    owners = tuple(dict.fromkeys(one.partition(".")[0] for one in given if "." in one))
    if dot and owner not in (*owners, *given):
        meant = nearest.name(owner, owners)
        field_meant = f"{meant}.{name}"
        near = f"{{{field_meant}}}" if field_meant in given else meant
        text = f"there is no provider {owner!r:.100}. {_advice(near, owners)}"
    else:
        found = nearest.name(field, tuple(given))
        near = f"{{{found}}}" if found else None
        text = f"there is no field {{{field:.100}}}. {_advice(near, [f'{{{one}}}' for one in given])}"
    return TemplateError(text, possible=tuple(given))


def _advice(near: str | None, known: Sequence[str]) -> str:
    return f"Did you mean {near}?" if near else f"There are {', '.join(known)}"


def _public(access: Any) -> list[str]:
    """What is public of a way to reach a provider: what it is made from, then what follows from that."""
    made = [field.name for field in dataclasses.fields(access)]
    return made + [name for name in vars(access) if isinstance(vars(access)[name], property)]
