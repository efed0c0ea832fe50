"""What a report says: of a test that its client failed, and of one that failed by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.pytest_plugin.run import is_running

if TYPE_CHECKING:
    from mockserver.contract.report import Subject
    from mockserver.exchange import Exchange
    from mockserver.pytest_plugin.watch import Server

SECTION = "mock server"
NOTHING_CAME = "No request came with the keys of this test's sandbox."
STRANGERS = "The last requests with keys that no sandbox has:"
SHOWN = 3
"""How many of them are shown."""


def broken(subjects: Sequence[Subject], *, place: str) -> str:
    """Why a test fails whose own function passed: the findings that fail it, then the last exchanges, the
    `place` of the test at the end; empty when nothing does."""
    guilty = [replace(one, findings=one.broken) for one in subjects if one.broken]
    rules = list(dict.fromkeys(finding.rule for one in guilty for finding in one.findings))
    if not rules:
        return ""
    others = f", and {len(rules) - 1} more" if len(rules) > 1 else ""
    blocks = [
        f"{rules[0].id}: {rules[0].title}{others}\n",
        *(one.text() for one in guilty),
        f"Where this is meant: {allowing(rule.id for rule in rules)}\n",
        f"{place}: {', '.join(rule.id for rule in rules)}",
    ]
    return "\n".join(blocks)


def allowing(rules: Iterable[str]) -> str:
    """The marker that allows to break rules, by their ids."""
    ids = ", ".join(f'"{rule}"' for rule in rules)
    return f"@pytest.mark.mockserver(allow=[{ids}])"


def seen(subjects: Sequence[Subject], strangers: Sequence[Exchange]) -> str:
    """What may explain why a test failed: findings, the last exchanges, and requests that reached nobody."""
    return "\n".join(_seen(subjects, strangers))


def _seen(subjects: Sequence[Subject], strangers: Sequence[Exchange]) -> Iterator[str]:
    if not subjects:
        yield f"{NOTHING_CAME}\n"
    yield from (one.text() for one in subjects)
    if strangers:
        from mockserver.contract.report import exchange_text

        yield f"{STRANGERS}\n{exchange_text(strangers, range(len(strangers)))}"


def strangers(server: Server | None, since: float) -> list[Exchange]:
    """The last requests since a moment, unix seconds, that belong to no sandbox. Raises ServerError."""
    last = server.strangers[-SHOWN:] if server is not None and is_running(server) else ()
    return [one for one in last if one.received_at >= since]
