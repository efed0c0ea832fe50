import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import journal
from mockserver.journal import Draft, Exchange, FileFacts, Journal, redacted, shortened
from mockserver.redaction import TOKEN_MARK, is_secret
from mockserver.state.memory import MemoryState

FACTS = FileFacts(
    field="image",
    filename="a\udcff.jpg",
    content_type="image/jpeg",
    size=7,
    digest="0" * 64,
    format="jpeg",
    width=3,
    height=2,
)
HIDING = ("@", "?", "=", '"', "://", "mock-", "AKIDmock", TOKEN_MARK)
"""What a text needs to have for something in it to be hidden, besides a secret's name."""
text = st.text(st.characters(), max_size=20).filter(  # lone surrogates included
    lambda text: not is_secret(text) and not any(mark in text for mark in HIDING)
)
content = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def draft(path: str = "/", **fields: Any) -> Draft:
    return Draft(provider="ailab", method="POST", path=path, fields=fields)


def finished(one: Draft, **answer: Any) -> bytes:
    return one.entry(**{"sandbox": "one", "at": 1.5, "status": 200, **answer})


def read_back(entry: bytes) -> Exchange:
    kept = Journal(MemoryState(), "one")
    kept.append(entry)
    return kept.last


@pytest.fixture
def kept() -> Journal:
    return Journal(MemoryState(), "one")


def fill(kept: Journal, count: int) -> None:
    for number in range(count):
        kept.append(finished(draft(f"/{number}")))


class TestSequence:
    def test_a_new_one_is_empty(self, kept: Journal) -> None:
        assert len(kept) == kept.dropped == 0
        assert list(kept) == []
        with pytest.raises(IndexError):
            _ = kept.last

    def test_the_newest_is_last(self, kept: Journal) -> None:
        fill(kept, 3)
        assert [exchange.path for exchange in kept] == ["/0", "/1", "/2"]
        assert kept.last == kept[-1] == kept[2]

    @pytest.mark.parametrize("part", [slice(1, 3), slice(-2, None), slice(None, None, -1), slice(9, 12)])
    def test_a_slice_is_that_of_a_list(self, kept: Journal, part: slice) -> None:
        fill(kept, 5)
        assert kept[part] == list(kept)[part]

    def test_it_can_be_searched_and_reversed(self, kept: Journal) -> None:
        fill(kept, 3)
        assert kept[1] in kept
        assert kept.index(kept[1]) == 1
        assert [exchange.path for exchange in reversed(kept)] == ["/2", "/1", "/0"]

    def test_two_sandboxes_have_a_journal_each(self) -> None:
        state = MemoryState()
        fill(Journal(state, "one"), 2)
        assert len(Journal(state, "other")) == 0


class TestBounds:
    def test_beyond_the_bound_of_entries_the_oldest_go_and_are_counted(
        self, kept: Journal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(journal, "MAX_ENTRIES", 3)
        fill(kept, 5)
        assert [exchange.path for exchange in kept] == ["/2", "/3", "/4"]
        assert kept.dropped == 2

    def test_the_bound_of_bytes_holds_to_the_byte(
        self, kept: Journal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def timeless(path: str) -> bytes:
            """The digits of a time must not decide how long an entry is."""
            return finished(replace(draft(path), received_at=1.5, started=0.0))

        monkeypatch.setattr(journal, "time", SimpleNamespace(perf_counter=lambda: 0.0))
        entries = [timeless(f"/{number}") for number in range(3)]
        monkeypatch.setattr(journal, "MAX_BYTES", sum(map(len, entries)))
        for entry in entries:
            kept.append(entry)
        assert (len(kept), kept.dropped) == (3, 0)
        kept.append(timeless("/"))
        assert kept.last.path == "/"
        assert kept.dropped == 1

    def test_as_it_comes_it_holds_a_thousand(self, kept: Journal) -> None:
        entry = finished(draft())
        for _ in range(journal.MAX_ENTRIES + 1):
            kept.append(entry)
        assert (len(kept), kept.dropped) == (1000, 1)

    def test_cleared_it_is_as_new(self, kept: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(journal, "MAX_ENTRIES", 3)
        fill(kept, 5)
        kept.clear()
        assert (len(kept), kept.dropped) == (0, 0)
        fill(kept, 4)
        assert (len(kept), kept.dropped) == (3, 1)

    def test_one_endless_request_does_not_push_the_others_out(self, kept: Journal) -> None:
        fill(kept, 3)
        kept.append(finished(draft(options=["x" * 2000] * 3000)))
        assert (len(kept), kept.dropped) == (4, 0)
        assert kept.last.fields == {}
        assert "too long" in kept.last.notes[-1]

    def test_an_entry_stays_within_its_bound_whatever_is_long_in_it(self) -> None:
        long = "x" * 5_000_000
        one = Draft(
            provider="ailab",
            method=long,
            path=long,
            query=long,
            headers=[(long, long)],
            fields={long: long},
            explanation={long: long},
            notes=[long],
        )
        assert len(finished(one)) < journal.MAX_ENTRY

    def test_an_entry_of_usual_length_keeps_everything(self) -> None:
        query = "x" * (journal.MAX_ENTRY // 2)
        assert (
            read_back(finished(Draft(provider="ailab", method="GET", path="/", query=query))).query == query
        )


class TestEntry:
    def test_a_draft_reads_back_as_the_exchange_that_it_was(self) -> None:
        one = Draft(
            provider="ailab",
            operation="avatar-extraction",
            method="POST",
            path="/a",
            query="b=c",
            headers=[("host", "x"), ("host", "y")],
            fields={"return_form": "mask"},
            files=[FACTS],
            behaviours=["ailab.success"],
            faults=["ailab.error.X"],
            explanation={"expected": "é"},
            notes=["look here"],
            received_at=12.25,
        )
        body = b'{"error_code":0}'
        entry = one.entry(
            sandbox="12345678",
            at=99.5,
            status=200,
            headers=[("content-type", "application/json")],
            body=body,
            media_type="application/json",
        )
        read = read_back(entry)
        assert read == Exchange(
            provider="ailab",
            operation="avatar-extraction",
            sandbox="12345678",
            at=99.5,
            received_at=12.25,
            milliseconds=read.milliseconds,
            method="POST",
            path="/a",
            scheme="http",
            http_version="1.1",
            query="b=c",
            headers=[["host", "x"], ["host", "y"]],
            fields={"return_form": "mask"},
            files=(FACTS,),
            status=200,
            response_headers=[["content-type", "application/json"]],
            response={"content_type": "application/json", "size": len(body), "text": body.decode()},
            behaviours=["ailab.success"],
            faults=["ailab.error.X"],
            explanation={"expected": "é"},
            notes=["look here"],
        )
        assert 0 <= read.milliseconds < 60_000

    @given(
        fields=st.dictionaries(text, content, max_size=5),
        notes=st.lists(text, max_size=3),
        path=text,
        headers=st.lists(st.tuples(text, text), max_size=3),
        files=st.lists(st.just(FACTS), max_size=2),
    )
    def test_whatever_a_client_sent_reads_back(
        self,
        fields: dict[str, Any],
        notes: list[str],
        path: str,
        headers: list[tuple[str, str]],
        files: list[FileFacts],
    ) -> None:
        one = Draft(
            provider="ailab",
            method="GET",
            path=path,
            fields=fields,
            notes=notes,
            headers=headers,
            files=files,
        )
        read = read_back(finished(one))
        assert read.fields == fields
        assert read.notes == notes
        assert read.path == path
        assert [tuple(header) for header in read.headers] == headers
        assert read.files == tuple(files)

    @pytest.mark.parametrize("value", ["a\ud800b", 2**64, -(2**70), {"\udfff": ["\ud800"]}])
    def test_text_that_is_no_unicode_and_large_numbers_are_kept(self, value: object) -> None:
        assert read_back(finished(draft(value=value))).fields == {"value": value}

    @pytest.mark.parametrize(
        "value",
        [nested(300), nested(900), nested(50_000), 10**5000],
        ids=["300 levels", "900 levels", "50000 levels", "5000 digits"],
    )
    def test_what_cannot_be_written_is_left_out_and_said(self, value: object) -> None:
        read = read_back(finished(draft("/deep", value=value)))
        assert read.path == "/deep"
        assert read.fields == {}
        assert "too deeply nested" in read.notes[-1]

    def test_nesting_as_deep_as_allowed_is_kept(self) -> None:
        value = ["\ud800", nested(journal.MAX_DEPTH - 10)]
        assert read_back(finished(draft(value=value))).fields == {"value": value}

    def test_a_request_whose_client_went_away_has_no_status(self) -> None:
        assert read_back(draft().entry(sandbox=None, at=0.0, status=None)).status is None

    @pytest.mark.parametrize(
        ("body", "media_type", "kept"),
        [
            (b"{}", "application/json", True),
            (b" " * journal.MAX_TEXT, "application/json", True),
            (b" " * (journal.MAX_TEXT + 1), "application/json", False),
            (b"\x89PNG", "image/png", False),
        ],
    )
    def test_only_a_short_json_answer_is_kept_as_text(self, body: bytes, media_type: str, kept: bool) -> None:
        response = read_back(finished(draft(), body=body, media_type=media_type)).response
        assert ("text" in response) is kept
        assert response["size"] == len(body)

    def test_an_answer_that_is_broken_on_purpose_is_kept_as_far_as_it_is_text(self) -> None:
        response = read_back(finished(draft(), body=b'{"a\xff', media_type="application/json")).response
        assert response["text"] == '{"a\N{REPLACEMENT CHARACTER}'

    def test_an_entry_is_one_line_of_json(self) -> None:
        entry = finished(draft("/\n", field="\n"))
        assert b"\n" not in entry
        assert json.loads(entry)["path"] == "/\n"


class TestShortened:
    @given(st.text(max_size=3000))
    def test_a_text_is_whole_up_to_the_bound(self, value: str) -> None:
        assert shortened(value) == value or len(value) > journal.MAX_TEXT

    def test_a_longer_one_is_told_by_its_beginning_and_its_length(self) -> None:
        value = "abc" * 1000
        assert shortened(value) == f"{value[:80]}… (3000 characters)"
        assert shortened("x" * journal.MAX_TEXT) == "x" * journal.MAX_TEXT
        assert len(shortened("x" * 10**7)) < 120


class TestRedacted:
    @pytest.mark.parametrize("secret", ["", "a", "12345678"])
    def test_of_a_short_secret_nothing_is_shown(self, secret: str) -> None:
        assert redacted(secret) == "…"

    def test_a_long_one_can_be_recognised_by_its_beginning_and_its_length(self) -> None:
        assert redacted("mock-key-of-a-sandbox") == "mock-k… (21 characters)"

    @given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=9))
    def test_no_more_than_six_characters_are_ever_shown(self, secret: str) -> None:
        assert secret[:7] not in redacted(secret)


def test_an_empty_journal_says_where_else_to_look() -> None:
    with pytest.raises(IndexError, match="strangers"):
        _ = Journal(MemoryState(), "space").last
