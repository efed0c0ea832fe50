"""The work on a picture: where is text, what does it say, which of it goes, and the picture without it.

Pixels are only touched in the studio's threads; the same picture is searched once.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from mockserver import assets
from mockserver.imaging.studio import Seen
from mockserver.providers.base import Engine
from mockserver.providers.processimage import NAME, cache
from mockserver.providers.processimage.geometry import Box, moved
from mockserver.providers.processimage.hints import of_words
from mockserver.providers.processimage.outcome import NO_TEXT, Location, Outcome, Status, failed
from mockserver.providers.processimage.parameters import Parameters
from mockserver.providers.processimage.wording import matches_any
from mockserver.sandbox import Sandbox

if TYPE_CHECKING:
    from mockserver.imaging.text import Region

TIMEOUT = 30.0
"""Seconds that the work may take; assumed."""
MOST_PIXELS = 500_000_000
"""In all rectangles together: filling more would take too long, so it times out at once; assumed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How the work ended, digest and format of the result file, if any, notes for the journal, and what the
    cache shall know it by; None where it came of no request but of a fault."""

    outcome: Outcome
    digest: str | None = None
    format: str = ""
    notes: tuple[str, ...] = ()
    cache_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Rectangles, what the answer says of each, and notes for the journal."""

    boxes: tuple[Box, ...]
    locations: tuple[Location, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A picture, what to do with it, the settings that say how, and the texts that the sandbox was told."""

    seen: Seen
    content: bytes
    parameters: Parameters
    settings: Mapping[str, Any]
    told: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, engine: Engine, sandbox: Sandbox, content: bytes, parameters: Parameters) -> Task:
        """What a sandbox is asked to do, as it is set to and was told at this moment."""
        seen = engine.studio.look_at(content)
        return cls(
            seen=seen,
            content=content,
            parameters=parameters,
            settings=sandbox.settings(NAME),
            told=sandbox.known_text(seen.sha256),
        )

    @property
    def cache_key(self) -> str:
        """What the cache knows it by."""
        return cache.key(self.parameters, self.seen.sha256, self.settings, self.told)


async def perform(engine: Engine, task: Task, *, spoiled: str | None) -> Result:
    """The work, or how a fault, `spoiled`, makes it end."""
    if spoiled is not None:
        return Result(outcome=failed(Status(int(spoiled.removeprefix("status.")))))
    seconds = task.settings["seconds"]
    if seconds > TIMEOUT:
        note = f"the work takes {seconds:g} s, by the setting, and may take {TIMEOUT:.0f} s"
        return Result(outcome=failed(Status.TIMED_OUT), notes=(note,))
    return replace(await process(engine, task), cache_key=task.cache_key)


async def process(engine: Engine, task: Task) -> Result:
    """Find the rectangles, take them out and keep the result file. A picture that cannot be read fails."""
    from mockserver.imaging.headers import ImageError

    if task.seen.facts is None:
        return Result(outcome=failed(Status.FAILED), notes=(f"the picture is broken: {task.seen.error}",))
    try:
        return await _processed(engine, task)
    except ImageError as error:
        return Result(outcome=failed(Status.FAILED), notes=(f"the picture cannot be decoded: {error}",))


async def _processed(engine: Engine, task: Task) -> Result:
    places = await _places(engine, task)
    if not places.boxes:
        return Result(outcome=NO_TEXT, notes=places.notes)
    shifted, notes = _shifted(task, places.boxes), places.notes
    if shifted is None:
        notes += ("the offset would move a rectangle out of the picture; none of them was moved",)
    boxes = places.boxes if shifted is None else shifted
    pixels = sum(box.width * box.height for box in boxes)
    if pixels > MOST_PIXELS and not task.parameters.ocr_only:
        note = f"the rectangles have {pixels} pixels together; {MOST_PIXELS} can be filled in time"
        return Result(outcome=failed(Status.TIMED_OUT), notes=(*notes, note))
    if task.parameters.ocr_only:
        located = tuple(map(Location.at, places.locations, boxes))
        return Result(outcome=_located(task.settings, located), notes=notes)
    if shifted is None:
        status, locations = Status.OFFSET_IGNORED, tuple(map(Location.of, boxes))
    else:
        status, locations = Status.DONE, tuple(map(Location.at, places.locations, boxes))
    digest = await _without(engine, task, boxes)
    outcome = Outcome(status=status, count=len(boxes), locations=locations)
    assert task.seen.facts is not None
    return Result(outcome=outcome, digest=digest, format=task.seen.facts.format.value, notes=notes)


async def _places(engine: Engine, task: Task) -> Places:
    parameters = task.parameters
    if parameters.rectangles is not None:
        return _given(task, parameters.rectangles)
    found = await _find(engine, task)
    named = bool(parameters.names or parameters.excluded)
    # Thousands of pairs of long texts take a while, and other requests shall go on meanwhile.
    regions = await asyncio.to_thread(select, found, parameters) if named else found
    notes: tuple[str, ...] = () if found else ("no text was found in the picture",)
    if found and named:
        notes = (of_words([region.word for region in found]),)
    unplaced = sum("x" not in one for one in task.told)
    if unplaced and unplaced not in (len(found), sum(region.lines for region in found)):
        notes += (f"{unplaced} texts were told without a place, and {len(found)} places were found",)
    return Places(boxes=tuple(map(_box, regions)), locations=tuple(map(_location, regions)), notes=notes)


def _given(task: Task, boxes: tuple[Box, ...]) -> Places:
    facts = task.seen.facts
    assert facts is not None
    outside = sum(not box.within(facts.width, facts.height) for box in boxes)
    note = f"{outside} of {len(boxes)} rectangles are empty or reach out of the picture, which is ignored"
    return Places(boxes=boxes, locations=tuple(map(Location.of, boxes)), notes=(note,) if outside else ())


def select(regions: Sequence[Region], parameters: Parameters) -> list[Region]:
    """The regions that a client means: those with any of its names, else those with none of its keywords."""
    if parameters.names:
        return [region for region in regions if matches_any(region.word, parameters.names)]
    return [region for region in regions if not matches_any(region.word, parameters.excluded)]


def spoken(regions: Sequence[Region], told: Sequence[Mapping[str, Any]]) -> tuple[Region, ...]:
    """The regions with the words that a sandbox was told: those with a place by their place, the others in
    reading order, one for each region, or one for each of its lines where there are more."""
    from mockserver.imaging.reading import Annotation, words

    placed = [_placed(one) for one in told if "x" in one]
    regions = words(regions, [Annotation(**one) for one in placed])
    texts = [one["text"] for one in told if "x" not in one]
    by_line = len(texts) > len(regions)
    named, at = [], 0
    for region in regions:
        share = texts[at : at + (region.lines if by_line else 1)]
        at += len(share)
        named.append(replace(region, word=" ".join(share)) if share else region)
    return tuple(named)


def _placed(text: Mapping[str, Any]) -> dict[str, Any]:
    sides = {name: round(text[name]) for name in ("x", "y", "width", "height")}
    return {**sides, "text": text["text"]}


def _box(region: Region) -> Box:
    return Box(x=region.x, y=region.y, width=region.width, height=region.height)


def _location(region: Region) -> Location:
    return Location.of(_box(region), line_count=region.lines, word=region.word)


def _located(settings: Mapping[str, Any], locations: tuple[Location, ...]) -> Outcome:
    if settings["ocr_only_status"] == "0":
        return Outcome(status=Status.DONE, count=len(locations), locations=locations)
    return Outcome(status=Status.OCR_ONLY, locations=locations)


def _shifted(task: Task, boxes: tuple[Box, ...]) -> tuple[Box, ...] | None:
    """The boxes after the offset; None where it leads one of them out of the picture."""
    facts, offset = task.seen.facts, task.parameters.offset
    assert facts is not None
    if not offset:
        return boxes
    by_position = task.settings["offset_keys"] == "by_position"
    shifted = tuple(moved(box, offset, by_position=by_position) for box in boxes)
    return shifted if all(box.within(facts.width, facts.height) for box in shifted) else None


async def _find(engine: Engine, task: Task) -> tuple[Region, ...]:
    """The regions with text and what it says: by the file, else by what the sandbox was told, else by OCR."""
    from mockserver.imaging.text import Region

    read = not task.told
    key = f"{NAME} text {'read' if read else 'told'} {task.seen.digest}"
    record = await engine.studio.once(key, lambda: _texts(task.content, read=read))
    regions = tuple(Region(**region) for region in record["regions"])
    return regions if read or record["annotated"] else spoken(regions, task.told)


def _texts(content: bytes, *, read: bool) -> dict[str, Any]:
    from mockserver.imaging.decode import decode
    from mockserver.imaging.reading import annotation, recognised, words
    from mockserver.imaging.text import find_text

    picture = decode(content)
    regions = find_text(picture)
    annotations = annotation(content)
    if annotations is not None:
        regions = words(regions, annotations)
    elif read:
        regions = recognised(picture.rgb, regions)
    found = [asdict(region) for region in regions]
    return {"regions": found, "annotated": annotations is not None, "blobs": []}


async def _without(engine: Engine, task: Task, boxes: tuple[Box, ...]) -> str:
    """The digest of the picture without what is in the boxes; they are drawn in green if the client likes."""
    show = task.parameters.show
    place = hashlib.md5(repr([(box.x, box.y, box.width, box.height) for box in boxes]).encode()).hexdigest()
    key = f"{NAME} {'shown' if show else 'removed'} {place} {task.seen.digest}"

    def make() -> dict[str, Any]:
        digest = assets.keep(engine.state, _removed(task.content, boxes, show=show))
        return {"digest": digest, "blobs": [digest]}

    record = await engine.studio.once(key, make)
    digest: str = record["digest"]
    return digest


def _removed(content: bytes, boxes: tuple[Box, ...], *, show: bool) -> bytes:
    """The file without what is in the boxes, which are of the picture as displayed, by its EXIF (assumed)."""
    from mockserver.imaging.decode import decode
    from mockserver.imaging.recode import recoded
    from mockserver.imaging.removal import outlined, remove

    picture = decode(content)
    rgb = remove(picture.rgb, boxes)
    return recoded(outlined(rgb, boxes) if show else rgb, content, picture.alpha)
