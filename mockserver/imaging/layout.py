"""Lines of text of the rows that show them, and blocks of the lines that follow each other closely."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

_CERTAIN, _CERTAIN_IF_SHORT, _LONG = 0.42, 0.56, 2.2
_BOTH = 0.7
_SAME_INK = 70
_APART = 0.4
_SAME, _MORE = 0.6, 1.4
_WORD_GAP = 1.2
_LEADING = 0.8
_GROWTH, _TELLING = 1.25, 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of strokes: its box in pixels, how good a line it is from 0 to 1, and the colour of its ink."""

    left: float
    top: float
    right: float
    bottom: float
    score: float
    ink: tuple[float, ...]

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return self.width * self.height

    def inside(self, other: "Row") -> float:
        """The share of it that lies in another one."""
        return _both(self, other) / self.area


def lines_of(rows: Iterable[Row]) -> list[Row]:
    """One row for each line of text: of those that are certain, and what goes on with them."""
    lines: list[Row] = []
    # What is long is rather the line than what is seen between its letters.
    for row in sorted(_supported(rows), key=lambda row: row.score**3 * row.width, reverse=True):
        while (same := next((line for line in lines if _are_one(line, row)), None)) is not None:
            lines.remove(same)
            row = _union(same, row)
        if all(max(row.inside(line), line.inside(row)) < _APART for line in lines):
            lines.append(row)
    return lines


def blocks_of(lines: Iterable[Row]) -> list[list[Row]]:
    """The lines in groups of such as follow each other."""
    blocks: list[list[Row]] = []
    for line in sorted(lines, key=lambda line: line.top):
        near = [block for block in blocks if any(_same_block(line, other) for other in block)]
        blocks = [block for block in blocks if block not in near]
        blocks.append([line, *(other for block in near for other in block)])
    return blocks


def line_count(block: Iterable[Row]) -> int:
    """How many lines a block has; rows side by side count once."""
    count, bottom = 0, float("-inf")
    for line in sorted(block, key=lambda line: line.top + line.height / 2):
        if line.top + line.height / 2 > bottom:
            count, bottom = count + 1, line.bottom
    return count


def _supported(rows: Iterable[Row]) -> list[Row]:
    rows = list(rows)
    certain = [row for row in rows if _is_certain(row)]
    likely = [row for row in rows if not _is_certain(row)]
    while more := [row for row in likely if any(_continues(row, other) for other in certain)]:
        certain += more
        likely = [row for row in likely if row not in more]
    return certain


def _is_certain(row: Row) -> bool:
    return row.score >= (_CERTAIN if row.width >= _LONG * row.height else _CERTAIN_IF_SHORT)


def _continues(one: Row, two: Row) -> bool:
    low, high = sorted((one.height, two.height))
    return high <= 1.5 * low and _same_ink(one, two) and (_same_line(one, two) or _follow(one, two))


def _are_one(line: Row, row: Row) -> bool:
    """Whether a row goes on with a line, or shows the same; not, if it makes much more or less of it."""
    if not _same_line(line, row) or not (_same_ink(line, row) or min(line.score, row.score) >= _BOTH):
        return False
    both = _both(line, row)
    if both < _SAME * min(line.area, row.area):
        return True
    return _box(line, row).area <= _MORE * line.area


def _same_ink(one: Row, two: Row) -> bool:
    return sum((a - b) ** 2 for a, b in zip(one.ink, two.ink, strict=True)) < _SAME_INK**2


def _same_line(one: Row, two: Row) -> bool:
    across, down = _overlap(one, two)
    low, high = sorted((one.height, two.height))
    return down >= 0.6 * low and high <= 1.7 * low and across >= -_WORD_GAP * low


def _same_block(one: Row, two: Row) -> bool:
    low, high = sorted((one.height, two.height))
    return _follow(one, two) and (_same_ink(one, two) or high <= 1.35 * low)


def _follow(one: Row, two: Row) -> bool:
    across, down = _overlap(one, two)
    low, high = sorted((one.height, two.height))
    return across > 0 and -down < _LEADING * (low + high) / 2 and high <= 2.5 * low


def _overlap(one: Row, two: Row) -> tuple[float, float]:
    """How far two rows overlap across and down; below zero, how far they are apart."""
    return (
        min(one.right, two.right) - max(one.left, two.left),
        min(one.bottom, two.bottom) - max(one.top, two.top),
    )


def _both(one: Row, two: Row) -> float:
    across, down = _overlap(one, two)
    return max(0, across) * max(0, down)


def _union(better: Row, other: Row) -> Row:
    """Both rows; as high as the better one alone where the other is just likely and much higher."""
    both = _box(better, other)
    enough = better.width >= _TELLING * both.width
    if other.score < _CERTAIN and enough and both.height > _GROWTH * better.height:
        return replace(both, top=better.top, bottom=better.bottom)
    return both


def _box(better: Row, other: Row) -> Row:
    return Row(
        left=min(better.left, other.left),
        top=min(better.top, other.top),
        right=max(better.right, other.right),
        bottom=max(better.bottom, other.bottom),
        score=max(better.score, other.score),
        ink=better.ink,
    )
