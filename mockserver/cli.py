"""The command line."""

from __future__ import annotations

import errno
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mockserver import catalogue
from mockserver.providers import PROVIDERS

if TYPE_CHECKING:
    from mockserver.server import MockServer


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
def serve(host: str, port: int, allow_hosts: Sequence[str]) -> None:
    """Serve all providers until Ctrl+C.

    Prints where each provider is, the credentials of the sandbox `default`, and curl lines to paste.

    \b
    Examples:
      mockserver serve
      mockserver serve --port 0
      mockserver serve --allow-host images.example.com
    """
    from mockserver.server import MockServer

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    server = MockServer(host=host, port=port, allow_hosts=allow_hosts)
    try:
        server.run(on_ready=lambda: click.echo(_greeting(server)))
    except OSError as error:
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        advice = "choose another --port, or 0 for a free one" if taken else "choose another --host"
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {error.strerror}; {advice}"
        ) from error


def _greeting(server: MockServer) -> str:
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
    return "\n\n".join([*blocks, "\n".join(["Try it:", *examples])]) + "\n"
