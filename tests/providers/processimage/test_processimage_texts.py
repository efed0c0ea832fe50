"""Which texts in a picture are meant, and who says what they say."""

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from watermark_caller import Caller, decoded, written

from mockserver import RunningSandbox
from mockserver.imaging.text import Region
from mockserver.providers.processimage.work import spoken

ALL = ["ALPHA ONE", "BETA TWO", "GAMMA THREE"]
THREE = written(*ALL)


def words(body: Any) -> list[str]:
    return [location["word"] for location in body["data"]["processLocation"]]


def items(*pairs: tuple[str, str]) -> str:
    return json.dumps({"items": [{"value": value, "rule": rule} for value, rule in pairs]})


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ALL),
        ({"watermarkNames": items(("BETA TWO", "absolute"))}, ["BETA TWO"]),
        ({"watermarkNames": items(("BETA TWX", "absolute"))}, []),
        ({"watermarkNames": items(("BETA TWX", "similar"))}, ["BETA TWO"]),
        ({"watermarkNames": items(("BETA TWX", "default"))}, ["BETA TWO"]),
        (
            {"watermarkNames": items(("GAMMA THREE", "similar"), ("ALPHA ONE", "absolute"))},
            ["ALPHA ONE", "GAMMA THREE"],
        ),
        ({"excludeKeywords": items(("BETA TWO", "similar"))}, ["ALPHA ONE", "GAMMA THREE"]),
        ({"excludeKeywords": items(("BETA", "similar"))}, ALL),
        (
            {
                "excludeKeywords": items(
                    *((word, "absolute") for word in ("ALPHA ONE", "BETA TWO", "GAMMA THREE"))
                )
            },
            [],
        ),
        (
            {
                "watermarkNames": items(("ALPHA ONE", "absolute")),
                "excludeKeywords": items(("ALPHA ONE", "absolute")),
            },
            ["ALPHA ONE"],
        ),
    ],
)
def test_names_choose_among_the_texts(
    caller: Caller, parameters: dict[str, str], expected: list[str]
) -> None:
    body = caller.body(THREE, **parameters)
    assert words(body) == expected
    assert body["data"]["processStatus"] == (0 if expected else 52002)
    assert body["data"]["processCount"] == len(expected)


def test_only_the_chosen_text_is_cleared(caller: Caller) -> None:
    body = caller.body(THREE, watermarkNames=items(("BETA TWO", "absolute")))
    white = (decoded(caller.http.get(body["data"]["url"]).content) > 240).all(axis=2)
    assert [bool(white[top : top + 120].any()) for top in (0, 120, 240)] == [True, False, True]


def test_the_journal_tells_what_the_texts_are_when_names_were_given(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    caller.send(THREE, watermarkNames=items(("DELTA", "similar")))
    assert sandbox.journal.last.notes == [
        "the texts in the picture are 'ALPHA ONE', 'BETA TWO', 'GAMMA THREE'"
    ]


class TestWords:
    """What the texts say: the file tells, else the sandbox, else an OCR engine, else nobody."""

    def silent(self, shade: int) -> bytes:
        return written("ALPHA ONE", "BETA TWO", shade=shade, annotate=False)

    @pytest.fixture(autouse=True)
    def _no_engine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """These tests are about the other two, installed or not."""
        monkeypatch.setattr("mockserver.imaging.reading.recognised", lambda rgb, regions: tuple(regions))

    def test_nobody_told(self, caller: Caller, sandbox: RunningSandbox) -> None:
        image = self.silent(50)
        assert words(caller.body(image)) == ["", ""]
        body = caller.body(image, watermarkNames=items(("ALPHA ONE", "similar")))
        assert body["data"]["processStatus"] == 52002
        assert "tell the sandbox (know_text)" in sandbox.journal.last.notes[0]

    def test_the_sandbox_was_told_in_reading_order(self, caller: Caller, sandbox: RunningSandbox) -> None:
        image = self.silent(51)
        sandbox.know_text(image, "one", "two")
        assert words(caller.body(image)) == ["one", "two"]

    def test_the_sandbox_was_told_by_place(self, caller: Caller, sandbox: RunningSandbox) -> None:
        image = self.silent(52)
        sandbox.know_text(image, {"text": "two", "x": 70, "y": 165.5, "width": 100, "height": 30})
        assert words(caller.body(image)) == ["", "two"]

    def test_another_sandbox_was_told_nothing(self, caller: Caller, sandbox: RunningSandbox) -> None:
        image = self.silent(53)
        assert words(caller.body(image)) == ["", ""]
        sandbox.know_text(image, "one")
        assert words(caller.body(image, show="true")) == ["one", ""]

    def test_as_many_texts_as_places_are_told_or_the_journal_says_so(
        self, caller: Caller, sandbox: RunningSandbox
    ) -> None:
        image = self.silent(54)
        sandbox.know_text(image, "one")
        names = '{"items":[{"value":"one"}]}'
        caller.body(image, watermarkNames=names)
        assert "1 texts were told without a place, and 2 places were found" in sandbox.journal.last.notes
        sandbox.know_text(image, "one", "two")
        caller.body(image, watermarkNames=names)
        assert not any("without a place" in note for note in sandbox.journal.last.notes)

    def test_the_file_comes_before_the_sandbox(self, caller: Caller, sandbox: RunningSandbox) -> None:
        sandbox.know_text(THREE, "one", "two", "three")
        assert words(caller.body(THREE)) == ALL

    def test_an_engine_reads_what_nobody_told(self, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
        def read(rgb: object, regions: tuple[Region, ...]) -> tuple[Region, ...]:
            return tuple(replace(region, word="read") for region in regions)

        monkeypatch.setattr("mockserver.imaging.reading.recognised", read)
        assert words(caller.body(self.silent(54))) == ["read", "read"]


@dataclass(frozen=True)
class Told:
    lines: tuple[int, ...]
    texts: tuple[str, ...]
    expected: tuple[str, ...]


@pytest.mark.parametrize(
    "told",
    [
        Told((1, 1), ("a", "b"), ("a", "b")),
        Told((3, 1), ("a", "b"), ("a", "b")),
        Told((2, 1), ("a", "b", "c"), ("a b", "c")),
        Told((2, 2), ("a", "b", "c"), ("a b", "c")),
        Told((1, 1), ("a",), ("a", "")),
        Told((1, 1), ("a", "b", "c"), ("a", "b")),
        Told((2,), (), ("",)),
    ],
)
def test_plain_texts_are_for_regions_or_for_their_lines(told: Told) -> None:
    regions = [
        Region(x=0, y=100 * row, width=50, height=50, lines=lines) for row, lines in enumerate(told.lines)
    ]
    texts = [{"text": text} for text in told.texts]
    assert tuple(region.word for region in spoken(regions, texts)) == told.expected
