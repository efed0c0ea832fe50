"""The command line: a module for each command."""

from __future__ import annotations

from typing import Any

import click

from mockserver import descriptors
from mockserver.cli.catalogue import catalogue
from mockserver.cli.check import check
from mockserver.cli.exec import execute
from mockserver.cli.faults import faults
from mockserver.cli.openapi import openapi
from mockserver.cli.serve import serve
from mockserver.cli.settings import settings
from mockserver.cli.verify import verify


class CommandLine(click.Group):
    """The commands, for a process that may have been started without streams."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        descriptors.complete_streams()
        return super().main(*arguments, **options)


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="image-api-mockserver", prog_name="mockserver")
def main() -> None:
    """A stand-in for paid image-cutout APIs: real signatures, real limits, links that expire."""


for _command in (serve, execute, check, verify, settings, faults, catalogue, openapi):
    main.add_command(_command)
