"""What a client of Tencent Cloud BDA SegmentCustomizedPortraitPic can do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from contract_tests.adapters.base import Adapter, Unimplemented


@dataclass(frozen=True, kw_only=True, slots=True)
class Rect:
    """Where something of a label is in the image, in pixels."""

    label: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Segmentation:
    """The chosen parts of an image: a file of them with transparency, their mask, and where they are.

    `mask` is an image file, or the 32-bit floats of the documents as they came, the lowest byte first."""

    portrait: bytes
    mask: bytes
    rects: Sequence[Rect]


class TencentBdaAdapter(Adapter):
    """A client of Tencent Cloud BDA. `code` of a problem is the `Code` of an error.

    `labels` are documented segmentation options, such as Head, Body."""

    provider = "tencent_bda"
    operations = ("segment", "segment_with_token")
    results: ClassVar[Mapping[str, Any]] = {"segment": Segmentation, "segment_with_token": Segmentation}

    @abstractmethod
    def segment(self, client: Any, image: bytes | str, *, labels: Sequence[str]) -> Any:
        """Cut the parts that labels name out of an image, a file's bytes or its URL: a Segmentation."""

    def segment_with_token(
        self,
        client: Any,
        image: bytes | str,
        *,
        labels: Sequence[str],
        secret_id: str,
        secret_key: str,
        token: str,
    ) -> Any:
        """The same with a temporary key, which is valid with its token alone."""
        raise Unimplemented("it takes no temporary keys")
