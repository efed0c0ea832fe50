"""What processimage.cn answers to honest calls. Each use is charged, cached answers are not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from contract_tests.provider.case import Check, Draft, numbered, paid
from contract_tests.provider.pictures import (
    EMPTY,
    MEBIBYTE,
    PORTRAIT,
    Make,
    decoded,
    padded,
    recoded,
    sample,
    size_of,
    truncated,
)
from contract_tests.provider.processimage import answers
from contract_tests.provider.processimage.caller import ProcessimageCaller, md5
from contract_tests.provider.processimage.portrait import CLEARED, DONE, RECTANGLES, Cleared, given, url_of
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, OBSERVED, Untried, Visit

WATERMARKED, SAYING = "watermarked.jpg", "watermarked.png"
WAITING, NO_TEXT, FAILED, MOVED, READ = 52000, 52002, 52004, 52005, 52006


def _done(visit: Visit[ProcessimageCaller]) -> None:
    found: Cleared = visit.shared(CLEARED)
    data = found.body["data"]
    visit.equal(found.answer, "body.data.processCount", len(RECTANGLES), data.get("processCount"))
    got = [{side: one.get(side) for side in "xywh"} for one in data.get("processLocation") or ()]
    visit.equal(found.answer, "body.data.processLocation", [dict(one) for one in RECTANGLES], got)
    named = [one for one in data.get("processLocation") or () if "word" in one or "lineCount" in one]
    visit.equal(found.answer, "body.data.processLocation.word", [], named, source="server", evidence=OBSERVED)


def _signed(visit: Visit[ProcessimageCaller]) -> None:
    found: Cleared = visit.shared(CLEARED)
    info = found.body.get("encryptedInfo") or {}
    digest = md5(sample(PORTRAIT))
    visit.equal(
        found.answer,
        "body.encryptedInfo.imageUniqueIdentification",
        digest,
        info.get("imageUniqueIdentification"),
        source="server",
        evidence=OBSERVED,
    )
    same = info.get("sign") == visit.caller.sign(digest)
    visit.expect(
        same,
        found.answer,
        at="body.encryptedInfo.sign",
        expected="the sign that was sent",
        got="another one" if info.get("sign") else "none",
        source="server",
        evidence=OBSERVED,
    )


def _file(visit: Visit[ProcessimageCaller]) -> None:
    found: Cleared = visit.shared(CLEARED)
    visit.status(found.file, 200)
    picture = decoded(visit, found.file, found.file.content)
    visit.equal(found.file, "picture.format", "JPEG", picture.format, source="server", evidence=OBSERVED)
    visit.equal(found.file, "picture.size", list(size_of(PORTRAIT)), list(picture.size))
    visit.media_type(found.file, "image/jpeg", source="server", evidence=OBSERVED)


def _cached(visit: Visit[ProcessimageCaller]) -> None:
    found: Cleared = visit.shared(CLEARED)
    answer = visit.caller.clear(sample(PORTRAIT), rectangles=given())
    body = answers.taken(visit, answer, DONE)
    visit.equal(answer, "body.httpCode", 304, body.get("httpCode"))
    visit.equal(answer, "body.data.url", found.body["data"]["url"], body["data"].get("url"))
    left, before = body.get("remainingUsage"), found.body.get("remainingUsage")
    visit.expect(
        isinstance(left, int) and isinstance(before, int) and left <= before,
        answer,
        at="body.remainingUsage",
        expected=f"at most {before}",
        got=str(left),
    )
    visit.reads("cache_text", "documented" if str(body.get("httpMsg")).startswith("CACHE::") else "observed")


def _charged(visit: Visit[ProcessimageCaller]) -> None:
    """One use is taken for one success, if nobody else uses the account meanwhile."""
    left = []
    for width in (31, 32):
        answer = visit.caller.clear(sample(PORTRAIT), rectangles=given({"x": 8, "y": 8, "w": width, "h": 9}))
        left.append(answers.taken(visit, answer, DONE).get("remainingUsage"))
    first, second = left
    if isinstance(first, int) and isinstance(second, int):
        visit.equal(answer, "body.remainingUsage", first - 1, second)


def _text_found(visit: Visit[ProcessimageCaller]) -> None:
    answer = visit.caller.clear(sample(WATERMARKED))
    body = answers.taken(visit, answer, DONE)
    locations = body["data"].get("processLocation") or []
    visit.expect(
        all("word" in one and "lineCount" in one for one in locations) and bool(locations),
        answer,
        at="body.data.processLocation",
        expected="texts with word and lineCount",
        got=str(locations)[:80],
    )
    _downloads(visit, answer, size_of(WATERMARKED))


def _read(visit: Visit[ProcessimageCaller]) -> None:
    answer = visit.caller.clear(sample(WATERMARKED), ocrOnly="true")
    body = answers.taken(visit, answer, READ, DONE)
    status = body["data"]["processStatus"]
    visit.reads("ocr_only_status", str(status))
    visit.expect("url" not in body["data"], answer, at="body.data.url", expected="none", got="a URL")


def _moved_out(visit: Visit[ProcessimageCaller]) -> None:
    fields = {"offset": '{"+x":5000,"+y":0,"+w":0,"+h":0}'}
    answer = visit.caller.clear(sample(SAYING), **fields)
    answers.taken(visit, answer, MOVED)
    _downloads(visit, answer, size_of(SAYING))


def _moved(visit: Visit[ProcessimageCaller]) -> None:
    fields = {"offset": '{"-x":1,"-y":1,"+w":2,"+h":2}'}
    answer = visit.caller.clear(sample(SAYING), **fields)
    answers.taken(visit, answer, DONE)
    _downloads(visit, answer, size_of(SAYING))


def _no_text(visit: Visit[ProcessimageCaller]) -> None:
    answers.taken(visit, visit.caller.clear(sample(EMPTY)), NO_TEXT)


def _no_name(name: str, rule: str) -> Check:
    """No text is what is to be cleared, so that nothing is done."""

    def check(visit: Visit[Any]) -> None:
        names = json.dumps({"items": [{"value": "Zyxwvut 9876543210", "rule": rule}]})
        found = NO_TEXT if name == "watermarkNames" else DONE
        answers.taken(visit, visit.caller.clear(sample(SAYING), **{name: names}), found)

    return check


def _accepted(visit: Visit[ProcessimageCaller]) -> None:
    fields = {"sync": "true", "callback": "http://callback.invalid/", "rectangles": given()}
    answers.taken(visit, visit.caller.clear(recoded(EMPTY, "PNG"), **fields), WAITING)


def _taken(make: Make, form: str) -> Check:
    """A picture in a format, and a result in the same."""

    def check(visit: Visit[Any]) -> None:
        answer = visit.caller.clear(make(), rectangles=given())
        answers.taken(visit, answer, DONE)
        file = visit.caller.download(url_of(visit, answer))
        picture = decoded(visit, file, file.content)
        visit.equal(file, "picture.format", form, picture.format, source="server", evidence=OBSERVED)

    return check


def _part(name: str) -> Check:
    """The picture is in a part of another name. The answer may come from the cache."""

    def check(visit: Visit[Any]) -> None:
        answers.taken(visit, visit.caller.clear(sample(PORTRAIT), part=name, rectangles=given()), DONE)

    return check


def _from_demo_page(visit: Visit[ProcessimageCaller]) -> None:
    image = sample(EMPTY)
    fields = {"ref": "demoPage", "x-access-demo-api-sign": visit.caller.sign(md5(image))}
    answers.taken(visit, visit.caller.clear(image, sign="", **fields), NO_TEXT)


def _broken(visit: Visit[ProcessimageCaller]) -> None:
    answer = visit.caller.clear(truncated(PORTRAIT), rectangles=given())
    answers.taken(visit, answer, FAILED, evidence=ASSUMED)


def _shown(visit: Visit[ProcessimageCaller]) -> None:
    answer = visit.caller.clear(sample(PORTRAIT), rectangles=given(), show="true")
    answers.taken(visit, answer, DONE)
    _downloads(visit, answer, size_of(PORTRAIT))


def _in_base64(visit: Visit[ProcessimageCaller]) -> None:
    image = sample(PORTRAIT)
    fields = {"imageBase64": base64.b64encode(image).decode(), "rectangles": given()}
    answer = visit.caller.clear_in_text(image, fields)
    if visit.json(answer).get("httpCode") == 401:
        visit.reads("sources", "file_only")
        raise Untried("the server takes pictures as files alone")
    visit.reads("sources", "all")
    answers.taken(visit, answer, DONE)


def _downloads(visit: Visit[ProcessimageCaller], answer: Answer, size: tuple[int, int]) -> None:
    file = visit.caller.download(url_of(visit, answer))
    visit.status(file, 200)
    picture = decoded(visit, file, file.content)
    visit.equal(file, "picture.size", list(size), list(picture.size))


calls = partial(paid, source=answers.DOCUMENT)
looks = partial(calls, requests=0, charged=0, shares=(CLEARED,))


def rectangles() -> Iterator[Draft]:
    """What is asked for with rectangles."""
    first = ("success", "code.200", "option.rectangles", "authentication.signature", "source.file")
    yield looks("Clear the rectangles that it is given", (*first, "part.imageFile"), _done)
    yield looks("Say what was signed", (), _signed)
    yield looks("Serve the result, as the picture was", ("asset.alive", "format.jpeg"), _file)
    yield looks("Answer the same again from its cache, free", ("cache.hit",), _cached, requests=1)
    yield calls("Take one use for a success", (), _charged, requests=2, charged=2)
    yield calls("Accept work for later", ("status.52000", "option.sync"), _accepted)
    yield calls("Show what was cleared", ("option.show",), _shown, requests=2)


def texts() -> Iterator[Draft]:
    """What is asked for with text, or without any."""
    free = partial(calls, charged=0)
    yield calls("Find text by itself", (), _text_found, requests=2)
    yield calls("Read text alone", ("option.ocrOnly", "status.52006"), _read)
    yield calls("Move what it finds", ("option.offset",), _moved, requests=2)
    yield calls("Say that an offset leads out of the picture", ("status.52005",), _moved_out, requests=2)
    yield free("Say that there is no text, free", ("status.52002",), _no_text)
    for rule in ("similar", "absolute", "default"):
        behaviours = ("option.watermarkNames", f"rule.{rule}")
        check = _no_name("watermarkNames", rule)
        yield free(f"Find no text of another name, by {rule}", behaviours, check)
    excluded = _no_name("excludeKeywords", "absolute")
    yield calls("Clear all that is not excluded", ("option.excludeKeywords",), excluded)


def files() -> Iterator[Draft]:
    """Ways to send a picture."""
    free = partial(calls, charged=0)
    for form in ("PNG", "BMP"):
        check = _taken(partial(recoded, PORTRAIT, form), form)
        yield calls(f"Take a {form}", (f"format.{form.lower()}",), check, requests=2)
    for part in ("uploadFile", "image_file"):
        yield calls(f"Take the part {part}", (f"part.{part}",), _part(part))
    yield free("Take the sign of the demo page", ("authentication.demo_page",), _from_demo_page)
    yield calls("Take base64", ("source.base64",), _in_base64)
    yield free("Fail at a picture that is cut off, free", ("status.52004",), _broken)
    largest = _taken(partial(padded, PORTRAIT, 4 * MEBIBYTE), "JPEG")
    yield calls("Take 4 MB", ("error.413.file",), largest, requests=2)


RESULTS = numbered("processimage", "PRO-RESULT", chain(rectangles(), texts(), files()))
