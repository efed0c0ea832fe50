"""An answer that may be damaged: what is sent, when, and how the connection ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from mockserver.damage.images import holds_base64

Header = tuple[bytes, bytes]


class Trait(Enum):
    """What an answer has that can be damaged."""

    BODY = "a body"
    JSON = "JSON"
    IMAGE = "an image, as it is or in base64 inside JSON"


class Cut(StrEnum):
    """How a connection ends that should have gone on."""

    RESET = "reset"
    CLOSE = "close"
    SILENCE = "silence"


class Moment(StrEnum):
    """When a connection is cut: before anything is done; when the answer is ready, but nothing of it sent;
    half of its body sent; all of it sent."""

    REQUEST = "request"
    BEFORE = "before"
    WITHIN = "within"
    AFTER = "after"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How and when a connection is cut."""

    cut: Cut
    at: Moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Drip:
    """A body in so many pieces, over so many seconds."""

    seconds: float
    pieces: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An HTTP answer and the way in which it is sent.

    `headers` have lower-case names, and no Content-Length: that is `length`, in bytes, None where the answer
    has none. `delay` is in seconds, before the first byte."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    length: int | None
    delay: float = 0.0
    drip: Drip | None = None
    ending: Ending | None = None

    @classmethod
    def of(cls, status: int, raw_headers: Sequence[Header], body: bytes) -> Answer:
        """The answer as it would be sent without damage."""
        headers = tuple((name, value) for name, value in raw_headers if name != b"content-length")
        length = next((int(value) for name, value in raw_headers if name == b"content-length"), None)
        return cls(status=status, headers=headers, body=body, length=length)

    @property
    def raw_headers(self) -> list[Header]:
        """All headers, as they are sent."""
        length = [] if self.length is None else [(b"content-length", b"%d" % self.length)]
        return [*self.headers, *length]

    @property
    def content_type(self) -> str:
        """The Content-Type without parameters, empty when there is none."""
        found = next((value for name, value in self.headers if name == b"content-type"), b"")
        return found.decode("latin1").partition(";")[0].strip()

    @property
    def sent(self) -> bytes:
        """What of the body is sent."""
        if self.ending is None or self.ending.at is Moment.AFTER:
            return self.body
        return b"" if self.unanswered else self.body[: len(self.body) // 2]

    @property
    def unanswered(self) -> Ending | None:
        """How the connection ends before anything is sent, None when something is."""
        return self.ending if self.ending and self.ending.at in (Moment.REQUEST, Moment.BEFORE) else None

    @property
    def held(self) -> float:
        """Seconds from its being ready to its last byte, where the client waits for that."""
        drips = self.drip is not None and not self.unanswered
        return self.delay + (self.drip.seconds if self.drip and drips else 0.0)

    @property
    def short(self) -> bool:
        """Whether less is sent than Content-Length promises."""
        return self.length is not None and len(self.body) < self.length

    @property
    def complete(self) -> bool:
        """Whether a client gets a whole answer."""
        return (self.ending is None or self.ending.at is Moment.AFTER) and not self.short

    def with_body(self, body: bytes) -> Answer:
        """The answer with another body, and an honest length."""
        return replace(self, body=body, length=None if self.length is None else len(body))

    def with_header(self, name: bytes, value: bytes) -> Answer:
        """The answer with a header in the place of those of its name."""
        others = tuple(header for header in self.headers if header[0] != name)
        return replace(self, headers=(*others, (name, value)))


def traits(answer: Answer, *, method: str) -> frozenset[Trait]:
    """What an answer has that can be damaged; that to a HEAD has no body."""
    if method == "HEAD" or not answer.body:
        return frozenset()
    found = {Trait.BODY}
    if answer.content_type == "application/json":
        found.add(Trait.JSON)
    if answer.content_type.startswith("image/") or (Trait.JSON in found and holds_base64(answer.body)):
        found.add(Trait.IMAGE)
    return frozenset(found)
