"""Control calls: everything that the providers can do, with where it is known from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mockserver import catalogue
from mockserver.control.call import Asked, Call
from mockserver.control.errors import Refused, near
from mockserver.providers import PROVIDERS

PATH = "/_mock/catalogue"


def every(asked: Asked) -> Any:
    """The catalogues of all providers, by their names."""
    return {"providers": {provider: _catalogue(provider) for provider in catalogue.providers()}}


def one(asked: Asked) -> Any:
    """The catalogue of one provider."""
    return _catalogue(known_provider(asked))


def known_provider(asked: Asked) -> str:
    """The provider that the path names. Raises Refused when there is none."""
    provider = asked.path["provider"]
    known = catalogue.providers()
    if provider not in known:
        close = " or ".join(near(provider, known))
        there = f"did you mean {close}? There" if close else "there"
        text = f"there is no provider {provider!r:.100}; {there} are {', '.join(known)}"
        raise Refused(404, text, kind="provider", at="provider", possible=known)
    return provider


def _catalogue(name: str) -> dict[str, Any]:
    found = catalogue.load(name)
    provider = next(one for one in PROVIDERS if one.name == name)
    return {
        "provider": found.provider,
        "title": found.title,
        "operation": asdict(found.operation),
        "hosts": found.hosts,
        "result_hosts": found.result_hosts,
        "settings": [{**asdict(one), "possible": one.possible} for one in provider.settings],
        "behaviours": [asdict(behaviour) for behaviour in found],
        "sources": {key: asdict(source) for key, source in found.sources.items()},
        "left_out": found.left_out,
    }


CALLS = (
    Call(
        method="GET",
        path=PATH,
        does="All behaviours of all providers: provenance, cause, wire form; and the settings.",
        handler=every,
    ),
    Call(method="GET", path=f"{PATH}/{{provider}}", does="Those of one provider.", handler=one),
)
