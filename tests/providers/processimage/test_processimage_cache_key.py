"""What the cache takes for the same request."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.providers.processimage import SETTINGS, cache
from mockserver.providers.processimage.parameters import Parameters
from mockserver.settings import defaults

DEFAULTS = defaults(SETTINGS)


def key_of(**asked: Any) -> str:
    """The key of a request with these parameters, picture, told texts and settings."""
    parameters = Parameters(show=asked.pop("show", False), callback=asked.pop("callback", ""))
    picture, told = asked.pop("picture", "a"), asked.pop("told", ())
    return cache.key(parameters, picture, {**DEFAULTS, **asked}, [{"text": text} for text in told])


@pytest.mark.parametrize(
    "change",
    [
        {"show": True},
        {"callback": "http://127.0.0.1/"},
        {"picture": "b"},
        {"told": ("a",)},
        {"told": ("a", "b")},
        {"told": ("ab",)},
        {"offset_keys": "by_position"},
        {"offset_with_rectangles": "applied"},
        {"ocr_only_status": "0"},
        {"sources": "file_only"},
    ],
    ids=str,
)
def test_whatever_shapes_an_outcome_makes_another_key(change: Any) -> None:
    others: list[Any] = [{}, {"told": ("b", "a")}, {"callback": "b"}, {"show": True, "picture": "b"}]
    assert key_of(**change) not in {key_of(**other) for other in others}


@given(st.text(), st.text())
def test_any_text_can_be_in_a_key(one: str, other: str) -> None:
    for field in ("callback", "picture"):
        assert (key_of(**{field: one}) == key_of(**{field: other})) == (one == other)
    assert (key_of(told=(one,)) == key_of(told=(other,))) == (one == other)


@pytest.mark.parametrize("setting", ["qps", "seconds", "http_status", "count_field", "cache_text", "charged"])
def test_a_setting_that_shapes_no_outcome_leaves_the_key(setting: str) -> None:
    assert setting in DEFAULTS
    assert key_of(**{setting: "another"}) == key_of()
