"""Lines for a terminal: colours, and widths that nothing exceeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from textwrap import wrap

from mockserver.contract.reading import printable
from mockserver.contract.rules import Level

RESET = "\x1b[0m"


class Paint(StrEnum):
    """How something is written, as the codes of a terminal."""

    BAD = "\x1b[1;31m"
    POOR = "\x1b[1;33m"
    GOOD = "\x1b[32m"
    BOLD = "\x1b[1m"
    DIM = "\x1b[2m"


OF_LEVEL = {Level.MUST: Paint.BAD, Level.SHOULD: Paint.POOR}


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """What is written on: so many columns wide, with or without colours."""

    columns: int = 100
    colour: bool = False

    def painted(self, text: str, paint: Paint) -> str:
        """A text that cannot move the cursor, in a colour if there are any."""
        return f"{paint}{printable(text)}{RESET}" if self.colour and text else printable(text)

    def clipped(self, text: str, *, taken: int = 0) -> str:
        """One line of what a client may have chosen, cut at the end, where so many columns are taken."""
        room = max(self.columns - taken, 8)
        line = printable(text)
        return line if len(line) <= room else f"{line[: room - 1]}…"

    def wrapped(self, text: str, *, indent: int = 0, hanging: int = 0) -> Iterator[str]:
        """Lines of a text; those after the first are indented by `hanging` more."""
        first, later = " " * indent, " " * (indent + hanging)
        room = max(self.columns, len(later) + 8)
        said = printable(" ".join(text.split()))
        yield from wrap(said, room, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)


def plural(count: int, noun: str) -> str:
    """Such as `1 test` and `2 tests`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
