"""What the kit takes for the right heads of an image."""

import io
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contract_tests.adapters.ailab import Head
from contract_tests.client.ailab.looks import ALIKE, Expected, wrong_with
from contract_tests.client.ailab.play import GROUP, NOBODY, PORTRAIT, SAMPLES, code, retryable
from contract_tests.clients.ailab import AilabClient
from mockserver import MockServer, RunningSandbox, catalogue, fixtures
from mockserver.fixtures import readymade

SIZE = (60, 40)


def png(mode: str, size: tuple[int, int] = (20, 10)) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG")
    return out.getvalue()


HEAD = Head(x=4, y=5, width=20, height=10, image=png("RGBA"))
EXPECTED = Expected(size=SIZE, boxes=[(4, 5, 20, 10)])


def test_a_right_head_is_right() -> None:
    assert wrong_with([HEAD], EXPECTED, mask=False) is None
    assert wrong_with([replace(HEAD, image=png("L"))], EXPECTED, mask=True) is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"image": b""}, "a head is no file"),
        ({"image": b"<html>"}, "cannot be decoded"),
        ({"image": png("RGB")}, "a cut-out has transparency"),
        ({"image": png("RGBA", (10, 20))}, "pixels large"),
        ({"width": 10, "height": 20}, "a head is at"),
        ({"x": 5, "y": 15}, "a head is at"),
        ({"x": 41}, "not in an image"),
        ({"y": -1}, "not in an image"),
        ({"width": 0}, "not in an image"),
        ({"x": 4.0}, "whole numbers"),
        ({"x": None}, "whole numbers"),
    ],
)
def test_what_is_wrong_is_told(wrong: dict[str, object], why: str) -> None:
    assert why in str(wrong_with([replace(HEAD, **wrong)], EXPECTED, mask=False))  # type: ignore[arg-type]


def test_a_mask_has_one_channel() -> None:
    assert "one channel" in str(wrong_with([HEAD], EXPECTED, mask=True))


@pytest.mark.parametrize("heads", [[], [HEAD, HEAD]])
def test_heads_are_counted(heads: list[Head]) -> None:
    assert "there are 1 heads" in str(wrong_with(heads, EXPECTED, mask=False))


def test_where_nothing_is_known_five_are_the_most() -> None:
    unknown = Expected(size=SIZE)
    assert wrong_with([], unknown, mask=False) is None
    assert wrong_with([HEAD] * 5, unknown, mask=False) is None
    assert "5 is the most" in str(wrong_with([HEAD] * 6, unknown, mask=False))


@cache
def found(server: MockServer, name: str, *, mask: bool = False) -> tuple[Head, ...]:
    access = server.sandbox().ailab
    with AilabClient(access.url, access.api_key) as client:
        return tuple(
            Head(x=one.x, y=one.y, width=one.width, height=one.height, image=client.download(one))
            for one in client.heads(fixtures.path(name).read_bytes(), mask=mask)
        )


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("mask", [False, True])
def test_what_the_server_answers_is_right(server: MockServer, name: str, mask: bool) -> None:
    assert wrong_with(found(server, name, mask=mask), SAMPLES[name], mask=mask) is None


def test_pictures_of_other_heads_are_noticed(server: MockServer) -> None:
    one, two, three = found(server, GROUP)
    # The heads differ in size, so a picture is made as large as the place that it is not from.
    with Image.open(io.BytesIO(one.image)) as picture:
        out = io.BytesIO()
        picture.resize((two.width, two.height)).save(out, "PNG")
    wrong = wrong_with([one, replace(two, image=out.getvalue()), three], SAMPLES[GROUP], mask=False)
    assert str(wrong).startswith(("the cut-out at", "what is opaque at"))


@given(by=st.tuples(st.integers(-400, 400), st.integers(-400, 400)))
def test_a_head_elsewhere_is_noticed(server: MockServer, by: tuple[int, int]) -> None:
    [head] = found(server, PORTRAIT)
    moved = replace(head, x=head.x + by[0], y=head.y + by[1])
    wrong = wrong_with([moved], SAMPLES[PORTRAIT], mask=False)
    if max(map(abs, by)) > (1 - ALIKE) * head.width:
        assert wrong is not None
    if by == (0, 0):
        assert wrong is None


def test_what_is_known_of_the_samples_is_how_they_were_drawn() -> None:
    for name, drawing in ((PORTRAIT, readymade.one_person()), (GROUP, readymade.group())):
        boxes = [(one.box.x, one.box.y, one.box.width, one.box.height) for one in drawing.heads]
        assert list(SAMPLES[name].boxes or ()) == boxes


def test_there_is_nobody_where_there_should_be_nobody(sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", no_head="empty_elements")
    with AilabClient(sandbox.ailab.url, sandbox.ailab.api_key) as client:
        assert client.heads(fixtures.path(NOBODY).read_bytes()) == []


def test_speed_passes_and_want_of_credits_does_not() -> None:
    told = {code(one): retryable(one) for one in catalogue.load("ailab") if one.error is not None}
    assert told["EXCEEDING_LIMITS"] is told["AI_SERVICE_TIMEOUT"] is told["ERROR_GATEWAY"] is True
    assert (
        told["ERROR_NOT_ENOUGH_CREDITS"] is told["ERROR_USER_LOCKED"] is told["ERROR_TOO_MANY_FILES"] is False
    )
    assert told["ERROR_RESOURCE_IN_USE"] is told["PROCESSING_FAILURE"] is None
