"""`mockserver catalogue`: what the providers can do."""

from __future__ import annotations

from typing import Literal

import click

from mockserver.catalogue import Kind, Trigger
from mockserver.cli.options import PROVIDER


@click.command(short_help="What the providers can do, as documented.")
@click.argument("providers", nargs=-1, type=PROVIDER)
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
def catalogue(
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
