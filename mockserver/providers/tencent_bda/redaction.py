"""What the journal shows of a request: enough to recognise a credential by, and no megabytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import orjson

from mockserver.journal import MAX_TEXT, redacted, shortened
from mockserver.providers.tencent_bda.signing import AUTHORIZATION

SECRET_PARAMETERS = ("SecretId", "Signature", "Token")
MAX_FIELDS = 64
"""Parameters of one request that are kept."""

IN_HEADER = re.compile(r"(Credential=|Signature=)([^/,\s]*)")
IN_QUERY = re.compile(r"(?<![^&?])(SecretId=|Signature=|Token=)([^&]*)")
IN_SIGNED_TEXT = re.compile(r"(SecretId=|Token=|x-tc-token:)([^&\n]*)", re.IGNORECASE)


def authorization(value: str) -> str:
    """An Authorization header: its credentials masked, or all of it when it has another form."""
    if AUTHORIZATION.fullmatch(value.strip()) is None:
        return redacted(value)
    return IN_HEADER.sub(_masked, value)


def query(text: str) -> str:
    """A query string as received."""
    return shortened(IN_QUERY.sub(_masked, text))


def signed_text(text: str) -> str:
    """A canonical request, a string to sign, or a line of one."""
    return shortened(IN_SIGNED_TEXT.sub(_masked, text))


def fields(content: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The parameters of a request."""
    pairs = content.items() if isinstance(content, Mapping) else content
    return {shortened(name): _value(name, value) for name, value in islice(pairs, MAX_FIELDS)}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value) if name in SECRET_PARAMETERS else shortened(value)
    try:
        text = orjson.dumps(value)
    except TypeError:
        return "… (nested too deeply)"
    return value if len(text) <= MAX_TEXT else shortened(text.decode())


def _masked(match: re.Match[str]) -> str:
    return match[1] + redacted(match[2])
