"""Request bodies, read while they stream in and refused at their limit."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.types import Receive

from mockserver.imaging.studio import Seen, Studio
from mockserver.journal import FileFacts

MAX_PARTS = 64
EXTENDED_FILENAME = re.compile(r";\s*filename\*\s*=\s*utf-8'[^';]*'([^;\s]*)", re.IGNORECASE)
"""RFC 7578 forbids it in forms, but some clients write a name beyond ASCII in no other way."""


class ClientGone(Exception):
    """The client ended the connection before its body was complete; nobody is there to answer."""


class BodyTooLarge(Exception):
    """The whole body is larger than its limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the request body is larger than {limit} bytes")


class FileTooLarge(Exception):
    """One part of a form is larger than its limit."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(f"the part {name!r} is larger than {limit} bytes")


class MalformedForm(Exception):
    """The body is not multipart/form-data; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A body still to be read: its Content-Type, its declared length in bytes, where it comes from."""

    content_type: str
    length: int | None
    receive: Receive


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One part of a form. It is a file when it has a filename, even an empty one."""

    name: str
    filename: str | None
    content_type: str | None
    content: bytes

    @property
    def text(self) -> str:
        """The content as a text field; what is not UTF-8 is replaced."""
        return self.content.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Form:
    """The parts of a form, in their order."""

    parts: Sequence[Part]

    def files(self, name: str) -> list[Part]:
        """The file parts of a name."""
        return [part for part in self.parts if part.name == name and part.filename is not None]

    def text(self, name: str) -> str | None:
        """The last text field of a name; None when there is none."""
        texts = [part.text for part in self.parts if part.name == name and part.filename is None]
        return texts[-1] if texts else None


async def read_body(upload: Upload, *, limit: int) -> bytes:
    """The whole body. Raises BodyTooLarge as soon as it is, and ClientGone."""
    chunks = [chunk async for chunk in _chunks(upload, limit)]
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def read_form(upload: Upload, *, limit: int, part_limits: Mapping[str, int]) -> Form:
    """A multipart form. `part_limits` are the bytes that named parts may have.

    Raises MalformedForm, FileTooLarge and BodyTooLarge as soon as one is certain, and ClientGone."""
    parts: list[Part] = []
    segment: MultipartSegment | None = None
    payload: list[bytes] = []
    size = 0
    try:
        parser = _parser(upload)
        async for chunk in _chunks(upload, limit):
            for event in parser.parse(chunk):
                if isinstance(event, MultipartSegment):
                    segment, payload, size = event, [], 0
                elif event is None:
                    assert segment is not None
                    parts.append(_part(segment, payload))
                else:
                    assert segment is not None
                    size += len(event)
                    if size > part_limits.get(segment.name, limit):
                        raise FileTooLarge(segment.name, part_limits[segment.name])
                    payload.append(bytes(event))
        parser.close()
    except MultipartError as error:
        raise MalformedForm(str(error)) from error
    return Form(parts)


def _parser(upload: Upload) -> PushMultipartParser:
    content_type, options = parse_options_header(upload.content_type)
    if content_type != "multipart/form-data":
        raise MalformedForm(f"Content-Type is {content_type or 'absent'}, not multipart/form-data")
    if not options.get("boundary"):
        raise MalformedForm("Content-Type names no boundary")
    # Latin-1 takes any byte: a filename in a local charset is no reason to refuse a form.
    return PushMultipartParser(options["boundary"], max_segment_count=MAX_PARTS, header_charset="latin1")


def _part(segment: MultipartSegment, payload: list[bytes]) -> Part:
    return Part(
        name=_utf8(segment.name),
        filename=_extended_filename(segment) if segment.filename is None else _utf8(segment.filename),
        content_type=segment.content_type,
        content=payload[0] if len(payload) == 1 else b"".join(payload),
    )


def _extended_filename(segment: MultipartSegment) -> str | None:
    disposition = next(value for name, value in segment.headerlist if name == "Content-Disposition")
    extended = EXTENDED_FILENAME.search(disposition)
    return unquote(extended[1], errors="replace") if extended else None


def _utf8(text: str) -> str:
    return text if text.isascii() else text.encode("latin1").decode(errors="replace")


async def _chunks(upload: Upload, limit: int) -> AsyncIterator[bytes]:
    if upload.length is not None and upload.length > limit:
        raise BodyTooLarge(limit)
    received = 0
    while True:
        message = await upload.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone(f"the client went away after {received} bytes of its body")
        chunk = message.get("body", b"")
        received += len(chunk)
        if received > limit:
            raise BodyTooLarge(limit)
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


def file_facts(
    seen: Seen, size: int, *, field: str, filename: str | None = None, content_type: str | None = None
) -> FileFacts:
    """What the journal says of a file that the studio has looked at."""
    facts = seen.facts
    return FileFacts(
        field=field,
        filename=filename,
        content_type=content_type,
        size=size,
        digest=seen.sha256,
        format=facts.format.value if facts else None,
        width=facts.width if facts else None,
        height=facts.height if facts else None,
    )


def part_facts(studio: Studio, part: Part) -> FileFacts:
    """What the journal says of a file part of a form."""
    return file_facts(
        studio.look_at(part.content),
        len(part.content),
        field=part.name,
        filename=part.filename,
        content_type=part.content_type,
    )
