"""What a journal hides: whoever reads it can recognise a credential, but not use it.

Hidden are, by the name of what holds them, API keys, secret keys, tokens, passwords, cookies and signatures:
in headers, queries, fields, the URLs in them, and answers. A credential that this server has minted is hidden
wherever it stands, in a path or in a note just as well, by its shape (`SHAPES`). The names of accounts, such
as appId or OSSAccessKeyId, are no secrets.

The explanation of a refused signature has its canonical request, its string to sign, the signature that was
received, and the one that would have been right: without the last nobody can compare. It is good for that one
request, of a credential of this mock, and a secret key cannot be computed from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

MAX_TEXT = 2048
"""Characters of one field or of an answer that are kept; the rest is told by its length."""
MAX_LEVELS = 200
"""How deeply a value may nest."""
TOKEN_MARK = "70ce70ce"
"""Stands in each token that this server gives out, after the eight digits of its sandbox."""
SHAPES = re.compile(
    rb"mock-(?:[a-z]+-)*(?:key|secret|token)-[0-9a-z-]+!?"
    rb"|AKIDmock[0-9a-z]+"
    rb"|[0-9a-f]{8}" + TOKEN_MARK.encode() + rb"[0-9a-f]{16}"
)
"""The secrets that this server mints, and the ids of Tencent's keys."""

_MOCK = re.compile(rb"mock(?:-(?:[a-z]+-)*(?:key|secret|token)-|(?<=AKIDmock)[0-9a-z])")
_MARK = TOKEN_MARK.encode()
_CONTAINERS = (dict, list, tuple)
_SECRET_NAME = re.compile(
    r"secret|passw|token|api[-_ ]?key|authorization|cookie|sign(?:ature)?$|(?:^|[-_])sig$", re.IGNORECASE
)
_HIDDEN = re.compile(r"(?:.{6})?…(?: \(\d+ characters\))?", re.DOTALL)
_TC3 = re.compile(r"(Credential=|Signature=)([^/,\s]*)")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S", re.IGNORECASE)
_USER = re.compile(r"(://)[^/?#@\s]*@")
_PAIR = re.compile(r"(?:(?<=[?&;\n])|^)([^=&;?\s:]{1,100})([=:])([^&;#\n]*)")
_PARAMETER = re.compile(r"([?&]|\\u0026|&amp;)([\w.-]{1,60})=([^&\\\"'<>\s]+)")
_MEMBER = re.compile(r'"([\w.-]{1,60})"(\s*:\s*)"((?:[^"\\]|\\.)+)"')


class NestsTooDeeply(ValueError):
    """A value has more than MAX_LEVELS levels."""


def shortened(value: str) -> str:
    """A text as the journal keeps it: whole when short, else its beginning and its length."""
    return value if len(value) <= MAX_TEXT else f"{value[:80]}… ({len(value)} characters)"


def redacted(secret: str) -> str:
    """Enough of a credential to recognise it by, and no more."""
    return f"{secret[:6]}… ({len(secret)} characters)" if len(secret) > 8 else "…"


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether what has such a name (of a header, a parameter, a field) is to be hidden."""
    return _SECRET_NAME.search(name) is not None


def hidden(value: str) -> str:
    """A secret as `redacted`, unless it is already."""
    return value if _HIDDEN.fullmatch(value) else redacted(value)


def headers(
    pairs: Sequence[tuple[str, str]], *, secret: Collection[str] | None = None
) -> Sequence[tuple[str, str]]:
    """The headers of a request or an answer; names are lower-case, and `secret` are those to be hidden, where
    it is known."""
    hide = [name for name, _ in pairs if is_secret(name)] if secret is None else secret
    if not hide:
        return pairs
    return [(name, _header(name, value) if name in hide else value) for name, value in pairs]


def query(text: str) -> str:
    """A raw query string, or a form in the same encoding."""
    return "&".join(map(_pair, text.split("&"))) if text else text


def url(text: str) -> str:
    """A URL: without its user and password, and without the secrets in its query."""
    before, mark, after = _USER.sub(r"\1…@", text).partition("?")
    return f"{before}{mark}{query(after)}"


def value(name: str, content: Any, *, levels: int = MAX_LEVELS) -> Any:
    """What a field holds: text, or whatever JSON can. Raises NestsTooDeeply."""
    if isinstance(content, str):
        if content and is_secret(name):
            return hidden(content)
        return url(content) if "://" in content and _URL.match(content) else content
    if not isinstance(content, _CONTAINERS) or not content:
        return content
    if not levels:
        raise NestsTooDeeply(name)
    if isinstance(content, dict):
        return {key: value(str(key), one, levels=levels - 1) for key, one in content.items()}
    return [value(name, one, levels=levels - 1) for one in content]


def signed_text(text: str) -> str:
    """A canonical request, a string to sign, or a line of one: `name=value` and `name:value` by name."""
    return _PAIR.sub(_named, text)


def explanation(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Why a signature was refused; its texts as `signed_text`."""
    return {
        name: explanation(one)
        if isinstance(one, Mapping)
        else signed_text(one)
        if isinstance(one, str)
        else one
        for name, one in content.items()
    }


def answer(text: str) -> str:
    """The text of an answer, or of a note: JSON, XML, HTML or prose, links in it included."""
    if _may_name_a_secret(text):
        text = _PARAMETER.sub(_parameter, _MEMBER.sub(_member, text))
    return _USER.sub(r"\1…@", text) if "@" in text else text


def entry(line: bytes) -> bytes:
    """A line of the journal, as JSON, without what has the shape of a minted secret."""
    # Each of these begins with, or is, fixed bytes, and so is found five times as fast as all of SHAPES.
    return SHAPES.sub(_shaped, line) if _MARK in line or _MOCK.search(line) else line


def _may_name_a_secret(text: str) -> bool:
    """Whether a part of a secret name is in a text; ten times as fast as a pattern that looks for names."""
    lower = text.lower()
    return (
        "key" in lower
        or "sig" in lower
        or "token" in lower
        or "secret" in lower
        or "passw" in lower
        or "cookie" in lower
        or "authorization" in lower
    )


def _header(name: str, text: str) -> str:
    # A header is read as Latin-1, so an ellipsis in it is one of ours.
    if not text or "…" in text:
        return text
    if name == "authorization" and text.startswith("TC3-"):
        return _TC3.sub(lambda match: match[1] + redacted(match[2]), text)
    return redacted(text)


def _pair(text: str) -> str:
    name, _, content = text.partition("=")
    plain_name, plain = name, content
    if "%" in text:
        shown = SHAPES.sub(_shaped, unquote_plus(text).encode(errors="replace")).decode()
        if shown.count("…") > text.count("…"):
            return shown
        plain_name, plain = unquote_plus(name), unquote_plus(content)
    if not content:
        return text
    if is_secret(plain_name):
        return f"{name}={hidden(plain)}"
    return f"{name}={url(plain)}" if _URL.match(plain) else text


def _named(match: re.Match[str]) -> str:
    name, mark, content = match.groups()
    return f"{name}{mark}{hidden(content)}" if content and is_secret(name) else match[0]


def _parameter(match: re.Match[str]) -> str:
    before, name, content = match.groups()
    return f"{before}{name}={redacted(content)}" if is_secret(name) else match[0]


def _member(match: re.Match[str]) -> str:
    name, colon, content = match.groups()
    if not is_secret(name):
        return match[0]
    return f'"{name}"{colon}{json.dumps(hidden(content), ensure_ascii=False)}'


def _shaped(match: re.Match[bytes]) -> bytes:
    return redacted(match[0].decode()).encode()
