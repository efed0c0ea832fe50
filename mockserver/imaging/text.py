"""Find blocks of text in a picture.

Rows of strokes are looked for at several scales, each for text of about an octave of heights, and in both
polarities (`strokes`, `components`, `lines`). `scores` tells which of them may be text, as a hint; from
those, rows of one ink grow (`growth`), and `scores` tells again which of these are text. Lines and blocks are
made of them in `layout`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from mockserver.imaging.decode import Picture
from mockserver.imaging.grids import Bytes, reduce
from mockserver.imaging.growth import grown_rows
from mockserver.imaging.layout import Row, blocks_of, line_count, lines_of
from mockserver.imaging.lines import find_lines
from mockserver.imaging.pieces import Figures
from mockserver.imaging.scores import likelihood, quality
from mockserver.imaging.strokes import Polarity, stroke_mask, top_hat

_FACTORS = (1, 2, 4, 8)
_LEAST_SIDE = 16
_STRIP = 1024
_OVERLAP = 64
_HINT = 0.1
_MOST_HINTS = 60
_LIKELY = 0.3
_DONE, _WITHIN = 0.97, 0.8
_LOOKS, _MOST_LINES = 2, 24
_PITCH, _LOW, _HIGHEST = 1.4, 14, 0.95
_MARGIN = 0.04
_TALLEST, _TALLEST_SHARE = 180, 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A block of text: its box in pixels of the upright picture, how many lines it has, what it says."""

    x: int
    y: int
    width: int
    height: int
    lines: int
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Hint:
    """A row that may be text, in a strip of the picture that is reduced by `factor` and begins at `top`."""

    strip: Bytes
    factor: int
    top: int
    box: list[int]
    colour: Figures
    score: float

    def row(self, box: list[int], score: float, ink: list[float]) -> Row:
        left, top, right, bottom = box
        return Row(
            left=left * self.factor,
            top=(top + self.top) * self.factor,
            right=right * self.factor,
            bottom=(bottom + self.top) * self.factor,
            score=score,
            ink=tuple(ink),
        )


def find_text(picture: Picture) -> tuple[Region, ...]:
    """The blocks of horizontal text, 12 to 120 pixels high, from top to bottom and from left to right."""
    height, width = picture.rgb.shape[:2]
    tallest = max(_TALLEST, _TALLEST_SHARE * min(height, width))
    lines = [line for line in _lines(_opaque(picture)) if line.height <= tallest]
    regions = [_region(block, width, height) for block in blocks_of(lines)]
    return tuple(sorted(regions, key=lambda region: (region.y, region.x)))


def _opaque(picture: Picture) -> Bytes:
    if picture.alpha is None:
        return picture.rgb
    share = picture.alpha[..., None].astype(np.uint16)
    return ((picture.rgb * share + (255 - share) * 128 + 127) // 255).astype(np.uint8)


def _lines(rgb: Bytes) -> list[Row]:
    """The lines of text, after one more look at where each goes on, and at what stands above and below it."""
    levels = {}
    for factor in _FACTORS:
        level = reduce(rgb, factor)
        if min(level.shape[:2]) >= _LEAST_SIDE:
            levels[factor] = level
    rows = _rows(levels)
    seen: list[Row] = []
    for _ in range(_LOOKS):
        lines = [line for line in lines_of(rows) if line not in seen][:_MOST_LINES]
        for line in lines:
            for hint in _neighbours(levels, line):
                rows += _grown(hint)
        seen += lines
    return lines_of(rows)


def _rows(levels: dict[int, Bytes]) -> list[Row]:
    """What grows from the hints, the best one first; not from those within a row that is found."""
    rows: list[Row] = []
    left = _MOST_HINTS
    for hint in sorted(_hints(levels), key=lambda hint: hint.score, reverse=True):
        seen = hint.row(hint.box, hint.score, hint.colour.tolist())
        if any(row.score >= _DONE and seen.inside(row) > _WITHIN for row in rows):
            continue
        rows += _grown(hint)
        left -= 1
        if not left:
            break
    return rows


def _grown(hint: _Hint) -> Iterator[Row]:
    grown = grown_rows(hint.strip, hint.box, hint.colour, hint.score)
    for box, ink, score in zip(grown.boxes, grown.inks, quality(grown.figures), strict=True):
        if score >= _LIKELY:
            yield hint.row(box.tolist(), float(score), ink.tolist())


def _neighbours(levels: dict[int, Bytes], line: Row) -> Iterator[_Hint]:
    """The line itself, and where the next ones would be."""
    factor = max((factor for factor in levels if line.height >= _LOW * factor), default=1)
    height, width = levels[factor].shape[:2]
    for step in (0, -_PITCH, _PITCH):
        top, bottom = (round((side + step * line.height) / factor) for side in (line.top, line.bottom))
        left, right = max(0, round(line.left / factor)), min(width, round(line.right / factor))
        if top >= 0 and bottom <= height:
            yield _Hint(
                strip=levels[factor],
                factor=factor,
                top=0,
                box=[left, top, right, bottom],
                colour=np.array(line.ink),
                score=min(line.score, _HIGHEST),
            )


def _hints(levels: dict[int, Bytes]) -> Iterator[_Hint]:
    for factor, level in levels.items():
        for top in range(0, max(1, level.shape[0] - _OVERLAP), _STRIP):
            strip = level[top : top + _STRIP + _OVERLAP]
            for box, colour, score in _likely_lines(strip, colours=factor > 1):
                yield _Hint(strip=strip, factor=factor, top=top, box=box, colour=colour, score=score)


def _likely_lines(rgb: Bytes, *, colours: bool) -> Iterator[tuple[list[int], Figures, float]]:
    for plane in _planes(rgb, colours=colours):
        hats = {polarity: top_hat(plane, polarity) for polarity in Polarity}
        masks = {polarity: stroke_mask(hat) for polarity, hat in hats.items()}
        for polarity, other in zip(Polarity, reversed(Polarity), strict=True):
            found = find_lines(rgb, hats[polarity], masks[polarity], masks[other])
            scores = likelihood(found.figures)
            sure = scores >= _HINT
            yield from zip(
                found.boxes[sure].tolist(), found.colours[sure], scores[sure].tolist(), strict=True
            )


def _planes(rgb: Bytes, *, colours: bool) -> Iterator[Bytes]:
    """Brightness, and the two colour differences where they are wanted."""
    if not colours:
        yield np.asarray(Image.fromarray(rgb).convert("L"))
        return
    for channel in Image.fromarray(rgb).convert("YCbCr").split():
        yield np.asarray(channel)


def _region(block: list[Row], width: int, height: int) -> Region:
    margin = max(1.0, _MARGIN * min(line.height for line in block))
    left = max(0, int(min(line.left for line in block) - margin))
    top = max(0, int(min(line.top for line in block) - margin))
    right = min(width, int(max(line.right for line in block) + margin + 0.5))
    bottom = min(height, int(max(line.bottom for line in block) + margin + 0.5))
    return Region(x=left, y=top, width=right - left, height=bottom - top, lines=line_count(block))
