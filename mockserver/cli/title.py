"""How a command is called where others read it, such as in a report, which is no place for its secrets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

MOST = 3
"""Words after the program."""
LONGEST = 40
_PLAIN = re.compile(rf"(?!-)[\w./:+-]{{1,{LONGEST}}}")


def title(command: Sequence[str]) -> str:
    """The program and its first words: `npm test`, `go test ./...`; an ellipsis for what follows.

    Options can hold a secret, and so can what is after one, an assignment, or an address."""
    words = [command[0], *takewhile(_is_plain, command[1 : MOST + 1])]
    return " ".join(words if len(words) == len(command) else [*words, "…"])


def _is_plain(word: str) -> bool:
    return _PLAIN.fullmatch(word) is not None and "//" not in word
