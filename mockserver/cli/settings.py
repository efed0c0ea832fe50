"""`mockserver settings`: what a sandbox can be set to."""

from __future__ import annotations

import click

from mockserver.cli.options import PROVIDER


@click.command(short_help="What a sandbox can be set to.")
@click.argument("providers", nargs=-1, type=PROVIDER)
@click.option("--markdown", is_flag=True, help="As docs/settings.md.")
def settings(providers: tuple[str, ...], markdown: bool) -> None:
    """What a sandbox can be set to: QPS, balance, how tasks go, and every quirk by name.

    \b
    Examples:
      mockserver settings
      mockserver settings picwish
    """
    from mockserver import reference

    page = reference.settings_page(providers)
    click.echo(page.markdown("mockserver settings --markdown").rstrip() if markdown else page.text())
