"""`mockserver check`: grades clients."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from mockserver.cli import parameters
from mockserver.cli.options import PROVIDER

if TYPE_CHECKING:
    from contract_tests.client.selection import Selection
    from contract_tests.grading import Collected, Plan
    from contract_tests.loading import UnderTest
    from contract_tests.report import Report

INTERRUPTED = 130
NEEDED = "mockserver check needs hypothesis: pip install 'image-api-mockserver[contract]'"
NOBODY = "whose? Give --client module:Class, or --command 'node client.js'; --list prints the cases"


@click.command(short_help="Grade clients of the providers.")
@click.option(
    "--client",
    "clients",
    multiple=True,
    metavar="MODULE:CLASS",
    help="A client in Python: its adapter. May be repeated.",
)
@click.option(
    "--command",
    "commands",
    multiple=True,
    metavar="COMMAND",
    help="A client in any language: a command that speaks the line protocol. May be repeated.",
)
@click.option("--provider", "providers", multiple=True, type=PROVIDER, help="Only this one; may be repeated.")
@click.option(
    "--case",
    "patterns",
    multiple=True,
    metavar="ID",
    help="Only this case or rule, such as PIC-STATE-05 or 'PIC-STATE-*'; may be repeated.",
)
@click.option("--list", "listed", is_flag=True, help="Print the cases and rules, and end.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the worlds that are made up.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="Cases that are played at the same time.",
)
@click.option(
    "--expected",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Failures that are expected: lines such as PIC-STATE-05  # why. One that does not come is an error.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=parameters.report,
    metavar="PATH",
    help="Write the grades there, by the ending (.html .json .xml .txt; .xml is JUnit's), or into a folder: "
    "all but .txt.",
)
@click.option(
    "--junit", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="As JUnit XML."
)
@click.option("--json", "as_json", is_flag=True, help="Print the grades, or the list, as JSON.")
def check(
    clients: tuple[str, ...],
    commands: tuple[str, ...],
    providers: tuple[str, ...],
    patterns: tuple[str, ...],
    listed: bool,
    expected: Path | None,
    as_json: bool,
    reports: tuple[Path, ...],
    junit: Path | None,
    **wishes: Any,
) -> None:
    """Grade clients of the providers, by numbered cases and by the rules of the documents.

    Each case plays in a world of its own: successes, each documented error, task states, limits, time,
    damaged answers and connections, and worlds that are made up. A client in Python is an adapter, a class
    with a few lines; any other is a command that reads and writes lines of JSON, by the protocol of
    contract_tests/PROTOCOL.md.

    Grades are PASS, INFORMATIONAL, NON-STRICT, UNIMPLEMENTED and FAIL. The exit code is 1 when a MUST case
    failed that was not expected to, or when an expected failure did not come, 2 when this was called wrongly.

    \b
    Examples:
      mockserver check --client tests.acme:AcmeAdapter
      mockserver check --command "node client.js" --provider picwish --report page.html
      mockserver check --client acme:Old --client acme:New --report page.html --junit junit.xml
      mockserver check --client acme:Acme --case 'PIC-STATE-*' --seed 7
      mockserver check --client acme:Acme --expected known-failures.txt
      mockserver check --provider picwish --list
    """
    if listed:
        _listed(_selected(providers or None, patterns), as_json=as_json)
        return
    if not clients and not commands:
        raise click.UsageError(NOBODY)
    if importlib.util.find_spec("hypothesis") is None:
        raise click.UsageError(NEEDED)
    with _loaded(clients, commands) as found:
        asked = _providers(found, providers)
        chosen, reasons = _selected(asked, patterns), _expected(expected, found, asked)
        report = _report(found, chosen, reasons, pictures=_wants_pictures(reports), **wishes)
    _told(report, as_json=as_json)
    _written(report, [*reports, *([junit] if junit else [])])
    sys.exit(INTERRUPTED if report.missing else int(not report.ok))


def _selected(providers: Collection[str] | None, patterns: Sequence[str]) -> Sequence[Selection]:
    from contract_tests.client.registry import kits
    from contract_tests.client.selection import UnknownCase, select

    try:
        return select(kits(providers), patterns)
    except UnknownCase as error:
        raise click.BadParameter(str(error), param_hint="--case") from error


def _listed(selections: Sequence[Selection], *, as_json: bool) -> None:
    cases = [case for selection in selections for case in selection.listed]
    if as_json:
        names = ("id", "level", "provider", "title", "about", "source")
        data = [{name: getattr(case, name) for name in names} for case in cases]
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return
    width = max((len(case.id) for case in cases), default=0)
    for case in cases:
        click.echo(f"{case.id:<{width}}  {case.level.value:<6}  {case.title}")


def _expected(
    path: Path | None, clients: Sequence[UnderTest], providers: Collection[str]
) -> Mapping[str, str]:
    from contract_tests.client.registry import kits
    from contract_tests.expected import ExpectedError, expected

    if path is None:
        return {}
    if len(clients) != 1:
        raise click.UsageError("--expected is for one client; grade the others in runs of their own")
    try:
        return expected(path, kits(providers))
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}", param_hint="--expected") from error
    except (ExpectedError, UnicodeDecodeError) as error:
        raise click.BadParameter(str(error), param_hint="--expected") from error


@contextlib.contextmanager
def _loaded(clients: Sequence[str], commands: Sequence[str]) -> Iterator[list[UnderTest]]:
    from contract_tests import loading

    wanted: list[tuple[Callable[[str], UnderTest], str]] = []
    wanted += [(loading.python, name) for name in dict.fromkeys(clients)]
    wanted += [(loading.command, text) for text in dict.fromkeys(commands)]
    with contextlib.ExitStack() as stack:
        found = []
        for load, name in wanted:
            try:
                one = load(name)
            except loading.NoClient as error:
                raise click.UsageError(str(error)) from error
            stack.callback(one.close)
            found.append(one)
        yield found


def _providers(clients: Sequence[UnderTest], wanted: Collection[str]) -> Collection[str]:
    """Those that are wanted, and that somebody is a client of."""
    from contract_tests.client.registry import kits

    known = [kit.provider for kit in kits({one for client in clients for one in client.providers})]
    asked = [one for one in known if not wanted or one in wanted]
    for client in clients:
        if set(asked).isdisjoint(client.providers):
            of = ", ".join(client.providers) or "nobody"
            cases = ", ".join(wanted) or "other providers"
            raise click.UsageError(f"{client.name} is a client of {of}, and the cases are for {cases}")
    return asked


def _wants_pictures(reports: Sequence[Path]) -> bool:
    from contract_tests.report.files import is_folder

    return any(path.suffix.lower() == ".html" or is_folder(path) for path in reports)


def _report(
    clients: Sequence[UnderTest], selections: Sequence[Selection], expected: Mapping[str, str], **wishes: Any
) -> Report:
    """Grade, and say how it goes meanwhile. What the clients print goes to stderr."""
    from contract_tests.grading import Collected, Plan

    plan = Plan(clients=clients, selections=selections, **wishes)
    collected = Collected(plan=plan, expected=expected)
    began = time.monotonic()
    with contextlib.redirect_stdout(sys.stderr), _without_warnings():
        _graded(plan, collected)
    return collected.report(seconds=time.monotonic() - began)


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
    """No logs of what goes wrong in the server: it is meant to."""
    logger = logging.getLogger("mockserver")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _graded(plan: Plan, collected: Collected) -> None:
    """Collect verdicts until they are all there, or somebody interrupts."""
    from contract_tests.client.grading import KitError
    from contract_tests.grading import graded
    from mockserver.cli.progress import Progress
    from mockserver.server import MockServer

    with MockServer() as server, Progress(sys.stderr, collected.planned) as progress:
        try:
            for one in graded(plan, server):
                collected.add(one)
                progress.advance(f"{one.verdict.case.id} {one.verdict.grade}")
        except KitError as error:
            text = f"the kit made a mistake, and the client is not to blame: {error}"
            raise click.ClickException(text) from error
        except KeyboardInterrupt:
            progress.note("interrupted; this is what there is so far")


def _told(report: Report, *, as_json: bool) -> None:
    if as_json:
        click.echo(report.json(), nl=False)
        return
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    click.echo(report.text(colour=colour, columns=_columns(sys.stdout)), nl=False, color=colour)


def _columns(stream: TextIO) -> int:
    with contextlib.suppress(OSError, ValueError):
        return min(max(os.get_terminal_size(stream.fileno()).columns, 60), 120)
    return 100


def _written(report: Report, paths: Sequence[Path]) -> None:
    for path in paths:
        try:
            if path.suffix.lower() in parameters.ENDINGS or not path.suffix or path.is_dir():
                report.write(path)
            else:
                path.write_text(report.junit(), encoding="utf-8", errors="replace")
        except OSError as error:
            raise click.ClickException(f"cannot write {path}: {error.strerror}") from error
