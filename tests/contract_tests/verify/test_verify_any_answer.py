"""Whatever a server answers, the kit tells it, and does not stumble."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from deviations import ABSENT
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_world import Deviant, verdicts, verified

from contract_tests.provider.outcome import Outcome
from contract_tests.provider.pace import Pacer
from contract_tests.provider.providers import CALLERS, CASES
from contract_tests.provider.target import Target
from contract_tests.provider.verdict import Grade
from contract_tests.provider.verification import Verification
from mockserver import MockServer

WORDS = """
Response Error Code Message RequestId ImageRects PortraitImage MaskImage data state status message task_id
image mask progress error_code error_detail code elements x width image_url httpCode httpMsg processStatus
processLocation url encryptedInfo remainingUsage longTermUsageCount limitedTermUsageCount token expiresIn
"""
NAMES = st.sampled_from(WORDS.split())
LEAVES = st.none() | st.booleans() | st.integers(-9, 52006) | st.floats(allow_nan=False) | st.text(max_size=9)
LINKS = st.sampled_from(["http://127.0.0.1/x?Expires=abc&OSSAccessKeyId=a&Signature=", "http://[", "x", ""])
VALUES = st.recursive(
    LEAVES | LINKS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)
BODIES = VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20)
TYPES = st.sampled_from(
    ["application/json", "application/json;charset=UTF-8", "application/xml", "image/png"]
)


def verified_by(transport: httpx.BaseTransport, provider: str) -> Outcome:
    """What comes of verifying whatever a transport answers, without waiting."""
    keys = {provider: dict.fromkeys(CALLERS[provider].names, "mock-key")}
    target = Target(url="http://verified.test", about="a test", providers=(provider,), keys=keys)
    with httpx.Client(transport=transport) as client:
        return Verification.of(target, spend=True).run(
            client, lambda: Pacer(None, sleep=lambda seconds: None)
        )


@pytest.mark.parametrize("provider", list(CASES))
@settings(max_examples=8)
@given(
    answers=st.lists(st.tuples(st.sampled_from([200, 206, 304, 400, 403, 404]), BODIES, TYPES), min_size=1)
)
def test_no_answer_makes_the_kit_stumble(provider: str, answers: list[tuple[int, bytes, str]]) -> None:
    given_out = iter(range(10**6))

    def answer(request: httpx.Request) -> httpx.Response:
        status, body, kind = answers[next(given_out) % len(answers)]
        return httpx.Response(status, content=body, headers={"content-type": kind, "etag": '"1"'})

    outcome = verified_by(httpx.MockTransport(answer), provider)
    assert sum(outcome.counts.values()) == len(CASES[provider])
    assert outcome.differs()


@dataclass
class Replay(httpx.BaseTransport):
    """The answers of an honest server, in their order, with one member of the JSON spoiled in all of them."""

    recorded: Sequence[httpx.Response]
    number: int
    value: Any
    sent: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        honest = self.recorded[self.sent % len(self.recorded)]
        self.sent += 1
        content = honest.content
        if "json" in honest.headers.get("content-type", ""):
            content = spoiled(content, self.number, self.value)
        headers = {name: value for name, value in honest.headers.items() if name != "content-length"}
        return httpx.Response(honest.status_code, headers=headers, content=content)


def spoiled(content: bytes, number: int, value: Any) -> bytes:
    """JSON in which the member of a number, counted from the outside, is another value, or absent."""
    whole = json.loads(content)
    places: list[tuple[Any, Any]] = []
    parts = [whole]
    for part in parts:
        members = (
            part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        )
        for name, inner in members:
            places.append((part, name))
            parts.append(inner)
    if places:
        part, name = places[number % len(places)]
        part[name] = value
        if value is ABSENT:
            del part[name]
    return json.dumps(whole).encode()


class Recorder:
    """Keeps answers, and changes none."""

    def __init__(self) -> None:
        self.answers: list[httpx.Response] = []

    def __call__(self, request: httpx.Request, response: httpx.Response) -> None:
        self.answers.append(response)


@pytest.fixture(scope="module")
def recordings(server: MockServer) -> Mapping[str, Sequence[httpx.Response]]:
    """All answers of an honest verification, by provider."""
    found: dict[str, Sequence[httpx.Response]] = {}
    for provider in CASES:
        sandbox = server.sandbox(**{provider: {"qps": None}})
        recorder = Recorder()
        verified(sandbox, provider, transport=Deviant(answer=recorder))
        found[provider] = recorder.answers
    return found


@pytest.mark.parametrize("provider", list(CASES))
@settings(max_examples=6)
@given(number=st.integers(0, 30), value=VALUES | st.just(ABSENT))
def test_no_member_of_an_answer_makes_the_kit_stumble(
    recordings: Mapping[str, Sequence[httpx.Response]], provider: str, number: int, value: Any
) -> None:
    outcome = verified_by(Replay(recorded=recordings[provider], number=number, value=value), provider)
    assert sum(outcome.counts.values()) == len(CASES[provider])


@pytest.mark.parametrize("provider", list(CASES))
@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "application/json", b"{}"),
        (200, "application/json", b'{"Response": {}}'),
        (200, "application/json", b'{"status": 200, "data": {}}'),
        (200, "application/json;charset=UTF-8", b'{"httpCode": 200, "data": {}}'),
        (404, "application/json", b'{"status": 404}'),
        (500, "text/html", b"<html>"),
    ],
)
def test_no_case_agrees_with_a_server_that_answers_the_same_to_everything(
    provider: str, status: int, kind: str, body: bytes
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=body, headers={"content-type": kind})

    outcome = verified_by(httpx.MockTransport(answer), provider)
    assert outcome.counts[Grade.AGREES] == 0, [one.case for one in verdicts(outcome, Grade.AGREES)]
