"""What is said besides the output of a command."""

from __future__ import annotations

import contextlib
import os
import sys

import click

NARROWEST, WIDEST, USUAL = 60, 120, 100


def say(text: str, *, nl: bool = True) -> None:
    """Say something, to whoever still reads it."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True, nl=nl)


def has_colour() -> bool:
    """Whether it can be said in colour."""
    return sys.stderr is not None and sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def columns() -> int:
    """How wide it may be."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # also where there is none
        return min(max(os.get_terminal_size(sys.stderr.fileno()).columns, NARROWEST), WIDEST)
    return USUAL
