"""The command line."""

from __future__ import annotations

import errno
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mockserver.server import MockServer

EXAMPLE = "portrait.jpg"


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
    help="A host besides loopback that image URLs may be fetched from; may be repeated.",
)
def serve(host: str, port: int, allow_hosts: Sequence[str]) -> None:
    """Serve all providers until Ctrl+C.

    Prints where each provider is, the credentials of the sandbox `default`, and a curl line to paste.

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
    from mockserver import fixtures

    ailab, tencent = server.default.ailab, server.default.tencent_bda
    call = f"{ailab.url}/api/cutout/portrait/avatar-extraction"
    return f"""\
mockserver is ready at {server.url} (Ctrl+C ends it)

AILabTools Head Extraction
  POST {call}
  ailabapi-api-key: {ailab.api_key}

Tencent Cloud BDA SegmentCustomizedPortraitPic
  endpoint:   {tencent.endpoint}  (protocol http)
  secret id:  {tencent.secret_id}
  secret key: {tencent.secret_key}

Try it:
  curl -s -H 'ailabapi-api-key: {ailab.api_key}' -F 'image=@{fixtures.path(EXAMPLE)}' {call}
"""
