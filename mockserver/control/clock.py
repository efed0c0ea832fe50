"""Control calls: the clock of a sandbox."""

from __future__ import annotations

from typing import Any

from mockserver.clock import MAX_SKEW, Clock, Due
from mockserver.control import views
from mockserver.control.bodies import NUMBER, NUMBER_OR_OBJECT, SWITCH, checked
from mockserver.control.call import Asked, Call
from mockserver.control.errors import Refused, refusal
from mockserver.sandbox import Sandbox
from mockserver.state.memory import MemoryState

PATH = "/_mock/sandboxes/{id}/clock"
FORMS = {"skew": NUMBER, "freeze": SWITCH, "travel": NUMBER_OR_OBJECT, "next": SWITCH}
UNITS = dict.fromkeys(("seconds", "minutes", "hours", "days"), NUMBER)
SKEW = (f"a number of seconds from {-MAX_SKEW:.0f} to {MAX_SKEW:.0f}",)
TRAVEL = (
    "a number of seconds from 0 up, to the end of the year 9998 at most",
    f"an object with any of {', '.join(UNITS)}, of which the sum is such a number",
)


def look(asked: Asked) -> Any:
    """The time of a sandbox."""
    return views.of_clock(asked.sandbox)


def move(asked: Asked) -> Any:
    """The time of a sandbox after its clock was set; what became due has happened."""
    body = asked.body
    checked(body, FORMS)
    if not body:
        raise Refused(
            422,
            "say what to do with the clock: travel, freeze, skew, next",
            kind="value",
            possible=list(FORMS),
        )
    travel = _units(body["travel"]) if "travel" in body else None
    _rehearse(asked.sandbox, body, travel)
    clock = asked.sandbox.clock
    if "skew" in body:
        clock.skew = body["skew"]
    if "freeze" in body:
        (clock.freeze if body["freeze"] else clock.unfreeze)()
    if travel is not None:
        clock.travel(**travel)
    if not body.get("next"):
        return views.of_clock(asked.sandbox)
    reached = _next(clock)
    return {
        **views.of_clock(asked.sandbox),
        "reached": views.of_due(reached, clock.now()) if reached else None,
    }


def _units(travel: Any) -> dict[str, float]:
    if not isinstance(travel, dict):
        return {"seconds": travel}
    checked(travel, UNITS, within="travel")
    return travel


def _rehearse(sandbox: Sandbox, body: dict[str, Any], travel: dict[str, float] | None) -> None:
    """Do it with a clock that is nobody's first, so that all is done or nothing."""

    def ahead() -> list[Due]:
        return [one for one in sandbox.due() if one.at > rehearsal.now()]

    rehearsal = Clock(MemoryState(), "rehearsal", real=sandbox.clock.now, ahead=ahead)
    try:
        if "skew" in body:
            rehearsal.skew = body["skew"]
    except ValueError as error:
        raise refusal(error, within="skew", possible=SKEW) from error
    try:
        if travel is not None:
            rehearsal.travel(**travel)
    except ValueError as error:
        raise refusal(error, within="travel", possible=TRAVEL) from error
    if body.get("next"):
        _next(rehearsal)


def _next(clock: Clock) -> Due | None:
    try:
        return clock.next()
    except ValueError as error:
        raise refusal(error, within="next") from error


CALLS = (
    Call(method="GET", path=PATH, does="What time it is there, and what is next.", handler=look),
    Call(
        method="POST",
        path=PATH,
        does="Any of: travel (seconds, or {hours: …}), freeze, skew, next; what falls due has happened then.",
        handler=move,
        body={"travel": {"hours": 25}},
    ),
)
