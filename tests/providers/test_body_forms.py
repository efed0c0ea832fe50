import asyncio
import contextlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from mockserver.providers.body import Form, MalformedForm, Part, Upload, read_form

FORM = "multipart/form-data; boundary=b"
DISPOSITION = b'Content-Disposition: form-data; name="a"'


def form_of(*chunks: bytes, content_type: str = FORM) -> Form:
    """The form whose body arrives in these chunks."""
    waiting = [*chunks, b""]

    async def receive() -> Message:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    upload = Upload(content_type=content_type, length=None, receive=receive)
    return asyncio.run(read_form(upload, limit=10_000, part_limits={}))


def one_part(headers: bytes, content: bytes = b"x") -> bytes:
    return b"--b\r\n" + headers + b"\r\n\r\n" + content + b"\r\n--b--\r\n"


def only(form: Form) -> Part:
    [part] = form.parts
    return part


def split(content: bytes, cuts: Sequence[int]) -> list[bytes]:
    edges = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    return [content[start:end] for start, end in pairwise(edges)]


class TestContentType:
    @pytest.mark.parametrize(
        "content_type",
        [
            "multipart/form-data; boundary=b",
            'multipart/form-data; boundary="b"',
            "Multipart/Form-Data;BOUNDARY=b",
            "multipart/form-data; charset=utf-8; boundary=b",
            "multipart/form-data ; boundary=b ; x=y",
        ],
    )
    def test_a_boundary_is_found_as_clients_write_it(self, content_type: str) -> None:
        assert only(form_of(one_part(DISPOSITION), content_type=content_type)).name == "a"

    def test_a_boundary_may_have_the_characters_that_need_quotes(self) -> None:
        content = one_part(DISPOSITION).replace(b"--b", b"--=_(a) b/c:d?")
        form = form_of(content, content_type='multipart/form-data; boundary="=_(a) b/c:d?"')
        assert only(form).content == b"x"

    @pytest.mark.parametrize(
        ("content_type", "text"),
        [
            ("", "Content-Type is absent"),
            ("application/json", "Content-Type is application/json"),
            ("multipart/mixed; boundary=b", "Content-Type is multipart/mixed"),
            ("multipart/form-data", "names no boundary"),
            ("multipart/form-data; boundary=", "names no boundary"),
            ('multipart/form-data; boundary=""', "names no boundary"),
        ],
    )
    def test_anything_else_is_refused_with_its_reason(self, content_type: str, text: str) -> None:
        with pytest.raises(MalformedForm, match=text):
            form_of(content_type=content_type)

    @given(st.text(st.characters(codec="latin1")))
    def test_no_content_type_raises_anything_but_what_is_documented(self, text: str) -> None:
        with pytest.raises(MalformedForm):
            form_of(b"--x--", content_type=f"multipart/form-data; boundary=b{text}")


class TestOddForms:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"no form at all",
            b"--other\r\n" + DISPOSITION + b"\r\n\r\nx\r\n--other--\r\n",
            one_part(DISPOSITION).replace(b"\r\n", b"\n"),
            one_part(DISPOSITION).replace(b"\r\n", b"\r"),
            one_part(DISPOSITION)[: -len(b"--\r\n")],
            one_part(DISPOSITION)[:20],
            one_part(b"Content-Type: text/plain"),
            one_part(b'Content-Disposition: attachment; name="a"'),
            one_part(b"nonsense"),
            one_part(b"X: y\r\n" * 20 + DISPOSITION),
            b"preamble--b\r\n" + one_part(DISPOSITION),
        ],
    )
    def test_what_is_no_form_is_malformed(self, content: bytes) -> None:
        with pytest.raises(MalformedForm):
            form_of(content)

    @pytest.mark.parametrize(
        "content",
        [
            one_part(DISPOSITION).removesuffix(b"\r\n"),
            b"preamble\r\n" + one_part(DISPOSITION),
            b"\r\n" + one_part(DISPOSITION),
            one_part(DISPOSITION) + b"epilogue",
            one_part(DISPOSITION) + one_part(DISPOSITION),
            one_part(b"content-disposition:form-data;name=a"),
            one_part(b"Content-Disposition: form-data;\r\n name=a"),
            one_part(b"Content-Length: 1\r\n" + DISPOSITION),
            one_part(b"Content-Transfer-Encoding: binary\r\n" + DISPOSITION),
        ],
    )
    def test_what_real_servers_take_is_taken(self, content: bytes) -> None:
        part = only(form_of(content))
        assert (part.name, part.content) == ("a", b"x")

    def test_an_empty_form_has_no_parts(self) -> None:
        assert form_of(b"--b--\r\n").parts == []

    def test_a_part_without_a_name_has_an_empty_one(self) -> None:
        assert only(form_of(one_part(b"Content-Disposition: form-data"))).name == ""

    @pytest.mark.parametrize(
        ("disposition", "name", "filename"),
        [
            (b'name="a"; filename="b.png"', "a", "b.png"),
            (b"name=a; filename=b.png", "a", "b.png"),
            (b'filename="b.png"; name="a"', "a", "b.png"),
            (b'name="a"; filename=""', "a", ""),
            (b'name=""', "", None),
            (b'name="a"; filename="name=\\"c\\""', "a", 'name="c"'),
            (b'name="a"; filename="x; name=c"', "a", "x; name=c"),
            (b'name="a%22b"', 'a"b', None),
            (b'name="a"; filename="C:\\\\dir\\\\b.png"', "a", "b.png"),
            ('name="a"; filename="照片.png"'.encode(), "a", "照片.png"),
            ('name="é"'.encode(), "é", None),
            (b'name="\xe9"', "\N{REPLACEMENT CHARACTER}", None),
            ('name="a"; filename="照片"'.encode("gbk"), "a", "照片".encode("gbk").decode(errors="replace")),
            (b"name=a; filename=b.png; filename*=utf-8''%C3%A9.png", "a", "b.png"),
            (b'name="a"; filename="b.png"; filename*=UTF-8\'\'c.png', "a", "b.png"),
        ],
    )
    def test_names_are_read_as_clients_write_them(
        self, disposition: bytes, name: str, filename: str | None
    ) -> None:
        part = only(form_of(one_part(b"Content-Disposition: form-data; " + disposition)))
        assert (part.name, part.filename) == (name, filename)

    def test_a_part_with_only_an_extended_filename_is_a_file(self) -> None:
        disposition = b"Content-Disposition: form-data; name=\"a\"; filename*=utf-8''%E7%85%A7.png"
        assert only(form_of(one_part(disposition))).filename == "照.png"

    def test_duplicate_names_are_all_kept_in_their_order(self) -> None:
        parts = b"".join(b"--b\r\n" + DISPOSITION + b"\r\n\r\n%d\r\n" % number for number in range(3))
        assert [part.content for part in form_of(parts + b"--b--").parts] == [b"0", b"1", b"2"]

    def test_a_content_type_is_told_without_its_parameters(self) -> None:
        part = only(form_of(one_part(DISPOSITION + b"\r\nContent-Type: Image/PNG; x=y")))
        assert part.content_type == "image/png"

    @given(st.lists(st.sampled_from([b"--b", b"--", b"\r\n", DISPOSITION, b"x", b"\n", b" ", b'"', b":"])))
    def test_no_body_raises_anything_but_what_is_documented(self, pieces: list[bytes]) -> None:
        with contextlib.suppress(MalformedForm):
            form_of(b"".join(pieces))


names = st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters='"\\%'), min_size=1)
# Bytes that look like the delimiter make the best contents.
contents = st.lists(st.sampled_from([b"\r", b"\n", b"-", b"--", b"b", b"\r\n--", b"\x00\xff", b"text"])).map(
    b"".join
)
parts = st.builds(
    Part,
    name=names,
    filename=st.none() | st.just("") | names.filter(lambda name: not name.startswith("\\")),
    content_type=st.none() | st.sampled_from(["image/png", "text/plain"]),
    content=contents,
)


def encoded(part: Part) -> bytes:
    """A part as a browser writes it."""
    filename = "" if part.filename is None else f'; filename="{part.filename}"'
    lines = [f'Content-Disposition: form-data; name="{part.name}"{filename}']
    if part.content_type is not None:
        lines.append(f"Content-Type: {part.content_type}")
    return "\r\n".join([*lines, "", ""]).encode() + part.content + b"\r\n"


@given(
    st.lists(parts, max_size=6), st.lists(st.integers(0, 10**6), max_size=12), st.sampled_from(["b", "-b-"])
)
def test_any_form_reads_back_however_it_is_cut_into_chunks(
    sent: list[Part], cuts: list[int], boundary: str
) -> None:
    delimiter = f"--{boundary}".encode()
    sent = [part for part in sent if delimiter not in part.content]
    content = b"".join(delimiter + b"\r\n" + encoded(part) for part in sent) + delimiter + b"--\r\n"
    content_type = f"multipart/form-data; boundary={boundary}"
    assert form_of(*split(content, cuts), content_type=content_type).parts == sent


@given(st.lists(parts, min_size=1, max_size=3), st.integers(0, 10**6))
def test_a_form_that_ends_early_is_malformed_wherever_it_ends(sent: list[Part], cut: int) -> None:
    sent = [part for part in sent if b"--b" not in b"\r\n" + part.content]
    content = b"".join(b"--b\r\n" + encoded(part) for part in sent) + b"--b--"
    with pytest.raises(MalformedForm):
        form_of(content[: cut % len(content)])
