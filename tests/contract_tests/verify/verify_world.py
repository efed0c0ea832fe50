"""A server that is verified, rightly or through a transport that changes what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from contract_tests.provider.outcome import Outcome
from contract_tests.provider.pace import Pacer
from contract_tests.provider.providers import CALLERS
from contract_tests.provider.target import Target
from contract_tests.provider.verdict import Grade, Verdict
from contract_tests.provider.verification import Verification
from mockserver import RunningSandbox

Change = Callable[[httpx.Request, httpx.Response], httpx.Response | None]


def plain() -> httpx.HTTPTransport:
    """Without TLS there is nothing to verify, and much to load."""
    return httpx.HTTPTransport(verify=False)


@dataclass
class Deviant(httpx.BaseTransport):
    """Passes requests on, and changes answers, or requests before."""

    answer: Change = lambda request, response: None
    request: Callable[[httpx.Request], httpx.Request | None] = lambda request: None
    inner: httpx.HTTPTransport = field(default_factory=plain)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        sent = self.request(request) or request
        response = self.inner.handle_request(sent)
        response.read()
        whole = httpx.Response(response.status_code, headers=response.headers, content=response.content)
        return self.answer(request, whole) or whole

    def close(self) -> None:
        self.inner.close()


def target_of(sandbox: RunningSandbox, *providers: str) -> Target:
    """A sandbox as the target of a verification."""
    keys = {
        name: {key: getattr(sandbox.access(name), key) for key in CALLERS[name].names} for name in providers
    }
    url = sandbox.ailab.url
    return Target(url=url, about="a test", providers=providers, keys=keys, is_mock=True, minted=sandbox.id)


def verified(
    sandbox: RunningSandbox,
    *providers: str,
    spend: bool = True,
    patterns: Sequence[str] = (),
    transport: httpx.BaseTransport | None = None,
) -> Outcome:
    """What comes of verifying a sandbox, in its own time: waiting takes none."""
    verification = Verification.of(target_of(sandbox, *providers), patterns=patterns, spend=spend)
    with httpx.Client(transport=transport or plain(), trust_env=False, timeout=30) as client:
        return verification.run(
            client, lambda: Pacer(None, clock=sandbox.clock.now, sleep=sandbox.clock.travel)
        )


def verdicts(outcome: Outcome, *grades: Grade) -> list[Verdict]:
    """The verdicts of some grades."""
    return [one for part in outcome.parts for one in part.of(*grades)]


def told(outcome: Outcome) -> list[str]:
    """All differences, in a line each."""
    return [
        f"{one.case.id} {each.request}: {each.at}: expected {each.expected}, got {each.got}"
        for one in verdicts(outcome, Grade.DIFFERS, Grade.OPEN)
        for each in one.differences
    ]
