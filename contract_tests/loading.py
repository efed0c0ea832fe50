"""Clients under test by what they are called: `module:Class`, or a command."""

from __future__ import annotations

import importlib
import inspect
import os
import shlex
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from contract_tests.adapters.base import Adapter
from contract_tests.adapters.executable import CannotStart, Executable
from contract_tests.adapters.session import PythonSession
from contract_tests.client.registry import Kit, kits
from contract_tests.client.world import Session

OpenSession = Callable[[Any, float], Session]


class NoClient(Exception):
    """There is no client under test of such a name; the text says what to do."""


class UnderTest(ABC):
    """A client, or several of them that are one command; `name` is what it is called."""

    name: str
    providers: tuple[str, ...]

    @abstractmethod
    def opening(self, kit: Kit) -> OpenSession:
        """What makes sessions of its client of a provider."""

    @abstractmethod
    def close(self) -> None:
        """Give back what all sessions held."""


class PythonUnderTest(UnderTest):
    """An adapter."""

    def __init__(self, adapter: type[Adapter], name: str) -> None:
        self.name = name
        self.providers = (adapter.provider,)
        self._adapter = adapter

    def opening(self, kit: Kit) -> OpenSession:
        return lambda access, timeout: PythonSession(self._adapter(), access, timeout)

    def close(self) -> None:
        """Nothing: each session has closed its client."""


class ExecutableUnderTest(UnderTest):
    """A command."""

    def __init__(self, executable: Executable) -> None:
        self.name = shlex.join(executable.command)
        self.providers = tuple(executable.hello.operations)
        self._executable = executable

    def opening(self, kit: Kit) -> OpenSession:
        return lambda access, timeout: self._executable.open(kit.adapter, access, timeout)

    def close(self) -> None:
        self._executable.close()


def python(name: str) -> UnderTest:
    """An adapter by its `module:Class`; modules of the current directory come first. Raises NoClient."""
    module_name, _, class_name = name.partition(":")
    if not class_name or "/" in name or module_name.endswith(".py"):
        raise NoClient(f"{name!r} is not module:Class, such as tests.acme:AcmeAdapter{_meant(module_name)}")
    module = _imported(module_name)
    found = getattr(module, class_name, None)
    if found is None:
        raise NoClient(f"{module_name} has no {class_name}{_adapters_of(module)}")
    if not (inspect.isclass(found) and issubclass(found, Adapter)):
        raise NoClient(f"{name} is no adapter: derive a class from {_bases()}{_adapters_of(module)}")
    if inspect.isabstract(found):
        missing = ", ".join(sorted(found.__abstractmethods__))
        raise NoClient(f"{name} is not finished: it has no {missing}")
    return PythonUnderTest(found, name)


def command(text: str) -> UnderTest:
    """An executable that speaks the protocol, by its command line. Raises NoClient."""
    try:
        return ExecutableUnderTest(Executable(text))
    except (CannotStart, ValueError) as error:
        raise NoClient(f"{error}. What a command has to speak: contract_tests/PROTOCOL.md") from error


def _imported(name: str) -> Any:
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise NoClient(f"{name} cannot be imported: {error}") from error
        where = f"it was looked for in {here}, and on the PYTHONPATH"
        raise NoClient(f"there is no module {error.name}; {where}") from error
    except Exception as error:
        raise NoClient(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


def _meant(path: str) -> str:
    module = path.removesuffix(".py").removeprefix("./").replace("/", ".").strip(".")
    return f"; did you mean {module}:…?" if module and module != path else ""


def _adapters_of(module: Any) -> str:
    names = [
        name
        for name, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, Adapter) and not inspect.isabstract(one)
    ]
    return f"; adapters in {module.__name__}: {', '.join(names)}" if names else ""


def _bases() -> str:
    return " or ".join(f"{one.adapter.__module__}.{one.adapter.__name__}" for one in kits())
