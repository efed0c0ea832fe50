"""Forms as clients really send them, and forms that nobody should: the provider's own answer for each."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver import RunningSandbox
from mockserver.fixtures.edges import sized
from mockserver.providers.ailab.wire import PATH

SMALL = sized(200, 250)
FORM = "multipart/form-data; boundary="


def part(disposition: bytes, content: bytes, boundary: bytes = b"b", *headers: bytes) -> bytes:
    lines = [b"--" + boundary, b"Content-Disposition: " + disposition, *headers, b"", content, b""]
    return b"\r\n".join(lines)


IMAGE = part(b'form-data; name="image"; filename="a.jpg"', SMALL, b"b", b"Content-Type: image/jpeg")
END = b"--b--\r\n"


def send(client: httpx.Client, content_type: str | None, body: bytes) -> tuple[int, str]:
    """Status and code of the answer."""
    headers = {"Content-Type": content_type} if content_type else {}
    answer = client.post(PATH, headers=headers, content=body)
    return answer.status_code, answer.json()["error_detail"]["code"]


@pytest.mark.parametrize(
    ("content_type", "body", "note"),
    [
        (None, b"", "Content-Type is absent, not multipart/form-data"),
        (None, IMAGE + END, "Content-Type is absent, not multipart/form-data"),
        ("application/json", b'{"image": "aGVhZA=="}', "Content-Type is application/json"),
        ("application/json", b"[" * 100_000, "Content-Type is application/json"),
        ("application/x-www-form-urlencoded", b"image=x&return_form=mask", "x-www-form-urlencoded"),
        ("image/jpeg", SMALL, "Content-Type is image/jpeg"),
        ("multipart/mixed; boundary=b", IMAGE + END, "Content-Type is multipart/mixed"),
        ("multipart/form-data", IMAGE + END, "Content-Type names no boundary"),
        (FORM, IMAGE + END, "Content-Type names no boundary"),
        (FORM + "other", IMAGE + END, ""),
        (FORM + "B", IMAGE + END, ""),
        (FORM + "b", b"", ""),
        (FORM + "b", IMAGE, ""),
        (FORM + "b", IMAGE[:200], ""),
        (FORM + "b", b"--b", ""),
        (FORM + "b", b"--b\r\n\r\nno headers\r\n" + END, ""),
        (FORM + "b", b"--b\r\nContent-Disposition\r\n\r\nx\r\n" + END, ""),
        (FORM + "b", part(b"attachment", SMALL) + END, ""),
        (FORM + "b", b"--b\r\nX: " + b"y" * 100_000 + b"\r\n\r\nz\r\n" + END, ""),
        (FORM + "b", part(b'form-data; name="n"', b"1") * 10_000 + END, ""),
        (FORM + "x" * 5000, IMAGE + END, ""),
        (FORM + '"unclosed', IMAGE + END, ""),
        (";;;=", IMAGE + END, "not multipart/form-data"),
    ],
)
def test_a_body_that_is_no_form_is_refused_with_the_reason_in_the_journal(
    client: httpx.Client, sandbox: RunningSandbox, content_type: str | None, body: bytes, note: str
) -> None:
    assert send(client, content_type, body) == (400, "ERROR_PARAMETERS")
    assert sandbox.journal.last.behaviours == ["ailab.error.ERROR_PARAMETERS"]
    assert len(sandbox.journal.last.notes) == 1
    assert note in sandbox.journal.last.notes[0]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (END, 400, "MISSING_PARAMETERS"),
        (part(b'form-data; name="return_form"', b"mask") + END, 400, "MISSING_PARAMETERS"),
        (part(b'form-data; name=""; filename="a"', SMALL) + END, 400, "MISSING_PARAMETERS"),
        (part(b'form-data; filename="a.jpg"', SMALL) + END, 400, "MISSING_PARAMETERS"),
        (part(b'form-data; name="\xe5\x9b\xbe"; filename="a"', SMALL) + END, 400, "MISSING_PARAMETERS"),
        (part(b'form-data; name="\xff\xfe"; filename="a"', SMALL) + END, 400, "MISSING_PARAMETERS"),
        (part(b'form-data; name="image"', SMALL) + END, 400, "MISSING_PARAMETERS"),
        (part(b'form-data; name="image"; filename=""', b"") + END, 400, "PARAMETERS_CANNOT_EMPTY"),
        (IMAGE + IMAGE + END, 413, "ERROR_TOO_MANY_FILES"),
        (IMAGE + part(b'form-data; name="return_form"', b"MASK") + END, 400, "UNSUPPORTED_PARAMETER_VALUES"),
        (IMAGE + part(b'form-data; name="return_form"', b"\xff") + END, 400, "UNSUPPORTED_PARAMETER_VALUES"),
        (IMAGE + part(b'form-data; name="return_form"', b" ") + END, 400, "UNSUPPORTED_PARAMETER_VALUES"),
        (
            IMAGE + part(b'form-data; name="return_form"', b"m" * 100_000) + END,
            400,
            "UNSUPPORTED_PARAMETER_VALUES",
        ),
    ],
)
def test_a_form_with_wrong_parts_is_refused(
    client: httpx.Client, sandbox: RunningSandbox, body: bytes, status: int, code: str
) -> None:
    assert send(client, FORM + "b", body) == (status, code)
    assert sandbox.journal.last.behaviours == [f"ailab.error.{code}"]
    assert sandbox.journal.last.notes


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM + "b", IMAGE + END),
        (FORM + "b", b"a preamble\r\n" + IMAGE + END),
        (FORM + "b", IMAGE + END + b"an epilogue"),
        (FORM + '"b"', IMAGE + END),
        ("Multipart/Form-Data; Boundary=b", IMAGE + END),
        ("multipart/form-data; charset=utf-8; boundary=b", IMAGE + END),
        (
            FORM + "----WebKitFormBoundaryAbCdEfGh",
            (IMAGE + END).replace(b"--b", b"------WebKitFormBoundaryAbCdEfGh"),
        ),
        (FORM + "b", part(b'form-data; name="image"; filename="file"', SMALL) + END),
        (FORM + "b", part(b'form-data; name="image"; filename=""', SMALL) + END),
        (FORM + "b", part(b'form-data; name="image"; filename="\xe5\x9b\xbe.jpg"', SMALL) + END),
        (FORM + "b", part(b'form-data; name="image"; filename="\xcd\xbc\xc6\xac.jpg"', SMALL) + END),
        (FORM + "b", part(b'form-data; name="image"; filename="C:\\pics\\a.jpg"', SMALL) + END),
        (FORM + "b", part(b"form-data; name=image; filename=a.jpg", SMALL) + END),
        (FORM + "b", part(b'form-data; filename="a.jpg"; name="image"', SMALL) + END),
        (
            FORM + "b",
            part(b'form-data; name="image"; filename="a.exe"', SMALL, b"b", b"Content-Type: x/y") + END,
        ),
        (FORM + "b", IMAGE.replace(b"Content-Disposition", b"CONTENT-DISPOSITION") + END),
        (FORM + "b", part(b'form-data; name="return_form"', b"") + IMAGE + END),
        (FORM + "b", part(b'form-data; name="note"', b"\xff\x00") + IMAGE + END),
    ],
)
def test_a_form_as_some_client_writes_it_is_taken(
    client: httpx.Client, content_type: str, body: bytes
) -> None:
    assert send(client, content_type, body) == (200, "")


def test_of_a_repeated_option_the_last_one_counts(client: httpx.Client, sandbox: RunningSandbox) -> None:
    first, last = (part(b'form-data; name="return_form"', value) for value in (b"other", b"mask"))
    assert send(client, FORM + "b", IMAGE + first + last + END) == (200, "")
    assert "ailab.option.return_form.mask" in sandbox.journal.last.behaviours
    assert sandbox.journal.last.notes == ["return_form came more than once; the last one counts"]


def test_the_journal_keeps_facts_and_no_bytes(client: httpx.Client, sandbox: RunningSandbox) -> None:
    send(client, FORM + "b", IMAGE + part(b'form-data; name="return_form"', b"mask") + END)
    exchange = sandbox.journal.last
    (facts,) = exchange.files
    assert (facts.field, facts.filename, facts.content_type) == ("image", "a.jpg", "image/jpeg")
    assert (facts.format, facts.width, facts.height, facts.size) == ("jpeg", 200, 250, len(SMALL))
    assert exchange.fields == {"return_form": "mask"}
    assert exchange.operation == "avatar-extraction"


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    boundary=st.from_regex(r"[A-Za-z0-9'()+_,./:=? -]{0,80}", fullmatch=True),
    body=st.binary(max_size=2000),
)
def test_random_bytes_never_break_the_server(client: httpx.Client, boundary: str, body: bytes) -> None:
    status, code = send(client, f'multipart/form-data; boundary="{boundary}"', body)
    assert (status, code) in {(400, "ERROR_PARAMETERS"), (400, "MISSING_PARAMETERS")}


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=6)), max_size=5))
def test_a_damaged_form_never_breaks_the_server(client: httpx.Client, cuts: list[tuple[int, bytes]]) -> None:
    small = part(b'form-data; name="image"; filename="a"', b"no image") + part(
        b'form-data; name="return_form"', b"mask"
    )
    body = bytearray(small + END)
    for at, piece in cuts:
        body[at : at + len(piece)] = piece
    status, _ = send(client, FORM + "b", bytes(body))
    assert 400 <= status < 500
