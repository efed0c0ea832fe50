"""Patterns without what only the journal shows."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import catalogue
from mockserver.contract import schema
from mockserver.contract.openapi.patterns import as_sent, without_asides


def patterns(value: object) -> list[str]:
    """All patterns of a schema that allow for an ellipsis."""
    if isinstance(value, dict):
        own = [value["pattern"]] if isinstance(value.get("pattern"), str) and "…" in value["pattern"] else []
        return own + [found for inner in value.values() for found in patterns(inner)]
    return [found for inner in value for found in patterns(inner)] if isinstance(value, list) else []


ALL = sorted(
    {
        pattern
        for provider in catalogue.providers()
        for said in schema.schemas(provider).values()
        for pattern in patterns(said)
    }
)


@pytest.mark.parametrize(
    ("shown", "sent"),
    [
        (r"^[0-9]+$", r"^[0-9]+$"),
        (r"^([0-9a-f]{32}|[^…]*… \(32 characters\))$", r"^([0-9a-f]{32})$"),
        (r"^a$|… \([0-9]+ characters\)$", r"^a$"),
        (r"^AKID[0-9A-Z]*(… \([0-9]+ characters\))?$", r"^AKID[0-9A-Z]*$"),
        (r"^(a(b|c…)|d…|e)+$", r"^(a(b)|e)+$"),
        (r"^[^…|)]*(?:x|…){2,3}$", r"^[^…|)]*(?:x){2,3}$"),
        (r"^\(…?\|$", r"^\(\|$"),
    ],
)
def test_what_only_the_journal_shows_is_left_out(shown: str, sent: str) -> None:
    assert as_sent(shown) == sent


@pytest.mark.parametrize("pattern", ["^…$", "^a…+$", "^(…)$", "^(…){1}$", "^a)…|b"])
def test_nothing_left_is_a_mistake_of_the_schema(pattern: str) -> None:
    with pytest.raises(ValueError, match="nothing but what a journal shows"):
        as_sent(pattern)


def sendable(pattern: str) -> bool:
    try:
        as_sent(pattern)
    except ValueError:
        return False
    return True


@given(st.sampled_from([one for one in ALL if sendable(one)]), st.data())
def test_what_is_sent_is_among_what_was_allowed(pattern: str, data: st.DataObject) -> None:
    value = data.draw(st.from_regex(as_sent(pattern)))
    assert re.search(pattern, value)


@given(st.text("ab[]()|?*…^\\{1}", max_size=12))
def test_any_pattern_is_cut_or_refused(pattern: str) -> None:
    try:
        left = as_sent(pattern)
    except ValueError:
        return
    assert len(left) <= len(pattern)


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("64 hex digits; the journal shows the first of them.", "64 hex digits."),
        ("32 digits, of which the journal shows the first.", "32 digits."),
        ("The key; any will do.", "The key; any will do."),
    ],
)
def test_descriptions_do_not_tell_of_it(told: str, left: str) -> None:
    assert without_asides(told) == left
