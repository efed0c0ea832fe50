"""Interception: what a client needs to know, and what it was refused."""

from __future__ import annotations

import importlib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from mockserver.intercept import certifi_front, environment
from mockserver.intercept.environment import Files
from mockserver.intercept.guard import Refused


class Interception(ABC):
    """A running proxy through which clients with hard-coded hosts reach the mock server, and nothing else.

    `proxy_url` is where it is. `files` are what clients read; they are gone when the server stops."""

    proxy_url: str
    files: Files

    @property
    def ca_file(self) -> Path:
        """A PEM file with the certificate authority to be trusted."""
        return self.files.authority

    @property
    @abstractmethod
    def refused(self) -> tuple[Refused, ...]:
        """The hosts that clients asked for and did not reach, with counts, in the order of the first time."""

    def environment(self, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """The variables to set for a program, such as HTTPS_PROXY, SSL_CERT_FILE and JAVA_TOOL_OPTIONS.

        `given` is the environment that it would have, ours by default: its own options for Node and Java and
        its PYTHONPATH are kept."""
        return environment.variables(self.proxy_url, self.files, os.environ if given is None else given)

    def exports(self) -> str:
        """The same as lines for a POSIX shell, which keep what that has."""
        return environment.exports(self.environment({}))

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Set these variables in this process for a block; clients that are made within it are intercepted.

        With it, certifi names our certificate authority, for clients that ask it and not the environment."""
        ours = self.environment()
        before = {name: os.environ.get(name) for name in ours}
        with ExitStack() as ends:
            with suppress(ModuleNotFoundError):
                ends.callback(certifi_front.point(importlib.import_module("certifi")))
            ends.callback(_restore, before)
            os.environ.update(ours)
            yield

    def as_data(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "proxy_url": self.proxy_url,
            "folder": str(self.ca_file.parent),
            "ca_file": str(self.ca_file),
            "trust_store": str(self.files.trust_store),
            "trust_store_password": self.files.password,
            "environment": self.environment({}),
            "exports": self.exports(),
            "refused": [{"host": one.host, "port": one.port, "count": one.count} for one in self.refused],
        }

    def __repr__(self) -> str:
        return f"<Interception at {self.proxy_url}>"


def _restore(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
