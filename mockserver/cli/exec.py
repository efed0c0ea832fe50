"""`mockserver exec`: any command, with a server of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli import parameters
from mockserver.cli.options import allow_host, control_token, told_if_not_listening
from mockserver.cli.parameters import Change, Variable
from mockserver.cli.stderr import say
from mockserver.cli.title import title
from mockserver.cli.variables import check, listed, made, surrounding
from mockserver.environment import TemplateError
from mockserver.faults import Fault

if TYPE_CHECKING:
    from mockserver.cli.unjudged import Used
    from mockserver.server import MockServer


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be run, in which world, and how its client is judged."""

    command: tuple[str, ...]
    variables: tuple[Variable, ...]
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]
    fail_on: str
    allowed: tuple[str, ...]
    reports: tuple[Path, ...]
    quiet: bool
    intercept: bool
    token: str | None

    @property
    def settings(self) -> Mapping[str, Mapping[str, Any]]:
        """The changes by provider; the last of a name counts."""
        made: dict[str, dict[str, Any]] = {}
        for change in self.changes:
            made.setdefault(change.provider, {})[change.name] = change.value
        return made


@click.command(
    "exec",
    short_help="Run a command against a server of its own.",
    context_settings={"allow_interspersed_args": False},
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- CMD...")
@click.option(
    "--env",
    "variables",
    multiple=True,
    type=parameters.variable,
    metavar="NAME=TEMPLATE",
    help="Set this variable, too, for a client with names of its own: AILAB_KEY={ailab.api_key}, "
    "API={picwish.url}/api; fields as --print-env lists them.",
)
@click.option("--print-env", is_flag=True, help="Print the variables that CMD gets, and end.")
@click.option(
    "--setting",
    "changes",
    multiple=True,
    type=parameters.change,
    metavar="PROVIDER.NAME=VALUE",
    help="Of the sandbox: picwish.polls=3, ailab.qps=null; see mockserver settings.",
)
@click.option(
    "--fail",
    "faults",
    multiple=True,
    type=parameters.fault,
    metavar="PROVIDER.EFFECT[,NAME=VALUE]...",
    help="Make it go wrong: picwish.state.-8, or ailab.http.delay,seconds=0.1,times=null; "
    "once unless times says else; see mockserver faults.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["must", "should", "never"]),
    default="must",
    show_default=True,
    help="Which broken rules make the exit code 1.",
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    type=parameters.rule,
    metavar="RULE",
    help="A rule that may be broken.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=parameters.report,
    metavar="PATH",
    help="Write findings and coverage there, by the ending (.html .json .xml .txt; .xml is JUnit's), or into "
    "a folder: all but .txt.",
)
@click.option("--quiet", is_flag=True, help="Say nothing, unless a broken rule makes the exit code 1.")
@click.option(
    "--intercept",
    is_flag=True,
    help="For clients whose hosts are hard-coded: a proxy with a throw-away CA, in the environment of CMD, "
    "that answers for the providers' own hosts and refuses all others.",
)
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="A free one if left out.")
@allow_host
@control_token
def execute(
    command: tuple[str, ...],
    variables: tuple[Variable, ...],
    print_env: bool,
    control_token: str | None,
    port: int,
    allow_hosts: tuple[str, ...],
    **wishes: Any,
) -> None:
    """Run a command, such as your tests, against a server of its own.

    CMD finds the URLs and keys of a fresh sandbox in its environment: MOCKSERVER_AILAB_URL,
    MOCKSERVER_AILAB_API_KEY and so on. Its input, output and signals are its own. When it has ended, stderr
    tells what its client did against the documents of the providers, and which documented behaviours it met.

    The exit code is that of CMD, 128 + N when signal N ended it; but 1 when CMD passed and its client broke a
    MUST rule. What CMD leaves running is ended.

    \b
    Examples:
      mockserver exec -- npm test
      mockserver exec --env 'AILAB_KEY={ailab.api_key}' -- go test ./...
      mockserver exec --fail picwish.state.-8 --setting picwish.polls=3 -- pytest -k retry
      mockserver exec --intercept --env 'AILABTOOLS_API_KEY={ailab.api_key}' -- python app.py
      mockserver exec --report report.html --report junit.xml --fail-on should -- npm test
      mockserver exec -- sh -c 'curl -s "$MOCKSERVER_AILAB_URL/api/cutout/portrait/avatar-extraction" \\
          -H "ailabapi-api-key: $MOCKSERVER_AILAB_API_KEY" -F image=@portrait.jpg'
    """
    token = control_token is not None
    plan = Plan(command=command, variables=variables, token=control_token, **wishes)
    try:
        check(variables, token=token)
    except TemplateError as error:
        raise click.UsageError(f"--env {error}") from error
    if print_env and not plan.intercept:
        click.echo(listed(variables, (), token=token))
        return
    if not print_env:
        _check_command(command)
    from mockserver.cli.unjudged import Used

    used = Used()
    with _served(control_token=control_token, port=port, allow_hosts=allow_hosts, observer=used) as server:
        if print_env:
            click.echo(listed(variables, tuple(server.intercept().environment({})), token=token))
            return
        code = _executed(plan, server, used)
    sys.exit(code)


def _check_command(command: Sequence[str]) -> None:
    """End with the exit code that a shell has for a command that is not there."""
    from mockserver import execution

    if not command:
        raise click.UsageError("which command? Give one after --, such as: mockserver exec -- npm test")
    try:
        execution.found(command[0])
    except execution.CannotRun as error:
        say(f"mockserver: {error}")
        sys.exit(error.code)


@contextmanager
def _served(**options: Any) -> Iterator[MockServer]:
    """A running server, for a block."""
    from mockserver.server import MockServer, ServerError

    try:
        server = MockServer(**options)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    try:
        with told_if_not_listening("127.0.0.1", options["port"]):
            server.start()
        try:
            yield server
        finally:
            server.stop()
    except ServerError as error:
        raise click.ClickException(str(error)) from error


def _executed(plan: Plan, server: MockServer, used: Used) -> int:
    """The exit code, after all is said."""
    from mockserver import execution
    from mockserver.cli.judgement import Judgement

    sandbox = server.sandbox(**plan.settings)
    for fault in plan.faults:
        sandbox.faults.add(fault)
    interception = server.intercept() if plan.intercept else None
    if not plan.quiet:
        say(f"mockserver: {server.url} (sandbox {sandbox.id})")
    environment = surrounding(os.environ, interception)
    environment |= made(sandbox, server.url, plan.token, plan.variables)
    folders = [interception.ca_file.parent] if interception else []
    code = execution.run(plan.command, environment, folders=folders)
    judgement = Judgement.of(
        server,
        sandbox,
        code,
        used,
        refused=interception.refused if interception else (),
        title=title(plan.command),
        fail_on=plan.fail_on,
        allowed=plan.allowed,
    )
    judgement.tell(quiet=plan.quiet)
    return judgement.written(plan.reports)
