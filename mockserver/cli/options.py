"""Options that several commands have."""

from __future__ import annotations

import errno
import ipaddress
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from mockserver import environment
from mockserver.providers import PROVIDERS

Command = TypeVar("Command", bound=Callable[..., Any])
NAME = re.compile(r"[\w.-]+")
PROVIDER = click.Choice([one.name for one in PROVIDERS])


def _host(text: str) -> str:
    """A name or an address, and nothing around it. Raises click.BadParameter."""
    if _is_address(text):
        return text
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        host = ""
    if not NAME.fullmatch(host) and not _is_address(host):
        raise click.BadParameter(f"{text!r:.100} is no host, such as images.example.com")
    if host != text.lower():
        raise click.BadParameter(
            f"a host, not a URL: {host}" if "/" in text else f"a host, and no more: {host}"
        )
    return text


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def allow_host(command: Command) -> Command:
    """Hosts besides loopback, as `allow_hosts`."""
    return click.option(
        "--allow-host",
        "allow_hosts",
        multiple=True,
        type=_host,
        metavar="HOST",
        help="A host besides loopback for image URLs and callbacks; may be repeated.",
    )(command)


def control_token(command: Command) -> Command:
    """The token of the control API, as `control_token`."""
    return click.option(
        "--control-token",
        envvar=environment.TOKEN,
        metavar="TOKEN",
        help="What the control API under /_mock/ asks for, needed where others can reach the server.  "
        f"[env: {environment.TOKEN}]",
    )(command)


@contextmanager
def told_if_not_listening(host: str, port: int) -> Iterator[None]:
    """Tell of an address that cannot be had, and what to do."""
    try:
        yield
    except OSError as error:
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        advice = "choose another --port, or 0 for a free one" if taken else "choose another --host"
        text = f"cannot listen on {host} port {port}: {error.strerror}; {advice}"
        raise click.ClickException(text) from error
