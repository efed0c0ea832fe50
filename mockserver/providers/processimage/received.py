"""What a request carries: its parameters, of the query and of the form, and the parts of the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from mockserver.providers.base import Call, Refusal
from mockserver.providers.body import BodyTooLarge, Form, MalformedForm, Part, read_body, read_form

MAX_BODY = 10 * 1024 * 1024
"""Bytes of a whole request; the operator's published configuration."""
MAX_SMALL_BODY = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """Parameters by name, and the parts of the form. Of a `repeated` parameter the first counts, and the
    query comes before the form, as a servlet has it."""

    parameters: Mapping[str, str]
    parts: Sequence[Part] = ()
    repeated: Sequence[str] = ()

    def text(self, *names: str) -> str:
        """The first parameter of these names that is there and not blank; "" when none is."""
        values = (self.parameters.get(name, "") for name in names)
        return next((value for value in values if value.strip()), "")

    def values(self, name: str) -> list[str]:
        """The parameter as taken, and in the parts of the form where it differs."""
        texts = [part.text for part in self.parts if part.name == name and part.filename is None]
        return list(dict.fromkeys([self.text(name), *texts]))


async def read(call: Call) -> Received:
    """A request with its form. Raises Refusal for one that is too large, or has no such form: the published
    server has an error 500 for it."""
    try:
        form = await read_form(call.upload, limit=MAX_BODY, part_limits={})
    except BodyTooLarge as error:
        size = call.upload.length or MAX_BODY + 1
        raise Refusal("error.413.request", note=str(error), size=size, limit=MAX_BODY) from error
    except MalformedForm as error:
        note = f"{error}; send the request as multipart/form-data"
        raise Refusal("error.500.server", note=note) from error
    return _of_form(call, form)


async def read_small(call: Call) -> Received:
    """A request with parameters in the query or in a form of either kind."""
    content_type = call.headers.get("content-type", "")
    try:
        if content_type.startswith("multipart/form-data"):
            return _of_form(call, await read_form(call.upload, limit=MAX_SMALL_BODY, part_limits={}))
        body = await read_body(call.upload, limit=MAX_SMALL_BODY)
    except BodyTooLarge as error:
        size = call.upload.length or MAX_SMALL_BODY + 1
        raise Refusal("error.413.request", note=str(error), size=size, limit=MAX_SMALL_BODY) from error
    except MalformedForm as error:
        raise Refusal("error.500.server", note=str(error)) from error
    pairs = _in_query(call)
    if content_type.startswith("application/x-www-form-urlencoded"):
        pairs += _pairs(body)
    return _received(pairs)


def read_query(call: Call) -> Received:
    """The parameters of the query alone, before any body is read."""
    return _received(_in_query(call))


def _of_form(call: Call, form: Form) -> Received:
    pairs = _in_query(call) + [(part.name, part.text) for part in form.parts if part.filename is None]
    return _received(pairs, form.parts)


def _in_query(call: Call) -> list[tuple[str, str]]:
    return _pairs(call.request.scope["query_string"])


def _pairs(text: bytes) -> list[tuple[str, str]]:
    return parse_qsl(text.decode("latin1"), keep_blank_values=True, errors="replace")


def _received(pairs: Sequence[tuple[str, str]], parts: Sequence[Part] = ()) -> Received:
    counts = Counter(name for name, _ in pairs)
    first: dict[str, str] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    repeated = [name for name, count in counts.items() if count > 1]
    return Received(parameters=first, parts=parts, repeated=repeated)
