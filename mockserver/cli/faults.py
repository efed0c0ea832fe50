"""`mockserver faults`: what can go wrong."""

from __future__ import annotations

import click

from mockserver.cli.options import PROVIDER


@click.command(short_help="What can be made to go wrong.")
@click.argument("providers", nargs=-1, type=PROVIDER)
@click.option("--markdown", is_flag=True, help="As docs/faults.md.")
def faults(providers: tuple[str, ...], markdown: bool) -> None:
    """What can go wrong with an answer or its connection; of a PROVIDER also what it can be made to answer.

    \b
    Examples:
      mockserver faults
      mockserver faults picwish
    """
    from mockserver import reference

    page = reference.faults_page(providers)
    click.echo(page.markdown("mockserver faults --markdown").rstrip() if markdown else page.text())
