"""Answers of a call: successes by their schemas, and errors by the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from mockserver.catalogue import Behaviour, Catalogue, Error
from mockserver.contract.openapi.bundle import COMPONENTS, Bundle, Schema
from mockserver.contract.openapi.outline import BYTES, Content, Operation

STATUSES = ("status", "error_code", "httpCode")
"""Where the bodies of errors name their status."""
Noted = tuple[Behaviour, str | None]
"""A behaviour, and when it has a status, if that depends."""


def responses(bundle: Bundle, catalogue: Catalogue, outline: Operation) -> Schema:
    """All that a call can answer, by status."""
    errors = _errors(catalogue, outline.behaviours)
    statuses = sorted({*outline.answers, *errors})
    return {status: _response(bundle, outline, status, errors.get(status, [])) for status in statuses}


def media(bundle: Bundle, content: Content, *, status: str = "200") -> Schema:
    """What there can be in a message, by media type, with the examples that go with a status."""
    return {media_type: _media(bundle, media_type, names, status) for media_type, names in content.items()}


def _errors(catalogue: Catalogue, patterns: Iterable[str]) -> Mapping[str, list[Noted]]:
    found: dict[str, list[Noted]] = defaultdict(list)
    for behaviour in catalogue:
        short = behaviour.id.removeprefix(f"{catalogue.provider}.")
        if behaviour.error and any(fnmatchcase(short, pattern) for pattern in patterns):
            for status, when in _statuses(behaviour.error):
                found[str(status)].append((behaviour, when))
    return found


def _statuses(error: Error) -> Iterator[tuple[int, str | None]]:
    """Each status that an error can have, and when."""
    others = (
        (error.status_before_2026_01_08, "as it was before 2026-01-08"),
        (error.http_code, "where HTTP has the status of the body"),
        (error.v4.status if error.v4 else None, "with a link of signature version 4"),
    )
    yield error.status, None
    for status, when in others:
        if status not in (None, error.status):
            assert status is not None
            yield status, when


def _response(bundle: Bundle, outline: Operation, status: str, errors: list[Noted]) -> Schema:
    content: dict[str, list[str]] = defaultdict(list)
    for said in (outline.answers.get(status, {}), outline.errors if errors else {}):
        for media_type, names in said.items():
            content[media_type] += names
    response: Schema = {"description": _description(bundle, outline, status, errors)}
    if content:
        response["content"] = media(bundle, content, status=status)
    if errors:
        response["x-behaviours"] = [_noted(behaviour, when) for behaviour, when in errors]
    return response


def _description(bundle: Bundle, outline: Operation, status: str, errors: list[Noted]) -> str:
    success = outline.answers.get(status, {})
    names = dict.fromkeys(name for some in success.values() for name in some if name in bundle.files)
    told = [bundle.files[name]["description"] for name in names] or [_phrase(HTTPStatus(int(status)))]
    lines = [f"- {_line(behaviour, when)}" for behaviour, when in errors]
    kinds = ["Or an error:" if success else "One of:", *lines] if errors else []
    return "\n".join([" ".join(told), *(["", kinds[0], "", *kinds[1:]] if kinds else [])])


def _phrase(status: HTTPStatus) -> str:
    return f"{status.phrase if status >= HTTPStatus.BAD_REQUEST else status.description}."


def _line(behaviour: Behaviour, when: str | None) -> str:
    assert behaviour.error is not None
    known = ", ".join(filter(None, (when, behaviour.provenance.kind.value)))
    return f"`{behaviour.error.code}`: {behaviour.summary} ({known})"


def _noted(behaviour: Behaviour, when: str | None) -> Schema:
    assert behaviour.error is not None
    provenance = behaviour.provenance
    return {
        "id": behaviour.id,
        "code": behaviour.error.code,
        "message": behaviour.error.texts[behaviour.error.default_language],
        **({"when": when} if when else {}),
        "cause": behaviour.cause.how,
        "x-evidence": provenance.kind.value,
        "x-source": list(provenance.sources),
    }


def _media(bundle: Bundle, media_type: str, names: Iterable[str], status: str) -> Schema:
    schemas = [_content(bundle, media_type, name) for name in names]
    examples = {
        f"{name}-{number}": {"value": example}
        for name in names
        if name in bundle.files and "xml" not in media_type
        for number, example in enumerate(bundle.files[name].get("examples", ()), 1)
        if isinstance(example, str) == media_type.startswith("text/") and _goes_with(example, status)
    }
    said: Schema = {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
    return {**said, **({"examples": examples} if examples else {})}


def _goes_with(example: Any, status: str) -> bool:
    """Whether a body can have an HTTP status: an error that names another one cannot, save for 200."""
    if status == "200" or not isinstance(example, Mapping):
        return True
    named = {str(example[name]) for name in STATUSES if name in example}
    return not named or status in named


def _content(bundle: Bundle, media_type: str, name: str) -> Schema:
    """A schema of a body. That of XML, which has the document as a mapping, is led to its root."""
    if name == BYTES:
        return {"type": "string", "contentMediaType": media_type}
    reference = bundle.reference(name)
    if "xml" not in media_type:
        return reference
    [root] = bundle.files[name]["required"]
    assert reference["$ref"].startswith(COMPONENTS)
    return {"$ref": f"{reference['$ref']}/properties/{root}", "xml": {"name": root}}


def callback_answers(answers: Mapping[str, str]) -> dict[str, Any]:
    """What a client can answer to a callback."""
    return {status: {"description": description} for status, description in answers.items()}
