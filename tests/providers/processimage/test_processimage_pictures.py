"""What happens to a picture: text is found, moved, cleared, marked; type and size stay."""

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image
from watermark_caller import PLAIN, TEXT, Caller, backdrop, decoded, encoded

from mockserver import RunningSandbox

BOX = {"x": 40, "y": 30, "w": 80, "h": 50}
BOXES = json.dumps([BOX])
GREEN = (0, 255, 0)


def inside(box: dict[str, Any], margin: int = 0) -> tuple[slice, slice]:
    return (
        slice(box["y"] + margin, box["y"] + box["h"] - margin),
        slice(box["x"] + margin, box["x"] + box["w"] - margin),
    )


def blotted(file_format: str) -> bytes:
    """A slope of grey with a red blot in the box."""
    pixels = backdrop()
    pixels[inside(BOX, 3)] = (200, 20, 20)
    return encoded(pixels, file_format)


def result(caller: Caller, body: Any) -> bytes:
    return caller.http.get(body["data"]["url"]).content


@pytest.mark.parametrize("file_format", ["png", "bmp", "jpeg"])
def test_the_result_keeps_type_and_size_and_loses_what_was_in_the_rectangle(
    caller: Caller, file_format: str
) -> None:
    body = caller.body(blotted(file_format), rectangles=BOXES)
    assert body["data"]["url"].endswith(f".{file_format}")
    answer = caller.http.get(body["data"]["url"])
    assert answer.headers["content-type"] == f"image/{file_format}"
    assert answer.headers["cache-control"] == "private, max-age=15811200"
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, picture.size) == (file_format.upper(), (320, 200))
    off = np.abs(decoded(answer.content) - backdrop().astype(int))
    assert off[inside(BOX)].mean() < 6
    assert off.mean() < 2


@pytest.mark.parametrize("file_format", ["png", "bmp"])
def test_pixels_outside_of_the_rectangles_stay_as_they_were(caller: Caller, file_format: str) -> None:
    cleared = decoded(result(caller, caller.body(blotted(file_format), rectangles=BOXES)))
    cleared[inside(BOX)] = backdrop()[inside(BOX)]
    assert np.array_equal(cleared, backdrop())


def test_a_transparent_picture_stays_transparent(caller: Caller) -> None:
    alpha = np.full((200, 320, 1), 128, np.uint8)
    body = caller.body(encoded(np.concatenate([backdrop(), alpha], axis=2)), rectangles=BOXES)
    picture = Image.open(io.BytesIO(result(caller, body)))
    assert picture.mode == "RGBA"
    assert np.array_equal(np.asarray(picture)[..., 3:], alpha)


def test_show_draws_the_rectangles_in_green(caller: Caller) -> None:
    shown = decoded(result(caller, caller.body(PLAIN, rectangles=BOXES, show="true")))
    green = (shown == GREEN).all(axis=2)
    assert green[BOX["y"], BOX["x"] : BOX["x"] + BOX["w"]].all()
    assert green[BOX["y"] : BOX["y"] + BOX["h"], BOX["x"]].all()
    assert not green[inside(BOX, 6)].any()
    hidden = decoded(result(caller, caller.body(PLAIN, rectangles=BOXES)))
    assert not (hidden == GREEN).all(axis=2).any()


def test_text_is_found_and_told_and_gone(caller: Caller) -> None:
    body = caller.body(TEXT)
    [location] = body["data"]["processLocation"]
    assert list(location) == ["x", "y", "w", "h", "lineCount", "word"]
    assert (location["lineCount"], location["word"]) == (1, "SAMPLE TEXT")
    assert body["data"]["processCount"] == 1
    before, after = decoded(TEXT), decoded(result(caller, body))
    assert (before > 240).all(axis=2).sum() > 500
    assert (after > 240).all(axis=2).sum() == 0


def test_given_rectangles_come_back_as_they_were_given(caller: Caller) -> None:
    data = caller.body(PLAIN, rectangles=BOXES)["data"]
    assert data["processLocation"] == [BOX]
    assert data["processCount"] == 1


def test_without_text_nothing_is_processed(caller: Caller, sandbox: RunningSandbox) -> None:
    body = caller.body(PLAIN)
    assert body["data"] == {
        "processStatus": 52002,
        "processCount": 0,
        "processMsg": "UNHANDLED::未明确或正确指定水印矩形坐标，且服务器无法识别文字水印坐标",
        "processLocation": [],
    }
    assert sandbox.journal.last.notes == ["no text was found in the picture"]


def found(caller: Caller) -> dict[str, Any]:
    location: dict[str, Any] = caller.body(TEXT, ocrOnly="true")["data"]["processLocation"][0]
    return location


@pytest.mark.parametrize(
    ("offset", "change"),
    [
        ('{"+x":5}', {"x": 5}),
        ('{"-x":5,"+w":10}', {"x": -5, "w": 10}),
        ('{"+x":5,"-y":8,"-w":3,"+h":4}', {"x": 5, "y": -8, "w": -3, "h": 4}),
        ('{"+h":7}', {"h": 7}),
    ],
)
def test_an_offset_moves_and_resizes_what_was_found(
    caller: Caller, offset: str, change: dict[str, int]
) -> None:
    before, after = found(caller), caller.body(TEXT, offset=offset)["data"]
    assert after["processStatus"] == 0
    moved = {**before, **{side: before[side] + by for side, by in change.items()}}
    assert after["processLocation"] == [moved]


@pytest.mark.parametrize("offset", ['{"-x":4000}', '{"+y":4000}', '{"+w":4000}', '{"-h":4000}'])
def test_an_offset_that_leads_out_of_the_picture_is_ignored_for_all(
    caller: Caller, sandbox: RunningSandbox, offset: str
) -> None:
    before, body = found(caller), caller.body(TEXT, offset=offset)
    assert (body["httpCode"], body["data"]["processStatus"], body["data"]["processCount"]) == (200, 52005, 1)
    assert body["data"]["processLocation"] == [{side: before[side] for side in "xywh"}]
    assert "out of the picture" in sandbox.journal.last.notes[-1]
    assert (decoded(result(caller, body)) > 240).all(axis=2).sum() == 0


def test_by_position_the_first_key_is_x(caller: Caller, sandbox: RunningSandbox) -> None:
    before = found(caller)
    sandbox.set("processimage", offset_keys="by_position")
    after = caller.body(TEXT, offset='{"+h":4,"-w":3,"+y":2,"-x":1}')["data"]["processLocation"][0]
    assert [after[side] - before[side] for side in "xywh"] == [4, -3, 2, -1]
    answer = caller.send(TEXT, offset='{"+x":5}')
    assert (answer.status_code, answer.json()["httpMsg"]) == (500, "FAILED::服务端异常")


def test_an_offset_is_ignored_beside_rectangles_save_by_a_quirk(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    asked = {"rectangles": BOXES, "offset": '{"+x":5}'}
    assert caller.body(PLAIN, **asked)["data"]["processLocation"] == [BOX]
    sandbox.set("processimage", offset_with_rectangles="applied")
    assert caller.body(PLAIN, **asked)["data"]["processLocation"] == [{**BOX, "x": 45}]


class TestOcrOnly:
    def test_the_status_is_52006_without_count_and_url(self, caller: Caller) -> None:
        data = caller.body(TEXT, ocrOnly="true")["data"]
        assert list(data) == ["processStatus", "processMsg", "processLocation"]
        assert (data["processStatus"], data["processMsg"]) == (52006, "SUCCESS::处理成功")

    def test_by_a_quirk_it_is_that_of_the_sample(self, caller: Caller, sandbox: RunningSandbox) -> None:
        sandbox.set("processimage", ocr_only_status="0")
        data = caller.body(TEXT, ocrOnly="true")["data"]
        assert list(data) == ["processStatus", "processCount", "processMsg", "processLocation"]
        assert (data["processStatus"], data["processCount"]) == (0, 1)

    @pytest.mark.parametrize(("reading", "status"), [("52006", 52006), ("0", 0)])
    def test_what_was_found_is_told_with_its_words_although_the_offset_leads_out_of_the_picture(
        self, caller: Caller, sandbox: RunningSandbox, reading: str, status: int
    ) -> None:
        sandbox.set("processimage", ocr_only_status=reading)
        before = found(caller)
        data = caller.body(TEXT, ocrOnly="true", offset='{"-x":4000}')["data"]
        assert (data["processStatus"], data["processLocation"]) == (status, [before])
        assert before["word"] == "SAMPLE TEXT"
        assert "out of the picture" in sandbox.journal.last.notes[-1]

    def test_an_offset_moves_what_is_told(self, caller: Caller) -> None:
        before = found(caller)
        data = caller.body(TEXT, ocrOnly="true", offset='{"+x":3}')["data"]
        assert data["processLocation"] == [{**before, "x": before["x"] + 3}]

    def test_no_text_is_no_text(self, caller: Caller) -> None:
        assert caller.body(PLAIN, ocrOnly="true")["data"]["processStatus"] == 52002
