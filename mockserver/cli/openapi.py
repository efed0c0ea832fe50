"""`mockserver openapi`: a provider as OpenAPI 3.1."""

from __future__ import annotations

import click

from mockserver.cli.options import PROVIDER


@click.command(short_help="An OpenAPI document of a provider.")
@click.argument("provider", type=PROVIDER)
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
