"""Watermark removal without HTTP: the checks in the provider's order, then the cache, or the work.

The order is that of the interceptors of the operator's published server: authentication before parameters.
Where in it pace, size and uses are checked is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver import catalogue
from mockserver.imaging.studio import Seen
from mockserver.providers.base import Call, Engine, Refusal
from mockserver.providers.body import file_facts
from mockserver.providers.processimage import NAME, PLANNED, cache, hints, jobs, parameters, quota, work
from mockserver.providers.processimage.admission import Admission, admit
from mockserver.providers.processimage.authentication import Claim
from mockserver.providers.processimage.envelope import Caller, success
from mockserver.providers.processimage.outcome import WAITING, Outcome
from mockserver.providers.processimage.parameters import Parameters
from mockserver.providers.processimage.quota import Balance
from mockserver.providers.processimage.received import Received
from mockserver.providers.processimage.settlement import settle
from mockserver.providers.processimage.sources import MAX_FILE, Kind, Picture
from mockserver.providers.processimage.work import Task
from mockserver.sandbox import Sandbox

FORMATS = ("png", "bmp", "jpeg")
SIGNATURES = (b"\x89PNG", b"BM", b"\xff\xd8")
"""How a file of these formats begins, for one whose header cannot be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A call as checked: how it was let in, its picture at first sight, and what is to be done for whom."""

    admission: Admission
    picture: Picture
    seen: Seen
    parameters: Parameters
    caller: Caller


async def check(engine: Engine, call: Call, received: Received, claim: Claim, address: str) -> Order:
    """Everything that can be wrong with a call but its uses. Raises Refusal for the first thing that is."""
    sandbox = _sandbox(call)
    settings = sandbox.settings(NAME)
    admission = await admit(engine, sandbox, claim, received, address)
    check_pace(sandbox)
    picture = check_picture(admission.picture, received)
    seen = check_file(engine, call, picture)
    wanted = parameters.parse(received, settings)
    with_offset = settings["offset_with_rectangles"] == "applied"
    call.draft.notes += hints.of_ignored(received, picture.kind, with_offset=with_offset)
    origin = call.results_at(catalogue.load(NAME).result_hosts[0])
    caller = Caller(sign=admission.sign, image_md5=picture.md5, origin=origin, address=address)
    return Order(admission=admission, picture=picture, seen=seen, parameters=wanted, caller=caller)


def check_pace(sandbox: Sandbox) -> None:
    """Whether the account may call again in this second."""
    pace = sandbox.account(NAME).pace(sandbox.settings(NAME)["qps"])
    if pace.too_fast:
        raise Refusal("error.429.qps", note=f"request {pace.count} in a second, qps is {pace.limit}")


def check_picture(picture: Picture | None, received: Received) -> Picture:
    """Whether there is a picture."""
    if picture is None:
        raise Refusal("error.400.no_image", note=hints.of_no_picture(received))
    if picture.kind is Kind.TEXT:
        note = f"{picture.field} came as a text field; send it as a file, with a filename"
        raise Refusal("error.400.missing_part", note=note)
    return picture


def check_file(engine: Engine, call: Call, picture: Picture) -> Seen:
    """Size in bytes and type of the picture, the latter by its content."""
    seen, size = engine.studio.look_at(picture.content), len(picture.content)
    facts = file_facts(seen, size, field=picture.field, filename=picture.filename)
    if picture.kind is not Kind.FILE:  # the parts of the form are in the journal already
        call.draft.files.append(facts)
    if size > MAX_FILE:
        raise Refusal("error.413.file", note=f"{size} bytes; at most {MAX_FILE}")
    known = facts.format in FORMATS if seen.facts else picture.content.startswith(SIGNATURES)
    if not known:
        note = f"the content is {facts.format or 'no picture'}; it can be png, bmp or jpeg"
        raise Refusal("error.400.type", note=note)
    return seen


def check_uses(sandbox: Sandbox) -> Balance:
    """Whether the account has uses left, and how many."""
    balance = quota.look(sandbox)
    if not balance.remaining:
        note = "no uses are left, or the limited-term ones have expired"
        raise Refusal("error.403.uses", note=f"{note}; sandbox.set('processimage', long_term=...) gives some")
    return balance


async def remove_watermark(engine: Engine, call: Call, order: Order) -> Mapping[str, Any]:
    """The body of the answer to a call that was checked. Raises Refusal when no uses are left."""
    sandbox = _sandbox(call)
    settings = sandbox.settings(NAME)
    balance = check_uses(sandbox)
    task = Task.of(engine, sandbox, order.picture.content, order.parameters)
    known = cache.find(sandbox, task.cache_key)
    spoiled = None if known else call.spoiled() or PLANNED[settings["end"]]
    if order.parameters.asynchronous:
        jobs.promise(engine, sandbox, task, order.caller, known=known, spoiled=spoiled)
        note_success(call, order, WAITING)
        return success(WAITING, balance, order.caller, settings)
    if known is None:
        outcome, balance = await _outcome(engine, call, task, spoiled)
    else:
        outcome = known
    note_success(call, order, outcome, cached=known is not None)
    return success(outcome, balance, order.caller, settings, cached=known is not None)


async def _outcome(engine: Engine, call: Call, task: Task, spoiled: str | None) -> tuple[Outcome, Balance]:
    sandbox = _sandbox(call)
    result = await work.perform(engine, task, spoiled=spoiled)
    call.draft.notes += result.notes
    settled = settle(sandbox, result, sandbox.clock.now())
    if settled is None:
        raise Refusal("error.403.uses", note="another request took the last use meanwhile")
    return settled


def note_success(call: Call, order: Order, outcome: Outcome, *, cached: bool = False) -> None:
    """Which documented behaviours an answer has met."""
    call.met(outcome.status.behaviour)
    call.met("cache.hit" if cached else "code.200")
    for behaviour in order.admission.behaviours:
        call.met(behaviour)
    call.met(f"source.{order.picture.kind}")
    if order.picture.kind is Kind.FILE:
        call.met(f"part.{order.picture.field}")
    if order.seen.facts:
        call.met(f"format.{order.seen.facts.format}")
    for option in order.parameters.options:
        call.met(option)


def _sandbox(call: Call) -> Sandbox:
    assert call.sandbox is not None
    return call.sandbox
