"""What each damage does to an answer: pure functions of the answer, its options, and drawn numbers.

Each gives the damaged answer, and a note for the journal on what was done.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from mockserver.damage import images, json_text
from mockserver.damage.answer import Answer, Cut, Drip, Ending, Moment

LONGEST = 3600.0
"""Seconds that an answer can be late, or take."""
NO_LENGTH = frozenset({204, 304})
NO_BODY = NO_LENGTH | {205}
SHORTEST_PAUSE = 0.003
"""Seconds between two pieces of a body; a timer is hardly finer."""
GATEWAY_PAGE = """<!DOCTYPE html>
<html><head><title>{status}</title></head>
<body><h1>{status}</h1><p>The gateway got no usable answer from the service behind it.</p></body></html>
"""

Options = Mapping[str, Any]
Damaged = tuple[Answer, str]


def delay(answer: Answer, options: Options, random: Random) -> Damaged:
    seconds = options["seconds"]
    if options["up_to"] is not None:
        seconds = random.uniform(seconds, options["up_to"])
    elif options["sigma"] is not None:
        spread = min(random.gauss(0.0, options["sigma"]), math.log(LONGEST))
        seconds = min(seconds * math.exp(spread), LONGEST)
    return replace(answer, delay=answer.delay + seconds), f"answered {seconds:.3f} s late"


def status(answer: Answer, options: Options, random: Random) -> Damaged:
    number = options["status"]
    page = GATEWAY_PAGE.format(status=number) if options["body"] is None else options["body"]
    body = b"" if number in NO_BODY else page.encode()
    headers = [(b"content-type", options["content_type"].encode())]
    if options["retry_after"] is not None:
        headers.append((b"retry-after", b"%d" % options["retry_after"]))
    length = None if number in NO_LENGTH else len(body)
    other = replace(answer, status=number, headers=tuple(headers), body=body, length=length)
    return other, f"HTTP {number} in place of HTTP {answer.status}"


def empty_body(answer: Answer, options: Options, random: Random) -> Damaged:
    return answer.with_body(b""), f"no body in place of {len(answer.body)} bytes"


def truncated_body(answer: Answer, options: Options, random: Random) -> Damaged:
    kept = _kept(answer, options)
    return answer.with_body(answer.body[:kept]), f"cut to {kept} of {len(answer.body)} bytes"


def wrong_length(answer: Answer, options: Options, random: Random) -> Damaged:
    kept, promised = _kept(answer, options), len(answer.body)
    note = f"Content-Length promised {promised} bytes; after {kept} the connection was closed"
    return replace(answer, body=answer.body[:kept], length=promised), note


def malformed_json(answer: Answer, options: Options, random: Random) -> Damaged:
    text, mistake = json_text.break_json(answer.body, random)
    return answer.with_body(text), f"the JSON was broken: {mistake}"


def wrong_content_type(answer: Answer, options: Options, random: Random) -> Damaged:
    wrong = options["content_type"]
    note = f"Content-Type {wrong} in place of {answer.content_type or 'none'}"
    return answer.with_header(b"content-type", wrong.encode()), note


def slow_drip(answer: Answer, options: Options, random: Random) -> Damaged:
    seconds = options["seconds"]
    pieces = max(1, min(options["chunks"], len(answer.body), int(seconds / SHORTEST_PAUSE)))
    return replace(
        answer, drip=Drip(seconds=seconds, pieces=pieces)
    ), f"sent in {pieces} pieces over {seconds:g} s"


def corrupt_image(answer: Answer, options: Options, random: Random) -> Damaged:
    if answer.content_type.startswith("image/"):
        return answer.with_body(images.corrupt(answer.body, random)), "bytes of the image were flipped"
    text, count = images.corrupt_base64(answer.body, random)
    return answer.with_body(text), f"bytes of {count} images in base64 were flipped"


def unknown_fields(answer: Answer, options: Options, random: Random) -> Damaged:
    text, names = json_text.add_fields(answer.body, random)
    return answer.with_body(text), f"fields that no document knows: {', '.join(names)}"


def json_value(answer: Answer, options: Options, random: Random) -> Damaged:
    text, note = json_text.put(answer.body, options["pointer"], options["value"])
    return answer.with_body(text), note


def reset(answer: Answer, options: Options, random: Random) -> Damaged:
    return _ended(answer, Cut.RESET, options, "the connection was reset")


def close(answer: Answer, options: Options, random: Random) -> Damaged:
    return _ended(answer, Cut.CLOSE, options, "the connection was closed")


def silence(answer: Answer, options: Options, random: Random) -> Damaged:
    return _ended(answer, Cut.SILENCE, options, "the connection was held in silence")


def _ended(answer: Answer, cut: Cut, options: Options, what: str) -> Damaged:
    ended = replace(answer, ending=Ending(cut=cut, at=Moment(options["at"])))
    when = {
        Moment.REQUEST: "before anything was done",
        Moment.BEFORE: "in place of the answer",
        Moment.WITHIN: f"after {len(ended.sent)} of {len(answer.body)} bytes of the body",
        Moment.AFTER: "after the answer",
    }
    return ended, f"{what} {when[Moment(options['at'])]}"


def _kept(answer: Answer, options: Options) -> int:
    """How many bytes a share is; at least one less than all."""
    return min(int(len(answer.body) * options["share"]), len(answer.body) - 1)
