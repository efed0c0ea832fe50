import math
import statistics
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.damage.answer import Answer, Trait, traits
from mockserver.damage.delivery import _pieces
from mockserver.damage.effects import LONGEST
from mockserver.damage.table import DAMAGES

JSON = Answer.of(
    200, [(b"x-own", b"1"), (b"content-length", b"9"), (b"content-type", b"application/json")], b'{"a":"b"}'
)
XML = Answer.of(404, [(b"content-type", b"application/xml"), (b"content-length", b"4")], b"<a/>")


def damaged(name: str, answer: Answer = JSON, *, seed: int = 0, **options: Any) -> tuple[Answer, str]:
    return DAMAGES[name].apply(answer, DAMAGES[name].checked(options), Random(seed))


class TestDelay:
    def test_it_is_fixed_by_default(self) -> None:
        answer, note = damaged("http.delay", seconds=0.25)
        assert (answer.delay, note) == (0.25, "answered 0.250 s late")

    def test_it_lies_between_two_bounds(self) -> None:
        drawn = [damaged("http.delay", seed=seed, seconds=1, up_to=3)[0].delay for seed in range(300)]
        assert all(1 <= one <= 3 for one in drawn)
        assert statistics.mean(drawn) == pytest.approx(2, abs=0.2)

    def test_it_is_lognormal_around_its_median(self) -> None:
        drawn = [damaged("http.delay", seed=seed, seconds=2, sigma=0.5)[0].delay for seed in range(500)]
        assert statistics.median(drawn) == pytest.approx(2, rel=0.15)
        assert statistics.stdev(map(math.log, drawn)) == pytest.approx(0.5, rel=0.15)

    @given(st.floats(0, LONGEST), st.floats(0, 10), st.integers())
    def test_it_is_never_longer_than_the_longest(self, seconds: float, sigma: float, seed: int) -> None:
        assert 0 <= damaged("http.delay", seed=seed, seconds=seconds, sigma=sigma)[0].delay <= LONGEST

    def test_two_delays_add_up(self) -> None:
        answer, _ = damaged("http.delay", seconds=1)
        assert damaged("http.delay", answer, seconds=2)[0].delay == 3


class TestStatus:
    def test_a_gateway_answers_a_page_with_nothing_of_the_provider(self) -> None:
        answer, note = damaged("http.status")
        assert answer.status == 503
        assert answer.raw_headers == [
            (b"content-type", b"text/html"),
            (b"content-length", b"%d" % len(answer.body)),
        ]
        assert b"<h1>503</h1>" in answer.body
        assert note == "HTTP 503 in place of HTTP 200"

    def test_page_and_headers_can_be_given(self) -> None:
        given: dict[str, Any] = {
            "status": 429,
            "body": "späť",
            "content_type": "text/plain",
            "retry_after": 3,
        }
        answer, _ = damaged("http.status", **given)
        assert (answer.status, answer.body) == (429, "späť".encode())
        assert answer.raw_headers[:2] == [(b"content-type", b"text/plain"), (b"retry-after", b"3")]

    @pytest.mark.parametrize("status", [204, 304])
    def test_some_statuses_have_no_body_and_no_length(self, status: int) -> None:
        answer, _ = damaged("http.status", status=status)
        assert (answer.body, answer.length) == (b"", None)


class TestBody:
    @given(st.binary(min_size=1, max_size=50), st.floats(0, 1))
    def test_a_cut_body_lacks_at_least_a_byte(self, body: bytes, share: float) -> None:
        whole = XML.with_body(body)
        cut, _ = damaged("http.truncated_body", whole, share=share)
        assert body.startswith(cut.body)
        assert len(cut.body) == min(int(len(body) * share), len(body) - 1)
        assert (cut.length, cut.complete) == (len(cut.body), True)
        short, _ = damaged("http.wrong_length", whole, share=share)
        assert (short.body, short.length, short.complete) == (cut.body, len(body), False)

    def test_an_empty_body_has_length_0_and_the_headers_stay(self) -> None:
        answer, note = damaged("http.empty_body")
        assert (answer.body, answer.length, answer.headers) == (b"", 0, JSON.headers)
        assert note == "no body in place of 9 bytes"

    def test_a_wrong_content_type_takes_the_place_of_the_right_one(self) -> None:
        answer, note = damaged("http.wrong_content_type", content_type="image/png")
        assert answer.headers == ((b"x-own", b"1"), (b"content-type", b"image/png"))
        assert note == "Content-Type image/png in place of application/json"

    def test_a_body_has_no_more_pieces_than_bytes(self) -> None:
        answer, _ = damaged("http.slow_drip", chunks=100, seconds=2)
        assert answer.drip is not None
        assert (answer.drip.pieces, answer.drip.seconds) == (9, 2)


class TestConnection:
    @pytest.mark.parametrize("name", ["connection.reset", "connection.close"])
    @pytest.mark.parametrize(
        ("at", "sent", "complete"),
        [
            ("request", b"", False),
            ("before", b"", False),
            ("within", b'{"a"', False),
            ("after", b'{"a":"b"}', True),
        ],
    )
    def test_it_is_cut_when_it_is_said(self, name: str, at: str, sent: bytes, complete: bool) -> None:
        answer, _ = damaged(name, at=at)
        assert (answer.sent, answer.complete) == (sent, complete)


class TestTraits:
    @pytest.mark.parametrize(
        ("content_type", "body", "expected"),
        [
            (b"application/json; charset=utf-8", b"{}", {Trait.BODY, Trait.JSON}),
            (b"image/png", b"x", {Trait.BODY, Trait.IMAGE}),
            (b"application/xml", b"x", {Trait.BODY}),
            (b"image/png", b"", set()),
        ],
    )
    def test_they_follow_from_type_and_body(
        self, content_type: bytes, body: bytes, expected: set[Trait]
    ) -> None:
        answer = Answer.of(200, [(b"content-type", content_type)], body)
        assert traits(answer, method="GET") == expected
        assert traits(answer, method="HEAD") == set()


@given(st.lists(st.sampled_from(sorted(DAMAGES)), max_size=6), st.integers())
def test_any_damages_in_any_order_leave_an_answer_that_can_be_sent(names: list[str], seed: int) -> None:
    answer, left = JSON, traits(JSON, method="GET")
    for name in names:
        if DAMAGES[name].needs <= left:
            answer, note = damaged(name, answer, seed=seed)
            assert note
            left -= DAMAGES[name].spoils
    assert answer.length is None or answer.length >= len(answer.body)
    assert answer.body.startswith(answer.sent)


@pytest.mark.parametrize(("seconds", "pieces"), [(0, 1), (0.002, 1), (0.3, 100), (30, 1000)])
def test_a_drip_has_no_pauses_that_no_timer_can_make(seconds: float, pieces: int) -> None:
    options = DAMAGES["http.slow_drip"].checked({"seconds": seconds, "chunks": 1000})
    answer = Answer.of(200, [], bytes(5000))
    dripping, note = DAMAGES["http.slow_drip"].apply(answer, options, Random(0))
    assert dripping.drip is not None
    assert dripping.drip.pieces == pieces
    assert note.startswith(f"sent in {pieces} pieces")


@given(body=st.binary(max_size=300), count=st.integers(1, 400))
def test_the_pieces_of_a_body_are_the_body(body: bytes, count: int) -> None:
    pieces = _pieces(body, count)
    assert b"".join(pieces) == body
    assert len(pieces) == max(1, min(count, len(body)))
    assert max(map(len, pieces)) - min(map(len, pieces)) <= 1


@pytest.mark.parametrize(("status", "length"), [(204, None), (205, 0), (304, None)])
def test_a_status_without_a_body_has_none(status: int, length: int | None) -> None:
    answer, _ = damaged("http.status", JSON, status=status, body="text")
    assert (answer.body, answer.length) == (b"", length)
