"""What every client under test has to say of itself: how it is made, and which exceptions are its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

MISTAKES = (
    LookupError,
    TypeError,
    AttributeError,
    NameError,
    UnicodeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    StopIteration,
    MemoryError,
)
"""What Python raises for mistakes in a program; no client raises these on purpose unless it says so."""


class Unimplemented(Exception):
    """A client cannot do what a case asks for, or cannot say what it asks; that is no failure of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What a client says of an exception that came out of it.

    `own`: it raised this on purpose, so that a caller can tell it from a mistake in the client; None where it
    does not say.
    `code`: the error code of the provider that it saw, as text; None where it does not say.
    `retryable`: whether the same call may go well later; None where it does not say."""

    text: str
    own: bool | None = None
    code: str | None = None
    retryable: bool | None = None


class Adapter(ABC):
    """Lets the kit drive a client; one subclass for each client of a provider, with a few lines in it.

    Methods may be coroutines. Whatever a method cannot do, it says by raising Unimplemented."""

    provider: ClassVar[str]
    operations: ClassVar[tuple[str, ...]]
    """The methods that cases call."""
    results: ClassVar[Mapping[str, Any]] = {}
    """What these answer, as types, which JSON from an executable is made into; others as they are."""
    errors: tuple[type[BaseException], ...] = ()
    """The exceptions that the client raises on purpose, those of its HTTP library included if it lets them
    through by design. While it is empty, only what is plainly a mistake, such as a KeyError, is held against
    the client."""

    @abstractmethod
    def client(self, access: Any, timeout: float) -> Any:
        """A client for the URL and keys of `access`, such as `sandbox.picwish`, that waits at most `timeout`
        seconds for a connection, and for the next bytes of an answer. It is handed to all other methods."""

    def close(self, client: Any) -> Any:
        """Give back what a client holds; calls its `close`, or its `aclose`, if it has one."""
        for name in ("close", "aclose"):
            end = getattr(client, name, None)
            if end is not None:
                return end()
        return None

    def problem(self, error: BaseException) -> Problem:
        """What is known of an exception; to be extended by what the client knows of code and retrying."""
        return Problem(text=f"{type(error).__name__}: {error}", own=self._is_own(error))

    def _is_own(self, error: BaseException) -> bool | None:
        if self.errors:
            return isinstance(error, self.errors)
        return False if isinstance(error, MISTAKES) else None
