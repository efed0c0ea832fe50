"""What PicWish answers, by its documents: a status in JSON that is that of HTTP, and a task in data."""

from __future__ import annotations

from typing import Any

from contract_tests.provider.picwish.caller import PicwishCaller
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, DOCUMENTED, Visit, refusals

DOCS = "docs-zh"
TOLD = ("error.400.type",)
"""The errors whose message is documented."""


def refused(visit: Visit[PicwishCaller], answer: Answer, behaviour: str, *, known: bool = True) -> None:
    """The answer is this error. `known` says whether the documents tell its status."""
    evidence = DOCUMENTED if known else ASSUMED
    body = visit.json(answer)
    [error] = refusals("picwish", [behaviour])
    visit.status(answer, error.status, source=DOCS, evidence=evidence)
    visit.media_type(answer, "application/json", source=DOCS)
    visit.shape(answer, "error", body)
    visit.equal(answer, "body.status", answer.status, body.get("status"), source=DOCS)
    told = DOCUMENTED if behaviour in TOLD else ASSUMED
    visit.equal(answer, "body.message", error.message(), body.get("message"), source=DOCS, evidence=told)


def created(visit: Visit[PicwishCaller], answer: Answer) -> str:
    """The id of a task that was created and goes on. Raises Ended where there is none."""
    data = _data(visit, answer, "segmentation.response")
    task_id = data.get("task_id")
    if not isinstance(task_id, str) or not task_id:
        raise visit.end(answer, at="body.data.task_id", expected="the id of a task", got=task_id)
    return task_id


def standing(visit: Visit[PicwishCaller], answer: Answer) -> dict[str, Any]:
    """How a queried task stands. Raises Ended where that is not said."""
    return _with_state(visit, answer, _data(visit, answer, "query.response"))


def at_once(visit: Visit[PicwishCaller], answer: Answer) -> dict[str, Any]:
    """A task that ended at once, in whatever state. Raises Ended where that is not said."""
    return _with_state(visit, answer, _data(visit, answer, "segmentation.response"))


def ended(visit: Visit[PicwishCaller], answer: Answer, *, state: int = 1, **doubt: Any) -> dict[str, Any]:
    """A task that ended at once, in a state. Raises Ended for another one."""
    data = at_once(visit, answer)
    if data["state"] != state:
        raise visit.end(answer, at="body.data.state", expected=str(state), got=str(data["state"]), **doubt)
    visit.equal(answer, "body.data.progress", 100 if state == 1 else 0, data.get("progress"))
    return data


def is_async_off(visit: Visit[PicwishCaller], answer: Answer) -> bool:
    """Whether asynchronous tasks have to be asked for, as one revision of the documents says."""
    return answer.status == 400 and answer.member("message") != "Invalid task type"


def _data(visit: Visit[PicwishCaller], answer: Answer, name: str) -> dict[str, Any]:
    body = visit.json(answer)
    if not visit.status(answer, 200, source=DOCS):
        raise visit.end(answer, at="body.message", expected="a success", got=body.get("message", "nothing"))
    visit.media_type(answer, "application/json", source=DOCS)
    visit.shape(answer, name, body)
    data = body.get("data")
    if not isinstance(data, dict):
        raise visit.end(answer, at="body.data", expected="an object", got=type(data).__name__)
    return data


def _with_state(visit: Visit[PicwishCaller], answer: Answer, data: dict[str, Any]) -> dict[str, Any]:
    state = data.get("state")
    if not isinstance(state, int) or isinstance(state, bool):
        raise visit.end(answer, at="body.data.state", expected="a number", got=state)
    if state == 1:
        observed = "state_detail" in data
        visit.reads("result_fields", "observed" if observed else "documented")
    return data
