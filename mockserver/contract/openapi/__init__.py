"""OpenAPI 3.1 documents of the providers, made from their interface, schemas and catalogue."""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import version
from typing import Any

from mockserver import catalogue, interface
from mockserver.catalogue import Catalogue
from mockserver.contract.openapi import outline
from mockserver.contract.openapi.answers import callback_answers, media, responses
from mockserver.contract.openapi.bodies import body
from mockserver.contract.openapi.bundle import Bundle, Schema
from mockserver.contract.openapi.outline import Callback, Operation, Outline
from mockserver.contract.openapi.parameters import parameters, path
from mockserver.interface import Call

VERSION = "3.1.0"
DESCRIPTION = (
    "The calls of {title}, as its documents describe them and the mock server answers them. x-source says by "
    "a key of x-sources where something is known from, x-evidence how: documented, observed, or assumed "
    "where nobody says. x-behaviours of an answer are the errors that have its status, and how to cause them."
)
HERE = {"url": "/", "description": "The mock server that this document came from."}


def document(provider: str) -> dict[str, Any]:
    """The OpenAPI document of a provider, as plain data. Raises LookupError for an unknown provider."""
    found: dict[str, Any] = json.loads(printed(provider))
    return found


@cache
def printed(provider: str) -> str:
    """The OpenAPI document of a provider as JSON, indented and with a line end; made once.

    Raises LookupError for an unknown provider."""
    made = _Maker(provider).document()
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


class _Maker:
    """One document in the making."""

    def __init__(self, provider: str) -> None:
        self._catalogue: Catalogue = catalogue.load(provider)
        self._interface = interface.load(provider)
        self._outline: Outline = outline.load(provider)
        self._bundle = Bundle(provider)

    def document(self) -> Schema:
        paths = self._paths()  # before components, which it fills
        return {
            "openapi": VERSION,
            "info": self._info(),
            "servers": _servers(self._catalogue.hosts),
            "tags": [{"name": self._catalogue.provider, "description": self._catalogue.title}],
            "paths": paths,
            "components": {
                "schemas": self._bundle.components,
                "securitySchemes": dict(self._outline.security_schemes),
            },
            "x-sources": {key: _source(one.title, one.url) for key, one in self._catalogue.sources.items()},
        }

    def _info(self) -> Schema:
        title = self._catalogue.title
        of_api = self._catalogue.operation.version
        return {
            "title": title,
            "version": of_api or version("image-api-mockserver"),
            "description": DESCRIPTION.format(title=title),
        }

    def _paths(self) -> Schema:
        paths: Schema = {}
        for call in self._interface.calls:
            said = self._outline.operations[call.operation]
            item = paths.setdefault(path(call), {})
            if said.results:
                item["servers"] = _servers(self._catalogue.result_hosts)
            for number, method in enumerate(call.methods):
                item[method.lower()] = self._operation(call, said, method, first=not number)
        return paths

    def _operation(self, call: Call, said: Operation, method: str, *, first: bool) -> Schema:
        made: Schema = {
            "operationId": call.operation if first else f"{call.operation}-{method.lower()}",
            "tags": [self._catalogue.provider],
            "summary": said.summary,
            "description": said.description,
            "security": [dict(one) for one in said.security],
            "parameters": parameters(self._bundle, call, said, method=method, secured=self._secured),
        }
        if said.bodies and method == "POST":
            made["requestBody"] = body(self._bundle, call, said)
        made["responses"] = self._responses(said, method)
        if said.callback:
            made["callbacks"] = {said.callback.name: self._callback(said.callback)}
        return made

    @property
    def _secured(self) -> frozenset[str]:
        return frozenset(scheme["name"].lower() for scheme in self._outline.security_schemes.values())

    def _responses(self, said: Operation, method: str) -> Schema:
        made = responses(self._bundle, self._catalogue, said)
        if method == "HEAD":
            return {status: {**answer, "content": {}} for status, answer in made.items()}
        return made

    def _callback(self, said: Callback) -> Schema:
        about = self._bundle.files[said.schema]["description"]
        content = media(self._bundle, {"application/json": [said.schema]})
        post = {
            "operationId": said.name,
            "summary": said.summary,
            "description": about,
            "requestBody": {"required": True, "content": content},
            "responses": callback_answers(said.answers),
        }
        return {said.url: {"post": post}}


def _servers(hosts: tuple[str, ...]) -> list[Schema]:
    """The documented hosts, and wherever the document came from."""
    return [*({"url": f"https://{host}", "description": "As documented."} for host in hosts), HERE]


def _source(title: str, url: str | None) -> Schema:
    return {"title": title, **({"url": url} if url else {})}
