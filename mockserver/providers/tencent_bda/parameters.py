"""The parameters of SegmentCustomizedPortraitPic: names, types, and what they ask for.

Source: Tencent Cloud, BDA, SegmentCustomizedPortraitPic (2020-03-24), input parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
from multipart import MultipartError, PushMultipartParser, parse_options_header

from mockserver import nearest
from mockserver.journal import shortened
from mockserver.providers.base import Refusal

OPTIONS = (
    "Background",
    "Hair",
    "LeftEyebrow",
    "RightEyebrow",
    "LeftEye",
    "RightEye",
    "Nose",
    "UpperLip",
    "LowerLip",
    "Tooth",
    "Mouth",
    "LeftEar",
    "RightEar",
    "Face",
    "Head",
    "Body",
    "Hat",
    "Headdress",
    "Earrings",
    "Necklace",
    "Belongings",
)
TYPES = {"Image": (str, "string"), "Url": (str, "string"), "SegmentationOptions": (dict, "object")}
MAX_PAIRS = 1000
SWITCHES = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """What one call asks for: the chosen options, and the image as base64 or by URL ("" when absent)."""

    options: tuple[str, ...]
    image: str
    url: str


def parse_json(body: bytes) -> Mapping[str, Any]:
    """The object in a JSON body, an empty one in none. Raises Refusal for anything else."""
    try:
        content = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        note = f"the body is not JSON: {error}"
        raise Refusal("error.InvalidParameter", variant="json", note=note) from error
    if not isinstance(content, dict):
        raise Refusal("error.InvalidParameter", variant="json", note="the body is JSON, but not an object")
    return content


def parse_pairs(encoded: str) -> list[tuple[str, str]]:
    """The names and values of a query or form. Raises Refusal for a part without `=`, or too many."""
    parts = [part for part in encoded.split("&") if part]
    if len(parts) > MAX_PAIRS:
        note = f"the query or form has {len(parts)} parts; at most {MAX_PAIRS}"
        raise Refusal("error.InvalidParameter", variant="query", note=note)
    for part in parts:
        if "=" not in part:
            note = "a part of the query or form is not name=value"
            raise Refusal("error.InvalidParameter", variant="query", note=note)
    return parse_qsl(encoded, keep_blank_values=True)


def refuse_content_type(content_type: str, media_type: str, body: bytes) -> Refusal:
    """The refusal of a content type that the action does not take; multipart must be well-formed even so."""
    if media_type == "multipart/form-data":
        _, options = parse_options_header(content_type)
        try:
            parser = PushMultipartParser(options.get("boundary", ""), header_charset="latin1")
            for _ in parser.parse(body):
                pass
            parser.close()
        except MultipartError as error:
            return Refusal("error.InvalidRequest", note=f"the multipart body is broken: {error}")
    note = f"Content-Type is {media_type or 'absent'}; TC3 takes application/json with POST, a form with GET"
    return Refusal("error.UnsupportedProtocol", variant="content_type", content_type=media_type, note=note)


def unflatten(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Any]:
    """The object that a query or form stands for: `SegmentationOptions.Head=True` is a nested switch."""
    content: dict[str, Any] = {}
    for name, value in pairs:
        group, dot, option = name.partition(".")
        if not dot:
            content[name] = value
            continue
        nested = content.setdefault(group, {})
        if not isinstance(nested, dict):
            raise _unknown(name)
        nested[option] = SWITCHES.get(value.lower(), value)
    return content


def check(content: Mapping[str, Any], *, options_required: str) -> Parameters:
    """Names, types and presence, in this order. Raises Refusal. A null counts as absent."""
    given = {name: value for name, value in content.items() if value is not None}
    for name, value in given.items():
        if name not in TYPES:
            raise _unknown(name)
        wanted, type_name = TYPES[name]
        if not isinstance(value, wanted):
            raise _wrong_type(name, type_name)
    if "SegmentationOptions" not in given:
        note = f"there is no SegmentationOptions, an object with some of {', '.join(OPTIONS)}"
        raise Refusal("error.MissingParameter", parameter="SegmentationOptions", note=note)
    options = _options(given["SegmentationOptions"])
    needed = 2 if options_required == "more_than_one" else 1
    if len(options) < needed:
        raise Refusal(
            "error.InvalidParameter.InvalidParameter",
            note=f"{len(options)} segmentation options are true, at least {needed} must be",
        )
    image, url = given.get("Image", ""), given.get("Url", "")
    if not image and not url:
        raise Refusal("error.InvalidParameter.InvalidParameter", note="neither Url nor Image is given")
    return Parameters(options=options, image=image, url=url)


def _options(given: Mapping[str, Any]) -> tuple[str, ...]:
    for name, value in given.items():
        if name not in OPTIONS:
            raise _unknown(f"SegmentationOptions.{name}")
        if value is not None and not isinstance(value, bool):
            raise _wrong_type(f"SegmentationOptions.{name}", "boolean")
    return tuple(name for name in OPTIONS if given.get(name))


def _unknown(name: str) -> Refusal:
    meant = nearest.parameter("tencent_bda", name)
    note = f"the nearest documented one is {meant}" if meant else "nothing documented is like it"
    return Refusal("error.UnknownParameter", parameter=shortened(name), note=f"{shortened(name)!r}: {note}")


def _wrong_type(name: str, type_name: str) -> Refusal:
    note = f"{name} is of another type than {type_name}"
    return Refusal("error.InvalidParameter", parameter=name, type=type_name, note=note)
