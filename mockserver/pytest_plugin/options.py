"""What a run is asked for: by its command line, the ini file and the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest

URL = "MOCKSERVER_URL"
TOKEN = "MOCKSERVER_CONTROL_TOKEN"
MARKER = (
    "mockserver(**settings, allow=[...], fail_on=...): how the test's sandbox is set and its client judged. "
    "A setting such as qps=None goes to every provider that has it, picwish={'polls': 3} to that one; allow "
    "are ids of rules that may be broken, fail_on is 'must', 'should' or 'never'. Of several markers the "
    "closest to the test counts."
)


class FailOn(StrEnum):
    """Which broken rules of the contract fail a test."""

    MUST = "must"
    SHOULD = "should"
    """Those that a client should keep, too."""
    NEVER = "never"


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """A shared server, if there is one, and how it was given; where to write a report; how to judge where no
    marker says it."""

    url: str | None
    url_given: str
    token: str | None
    report: Path | None
    fail_on: FailOn
    allow: tuple[str, ...]

    @classmethod
    def of(cls, config: pytest.Config) -> Options:
        """Those of a run. Raises pytest.UsageError."""
        option = config.getoption("mockserver_url")
        url = (os.environ.get(URL, "") if option is None else option).strip()
        report = config.getoption("mockserver_report")
        return cls(
            url=url or None,
            url_given=f"{URL if option is None else '--mockserver-url'}={url}",
            token=os.environ.get(TOKEN) or None,
            report=Path(report) if report else None,
            fail_on=_fail_on(config.getoption("mockserver_fail_on") or config.getini("mockserver_fail_on")),
            allow=tuple(word for line in config.getini("mockserver_allow") for word in _words(line)),
        )


def add(parser: pytest.Parser) -> None:
    """The options of the command line and of the ini file."""
    group = parser.getgroup("mockserver", "a mock server, and the judgement of its clients")
    group.addoption(
        "--mockserver-url",
        metavar="URL",
        help=f"use the mock server that runs there, instead of one in each process (default: ${URL}; its "
        f"token, where it has one, is in ${TOKEN})",
    )
    group.addoption(
        "--mockserver-report",
        metavar="DIR",
        help="write report.html, report.json and junit.xml there: findings, and which behaviours were met",
    )
    group.addoption(
        "--mockserver-fail-on",
        choices=[one.value for one in FailOn],
        help="which broken rules fail a test (default: must, or mockserver_fail_on of the ini file)",
    )
    parser.addini(
        "mockserver_fail_on", "which broken rules fail a test: must, should or never", default="must"
    )
    parser.addini("mockserver_allow", "ids of rules that any test may break", type="linelist", default=[])


def _fail_on(text: str) -> FailOn:
    try:
        return FailOn(text.strip().lower())
    except ValueError:
        possible = ", ".join(FailOn)
        raise pytest.UsageError(f"mockserver_fail_on is {text!r}; it can be {possible}") from None


def _words(line: str) -> list[str]:
    """The ids in a line of the ini file, which may say behind a # why."""
    return line.partition("#")[0].replace(",", " ").split()
