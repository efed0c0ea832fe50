"""Answers that a fault damages before they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.responses import Response

from mockserver.damage.answer import Answer, traits
from mockserver.damage.delivery import DamagedResponse
from mockserver.faults import Strike
from mockserver.providers.call import Call
from mockserver.sandbox import Sandbox

ASIDE = frozenset({"preflight", "page", "methods"})
"""Operations that are no calls of an API but answers for browsers: no fault strikes them."""
MUCH = 256 * 1024
"""Bytes of an answer that are damaged in a thread, so that other requests go on meanwhile."""
NOTHING = Answer(status=200, headers=(), body=b"", length=None)


async def damaged(call: Call, sandbox: Sandbox, response: Response) -> Response:
    """The answer as the faults that strike it leave it, noted in the call's draft."""
    draft = call.draft
    if isinstance(response, DamagedResponse) or draft.operation in ASIDE:
        return response
    if not sandbox.faults.on(draft.provider, "answer"):
        return response
    answer = Answer.of(response.status_code, response.raw_headers, bytes(response.body))
    found = traits(answer, method=draft.method)
    strikes = sandbox.faults.take(draft.provider, "answer", operation=draft.operation, traits=found)
    if not strikes:
        return response
    if len(answer.body) > MUCH:
        answer, notes = await asyncio.to_thread(_struck, answer, strikes)
    else:
        answer, notes = _struck(answer, strikes)
    _note(call, strikes, notes)
    return DamagedResponse(answer, instead_of=response)


def unanswered(call: Call, strike: Strike) -> DamagedResponse:
    """How the connection ends for a request that nothing is done for."""
    answer, notes = _struck(NOTHING, [strike])
    _note(call, [strike], notes)
    return DamagedResponse(answer)


def _struck(answer: Answer, strikes: Sequence[Strike]) -> tuple[Answer, Sequence[str]]:
    notes = []
    for strike in strikes:
        assert strike.fault.damage is not None
        answer, note = strike.fault.damage.apply(answer, strike.fault.options, strike.random)
        notes.append(note)
    return answer, notes


def _note(call: Call, strikes: Sequence[Strike], notes: Sequence[str]) -> None:
    call.draft.faults += [strike.fault.effect for strike in strikes]
    call.draft.notes += notes
