"""The 21 segmentation options, alone and together, and what becomes of masks."""

import base64
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from signer import Answer, Call

from mockserver import RunningSandbox
from mockserver.catalogue import load
from mockserver.fixtures.files import png
from mockserver.fixtures.portraits import portrait
from mockserver.providers.tencent_bda.parameters import OPTIONS

TRUTH = portrait(4, width=320, height=400, noise=0)
IMAGE = base64.b64encode(png(TRUTH)).decode()
FEATURES = OPTIONS[2:13]
ATOMS = ("Background", "Hair", *FEATURES, "Face", "Body")
Mask = NDArray[np.int64]


@pytest.fixture
def masks(call: Call) -> dict[str, Mask]:
    """The mask of every option on its own."""
    return {option: alpha(segmented(call, option)) for option in OPTIONS}


def segmented(call: Call, *options: str) -> Answer:
    answer: Answer = call({"SegmentationOptions": dict.fromkeys(options, True), "Image": IMAGE})
    return answer


def alpha(answer: Answer) -> Mask:
    picture = Image.open(io.BytesIO(base64.b64decode(answer["PortraitImage"])))
    return np.asarray(picture)[..., 3].astype(np.int64)


def test_the_catalogue_has_the_options_of_the_action() -> None:
    ids = [one.id.rpartition(".")[2] for one in load("tencent_bda") if ".option." in one.id]
    assert ids == list(OPTIONS)


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_alone_gives_its_part(call: Call, sandbox: RunningSandbox, option: str) -> None:
    answer = segmented(call, option)
    assert alpha(answer).max() > 127
    assert {rect["Label"] for rect in answer["ImageRects"]} == {option}
    for rect in answer["ImageRects"]:
        assert all(isinstance(rect[side], int) for side in ("X", "Y", "Width", "Height"))
        assert 0 <= rect["X"] < rect["X"] + rect["Width"] <= 320
        assert 0 <= rect["Y"] < rect["Y"] + rect["Height"] <= 400
    assert f"tencent_bda.option.{option}" in sandbox.journal.last.behaviours


def test_every_option_gives_another_mask(masks: dict[str, Mask]) -> None:
    assert len({mask.tobytes() for mask in masks.values()}) == len(OPTIONS)


def test_parts_are_nested_as_documented(masks: dict[str, Mask]) -> None:
    for inner in ("Hair", "Face", *FEATURES):
        assert (masks[inner] <= masks["Head"]).all(), inner
    for feature in FEATURES:
        assert (masks["Face"] + masks[feature] <= 255).all(), feature
    assert (masks["Mouth"] + masks["Tooth"] <= 255).all()


def test_background_is_what_the_subject_leaves(masks: dict[str, Mask]) -> None:
    assert np.abs(masks["Background"] + masks["Head"] + masks["Body"] - 255).max() <= 2


def test_parts_that_share_out_the_frame_add_up_without_a_seam(call: Call, masks: dict[str, Mask]) -> None:
    assert np.abs(alpha(segmented(call, *ATOMS)) - 255).max() <= len(ATOMS)
    assert np.abs(alpha(segmented(call, *ATOMS[1:-1])) - masks["Head"]).max() <= len(ATOMS)
    subject = alpha(segmented(call, "Head", "Body"))
    assert np.abs(subject - (255 - masks["Background"])).max() <= 2


def test_a_head_with_its_parts_is_a_head(call: Call, masks: dict[str, Mask]) -> None:
    assert (alpha(segmented(call, "Head", "Hair", "Face", "Nose")) == masks["Head"]).all()


def test_all_options_together_give_the_whole_frame(call: Call) -> None:
    answer = segmented(call, *OPTIONS)
    assert alpha(answer).min() >= 253
    assert list(dict.fromkeys(rect["Label"] for rect in answer["ImageRects"])) == list(OPTIONS)


def test_options_that_are_false_or_null_are_not_chosen(call: Call, masks: dict[str, Mask]) -> None:
    options = {"Hair": True, "Body": False, "Head": None}
    assert (alpha(call({"SegmentationOptions": options, "Image": IMAGE})) == masks["Hair"]).all()


def test_colours_go_where_nothing_is_shown(call: Call) -> None:
    picture = Image.open(io.BytesIO(base64.b64decode(segmented(call, "Hair")["PortraitImage"])))
    pixels = np.asarray(picture)
    assert not pixels[pixels[..., 3] == 0].any()


def test_a_mask_of_floats_is_a_quirk(call: Call, sandbox: RunningSandbox) -> None:
    sandbox.set("tencent_bda", mask_image="float32")
    answer = segmented(call, "Head")
    floats = np.frombuffer(base64.b64decode(answer["MaskImage"]), "<f4").reshape(400, 320)
    assert (floats == alpha(answer)).all()


def test_the_same_call_gives_the_same_result(call: Call) -> None:
    first, second = segmented(call, "Head"), segmented(call, "Head")
    assert first.pop("RequestId") != second.pop("RequestId")  # type: ignore[attr-defined]
    assert first == second


def test_the_prose_of_more_than_one_option_is_a_quirk(call: Call, sandbox: RunningSandbox) -> None:
    sandbox.set("tencent_bda", options_required="more_than_one")
    assert segmented(call, "Head")["Error"]["Code"] == "InvalidParameter.InvalidParameter"
    assert "PortraitImage" in segmented(call, "Head", "Body")
