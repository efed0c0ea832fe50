"""What a client of processimage.cn watermark removal can do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from contract_tests.adapters.base import Adapter, Unimplemented


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """A rectangle that was processed, in pixels of the picture as displayed, and what it says."""

    x: int
    y: int
    width: int
    height: int
    word: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleared:
    """What became of a picture: the file without watermarks, None where there is none; the rectangles that
    were processed; and whether the answer came from the cache, None where the client does not say."""

    image: bytes | None
    locations: Sequence[Location]
    cached: bool | None = None


class ProcessimageAdapter(Adapter):
    """A client of processimage.cn. `code` of a problem is the `httpCode` of a refusal, or the
    `processStatus` of work that came to nothing.

    `rectangles` have x, y, w and h, in pixels; `options` are the documented parameters, such as show,
    ocrOnly, watermarkNames."""

    provider = "processimage"
    operations = ("clear", "clear_with_token", "begin", "received")
    results: ClassVar[Mapping[str, Any]] = {
        "clear": Cleared,
        "clear_with_token": Cleared,
        "received": Cleared,
    }

    @abstractmethod
    def clear(
        self,
        client: Any,
        image: bytes | str,
        *,
        rectangles: Sequence[Mapping[str, int]] = (),
        **options: str,
    ) -> Any:
        """Clear a picture of what is in the rectangles, or of the text in it, and download the result, if
        there is one: a Cleared. The call is signed."""

    def clear_with_token(
        self,
        client: Any,
        image: bytes | str,
        *,
        rectangles: Sequence[Mapping[str, int]] = (),
        **options: str,
    ) -> Any:
        """The same with a token in place of a sign; the picture is a file's bytes, or its URL. The client
        gets tokens by itself."""
        raise Unimplemented("it uses no tokens")

    def begin(
        self,
        client: Any,
        image: bytes | str,
        *,
        callback: str,
        rectangles: Sequence[Mapping[str, int]] = (),
        **options: str,
    ) -> Any:
        """Let a picture be cleared later, and the result be posted to a URL. The answer is not looked at."""
        raise Unimplemented("it begins nothing asynchronous")

    def received(self, client: Any, body: bytes) -> Any:
        """What was posted to a callback, downloaded: a Cleared. For clients that take callbacks."""
        raise Unimplemented("it takes no callbacks")
