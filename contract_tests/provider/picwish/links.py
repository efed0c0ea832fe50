"""Result links of PicWish: signed as Alibaba Cloud OSS signs, for an hour."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from contract_tests.provider.case import Draft, numbered, paid
from contract_tests.provider.pictures import decoded
from contract_tests.provider.picwish.caller import PicwishCaller
from contract_tests.provider.picwish.portrait import CUT_OUT, CutOut
from contract_tests.provider.picwish.tampering import EXPIRIES, TAMPERINGS, V1, tampered, version
from contract_tests.provider.visit import ASSUMED, OBSERVED, Visit

HOUR, SLACK = 3600, 120


def _lifetime(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    kind = version(found.link)
    visit.reads("links", kind)
    query = dict(parse_qsl(urlsplit(found.link).query))
    text = query.get(EXPIRIES[kind], "")
    lives = float(text) - (found.asked_at if kind == V1 else 0.0) if text.isdigit() else 0.0
    visit.expect(
        abs(lives - HOUR) <= SLACK,
        found.answer,
        at=f"body.data.image.{EXPIRIES[kind]}",
        expected=f"about {HOUR} s from now",
        got=f"{lives:.0f} s" if text else "absent",
    )


def _escaped(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    text = found.answer.content
    visit.expect(
        b"\\u0026" in text and b"&" not in text,
        found.answer,
        at="body.data.image",
        expected="\\u0026 for & in links",
        got="& as it is",
        evidence=OBSERVED,
    )


def _alive(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    visit.status(found.file, 200)
    visit.media_type(found.file, "image/png", evidence=OBSERVED)


def _head(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    answer = visit.caller.download(found.link, "HEAD")
    visit.status(answer, 200, 403, evidence=ASSUMED)
    if answer.status == 200:
        length = str(len(found.file.content))
        visit.header(answer, "content-length", length, evidence=ASSUMED)


def _range(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    answer = visit.caller.download(found.link, Range="bytes=0-99")
    visit.status(answer, 206)
    visit.header(answer, "content-range", f"bytes 0-99/{len(found.file.content)}")
    visit.equal(answer, "body.length", 100, len(answer.content))


def _unchanged(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    etag = found.file.headers.get("etag", "")
    if not etag:
        raise visit.end(found.file, at="header etag", expected="an entity tag", got="absent")
    answer = visit.caller.download(found.link, If_None_Match=etag)
    visit.status(answer, 304)


def _resized(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    answer = visit.caller.download(f"{found.link}&x-oss-process=image/resize,w_100")
    visit.status(answer, 200, evidence=OBSERVED)
    picture = decoded(visit, answer, answer.content)
    visit.equal(answer, "picture.width", 100, picture.width, evidence=OBSERVED)


looks = partial(paid, source="docs-zh", requests=1, charged=0, shares=(CUT_OUT,))


def drafts() -> Iterator[Draft]:
    yield looks("Give out links for an hour", (), _lifetime, requests=0)
    yield looks("Write & as \\u0026 in links", (), _escaped, requests=0)
    yield looks("Serve the file behind a link", ("asset.alive",), _alive, requests=0)
    yield looks("Serve its head alone, or refuse that", ("asset.head",), _head, source="oss-get")
    yield looks("Serve a part of it", ("asset.range",), _range, source="oss-get")
    yield looks("Say that it is unchanged", ("asset.not_modified",), _unchanged, source="oss-get")
    yield looks("Serve it in another size", ("asset.process",), _resized, source="captures")
    for one in TAMPERINGS:
        yield looks(one.title, (one.behaviour,), tampered(one), source=one.source)


LINKS = numbered("picwish", "PIC-LINK", drafts())
