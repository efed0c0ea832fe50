"""What the kit takes for a right result of Tencent Cloud BDA."""

import io
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contract_tests.adapters.tencent_bda import Rect, Segmentation
from contract_tests.client.tencent_bda.looks import Expected, grey, wrong_with
from contract_tests.client.tencent_bda.play import FINAL, PASSING, SAMPLES
from contract_tests.client.world import Failed
from contract_tests.clients.tencent_bda import TencentBdaClient
from mockserver import RunningSandbox, catalogue, fixtures

SIZE = (6, 4)
WHOLE = ("Head", "Body")


def png(mode: str, size: tuple[int, int] = SIZE) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG")
    return out.getvalue()


RIGHT = Segmentation(
    portrait=png("RGBA"),
    mask=png("L"),
    rects=[Rect(label="Head", x=1, y=0, width=4, height=2), Rect(label="Body", x=0, y=2, width=6, height=2)],
)
EXPECTED = Expected(size=SIZE, boxes={"Head": [(1, 0, 4, 2)], "Body": [(0, 2, 6, 2)]})


def test_a_right_result_is_right() -> None:
    assert wrong_with(RIGHT, EXPECTED, WHOLE) is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"portrait": b""}, "the portrait is no file"),
        ({"portrait": png("RGB")}, "no transparency"),
        ({"portrait": png("RGBA", (4, 6))}, "pixels large"),
        ({"mask": b"0" * 10}, "the mask cannot be decoded"),
        ({"mask": png("L", (4, 6))}, "pixels large"),
        ({"rects": ()}, "Head is at"),
        ({"rects": [replace(RIGHT.rects[0], width=2, height=4), RIGHT.rects[1]]}, "Head is at"),
        ({"rects": [replace(RIGHT.rects[0], label="Hat"), RIGHT.rects[1]]}, "a rectangle of 'Hat'"),
        ({"rects": [replace(RIGHT.rects[0], x=-1), RIGHT.rects[1]]}, "not in an image"),
        ({"rects": [*RIGHT.rects, RIGHT.rects[1]]}, "Body is at"),
    ],
)
def test_what_is_wrong_is_told(wrong: dict[str, object], why: str) -> None:
    assert why in str(wrong_with(replace(RIGHT, **wrong), EXPECTED, WHOLE))  # type: ignore[arg-type]


@given(levels=st.lists(st.floats(0, 255, width=32), min_size=24, max_size=24))
def test_floats_are_grey_levels_row_by_row(levels: list[float]) -> None:
    mask = grey(struct.pack("<24f", *levels), SIZE)
    assert [mask.getpixel((at % 6, at // 6)) for at in range(24)] == [int(level) for level in levels]


@pytest.mark.parametrize("level", [-1.0, 256.0, float("nan"), float("inf")])
def test_no_other_number_is_one(level: float) -> None:
    with pytest.raises(Failed, match="cannot be decoded"):
        grey(struct.pack("<24f", *[level] * 24), SIZE)


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_known_of_the_samples_is_what_the_server_answers(sandbox: RunningSandbox, name: str) -> None:
    access, known = sandbox.tencent_bda, SAMPLES[name]
    with TencentBdaClient(access.url, access.secret_id, access.secret_key) as client:
        rects = client.segment(fixtures.path(name).read_bytes(), list(known.boxes)).rects
    found: dict[str, list[tuple[int, int, int, int]]] = {}
    for rect in rects:
        found.setdefault(rect["Label"], []).append((rect["X"], rect["Y"], rect["Width"], rect["Height"]))
    assert found == known.boxes


def test_no_error_both_passes_and_does_not() -> None:
    codes = [one.error.code for one in catalogue.load("tencent_bda") if one.error is not None]
    assert [one for one in codes if one.startswith(PASSING) and one.startswith(FINAL)] == []
    for prefix in (*PASSING, *FINAL):
        assert any(code.startswith(prefix) for code in codes), prefix
