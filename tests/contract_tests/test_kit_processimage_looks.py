"""What the cases of processimage.cn know of a right result."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.adapters.processimage import Cleared, Location
from contract_tests.adapters.session import Outcome
from contract_tests.client.oracle import judge
from contract_tests.client.pictures import recoded, sample
from contract_tests.client.processimage.looks import Area, Box, Expected, common, wrong_with
from contract_tests.client.processimage.play import (
    LETTERS,
    PICTURE,
    PLAIN,
    SIZE,
    TEXTS,
    names,
    rectangles,
    whole,
)
from mockserver import MockServer

BOXES = st.tuples(st.integers(-9, 99), st.integers(-9, 99), st.integers(1, 99), st.integers(1, 99))
GIVEN = {"image": b"", "rectangles": rectangles(LETTERS)}
FOUND = Expected(size=SIZE, areas=[Area(box=box, word=word) for word, box in TEXTS.items()], cleared=False)


def location(box: Box, word: str | None = None) -> Location:
    x, y, width, height = box
    return Location(x=x, y=y, width=width, height=height, word=word)


@pytest.fixture(scope="module")
def right(server: MockServer) -> Cleared:
    """What a client should answer when the letters are to be cleared."""
    from contract_tests.clients.adapters.processimage import Processimage

    adapter, sandbox = Processimage(), server.sandbox(processimage={"qps": None})
    client = adapter.client(sandbox.processimage, 20.0)
    try:
        return adapter.clear(client, sample(PICTURE), rectangles=rectangles(LETTERS))
    finally:
        client.close()


@given(BOXES, BOXES)
def test_two_boxes_have_as_much_in_common_as_the_other_way_round(one: Box, other: Box) -> None:
    assert 0 <= common(one, other) == common(other, one) <= 1
    assert (common(one, other) == 1) == (one == other)


def test_a_right_result_is_right(right: Cleared) -> None:
    assert whole(GIVEN, right) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"image": None}, "no file"),
        ({"image": sample(PICTURE)}, "still there"),
        ({"image": sample(PLAIN)}, "pixels large"),
        ({"image": recoded(PICTURE, "PNG")}, "is PNG, and JPEG was sent"),
        ({"image": b"<html>"}, "cannot be decoded"),
        ({"locations": ()}, "there are 1 rectangles"),
        ({"locations": [location((267, 80, 27, 50))]}, r"\(267, 80, 27, 50\)"),
        ({"locations": [location((268, 80, 50, 27))]}, r"\(268, 80, 50, 27\)"),
    ],
)
def test_a_wrong_result_is_told(right: Cleared, change: dict[str, object], why: str) -> None:
    wrong = whole(GIVEN, replace(right, **change))  # type: ignore[arg-type]
    assert wrong is not None
    assert re.search(why, wrong)


def test_a_picture_that_changed_elsewhere_is_told(right: Cleared) -> None:
    elsewhere = {"image": b"", "rectangles": rectangles((10, 10, 20, 20), LETTERS)}
    told = replace(right, locations=[location((10, 10, 20, 20)), location(LETTERS)])
    assert whole(elsewhere, told) == "what was at (10, 10, 20, 20) is still there"


@pytest.mark.parametrize("shift", [0, 3])
def test_what_was_found_may_be_a_little_off(shift: int) -> None:
    found = [location((x + shift, y, width, height), word) for word, (x, y, width, height) in TEXTS.items()]
    assert wrong_with(Cleared(image=None, locations=found), FOUND) is None


def test_what_the_text_says_has_to_be_right_where_a_client_tells_it() -> None:
    silent = [location(box) for box in TEXTS.values()]
    assert wrong_with(Cleared(image=None, locations=silent), FOUND) is None
    mixed = [location(box, word) for box, word in zip(TEXTS.values(), reversed(list(TEXTS)), strict=True)]
    wrong = wrong_with(Cleared(image=None, locations=mixed), FOUND)
    assert "and the client says '去除文中水印'" in str(wrong)


def test_where_text_is_only_located_there_is_no_picture(right: Cleared) -> None:
    asked = {"image": b"", "watermarkNames": names(*TEXTS), "ocrOnly": "true"}
    found = [location(box, word) for word, box in TEXTS.items()]
    assert whole(asked, Cleared(image=None, locations=found)) is None
    assert whole(asked, Cleared(image=right.image, locations=found)) == (
        "there is a picture, and nothing was to be cleared"
    )


def test_a_picture_without_text_may_end_in_a_result_or_in_an_error(server: MockServer) -> None:
    from contract_tests.clients.processimage import ProcessimageClient

    sandbox = server.sandbox(processimage={"qps": None})
    access = sandbox.processimage
    with ProcessimageClient(access.url, access.app_id, access.app_secret) as client:
        client.clear(sample(PLAIN))
    exchanges = list(sandbox.journal)
    nothing = Outcome(call="clear", seconds=0.1, result=Cleared(image=None, locations=()))
    judge(nothing, exchanges, lambda result: "there is no picture")
