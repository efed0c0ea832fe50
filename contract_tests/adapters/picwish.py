"""What a client of PicWish segmentation can do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from contract_tests.adapters.base import Adapter, Unimplemented


@dataclass(frozen=True, kw_only=True, slots=True)
class Cutout:
    """What came of a task: image files, each only where it was asked for."""

    image: bytes | None = None
    mask: bytes | None = None


class PicwishAdapter(Adapter):
    """A client of PicWish. `code` of a problem is the `status` of a refusal, or the `state` of a task.

    `options` are documented fields, such as type, crop, output_type."""

    provider = "picwish"
    operations = ("cut_out", "begin", "finish", "received")
    results: ClassVar[Mapping[str, Any]] = {"cut_out": Cutout, "finish": Cutout, "received": Cutout}

    @abstractmethod
    def cut_out(self, client: Any, image: bytes | str, *, sync: bool, **options: str) -> Any:
        """Cut out the subject of an image, a file's bytes or its URL: create a task, wait for its end, be it
        in one request (`sync`) or by asking again, and download the result. Answers a Cutout."""

    def begin(self, client: Any, image: bytes | str, **options: str) -> Any:
        """Create a task and come back: answers something by which `finish` finds it. For clients that can do
        other things meanwhile."""
        raise Unimplemented("it does not let its caller go while a task is under way")

    def finish(self, client: Any, handle: Any) -> Any:
        """Wait for the end of what `begin` began, and download it: a Cutout."""
        raise Unimplemented("it does not let its caller go while a task is under way")

    def received(self, client: Any, body: bytes) -> Any:
        """What was posted to a callback_url, downloaded: a Cutout. For clients that take callbacks."""
        raise Unimplemented("it takes no callbacks")
