"""One call of the control API: what it is called by, what was asked, what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import cached_property
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.responses import Response

from mockserver.control.bodies import MAX_BODY, parsed
from mockserver.control.errors import Refused, unknown
from mockserver.providers.base import Engine
from mockserver.sandbox import Sandbox

JSON = "application/json"
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call answers, if it is more than plain data with status 200; a text where it is no JSON."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON


class Asked:
    """What somebody asks of the server: where, and with which body."""

    def __init__(
        self,
        engine: Engine,
        *,
        origin: str,
        path: Mapping[str, str],
        query: Mapping[str, str],
        body: bytes = b"",
    ) -> None:
        self.engine = engine
        self.origin = origin
        """Scheme and host as the client called them."""
        self.path = path
        """What stands at the placeholders of the path."""
        self.query = query
        self._body = body

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body, a JSON object. Raises Refused."""
        return parsed(self._body)

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox that the path names. Raises Refused when there is none."""
        sandbox_id = self.path["id"]
        sandbox = self.engine.registry.get(sandbox_id)
        if sandbox is None:
            why = self.engine.registry.departed(sandbox_id) or f"there is no sandbox {sandbox_id!r:.100}"
            advice = "mint one with POST /_mock/sandboxes, or use 'default'"
            raise Refused(404, f"{why}; {advice}", kind="sandbox", at="id")
        return sandbox


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call: `handler` answers it, with plain data or with an Answer, in a thread of its own."""

    method: str
    path: str
    does: str
    handler: Callable[[Asked], Any]
    body: Mapping[str, Any] | None = None
    """An example."""
    query: str = ""
    """An example, with every parameter that there is."""
    max_body: int = MAX_BODY
    """Bytes of a body."""

    def parameters(self, query: str) -> Mapping[str, str]:
        """The parameters of a query. Raises Refused for one that does not exist."""
        known = QueryParams(self.query)
        given = QueryParams(query)
        for name in given:
            if name not in known:
                raise unknown("parameter", name, known, at=name)
        return dict(given)


def response(
    content: Any, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = JSON
) -> Response:
    """JSON that a person can read, too, or a text of another type; bytes are JSON already."""
    return Response(
        content if isinstance(content, bytes) or media_type != JSON else encoded(content),
        status_code=status,
        headers={**SAFE_HEADERS, **(headers or {})},
        media_type=media_type,
    )


def encoded(content: Any) -> bytes:
    """Plain data and dataclasses as indented JSON with a line end."""
    try:
        return orjson.dumps(content, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # such as a lone surrogate, or an integer of more than 64 bits
        return json.dumps(content, default=_plain, indent=2).encode() + b"\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no plain data")
