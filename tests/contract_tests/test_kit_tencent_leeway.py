"""The cases of Tencent Cloud BDA leave clients the ways that the documents leave them."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from kit_stage import graded
from PIL import Image, UnidentifiedImageError

from contract_tests.adapters.tencent_bda import Segmentation
from contract_tests.client.case import Grade
from contract_tests.client.tencent_bda import CASES
from contract_tests.clients.adapters.tencent_bda import TencentBda
from contract_tests.clients.tencent_bda import TencentBdaClient, TencentError
from mockserver import MockServer


class WantsTwo(TencentBda):
    """It takes the prose at its word: more than one label must be true."""

    def segment(self, client: TencentBdaClient, image: bytes | str, *, labels: Sequence[str]) -> Segmentation:
        if len(labels) < 2:
            raise TencentError("InvalidParameter.InvalidParameter", "one label is too few", "")
        return super().segment(client, image, labels=labels)


class Converts(TencentBda):
    """It makes a PNG of what the API does not take."""

    def segment(self, client: TencentBdaClient, image: bytes | str, *, labels: Sequence[str]) -> Segmentation:
        return super().segment(client, _taken(image), labels=labels)


def _taken(image: bytes | str) -> bytes | str:
    if isinstance(image, str):
        return image
    try:
        picture = Image.open(io.BytesIO(image))
    except UnidentifiedImageError:
        return image
    if picture.format not in ("GIF", "WEBP"):
        return image
    out = io.BytesIO()
    picture.convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("adapter", "noted"),
    [
        (WantsTwo, {"TEN-OK-02", "TEN-OK-03", "TEN-OK-04"}),
        (Converts, {"TEN-LIMIT-08", "TEN-LIMIT-09"}),
    ],
)
def test_what_is_left_open_is_noted_and_no_failure(server: MockServer, adapter: Any, noted: set[str]) -> None:
    played = [case for case in CASES if case.id in (*noted, "TEN-OK-01", "TEN-LIMIT-10", "TEN-RECT-03")]
    grades = {case_id: verdict.grade for case_id, verdict in graded(server, adapter, played).items()}
    assert {case_id for case_id, grade in grades.items() if grade is Grade.INFORMATIONAL} == noted
    assert set(grades.values()) == {Grade.INFORMATIONAL, Grade.PASS}
