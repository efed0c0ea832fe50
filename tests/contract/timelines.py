"""Journals made up of lines: what came when, and how it was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver.exchange import Exchange, FileFacts

BEGIN = 1_700_000_000.0


@dataclass(frozen=True, kw_only=True)
class Line:
    """A request: `at` seconds of real time, and of sandbox time unless there is a `clock`; its answer `takes`
    seconds. What it `asks` makes it another one or the same; `length` is its Content-Length."""

    at: float
    clock: float | None = None
    takes: float = 0.001
    asks: str = "it"
    provider: str = "ailab"
    operation: str | None = "avatar-extraction"
    method: str = "POST"
    path: str = "/"
    status: int | None = 200
    retry_after: int | None = None
    agent: str = "python-httpx/0.28"
    length: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    behaviours: Sequence[str] = ()
    faults: Sequence[str] = ()
    text: str = ""


def journal(lines: Sequence[Line]) -> list[Exchange]:
    """The exchanges of some lines."""
    return [_exchange(line) for line in lines]


def _exchange(line: Line) -> Exchange:
    length = [] if line.length is None else [["content-length", str(line.length)]]
    told = [] if line.retry_after is None else [["retry-after", str(line.retry_after)]]
    clock = line.at if line.clock is None else line.clock
    file = FileFacts(
        field="image", filename="image", content_type=None, size=len(line.asks), digest=line.asks
    )
    return Exchange(
        provider=line.provider,
        operation=line.operation,
        sandbox="mock",
        at=BEGIN + clock + (line.takes if line.clock is None else 0.0),
        received_at=BEGIN + line.at,
        milliseconds=line.takes * 1000,
        method=line.method,
        path=line.path,
        scheme="http",
        http_version="1.1",
        query="",
        headers=[["user-agent", line.agent], *length],
        fields=line.fields,
        files=[] if line.method == "GET" else [file],
        status=503 if told else line.status,
        response_headers=told,
        response={"content_type": None, "size": len(line.text), "text": line.text},
        behaviours=line.behaviours,
        faults=line.faults,
        explanation=None,
        notes=[],
    )
