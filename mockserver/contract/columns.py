"""Text in columns for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

WIDTH = 100
GAP = "  "


def described(cells: Iterable[Sequence[str]], *, indent: int = 2, most: int = 36) -> Iterator[str]:
    """Lines of a name, short words if any, and a text that is wrapped beside them.

    A name of more than `most` characters has a line of its own."""
    rows = [tuple(row) for row in cells]
    width = max((len(name) for name, *_ in rows if len(name) <= most), default=0)
    widths = [max(map(len, column)) for column in zip(*(row[1:-1] for row in rows), strict=True)]
    for name, *words, said in rows:
        if len(name) > width:
            yield " " * indent + name
        beside = [f"{name if len(name) <= width else '':{width}}"]
        beside += [f"{word:{size}}" for word, size in zip(words, widths, strict=True)]
        head = " " * indent + GAP.join(beside) + GAP
        lines = _wrapped(said, WIDTH - len(head)) or [""]
        yield (head + lines[0]).rstrip()
        yield from (" " * len(head) + line for line in lines[1:])


def table(rows: Sequence[Sequence[str]], *, indent: int = 2) -> Iterator[str]:
    """Lines of short cells: the first of a row to the left, the others, which are numbers, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        yield " " * indent + GAP.join([f"{first:{widths[0]}}", *cells])


def paragraph(text: str, *, indent: int = 0) -> Iterator[str]:
    """A text, wrapped."""
    yield from (" " * indent + line for line in _wrapped(text, WIDTH - indent))


def bar(share: float, *, width: int = 24) -> str:
    """A bar of so many characters; only what is nothing, or all, looks like it."""
    filled = round(share * width)
    filled = min(max(filled, 1 if share > 0 else 0), width if share >= 1 else width - 1)
    return f"[{'#' * filled}{'.' * (width - filled)}]"


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of so many characters, but for words that are longer, such as URLs."""
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)
