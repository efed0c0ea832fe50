"""Stories: what happens to a client, step by step, found and shrunk by Hypothesis, told as a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.client.case import Case
from contract_tests.client.oracle import judge
from contract_tests.client.pictures import drawn, numbered
from contract_tests.client.world import World

ADAPTER = re.compile(r"[\w.]+:\w+")
Whole = Callable[[Mapping[str, Any], Any], str | None]
"""What is wrong with the result of a call with such arguments; None when nothing is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A sample image in a story, by the name of its file."""

    name: str

    def content(self, number: int) -> bytes:
        """The file; those with other numbers are of the same picture."""
        return numbered(self.name, number)

    def __repr__(self) -> str:
        return f'fixtures.path("{self.name}").read_bytes()'


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A picture of one person in a story, of exactly so many pixels and, where `size` is given, bytes."""

    width: int
    height: int
    form: str = "jpeg"
    size: int | None = None

    def content(self, number: int) -> bytes:
        """The file."""
        return drawn(self.width, self.height, self.form, self.size)

    def __repr__(self) -> str:
        image = f'edges.sized({self.width}, {self.height}, file_format="{self.form}")'
        return image if self.size is None else f"edges.padded({image}, {self.size})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The sandbox is set to something."""

    settings: Mapping[str, Any] = field(hash=False)

    def play(self, world: World, whole: Whole) -> None:
        world.sandbox.set(world.case.provider, **self.settings)

    def script(self, provider: str) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.settings.items())
        return f'sandbox.set("{provider}", {told})'


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Something will go wrong."""

    effect: str
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def play(self, world: World, whole: Whole) -> None:
        world.sandbox.fail(world.case.provider, self.effect, **self.options)

    def script(self, provider: str) -> str:
        told = "".join(f", {name}={value!r}" for name, value in self.options.items())
        return f'sandbox.fail("{provider}", "{self.effect}"{told})'


@dataclass(frozen=True, kw_only=True, slots=True)
class Travel:
    """Time passes for the provider, and none for the client."""

    seconds: float

    def play(self, world: World, whole: Whole) -> None:
        world.sandbox.clock.travel(self.seconds)

    def script(self, provider: str) -> str:
        return f"sandbox.clock.travel({self.seconds!r})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """The client is asked to do something, and may not answer what it did not get, nor die of what it got."""

    operation: str
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def play(self, world: World, whole: Whole) -> None:
        before = len(world.sandbox.journal)
        given = {
            name: value.content(len(world.outcomes)) if isinstance(value, Sample | Drawn) else value
            for name, value in self.arguments.items()
        }
        outcome = world.call(self.operation, **given)
        exchanges = list(world.sandbox.journal)[before:]
        judge(outcome, exchanges, lambda result: whole(self.arguments, result))

    def script(self, provider: str) -> str:
        told = "".join(f", {name}={value!r}" for name, value in self.arguments.items())
        return f'print(session.call("{self.operation}", deadline=60{told}))'


Step = Reading | Trouble | Travel | Ask
Story = tuple[Step, ...]


def script(story: Story, *, case: Case, client: str) -> str:
    """A program that replays a story of a case; `client` is `module:Class` of an adapter, or a command."""
    provider, settings = case.provider, {"qps": None, **case.settings}
    imports, opened = _opened(client, f"sandbox.{provider}, {case.timeout:g}", provider)
    return "\n".join(
        (
            *imports,
            "from mockserver import MockServer, fixtures",
            "from mockserver.fixtures import edges",
            "",
            "with MockServer() as server:",
            f"    sandbox = server.sandbox({provider}={settings})",
            f"    session = {opened}",
            *(f"    {step.script(provider)}" for step in story),
            "    print(sandbox.journal)",
            "    session.close()",
        )
    )


def _opened(client: str, access: str, provider: str) -> tuple[Sequence[str], str]:
    """How a session of a client is begun: what to import, and an expression."""
    if ADAPTER.fullmatch(client):
        module, _, name = client.partition(":")
        imports = f"from contract_tests.adapters.session import PythonSession\nfrom {module} import {name}"
        return [imports], f"PythonSession({name}(), {access})"
    return [
        "from contract_tests.adapters.executable import Executable",
        "from contract_tests.client.registry import kit",
    ], f"Executable({client!r}).open(kit({provider!r}).adapter, {access})"
