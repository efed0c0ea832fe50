"""`mockserver serve`: all providers in the foreground."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import click

from mockserver import environment
from mockserver.cli.greeting import greeting
from mockserver.cli.options import allow_host, control_token, told_if_not_listening
from mockserver.registry import IDLE, MOST

if TYPE_CHECKING:
    from mockserver.exchange import Exchange


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: a free one.")
@allow_host
@control_token
@click.option(
    "--max-sandboxes",
    default=MOST,
    show_default=True,
    type=click.IntRange(1),
    help="How many live at the same time; for another one, the one unused for longest goes.",
)
@click.option(
    "--idle",
    default=IDLE,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="A sandbox that nobody used for so long is dropped.",
)
@click.option(
    "--intercept",
    is_flag=True,
    help="Answer for the providers' own hosts, too, through a proxy; prints what to set for that.",
)
@click.option("--verbose", "shown", flag_value="all", help="A line on stderr for every request.")
@click.option("--quiet", "shown", flag_value="none", help="Not even one for a request that is refused.")
def serve(
    host: str,
    port: int,
    control_token: str | None,
    intercept: bool,
    shown: Literal["all", "none"] | None,
    **options: Any,
) -> None:
    """Serve all providers until Ctrl+C.

    Prints where each provider is, the credentials of the sandbox `default`, and curl lines to paste; then, on
    stderr, a line for each request that is refused or gets no answer, and why.

    \b
    Examples:
      mockserver serve
      mockserver serve --verbose
      mockserver serve --port 0
      mockserver serve --intercept
      mockserver serve --allow-host images.example.com
      mockserver serve --host 0.0.0.0 --control-token some-token
    """
    from mockserver.control.guard import check_reach
    from mockserver.server import MockServer, ServerError

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    observer = None if shown == "none" else _Watcher(everything=shown == "all")
    try:
        check_reach(
            host, control_token, given_by=f"--control-token TOKEN, or {environment.TOKEN} in the environment"
        )
        server = MockServer(
            host=host,
            port=port,
            control_token=control_token,
            observer=observer,
            intercept=intercept,
            **options,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    needs_token = control_token is not None

    def greet() -> None:
        interception = server.intercept() if intercept else None
        click.echo(greeting(server, needs_token=needs_token, interception=interception))

    try:
        with told_if_not_listening(host, port):
            server.run(on_ready=greet)
    except ServerError as error:
        raise click.ClickException(str(error)) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class _Watcher:
    """A line for whoever watches the server: of every exchange, or only of those that did not go well."""

    everything: bool

    def wants(self, status: int | None) -> bool:
        return self.everything or status is None or status >= 400

    def __call__(self, exchange: Exchange) -> None:
        at = datetime.fromtimestamp(exchange.received_at)
        with contextlib.suppress(OSError):  # nobody reads it any more
            click.echo(f"{at:%H:%M:%S}  {exchange}", err=True)
