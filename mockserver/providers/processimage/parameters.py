"""What a request asks for: each parameter, and its own error for what it cannot be.

The messages are those of the operator's published server; the order in which they come is assumed. A blank
parameter counts as absent. Priority: rectangles, watermarkNames, excludeKeywords, everything that is found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from mockserver.providers.base import Refusal
from mockserver.providers.processimage.geometry import KEYS, SIDES, Box, Shift
from mockserver.providers.processimage.received import Received
from mockserver.providers.processimage.wording import Name, Rule

MAX_RECTANGLES = 1000
MAX_NAMES = 100
MAX_SHIFTS = 4
INTEGER = range(-(2**31), 2**31)
CALLBACK = re.compile(r"(https?|ftps?)://[^\s/]\S*", re.IGNORECASE)
SWITCH = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """One request as checked. `rectangles` is None where they are to be found; `names` or `excluded` say
    which of those to take, and `offset` how to move them."""

    rectangles: tuple[Box, ...] | None = None
    names: tuple[Name, ...] = ()
    excluded: tuple[Name, ...] = ()
    offset: tuple[Shift, ...] = ()
    asynchronous: bool = False
    callback: str = ""
    ocr_only: bool = False
    show: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """The behaviours that were asked for."""
        asked = {
            "rectangles": self.rectangles is not None,
            "watermarkNames": self.names,
            "excludeKeywords": self.excluded,
            "offset": self.offset,
            "sync": self.asynchronous,
            "ocrOnly": self.ocr_only,
            "show": self.show,
        }
        rules = dict.fromkeys(name.rule for name in (*self.names, *self.excluded))
        options = [f"option.{name}" for name, is_asked in asked.items() if is_asked]
        return (*options, *(f"rule.{rule}" for rule in rules))

    def record(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Parameters:
        """From the plain data of `record`."""
        rectangles = record["rectangles"]
        return cls(
            **{
                **record,
                "rectangles": None if rectangles is None else tuple(Box(**one) for one in rectangles),
                "names": _names_of(record["names"]),
                "excluded": _names_of(record["excluded"]),
                "offset": tuple(Shift(**one) for one in record["offset"]),
            }
        )


def parse(received: Received, settings: Mapping[str, Any]) -> Parameters:
    """The parameters of a request. Raises Refusal with the message of the first one that is wrong."""
    rectangles = _rectangles(received.text("rectangles"))
    names: tuple[Name, ...] = ()
    excluded: tuple[Name, ...] = ()
    if rectangles is None:
        names = _names("watermarkNames", received.text("watermarkNames"))
        excluded = () if names else _names("excludeKeywords", received.text("excludeKeywords"))
    with_offset = rectangles is None or settings["offset_with_rectangles"] == "applied"
    offset = _offset(received.text("offset")) if with_offset else ()
    if offset and settings["offset_keys"] == "by_position" and len(offset) < MAX_SHIFTS:
        note = "by position, offset needs all four keys, for x, y, w and h; give 0 to those that stay"
        raise Refusal("error.500.server", note=note)
    show = _switch("show", received.text("show"), "error.400.show")
    ocr_only = _switch("ocrOnly", received.text("ocrOnly"), "error.400.ocr_only")
    asynchronous = _sync(received.text("sync"))
    return Parameters(
        rectangles=rectangles,
        names=names,
        excluded=excluded,
        offset=offset,
        asynchronous=asynchronous,
        callback=_callback(received.text("callback")) if asynchronous else "",
        ocr_only=ocr_only,
        show=show,
    )


def _json(name: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refusal("error.400.json", note=f"{name} is not JSON: {error}") from error


def _rectangles(text: str) -> tuple[Box, ...] | None:
    if not text:
        return None
    items = _json("rectangles", text)
    if items in (None, [], {}):
        raise Refusal("error.400.json_empty", note="rectangles has no rectangle; leave it out, or name one")
    if not isinstance(items, list):
        raise Refusal("error.400.rectangle", note="rectangles is an array of objects with x, y, w and h")
    if len(items) > MAX_RECTANGLES:
        note = f"{len(items)} rectangles; this server takes {MAX_RECTANGLES}"
        raise Refusal("error.400.too_many", note=note)
    return tuple(_box(number, item) for number, item in enumerate(items))


def _box(number: int, item: Any) -> Box:
    sides = [item.get(side) for side in SIDES] if isinstance(item, dict) else []
    if len(list(filter(_is_number, sides))) != len(SIDES):
        note = f"rectangles[{number}] must have x, y, w and h, each a JSON number"
        raise Refusal("error.400.rectangle", note=note)
    x, y, width, height = map(_integer, sides)
    return Box(x=x, y=y, width=width, height=height)


def _integer(number: Any) -> int:
    """Without its fraction, and no larger than a server's integer."""
    return int(max(INTEGER.start, min(number, INTEGER.stop - 1)))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _names(parameter: str, text: str) -> tuple[Name, ...]:
    if not text:
        return ()
    tree = _json(parameter, text)
    items = tree.get("items") if isinstance(tree, dict) else None
    if not isinstance(items, list) or not items:
        note = f'{parameter} is an object {{"items": [{{"value": …, "rule": …}}]}} with at least one item'
        raise Refusal("error.400.names", note=note)
    if len(items) > MAX_NAMES:
        raise Refusal("error.400.too_many", note=f"{len(items)} items; this server takes {MAX_NAMES}")
    return tuple(_name(parameter, number, item) for number, item in enumerate(items))


def _name(parameter: str, number: int, item: Any) -> Name:
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, str) or not value.strip():
        note = f"items[{number}] of {parameter} must have a value, a text that is not empty"
        raise Refusal("error.400.item", note=note)
    rule = item.get("rule")
    return Name(value=value, rule=Rule(rule) if rule in list(Rule) else Rule.DEFAULT)


def _names_of(items: Sequence[Mapping[str, Any]]) -> tuple[Name, ...]:
    return tuple(Name(value=item["value"], rule=Rule(item["rule"])) for item in items)


def _offset(text: str) -> tuple[Shift, ...]:
    if not text:
        return ()
    tree = _json("offset", text)
    if tree in (None, [], {}):
        raise Refusal("error.400.json_empty", note="offset has no key; leave it out, or name one")
    if not isinstance(tree, dict):
        raise Refusal("error.400.offset_key", note=f"offset is an object with keys among {' '.join(KEYS)}")
    if len(tree) > MAX_SHIFTS:
        raise Refusal("error.400.too_many", note=f"offset has {len(tree)} keys; at most {MAX_SHIFTS}")
    return tuple(_shift(key, value) for key, value in tree.items())


def _shift(key: str, value: Any) -> Shift:
    if key not in KEYS:
        raise Refusal("error.400.offset_key", note=f"{key[:40]!r} is not among {' '.join(KEYS)}")
    if not isinstance(value, int) or isinstance(value, bool) or value not in INTEGER:
        raise Refusal("error.400.offset_value", note=f"the value of {key} must be a whole number")
    return Shift(key=key, value=value)


def _switch(name: str, text: str, behaviour: str) -> bool:
    if not text:
        return False
    if text.lower() not in SWITCH:
        raise Refusal(behaviour, note=f"{name} is {text[:40]!r}; it can be true or false, in any case")
    return SWITCH[text.lower()]


def _sync(text: str) -> bool:
    if text and text not in SWITCH:
        raise Refusal("error.400.sync", note=f"sync is {text[:40]!r}; it can be true or false, in lower case")
    return SWITCH.get(text, False)


def _callback(text: str) -> str:
    if not text:
        raise Refusal("error.400.no_callback", note="sync=true means asynchronous and needs a callback")
    if not CALLBACK.fullmatch(text):
        note = f"callback is {text[:80]!r}; it must be a URL of http, https, ftp or ftps"
        raise Refusal("error.400.callback", note=note)
    return text
