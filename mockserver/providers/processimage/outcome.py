"""How a piece of work ended: the `data` of an answer, also as plain data for the cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from mockserver import catalogue
from mockserver.providers.processimage import NAME
from mockserver.providers.processimage.geometry import Box


class Status(IntEnum):
    """The documented values of processStatus."""

    DONE = 0
    WAITING = 52000
    UNHANDLED = 52001
    NO_TEXT = 52002
    TIMED_OUT = 52003
    FAILED = 52004
    OFFSET_IGNORED = 52005
    OCR_ONLY = 52006

    @property
    def behaviour(self) -> str:
        """Its id in the catalogue, without the provider."""
        return "success" if self is Status.DONE else f"status.{self:d}"


CHARGED: Mapping[str, frozenset[Status]] = {
    "documented": frozenset({Status.DONE, Status.OFFSET_IGNORED, Status.OCR_ONLY}),
    "observed": frozenset({Status.DONE}),
}
"""What costs a use, by the setting `charged`."""
CACHED = frozenset({Status.DONE, Status.OFFSET_IGNORED, Status.OCR_ONLY, Status.NO_TEXT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """One processed rectangle, in pixels; how many lines it joins and what they say, unless the caller gave
    the rectangle."""

    x: int
    y: int
    w: int
    h: int
    line_count: int | None = None
    word: str | None = None

    @classmethod
    def of(cls, box: Box, line_count: int | None = None, word: str | None = None) -> Location:
        """At a box."""
        return cls(x=box.x, y=box.y, w=box.width, h=box.height, line_count=line_count, word=word)

    def at(self, box: Box) -> Location:
        """The same, at a box."""
        return Location.of(box, self.line_count, self.word)

    def wire(self) -> dict[str, Any]:
        """As an item of processLocation."""
        members = {
            "x": self.x,
            "y": self.y,
            "w": self.w,
            "h": self.h,
            "lineCount": self.line_count,
            "word": self.word,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A status, the rectangles where there are any to name, and the path of the result file."""

    status: Status
    count: int | None = None
    locations: tuple[Location, ...] | None = None
    path: str | None = None

    def wire(self, origin: str) -> dict[str, Any]:
        """As the `data` of an answer; `origin` is where the result file is."""
        locations = self.locations
        members = {
            "processStatus": int(self.status),
            "processCount": self.count,
            "processMsg": catalogue.load(NAME)[self.status.behaviour].message,
            "processLocation": None if locations is None else [one.wire() for one in locations],
            "url": self.path and origin + self.path,
        }
        return {name: value for name, value in members.items() if value is not None}

    def record(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "status": int(self.status)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Outcome:
        """From the plain data of `record`."""
        locations = record["locations"]
        return cls(
            status=Status(record["status"]),
            count=record["count"],
            locations=None if locations is None else tuple(Location(**one) for one in locations),
            path=record["path"],
        )


UNHANDLED = Outcome(status=Status.UNHANDLED)
WAITING = Outcome(status=Status.WAITING)
NO_TEXT = Outcome(status=Status.NO_TEXT, count=0, locations=())


def failed(status: Status) -> Outcome:
    """Work that came to nothing."""
    return NO_TEXT if status is Status.NO_TEXT else Outcome(status=status, count=0)
