"""Each limit at its edge, on both sides."""

import httpx
import pytest

from mockserver import RunningSandbox
from mockserver.fixtures.edges import MEBIBYTE, padded, sized
from mockserver.providers.ailab.wire import PATH

FORMATS = ("jpeg", "png", "bmp")
TOO_LOW, TOO_HIGH = "ERROR_LOW_RESOLUTION", "FILE_RESOLUTION_EXCEEDS_LIMITS"
NO_HEAD = "ERROR_NO_FACE_IN_FILE"
"""A picture of a few pixels' width is within the limits, but may be too thin for a head to be found."""


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["error_detail"]["code"]
    return code


@pytest.mark.parametrize("file_format", FORMATS)
def test_exactly_three_megabytes_are_taken_and_one_byte_more_is_not(
    client: httpx.Client, file_format: str
) -> None:
    image = sized(200, 250, file_format=file_format)
    answer = client.post(PATH, files={"image": padded(image, 3 * MEBIBYTE)})
    assert answer.status_code == 200
    assert len(answer.json()["data"]["elements"]) == 1
    answer = client.post(PATH, files={"image": padded(image, 3 * MEBIBYTE + 1)})
    assert (answer.status_code, code_of(answer)) == (413, "FILE_SIZE_EXCEEDS_LIMIT")


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize(
    ("width", "height", "allowed"),
    [
        (33, 33, {"", NO_HEAD}),
        (32, 33, {TOO_LOW}),
        (33, 32, {TOO_LOW}),
        (32, 32, {TOO_LOW}),
        (33, 400, {"", NO_HEAD}),
        (400, 33, {"", NO_HEAD}),
        (32, 400, {TOO_LOW}),
        (400, 32, {TOO_LOW}),
        (1999, 300, {"", NO_HEAD}),
        (300, 1999, {"", NO_HEAD}),
        (2000, 300, {TOO_HIGH}),
        (300, 2000, {TOO_HIGH}),
        (2000, 1999, {TOO_HIGH}),
        (2000, 32, {TOO_HIGH}),
        (2001, 300, {TOO_HIGH}),
    ],
)
def test_each_side_is_above_32_and_below_2000_pixels(
    client: httpx.Client, file_format: str, width: int, height: int, allowed: set[str]
) -> None:
    answer = client.post(PATH, files={"image": sized(width, height, file_format=file_format)})
    assert code_of(answer) in allowed


def test_the_largest_picture_gets_its_head(client: httpx.Client) -> None:
    answer = client.post(PATH, files={"image": sized(1999, 1999)})
    (element,) = answer.json()["data"]["elements"]
    assert 0 <= element["x"] < element["x"] + element["width"] <= 1999
    assert 0 <= element["y"] < element["y"] + element["height"] <= 1999


def body_of(size: int) -> tuple[dict[str, str], bytes]:
    """A form without an image, of exactly so many bytes in all."""
    start = b'--b\r\nContent-Disposition: form-data; name="notes"; filename="x"\r\n\r\n'
    end = b"\r\n--b--\r\n"
    return {"Content-Type": "multipart/form-data; boundary=b"}, start + bytes(
        size - len(start) - len(end)
    ) + end


def test_a_body_of_ten_megabytes_is_read_and_one_byte_more_is_not(client: httpx.Client) -> None:
    headers, body = body_of(10 * MEBIBYTE)
    assert code_of(client.post(PATH, headers=headers, content=body)) == "MISSING_PARAMETERS"
    headers, body = body_of(10 * MEBIBYTE + 1)
    answer = client.post(PATH, headers=headers, content=body)
    assert (answer.status_code, code_of(answer)) == (413, "ERROR_REQUEST_BODY_TOO_LARGE")


def test_a_chunked_body_is_refused_at_the_same_byte(client: httpx.Client) -> None:
    for size, code in (
        (10 * MEBIBYTE, "MISSING_PARAMETERS"),
        (10 * MEBIBYTE + 1, "ERROR_REQUEST_BODY_TOO_LARGE"),
    ):
        headers, body = body_of(size)
        chunks = (body[start : start + MEBIBYTE] for start in range(0, len(body), MEBIBYTE))
        assert code_of(client.post(PATH, headers=headers, content=chunks)) == code


def test_the_connection_goes_on_after_a_body_was_refused(
    client: httpx.Client, sandbox: RunningSandbox
) -> None:
    client.post(PATH, files={"image": bytes(4 * MEBIBYTE)})
    assert client.post(PATH, files={"image": sized(200, 250)}).status_code == 200
    assert [exchange.status for exchange in sandbox.journal] == [413, 200]


def test_a_refused_size_says_in_the_journal_how_much_is_allowed(
    client: httpx.Client, sandbox: RunningSandbox
) -> None:
    client.post(PATH, files={"image": bytes(3 * MEBIBYTE + 1)})
    assert sandbox.journal.last.notes == [f"the part 'image' is larger than {3 * MEBIBYTE} bytes"]
    client.post(PATH, files={"image": sized(32, 100)})
    assert sandbox.journal.last.notes == ["32x100 pixels; each side must be above 32 and below 2000"]
