"""The command line."""

from __future__ import annotations

import contextlib
import errno
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import click

from mockserver import catalogue, reference
from mockserver.catalogue import Kind, Trigger
from mockserver.providers import PROVIDERS
from mockserver.registry import IDLE, MOST

if TYPE_CHECKING:
    from mockserver.exchange import Exchange
    from mockserver.server import MockServer

TOKEN_VARIABLE = "MOCKSERVER_CONTROL_TOKEN"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="image-api-mockserver", prog_name="mockserver")
def main() -> None:
    """A stand-in for paid image-cutout APIs: real signatures, real limits, links that expire."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: a free one.")
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="HOST",
    help="A host besides loopback for image URLs and callbacks; may be repeated.",
)
@click.option(
    "--control-token",
    envvar=TOKEN_VARIABLE,
    metavar="TOKEN",
    help="What the control API under /_mock/ asks for, needed where others can reach the server.  "
    f"[env: {TOKEN_VARIABLE}]",
)
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
@click.option("--verbose", "shown", flag_value="all", help="A line on stderr for every request.")
@click.option("--quiet", "shown", flag_value="none", help="Not even one for a request that is refused.")
def serve(
    host: str,
    port: int,
    control_token: str | None,
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
      mockserver serve --allow-host images.example.com
      mockserver serve --host 0.0.0.0 --control-token some-token
    """
    from mockserver.server import MockServer

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    observer = None if shown == "none" else _Watcher(everything=shown == "all")
    try:
        server = MockServer(host=host, port=port, control_token=control_token, observer=observer, **options)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    needs_token = control_token is not None
    try:
        server.run(on_ready=lambda: click.echo(_greeting(server, needs_token=needs_token)))
    except OSError as error:
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        advice = "choose another --port, or 0 for a free one" if taken else "choose another --host"
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {error.strerror}; {advice}"
        ) from error


@main.command()
@click.argument("providers", nargs=-1, type=click.Choice([one.name for one in PROVIDERS]))
@click.option("--markdown", is_flag=True, help="As docs/settings.md.")
def settings(providers: tuple[str, ...], markdown: bool) -> None:
    """What a sandbox can be set to: QPS, balance, how tasks go, and every quirk by name.

    \b
    Examples:
      mockserver settings
      mockserver settings picwish
    """
    page = reference.settings_page(providers)
    click.echo(page.markdown("mockserver settings --markdown").rstrip() if markdown else page.text())


@main.command()
@click.option("--markdown", is_flag=True, help="As docs/faults.md.")
def faults(markdown: bool) -> None:
    """What can go wrong with an answer or its connection, besides what providers answer themselves."""
    page = reference.faults_page()
    click.echo(page.markdown("mockserver faults --markdown").rstrip() if markdown else page.text())


@main.command("catalogue")
@click.argument("providers", nargs=-1, type=click.Choice([one.name for one in PROVIDERS]))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in Kind]),
    help="Only behaviours of this kind; may be repeated.",
)
@click.option(
    "--by",
    type=click.Choice([by.value for by in Trigger]),
    help="Only what a request can cause, or what only a fault can.",
)
@click.option("--json", "form", flag_value="json", help="As data, with the texts of errors by language.")
@click.option("--markdown", "form", flag_value="markdown", help="As docs/catalogue.md.")
def show_catalogue(
    providers: tuple[str, ...],
    kinds: tuple[str, ...],
    by: str | None,
    form: Literal["json", "markdown"] | None,
) -> None:
    """What the providers can do: each documented behaviour, how it is known, and how to cause it.

    The id in the first column is what the coverage counts, and what `sandbox.fail` takes to cause an error
    or a failure.

    \b
    Examples:
      mockserver catalogue picwish
      mockserver catalogue ailab tencent_bda --kind option --kind format
      mockserver catalogue tencent_bda --by fault
      mockserver catalogue --kind error --json
    """
    from mockserver.contract import catalogue_text

    cause = Trigger(by) if by else None
    said = catalogue_text.shown(providers, kinds=map(Kind, kinds), by=cause, form=form or "text")
    click.echo(said, nl=False)


@main.command()
@click.argument("provider", type=click.Choice([one.name for one in PROVIDERS]))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True),
    default="-",
    metavar="FILE",
    help="Write there instead.",
)
def openapi(provider: str, out: str) -> None:
    """An OpenAPI 3.1 document of a provider: its calls, answers, errors and callbacks, as JSON.

    For generators of clients, for viewers, and for tools that test a server by its document. A running server
    has it at /_mock/openapi/PROVIDER.json.

    \b
    Examples:
      mockserver openapi picwish
      mockserver openapi tencent_bda --out tencent_bda.json
      mockserver openapi ailab | jq '.paths | keys'
    """
    from mockserver.contract.openapi import printed

    try:
        with click.open_file(out, "w", encoding="utf-8") as file:
            file.write(printed(provider))
    except OSError as error:
        raise click.ClickException(f"cannot write {out}: {error.strerror}; choose another --out") from error


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


def _greeting(server: MockServer, *, needs_token: bool) -> str:
    blocks = [f"mockserver is ready at {server.url} (Ctrl+C ends it)"]
    examples = []
    for provider in PROVIDERS:
        access = server.default.access(provider.name)
        call = catalogue.load(provider.name).operation
        shown = {**server.default.credentials(provider.name)}
        if hasattr(access, "endpoint"):
            shown = {"endpoint": f"{access.endpoint}  (protocol http)", **shown}
        width = max(map(len, shown)) + 1
        lines = [f"  {name.replace('_', ' ') + ':':{width}} {value}" for name, value in shown.items()]
        blocks.append("\n".join([provider.title, f"  POST {server.url}{call.path}", *lines]))
        if provider.example:
            examples.append(f"  {provider.example(access)}")
    control = [f"  {line}" for line in _control_examples(server.url, needs_token=needs_token)]
    return (
        "\n\n".join([*blocks, "\n".join(["Try it:", *examples]), "\n".join(["Control it:", *control])]) + "\n"
    )


def _control_examples(url: str, *, needs_token: bool) -> Iterator[str]:
    """Curl lines: every call, a day later, what was received last."""
    curl = f'curl -s -H "Authorization: Bearer ${TOKEN_VARIABLE}"' if needs_token else "curl -s"
    default = f"{url}/_mock/sandboxes/default"
    yield f"{curl} {url}/_mock/"
    yield f"""{curl} {default}/clock -d '{{"travel": {{"hours": 25}}}}'"""
    yield f"{curl} '{default}/journal?last=1'"
