"""Failures that are expected of a client, with their reasons; what no longer fails must go from the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from contract_tests.client.registry import Kit
from contract_tests.client.selection import UnknownCase, known


class ExpectedError(ValueError):
    """A list of expected failures cannot be read; the text has file and line."""


def expected(path: Path, kits: Sequence[Kit]) -> Mapping[str, str]:
    """The reasons by the ids of cases, of a file with lines such as `PIC-STATE-05  # polls forever, #123`.

    Blank lines, and lines that begin with #, count for nothing. Raises ExpectedError, and OSError."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        entry, hash_, reason = (part.strip() for part in line.partition("#"))
        if not entry:
            continue
        where = f"{path}:{number}"
        try:
            case_id = known(entry, kits)
        except UnknownCase as error:
            raise ExpectedError(f"{where}: {error}") from error
        if not hash_ or not reason:
            raise ExpectedError(f"{where}: why is {case_id} expected to fail? Write it behind a #")
        if case_id in found:
            raise ExpectedError(f"{where}: {case_id} is there twice")
        found[case_id] = reason
    return found
