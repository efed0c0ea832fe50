"""The sandboxes of a run, from their minting on: each lives as long as the fixture or test that minted it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver import MockServer, RemoteSandbox, RemoteServer, RunningSandbox

    Sandbox = RunningSandbox | RemoteSandbox
    Server = MockServer | RemoteServer
    Owner = pytest.FixtureDef[Any]


@dataclass(kw_only=True, slots=True)
class Watched:
    """A sandbox; the fixture that minted it (None: the test itself); how many of its exchanges came before
    the test that is run now; and whether there was ever anything to judge."""

    sandbox: Sandbox
    owner: Owner | None
    before: int = 0
    used: bool = False

    @property
    def outlives_test(self) -> bool:
        """Whether other tests use it, too."""
        return self.owner is not None and self.owner.scope != "function"


class Watch:
    """The sandboxes that live. `farewell` is told of each, before it is dropped.

    A plugin of pytest: its hooks say which fixture mints, and when it ends."""

    def __init__(self, farewell: Callable[[Watched], None]) -> None:
        self._farewell = farewell
        self._watched: list[Watched] = []
        self._minting: Owner | None = None

    def on(self, server: Server) -> None:
        """Notice what is minted at a server."""
        mint: Callable[..., Any] = server.sandbox

        @wraps(mint)
        def noticed(**settings: Any) -> Any:
            sandbox = mint(**settings)
            self.minted(sandbox)
            return sandbox

        vars(server)["sandbox"] = noticed

    def minted(self, sandbox: Sandbox) -> None:
        """Notice a sandbox, once."""
        if all(one.sandbox is not sandbox for one in self._watched):
            self._watched.append(Watched(sandbox=sandbox, owner=self._minting))

    def begin(self) -> None:
        """A test begins: what is there already, in sandboxes that outlive tests, is not its own."""
        for one in self._watched:
            one.before = position(one.sandbox)

    def end(self) -> None:
        """The server ends, and all sandboxes with it."""
        for owner in {id(one.owner): one.owner for one in self._watched}.values():
            self._end(owner)

    def __iter__(self) -> Iterator[Watched]:
        return iter(list(self._watched))

    def __bool__(self) -> bool:
        return bool(self._watched)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Owner) -> Generator[None, object, object]:
        """What is minted while a fixture is set up is its own."""
        __tracebackhide__ = True
        former, self._minting = self._minting, fixturedef
        try:
            return (yield)
        finally:
            self._minting = former

    def pytest_fixture_post_finalizer(self, fixturedef: Owner) -> None:
        """A fixture has ended."""
        self._end(fixturedef)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """A test has ended, with its fixtures."""
        __tracebackhide__ = True
        try:
            return (yield)
        finally:
            self._end(None)

    def _end(self, owner: Owner | None) -> None:
        ended = [one for one in self._watched if one.owner is owner]
        if ended:
            self._watched = [one for one in self._watched if one.owner is not owner]
            for one in ended:
                self._farewell(one)
                dropped(one.sandbox)


def position(sandbox: Sandbox) -> int:
    """How many exchanges there were in a sandbox; 0 when it was dropped, or its server is gone."""
    from mockserver.sandbox import SandboxDropped
    from mockserver.server import ServerError

    try:
        return len(sandbox.journal) + sandbox.journal.dropped
    except (SandboxDropped, ServerError):
        return 0


def dropped(sandbox: Sandbox) -> None:
    """Drop a sandbox, if there is still a server that has it."""
    from mockserver.server import ServerError

    with contextlib.suppress(ServerError, ValueError):  # or it is `default`, which is never dropped
        sandbox.drop()
