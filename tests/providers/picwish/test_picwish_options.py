"""Each option has its effect, for every type of subject, on the pixels of the result."""

import base64
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from picwish_world import KEY, World, picture

from mockserver import MockServer
from mockserver.fixtures.files import bmp, gif, jpeg, png, tiff, webp
from mockserver.fixtures.objects import thing
from mockserver.fixtures.portraits import portrait
from mockserver.fixtures.stamps import stamp

PERSON = portrait(4, width=240, height=300)
THING = thing(3, width=240, height=240)
STAMP = stamp(1, width=240, height=200)
WIDTH = 240


@dataclass(frozen=True)
class Case:
    """A picture file, what to ask for, and where the subject truly is."""

    type: str
    image: bytes
    alpha: NDArray[np.uint8]

    @property
    def box(self) -> tuple[int, int, int, int]:
        rows, columns = (np.flatnonzero((self.alpha > 127).any(axis=axis)) for axis in (1, 0))
        return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


CASES = [
    Case("person", png(PERSON), PERSON.alpha),
    Case("object", png(THING.rgb), THING.alpha),
    Case("stamp", png(STAMP.rgb), STAMP.alpha),
    Case("", png(PERSON), PERSON.alpha),
    Case("", png(THING.rgb), THING.alpha),
]
EACH = pytest.mark.parametrize("case", CASES, ids=["person", "object", "stamp", "auto-person", "auto-object"])


def files(world: World, case: Case, **fields: str) -> dict[str, bytes]:
    """The result files of a synchronous request, by output."""
    data = world.cut(case.image, type=case.type, **fields)
    return {output: world.client.get(data[output]).content for output in ("image", "mask") if output in data}


def overlap(found: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> float:
    """Intersection over union of what is more than half there."""
    seen, truth = found > 127, alpha > 127
    return float((seen & truth).sum() / (seen | truth).sum())


@EACH
def test_the_subject_is_cut_out(world: World, case: Case) -> None:
    image = picture(files(world, case)["image"])
    assert image.shape == (*case.alpha.shape, 4)
    assert overlap(image[..., 3], case.alpha) > 0.85


@EACH
@pytest.mark.parametrize(("crop", "file_format"), [*product("01", ("png", "jpg"))])
def test_a_mask_is_black_and_white_and_fits_the_image(
    world: World, case: Case, crop: str, file_format: str
) -> None:
    found = files(world, case, output_type="1", crop=crop, format=file_format)
    image, mask = picture(found["image"]), picture(found["mask"])
    assert mask.shape == image.shape[:2]
    if file_format == "png":
        assert set(np.unique(mask)) == {0, 255}
        assert np.array_equal(mask > 127, image[..., 3] > 127)
    else:
        assert found["mask"].startswith(b"\xff\xd8")
        assert np.isin(mask // 64, (0, 3)).mean() > 0.9


@EACH
def test_crop_cuts_to_the_subject(world: World, case: Case) -> None:
    image = picture(files(world, case, crop="1")["image"])
    left, top, right, bottom = case.box
    assert abs(image.shape[0] - (bottom - top)) <= 12
    assert abs(image.shape[1] - (right - left)) <= 12
    visible = image[..., 3] > 0
    assert visible[[0, -1]].any(axis=1).all()
    assert visible[:, [0, -1]].any(axis=0).all()


@EACH
@pytest.mark.parametrize(
    ("bg_color", "colour"),
    [("", (255, 255, 255)), ("0000ff", (0, 0, 255)), ("00FF7f", (0, 255, 127)), ("000000", (0, 0, 0))],
)
def test_a_jpeg_has_the_colour_behind_the_subject(
    world: World, case: Case, bg_color: str, colour: tuple[int, int, int]
) -> None:
    found = files(world, case, format="jpg", bg_color=bg_color)["image"]
    assert found.startswith(b"\xff\xd8")
    image = picture(found).astype(int)
    assert image.shape == (*case.alpha.shape, 3)
    far = np.ones_like(case.alpha, bool)
    for shift, axis in product(range(-24, 25, 4), (0, 1)):
        far &= np.roll(case.alpha, shift, axis) == 0
    assert far.sum() > 500
    assert np.abs(image[far] - colour).mean() < 6


@pytest.mark.parametrize(
    ("output_type", "outputs"),
    [(None, {"image"}), ("1", {"image", "mask"}), ("2", {"image"}), ("3", {"mask"})],
)
@pytest.mark.parametrize("return_type", ["1", "2"])
def test_an_answer_has_the_outputs_that_were_asked_for(
    world: World, output_type: str | None, outputs: set[str], return_type: str
) -> None:
    fields = {"output_type": output_type} if output_type else {}
    data = world.cut(return_type=return_type, **fields)
    assert {"image", "mask"} & data.keys() == outputs
    assert (data["output_type"], data["return_type"]) == (int(output_type or 2), int(return_type))


@pytest.mark.parametrize("file_format", ["png", "jpg"])
def test_links_base64_and_the_file_itself_hold_the_same_bytes(world: World, file_format: str) -> None:
    for output, output_type in (("image", "2"), ("mask", "3")):
        fields = {"output_type": output_type, "format": file_format}
        linked = world.client.get(world.cut(**fields)[output])
        encoded = base64.b64decode(world.cut(**fields, return_type="2")[output], validate=True)
        itself = world.post(**fields, sync="1", return_type="3")
        assert linked.content == encoded == itself.content
        assert linked.headers["content-type"] == itself.headers["content-type"]
        assert itself.headers["content-type"] == {"png": "image/png", "jpg": "image/jpeg"}[file_format]


def test_the_file_itself_is_the_image_where_both_were_asked_for(world: World) -> None:
    assert picture(world.post(sync="1", return_type="3", output_type="1").content).ndim == 3


def test_the_file_itself_is_replaced_by_json_on_a_failure(world: World) -> None:
    answer = world.post(b"no image", sync="1", return_type="3")
    assert answer.json()["data"]["state"] == -7


@pytest.mark.parametrize("type_", ["person", "object", "stamp"])
def test_the_answer_names_the_type_that_was_asked_for(world: World, type_: str) -> None:
    image = png(STAMP.rgb) if type_ == "stamp" else png(PERSON)
    assert world.cut(image, type=type_)["type"] == type_


@pytest.mark.parametrize("fields", [{}, {"type": ""}])
def test_without_a_type_the_answer_says_auto(world: World, fields: dict[str, str]) -> None:
    assert world.cut(**fields)["type"] == "auto"


@pytest.mark.parametrize(
    ("type_", "image"),
    [
        ("person", png(THING.rgb)),
        ("stamp", png(portrait(9, width=200, height=150, people=0, background="grey"))),
    ],
    ids=["person", "stamp"],
)
def test_a_picture_without_the_subject_ends_in_failure(world: World, type_: str, image: bytes) -> None:
    data = world.cut(image, type=type_)
    assert (data["state"], data["progress"]) == (-1, 0)
    assert world.sandbox.journal.last.notes == [f"no {type_} was found in the picture"]
    assert world.sandbox.account("picwish").used == 0


FORMATS: dict[str, Any] = {
    "jpeg": jpeg(PERSON),
    "progressive": jpeg(PERSON, progressive=True),
    "turned": jpeg(PERSON, orientation=6),
    "png": png(PERSON),
    "palette": png(PERSON, kind="palette"),
    "bmp": bmp(PERSON),
    "webp": webp(PERSON),
    "webp-lossless": webp(PERSON, lossless=True),
    "tiff": tiff(PERSON),
    "tiff-lzw": tiff(PERSON, compression="tiff_lzw"),
    "tiff-deflate": tiff(PERSON, compression="tiff_adobe_deflate"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_documented_format_is_cut_out(world: World, name: str) -> None:
    image = picture(world.client.get(world.cut(FORMATS[name])["image"]).content)
    assert image.shape == (300, WIDTH, 4)
    assert overlap(image[..., 3], PERSON.alpha) > 0.85


@pytest.mark.parametrize(
    "image",
    [
        gif(PERSON),
        gif(PERSON, PERSON),
        b"",
        b"\x89PNG",
        b"<html>",
        FORMATS["png"][:2000],
        FORMATS["tiff"][:9],
    ],
    ids=["gif", "animated", "empty", "cut-off", "html", "truncated", "header"],
)
def test_what_is_no_readable_image_ends_in_invalid_image(world: World, image: bytes) -> None:
    data = world.cut(image)
    assert set(data) == {"created_at", "processed_at", "progress", "state", "task_id"}
    assert (data["state"], data["progress"]) == (-7, 0)
    assert world.sandbox.journal.last.notes


def test_options_of_one_sandbox_do_not_leak_into_another(world: World, server: MockServer) -> None:
    other = server.sandbox(picwish={"links": "v4"})
    world.cut(crop="1", format="jpg")
    answer = world.client.post(
        "/api/tasks/visual/segmentation",
        headers={KEY: other.picwish.api_key},
        files={"image_file": png(PERSON)},
        data={"sync": "1"},
    )
    assert "-image.png?x-oss-credential=" in answer.json()["data"]["image"]
