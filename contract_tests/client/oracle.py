"""What a client may make of a call, judged by what it really met on the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from contract_tests.adapters.session import Outcome
from contract_tests.client.world import Failed, brief
from mockserver import catalogue
from mockserver.catalogue import Kind
from mockserver.damage.table import DAMAGES
from mockserver.exchange import OUTGOING, Exchange
from mockserver.faults import RESULT

NO = frozenset({Kind.ERROR, Kind.FAILURE})
HARMLESS = frozenset({"http.delay", "http.slow_drip", "http.unknown_fields"})
"""Damages that leave an answer what it is: whoever gives up because of them does not take what is right."""

EITHER = frozenset({"processimage.status.52002"})
"""Failures that a client may tell by an error, or by a result in which there is nothing."""
UNREADABLE = frozenset({"http.empty_body", "http.malformed_json", "http.truncated_body"})


def judge(
    outcome: Outcome,
    exchanges: Sequence[Exchange],
    whole: Callable[[Any], str | None],
    *,
    patient: bool = True,
) -> None:
    """A call ended in a result or in an error of the client's own, and in the one that fits what it met.

    `exchanges` are those of the call, `whole` says what is wrong with a result. Raises Failed."""
    requests = [one for one in exchanges if one.operation != OUTGOING]
    problem = outcome.problem
    if problem is not None:
        if problem.own is False:
            raise Failed(f"the client did not raise an error of its own, it died: {problem.text}")
        if patient and requests and not any(map(went_wrong, requests)):
            raise Failed(f"all that it asked for was done, but the client raised {problem.text}")
        return
    calls = [one for one in requests if one.operation != RESULT]
    if calls and refusal(calls[-1]) in EITHER:
        return
    if calls and (why := refusal(calls[-1]) or useless(calls[-1])):
        raise Failed(f"the API answered {why}, but the client answered {brief(outcome.result)}")
    if any(map(damaged, requests)):
        return  # what a result should be then, nobody knows
    if wrong := whole(outcome.result):
        raise Failed(f"the client answered {brief(outcome.result)}, but {wrong}")


def refusal(exchange: Exchange) -> str | None:
    """The error or failure that an exchange told of; None where it told of none."""
    known = catalogue.load(exchange.provider)
    for one in exchange.behaviours:
        if one in known and known[one].kind in NO:
            return one
    return None


def useless(exchange: Exchange) -> str | None:
    """How an answer was made into one that nobody can read; None where it was not."""
    if exchange.status is None:
        return "nothing"
    return next((f"something that {one} spoiled" for one in exchange.faults if one in UNREADABLE), None)


def went_wrong(exchange: Exchange) -> bool:
    """Whether there was anything in an exchange that may end a call: a refusal, a damage, a lost answer."""
    failed = exchange.status is None or exchange.status >= 400
    return failed or damaged(exchange) or refusal(exchange) is not None


def damaged(exchange: Exchange) -> bool:
    """Whether a fault made an answer something else than it was."""
    return any(fault in DAMAGES and fault not in HARMLESS for fault in exchange.faults)
