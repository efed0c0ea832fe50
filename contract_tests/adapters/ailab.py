"""What a client of AILabTools Head Extraction can do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from contract_tests.adapters.base import Adapter, Unimplemented


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """One head: its picture or mask, an image file, and where that lies in the source image, in pixels."""

    x: int
    y: int
    width: int
    height: int
    image: bytes


class AilabAdapter(Adapter):
    """A client of AILabTools. `code` of a problem is the symbol of an error, such as ERROR_USER_LOCKED."""

    provider = "ailab"
    operations = ("heads", "begin", "finish")
    results: ClassVar[Mapping[str, Any]] = {"heads": Sequence[Head], "finish": Sequence[Head]}

    @abstractmethod
    def heads(self, client: Any, image: bytes, *, mask: bool = False) -> Any:
        """Find the heads in an image file and download the cut-out of each, or its mask: a sequence of Head,
        in any order, and an empty one where there is no head and the API says so without an error."""

    def begin(self, client: Any, image: bytes, *, mask: bool = False) -> Any:
        """Find the heads and download nothing yet: answers something from which `finish` downloads them. For
        clients that let their caller choose when."""
        raise Unimplemented("it downloads what it finds at once")

    def finish(self, client: Any, handle: Any) -> Any:
        """Download what `begin` found: a sequence of Head."""
        raise Unimplemented("it downloads what it finds at once")
