"""When a text is one of the names that a client gave."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.providers.processimage.wording import (
    LONGEST,
    Name,
    Rule,
    matches_any,
    similar,
)

WORDS = st.text("ab水印", max_size=8)


def plain_distance(one: str, other: str) -> int:
    """Levenshtein's definition, word for word."""

    @cache
    def between(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        replaced = between(i - 1, j - 1) + (one[i - 1] != other[j - 1])
        return min(replaced, between(i - 1, j) + 1, between(i, j - 1) + 1)

    return between(len(one), len(other))


@given(WORDS, WORDS)
def test_similar_is_75_percent(one: str, other: str) -> None:
    longer = max(len(one), len(other)) or 1
    assert similar(one, other) == ((1 - plain_distance(one, other) / longer) * 100 >= 75)
    assert similar(one, other) == similar(other, one)


@pytest.mark.parametrize(
    ("word", "value", "similarly", "absolutely"),
    [
        ("水印图片", "水印图片", True, True),
        ("水印图片", "水印图", True, False),
        ("水印图片", "水印图像", True, False),
        ("水印图片", "水印", False, False),
        ("abcdefgh", "abcdefXX", True, False),
        ("abcdefgh", "abcdeXXX", False, False),
        ("abc", "abX", False, False),
        ("Sample", "sample", True, False),
        ("", "a", False, False),
        ("a", "", False, False),
        ("", "", False, False),
        ("x" * LONGEST, "x" * (LONGEST - 1) + "y", True, False),
        ("x" * (LONGEST + 1), "x" * (LONGEST + 1), True, True),
        ("x" * (LONGEST + 1), "x" * LONGEST + "y", False, False),
    ],
)
def test_a_rule_decides(word: str, value: str, similarly: bool, absolutely: bool) -> None:
    assert Name(value=value, rule=Rule.SIMILAR).matches(word) == similarly
    assert Name(value=value).matches(word) == similarly
    assert Name(value=value, rule=Rule.ABSOLUTE).matches(word) == absolutely


def test_any_of_several_names_is_enough() -> None:
    names = (Name(value="other"), Name(value="水印", rule=Rule.ABSOLUTE))
    assert matches_any("水印", names)
    assert not matches_any("水印图片", names)
    assert not matches_any("水印", ())
