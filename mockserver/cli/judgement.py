"""What `mockserver exec` says when its command has ended, and with which exit code it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.cli.stderr import columns, has_colour, say
from mockserver.cli.unjudged import PartialReport, Unjudged, Used
from mockserver.contract.report import Subject
from mockserver.contract.rules import Level

if TYPE_CHECKING:
    from mockserver.intercept.guard import Refused
    from mockserver.running import RunningSandbox
    from mockserver.server import MockServer

BROKEN = 1
LIMITS = {"must": Level.MUST, "should": Level.SHOULD, "never": None}
SHOWN_HOSTS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The report on a command, and the exit code that it ended with itself."""

    report: PartialReport
    code: int

    @classmethod
    def of(
        cls,
        server: MockServer,
        sandbox: RunningSandbox,
        code: int,
        used: Used,
        *,
        refused: Sequence[Refused],
        title: str,
        fail_on: str,
        allowed: tuple[str, ...],
    ) -> Judgement:
        """Of the client that used a sandbox, and of whoever used the sandbox `default`."""

        def subject(name: str, judged: RunningSandbox) -> Subject:
            return Subject.of(name, judged, passed=code == 0, allowed=allowed, limit=LIMITS[fail_on])

        subjects = [subject(title, sandbox)]
        if len(server.default.journal):
            subjects.append(subject(f"{title} (the sandbox default)", server.default))
        unjudged = Unjudged.of(server, sandbox, used)
        silent = not (subjects[0].judged or subjects[1:] or unjudged)
        advice = [_unused(server)] if silent and code == 0 else []
        report = PartialReport(
            title=title,
            subjects=tuple(subjects),
            coverage=server.coverage(),
            notes=(*_refusals(refused), *unjudged.notes(), *advice),
            unjudged=unjudged,
            noun="client",
        )
        return cls(report=report, code=code)

    @property
    def fails(self) -> bool:
        """Whether the command passed but its client did not."""
        return self.code == 0 and bool(self.report.broken)

    def tell(self, *, quiet: bool) -> None:
        """Say it on stderr; a quiet one only what makes the exit code 1."""
        if quiet and not self.fails:
            return
        say("\n" + self.report.text(colour=has_colour(), columns=columns()), nl=False)
        if self.fails:
            rules = ", ".join(dict.fromkeys(finding.rule.id for finding in self.report.broken))
            say(f"\nmockserver: exit code {BROKEN}: the command passed, but its client broke {rules}")

    def written(self, paths: Sequence[Path]) -> int:
        """Write the reports, and return the exit code: BROKEN also when one of them cannot be written."""
        code = BROKEN if self.fails else self.code
        for path in paths:
            try:
                self.report.write(path)
            except OSError as error:
                say(f"mockserver: {path}: {error.strerror}")
                code = code or BROKEN
        return code


def _refusals(refused: Sequence[Refused]) -> Iterator[str]:
    """Which hosts the client did not reach, since it was to reach none but the providers'."""
    if refused:
        told = ", ".join(f"{one.host}:{one.port} ({one.count})" for one in refused[:SHOWN_HOSTS])
        more = f" and {len(refused) - SHOWN_HOSTS} more" if len(refused) > SHOWN_HOSTS else ""
        yield f"Hosts that the interception refused, and how often: {told}{more}"


def _unused(server: MockServer) -> str:
    """What may help where nobody came."""
    return (
        f"Nothing was sent to {server.url}. A client that does not read MOCKSERVER_AILAB_URL and the like "
        "gets variables of its own: --env NAME={ailab.url}; mockserver exec --print-env lists the fields."
    )
