"""Find blocks of text in a picture.

Rows of strokes are looked for at several scales, each for text of about an octave of heights, and in both
polarities (`strokes`, `components`, `lines`); `scores` tells which of them are text. What is left here is to
make one line of the rows that show the same one, and blocks of lines that follow each other closely.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from PIL import Image

from mockserver.imaging.decode import Picture
from mockserver.imaging.grids import Bytes, reduce
from mockserver.imaging.lines import find_lines
from mockserver.imaging.scores import likelihood
from mockserver.imaging.strokes import Polarity, stroke_mask, top_hat

_FACTORS = (1, 2, 4, 8)
_LEAST_SIDE = 16
_STRIP = 1024
_OVERLAP = 64
_CERTAIN = 0.92
_LIKELY = 0.3
_MOST_ROWS = 400
_LEADING = 0.8
_WORD_GAP = 1.2
_GROWTH = 1.25
_TELLING = 0.4
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return (self.right - self.left) * self.height


def find_text(picture: Picture) -> tuple[Region, ...]:
    """The blocks of horizontal text, 12 to 120 pixels high, from top to bottom and from left to right."""
    tallest = max(_TALLEST, _TALLEST_SHARE * min(picture.rgb.shape[:2]))
    found = (row for row in _rows(_opaque(picture)) if row.height <= tallest)
    rows = sorted(found, key=lambda row: row.score, reverse=True)[:_MOST_ROWS]
    lines = _merged(_supported(_single(rows)))
    height, width = picture.rgb.shape[:2]
    regions = [_region(block, width, height) for block in _blocks(lines)]
    return tuple(sorted(regions, key=lambda region: (region.y, region.x)))


def _opaque(picture: Picture) -> Bytes:
    if picture.alpha is None:
        return picture.rgb
    share = picture.alpha[..., None].astype(np.uint16)
    return ((picture.rgb * share + (255 - share) * 128 + 127) // 255).astype(np.uint8)


def _rows(rgb: Bytes) -> Iterator[_Row]:
    for factor in _FACTORS:
        level = reduce(rgb, factor)
        if min(level.shape[:2]) < _LEAST_SIDE:
            return
        for top in range(0, max(1, level.shape[0] - _OVERLAP), _STRIP):
            strip = level[top : top + _STRIP + _OVERLAP]
            for box, score in _rows_of_level(strip, colours=factor > 1):
                left, upper, right, lower = (side * factor for side in box)
                yield _Row(
                    left=left,
                    top=upper + top * factor,
                    right=right,
                    bottom=lower + top * factor,
                    score=score,
                )


def _rows_of_level(rgb: Bytes, *, colours: bool) -> Iterator[tuple[list[int], float]]:
    for plane in _planes(rgb, colours=colours):
        hats = {polarity: top_hat(plane, polarity) for polarity in Polarity}
        masks = {polarity: stroke_mask(hat) for polarity, hat in hats.items()}
        for polarity, other in zip(Polarity, reversed(Polarity), strict=True):
            found = find_lines(rgb, hats[polarity], masks[polarity], masks[other])
            scores = likelihood(found.figures)
            sure = scores >= _LIKELY
            yield from zip(found.boxes[sure].tolist(), scores[sure].tolist(), strict=True)


def _planes(rgb: Bytes, *, colours: bool) -> Iterator[Bytes]:
    """Brightness, and the two colour differences where they are wanted."""
    if not colours:
        yield np.asarray(Image.fromarray(rgb).convert("L"))
        return
    for channel in Image.fromarray(rgb).convert("YCbCr").split():
        yield np.asarray(channel)


def _single(rows: list[_Row]) -> list[_Row]:
    """The rows without those that certain rows show to be several lines."""
    return [row for row in rows if not _is_stack(row, [other for other in rows if other.score >= _CERTAIN])]


def _is_stack(row: _Row, others: list[_Row]) -> bool:
    parts = [
        other
        for other in others
        if other.height < 0.65 * row.height
        and other.right - other.left > 0.4 * (row.right - row.left)
        and _inside(other, row) > 0.8
    ]
    return any(_overlap(one, two)[1] <= 0 for one, two in combinations(parts, 2))


def _supported(rows: list[_Row]) -> list[_Row]:
    """The rows that are certain, and likely ones that go on with a line or a block of them."""
    certain = [row for row in rows if row.score >= _CERTAIN]
    likely = [row for row in rows if row.score < _CERTAIN]
    while True:
        more = [row for row in likely if any(_continues(row, other) for other in certain)]
        if not more:
            return sorted(certain, key=lambda row: row.score, reverse=True)
        certain += more
        likely = [row for row in likely if row not in more]


def _continues(one: _Row, two: _Row) -> bool:
    low, high = sorted((one.height, two.height))
    return high <= 1.4 * low and (_same_line(one, two) or _follow(one, two))


def _merged(rows: Iterable[_Row]) -> list[_Row]:
    """One row for each line of text; the better one says how high it is."""
    lines: list[_Row] = []
    for row in rows:
        while True:
            same = next((line for line in lines if _same_line(line, row)), None)
            if same is None:
                break
            lines.remove(same)
            row = _union(same, row)
        lines = [line for line in lines if _inside(line, row) < 0.5]
        if all(_inside(row, line) < 0.5 for line in lines):
            lines.append(row)
    return lines


def _overlap(one: _Row, two: _Row) -> tuple[float, float]:
    """How far two rows overlap across and down; below zero, how far they are apart."""
    return (
        min(one.right, two.right) - max(one.left, two.left),
        min(one.bottom, two.bottom) - max(one.top, two.top),
    )


def _inside(one: _Row, two: _Row) -> float:
    across, down = _overlap(one, two)
    return max(0, across) * max(0, down) / one.area


def _same_line(one: _Row, two: _Row) -> bool:
    across, down = _overlap(one, two)
    low, high = sorted((one.height, two.height))
    return down >= 0.6 * low and high <= 1.7 * low and across >= -_WORD_GAP * low


def _union(better: _Row, other: _Row) -> _Row:
    """Both rows; as high as the better one alone where the other is just likely and much higher."""
    left, right = min(better.left, other.left), max(better.right, other.right)
    top, bottom = min(better.top, other.top), max(better.bottom, other.bottom)
    enough = better.right - better.left >= _TELLING * (right - left)
    if other.score < _CERTAIN and enough and bottom - top > _GROWTH * better.height:
        top, bottom = better.top, better.bottom
    return _Row(left=left, top=top, right=right, bottom=bottom, score=max(better.score, other.score))


def _blocks(lines: Iterable[_Row]) -> list[list[_Row]]:
    blocks: list[list[_Row]] = []
    for line in sorted(lines, key=lambda line: line.top):
        near = [block for block in blocks if any(_follow(line, other) for other in block)]
        blocks = [block for block in blocks if block not in near]
        blocks.append([line, *(other for block in near for other in block)])
    return blocks


def _follow(one: _Row, two: _Row) -> bool:
    across, down = _overlap(one, two)
    low, high = sorted((one.height, two.height))
    return across > 0 and -down < _LEADING * (low + high) / 2 and high <= 2.5 * low


def _region(block: list[_Row], width: int, height: int) -> Region:
    margin = max(1.0, 0.04 * min(line.height for line in block))
    left = max(0, int(min(line.left for line in block) - margin))
    top = max(0, int(min(line.top for line in block) - margin))
    right = min(width, int(max(line.right for line in block) + margin + 0.5))
    bottom = min(height, int(max(line.bottom for line in block) + margin + 0.5))
    return Region(x=left, y=top, width=right - left, height=bottom - top, lines=_line_count(block))


def _line_count(block: list[_Row]) -> int:
    """Rows side by side count once."""
    count, bottom = 0, float("-inf")
    for line in sorted(block, key=lambda line: line.top + line.height / 2):
        if line.top + line.height / 2 > bottom:
            count, bottom = count + 1, line.bottom
    return count
