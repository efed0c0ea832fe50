import asyncio
import math
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from mockserver.providers import body
from mockserver.providers.body import (
    BodyTooLarge,
    ClientGone,
    FileTooLarge,
    Form,
    MalformedForm,
    Part,
    Upload,
    read_body,
    read_form,
)

FORM = "multipart/form-data; boundary=b"
CHUNK: Message = {"type": "http.request", "more_body": True}
GONE: Message = {"type": "http.disconnect"}
DISPOSITION = b'Content-Disposition: form-data; name="a"'


class Stream:
    """An ASGI `receive` over messages. After the last of them nothing ever comes, as from a client that
    waits: whoever asks for more is caught."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self.messages = list(messages)

    async def receive(self) -> Message:
        assert self.messages, "the body was read on where it should have been refused"
        return self.messages.pop(0)


def chunks(*contents: bytes, complete: bool = True) -> list[Message]:
    messages: list[Message] = [{**CHUNK, "body": content} for content in contents]
    return [*messages, {"type": "http.request", "body": b"", "more_body": False}] if complete else messages


def upload(messages: Iterable[Message], *, length: int | None = None) -> Upload:
    return Upload(content_type=FORM, length=length, receive=Stream(messages).receive)


def form_of(*contents: bytes, limit: int = 10_000, part_limits: Any = None) -> Form:
    return asyncio.run(read_form(upload(chunks(*contents)), limit=limit, part_limits=part_limits or {}))


def one_part(headers: bytes, content: bytes = b"x") -> bytes:
    return b"--b\r\n" + headers + b"\r\n\r\n" + content + b"\r\n--b--\r\n"


def only(form: Form) -> Part:
    [part] = form.parts
    return part


class TestBody:
    def read(self, messages: Iterable[Message], *, limit: int = 10, length: int | None = None) -> bytes:
        return asyncio.run(read_body(upload(messages, length=length), limit=limit))

    @pytest.mark.parametrize("contents", [[], [b""], [b"abc"], [b"a", b"", b"bc"], [b"x" * 10]])
    def test_it_is_all_the_chunks(self, contents: list[bytes]) -> None:
        assert self.read(chunks(*contents)) == b"".join(contents)

    def test_a_single_message_without_more_is_a_whole_body(self) -> None:
        assert self.read([{"type": "http.request", "body": b"abc"}]) == b"abc"
        assert self.read([{"type": "http.request"}]) == b""

    def test_the_limit_itself_is_allowed(self) -> None:
        assert len(self.read(chunks(b"x" * 9, b"x"), length=10)) == 10

    def test_a_byte_more_is_refused_as_soon_as_it_is_here(self) -> None:
        with pytest.raises(BodyTooLarge, match="larger than 10 bytes"):
            self.read(chunks(b"x" * 10, b"x", complete=False))

    def test_a_declared_length_above_the_limit_is_refused_before_anything_is_read(self) -> None:
        with pytest.raises(BodyTooLarge):
            self.read([], length=11)

    def test_a_length_that_is_declared_too_small_helps_nobody(self) -> None:
        with pytest.raises(BodyTooLarge):
            self.read(chunks(b"x" * 11, complete=False), length=1)

    def test_a_client_that_goes_away_is_told_apart_from_an_end(self) -> None:
        with pytest.raises(ClientGone, match="after 3 bytes"):
            self.read([*chunks(b"abc", complete=False), GONE])

    @given(st.lists(st.binary(max_size=6), max_size=8), st.integers(0, 30))
    def test_any_chunks_are_read_or_refused_by_their_sum(self, contents: list[bytes], limit: int) -> None:
        whole = b"".join(contents)
        if len(whole) > limit:
            with pytest.raises(BodyTooLarge):
                self.read(chunks(*contents), limit=limit)
        else:
            assert self.read(chunks(*contents), limit=limit) == whole


class TestFormLimits:
    def test_a_part_of_its_very_limit_is_taken(self) -> None:
        form = form_of(one_part(DISPOSITION, b"x" * 50), part_limits={"a": 50})
        assert len(only(form).content) == 50

    def test_a_byte_more_is_refused_while_it_streams_in(self) -> None:
        begun = one_part(DISPOSITION, b"x" * 51).removesuffix(b"\r\n--b--\r\n")
        with pytest.raises(FileTooLarge, match="'a' is larger than 50 bytes"):
            asyncio.run(read_form(upload(chunks(begun, complete=False)), limit=10_000, part_limits={"a": 50}))

    def test_a_part_without_a_limit_of_its_own_has_that_of_the_body(self) -> None:
        assert only(form_of(one_part(DISPOSITION, b"x" * 5000), part_limits={"b": 1}))

    def test_every_part_has_the_limit_anew(self) -> None:
        part = b"--b\r\n" + DISPOSITION + b"\r\n\r\n" + b"x" * 50 + b"\r\n"
        assert len(form_of(part * 3 + b"--b--", part_limits={"a": 50}).parts) == 3

    def test_a_form_of_the_very_limit_is_taken_and_a_byte_more_is_not(self) -> None:
        content = one_part(DISPOSITION)
        assert form_of(content, limit=len(content))
        with pytest.raises(BodyTooLarge):
            form_of(content, limit=len(content) - 1)

    def test_an_epilogue_counts_for_the_limit(self) -> None:
        content = one_part(DISPOSITION)
        with pytest.raises(BodyTooLarge):
            asyncio.run(
                read_form(
                    upload(chunks(content, b"x" * 100, complete=False)),
                    limit=len(content) + 99,
                    part_limits={},
                )
            )

    def test_a_declared_length_above_the_limit_is_refused_before_anything_is_read(self) -> None:
        with pytest.raises(BodyTooLarge):
            asyncio.run(read_form(upload([], length=101), limit=100, part_limits={}))

    def test_too_many_parts_are_no_form(self) -> None:
        part = b"--b\r\n" + DISPOSITION + b"\r\n\r\n\r\n"
        assert len(form_of(part * body.MAX_PARTS + b"--b--").parts) == body.MAX_PARTS
        with pytest.raises(MalformedForm):
            form_of(part * (body.MAX_PARTS + 1) + b"--b--")

    def test_endless_part_headers_are_no_form_as_soon_as_that_is_certain(self) -> None:
        with pytest.raises(MalformedForm):
            asyncio.run(
                read_form(
                    upload(chunks(b"--b\r\n", b"X: " + b"x" * 9000, complete=False)),
                    limit=math.inf,  # type: ignore[arg-type]
                    part_limits={},
                )
            )

    def test_a_client_that_goes_away_in_the_middle_is_gone(self) -> None:
        with pytest.raises(ClientGone):
            asyncio.run(
                read_form(
                    upload([*chunks(one_part(DISPOSITION)[:-20], complete=False), GONE]),
                    limit=1000,
                    part_limits={},
                )
            )


class TestFormAccess:
    FORM = Form(
        [
            Part(name="image", filename="one.png", content_type="image/png", content=b"1"),
            Part(name="image", filename=None, content_type=None, content=b"text"),
            Part(name="image", filename="", content_type=None, content=b"2"),
            Part(name="other", filename=None, content_type=None, content=b"first"),
            Part(name="other", filename=None, content_type=None, content=b"\xffsecond"),
        ]
    )

    def test_files_are_the_parts_with_a_filename_even_an_empty_one(self) -> None:
        assert [part.content for part in self.FORM.files("image")] == [b"1", b"2"]
        assert self.FORM.files("other") == []

    def test_of_several_texts_the_last_counts(self) -> None:
        assert self.FORM.text("other") == "\N{REPLACEMENT CHARACTER}second"
        assert self.FORM.text("image") == "text"
        assert self.FORM.text("absent") is None
