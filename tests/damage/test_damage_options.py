import json
import math
from typing import Any

import pytest

from mockserver.damage.options import FaultError
from mockserver.damage.table import DAMAGES


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_can_do_without_options(name: str) -> None:
    damage = DAMAGES[name]
    assert damage.checked({}) == {option.name: option.default for option in damage.options}


@pytest.mark.parametrize("name", DAMAGES)
def test_every_default_is_possible(name: str) -> None:
    defaults = DAMAGES[name].checked({})
    assert DAMAGES[name].checked(defaults) == defaults


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_is_told_in_plain_data(name: str) -> None:
    told = json.loads(json.dumps(DAMAGES[name].as_data()))
    assert told["id"] == name
    assert all(told[key] for key in ("meaning", "applies_to"))
    assert all(option["meaning"] and option["possible"] for option in told["options"])


@pytest.mark.parametrize(
    ("name", "applies_to"),
    [
        ("http.delay", "any answer"),
        ("http.empty_body", "answers with a body"),
        ("http.malformed_json", "answers with JSON"),
        ("http.corrupt_image", "answers with an image, as it is or in base64 inside JSON"),
    ],
)
def test_what_a_damage_applies_to_is_said(name: str, applies_to: str) -> None:
    assert DAMAGES[name].applies_to == applies_to


@pytest.mark.parametrize(
    ("name", "option", "value", "possible"),
    [
        ("http.delay", "seconds", -1, "a number from 0 to 3600"),
        ("http.delay", "seconds", math.nan, "a number from 0 to 3600"),
        ("http.delay", "seconds", "1", "a number from 0 to 3600"),
        ("http.delay", "seconds", True, "a number from 0 to 3600"),
        ("http.delay", "seconds", None, "a number from 0 to 3600"),
        ("http.delay", "up_to", 3601, "a number from 0 to 3600, or None"),
        ("http.delay", "up_to", 0.5, "a number from 1 to 3600"),
        ("http.status", "status", 199, "a whole number from 200 to 599"),
        ("http.status", "status", 503.0, "a whole number from 200 to 599"),
        ("http.status", "body", b"bytes", "a string of at most 1000000 bytes, or None"),
        ("http.status", "body", "\ud800", "a string of at most 1000000 bytes, or None"),
        ("http.status", "body", "é" * 500_001, "a string of at most 1000000 bytes, or None"),
        ("http.status", "retry_after", -1, "a whole number from 0 to 86400, or None"),
        ("http.truncated_body", "share", 1.1, "a number from 0 to 1"),
        ("http.wrong_content_type", "content_type", "text/html\r\nx: y", "printable ASCII"),
        ("http.wrong_content_type", "content_type", "текст", "printable ASCII"),
        ("http.wrong_content_type", "content_type", "", "a media type"),
        ("http.wrong_content_type", "content_type", "  ", "a media type"),
        ("http.wrong_content_type", "content_type", "text", "a media type"),
        ("http.wrong_content_type", "content_type", "text/" + "x" * 252, "at most 256"),
        ("http.slow_drip", "chunks", 0, "a whole number from 1 to 10000"),
        ("connection.reset", "at", "later", "one of 'request', 'before', 'within', 'after'"),
        ("connection.silence", "at", "within", "one of 'request', 'before'"),
    ],
)
def test_an_impossible_value_is_told_the_possible_ones(
    name: str, option: str, value: Any, possible: str
) -> None:
    with pytest.raises(FaultError, match=possible) as refused:
        DAMAGES[name].checked({option: value})
    assert refused.value.at == option
    assert refused.value.possible


def test_a_choice_lists_its_choices() -> None:
    with pytest.raises(FaultError) as refused:
        DAMAGES["connection.close"].checked({"at": "never"})
    assert refused.value.possible == ("request", "before", "within", "after")


def test_an_unknown_option_is_told_the_known_ones() -> None:
    with pytest.raises(FaultError, match=r"http\.delay has no option 'second'; it has seconds, up_to, sigma"):
        DAMAGES["http.delay"].checked({"second": 1})


def test_a_damage_without_options_says_so() -> None:
    with pytest.raises(FaultError, match=r"http\.empty_body has no option 'x'; it has none"):
        DAMAGES["http.empty_body"].checked({"x": 1})


def test_a_delay_is_not_drawn_in_two_ways() -> None:
    with pytest.raises(FaultError, match="evenly, with up_to, or lognormally, with sigma, but not both"):
        DAMAGES["http.delay"].checked({"up_to": 2, "sigma": 1})


@pytest.mark.parametrize(
    "value", ["text/html", "image/svg+xml", "a/b; c=d", "application/json;charset=utf-8"]
)
def test_a_content_type_can_be_any_media_type(value: str) -> None:
    assert DAMAGES["http.wrong_content_type"].checked({"content_type": value}) == {"content_type": value}
