"""Control calls: the faults of a sandbox, and all that there are to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mockserver import catalogue
from mockserver.catalogue import Kind
from mockserver.control.bodies import (
    TEXT,
    TEXT_OR_NULL,
    Form,
    checked,
    required,
)
from mockserver.control.call import Answer, Asked, Call
from mockserver.control.errors import MOST_NAMED, Refused, near, refusal, unknown
from mockserver.damage.table import DAMAGES
from mockserver.faults import Rule
from mockserver.providers import PROVIDERS

PATH = "/_mock/sandboxes/{id}/faults"
FORMS: Mapping[str, Form] = {"provider": TEXT, "effect": TEXT, "operation": TEXT_OR_NULL}
SELECTION: Mapping[str, str] = {
    "provider": "whose exchanges",
    "effect": "one of those below",
    "operation": "one of the provider's, as in the journal; null: any",
    "nth": "from which matching exchange on, from 1",
    "times": "how often it strikes; null: until switched off",
    "probability": "from 0 to 1, each time",
    "seed": "what chance is drawn from, so that a run can be repeated",
}


def every(asked: Asked) -> Any:
    """The faults that are on, spent ones included."""
    provider = _provider(asked)
    return {"faults": [_record(one) for one in asked.sandbox.faults.list(provider)]}


def add(asked: Asked) -> Answer:
    """The fault that was switched on."""
    body = asked.body
    _check_names(body)
    required(body, "provider", "effect")
    checked({name: body[name] for name in FORMS if name in body}, FORMS)
    chosen = {name: value for name, value in body.items() if name not in ("provider", "effect")}
    try:
        fault = asked.sandbox.fail(body["provider"], body["effect"], **chosen)
    except LookupError as error:
        raise _unknown(error, body) from error
    except ValueError as error:
        raise refusal(error) from error
    location = f"{PATH.format(id=asked.sandbox.id)}/{fault.id}"
    return Answer(status=201, content=asdict(fault), headers={"Location": location})


def clear(asked: Asked) -> Any:
    """No fault: all are off."""
    provider = _provider(asked)
    before = len(asked.sandbox.faults.list(provider))
    asked.sandbox.faults.clear(provider)
    return {"removed": before}


def remove(asked: Asked) -> Any:
    """One fault less."""
    fault_id = asked.path["fault_id"]
    if asked.sandbox.faults.remove(fault_id):
        return {"removed": 1}
    known = [rule.fault.id for rule in asked.sandbox.faults.list()]
    listed = f"there are {', '.join(known)}" if known else "none is on"
    raise Refused(
        404, f"there is no fault {fault_id!r:.100}; {listed}", kind="fault", at="fault_id", possible=known
    )


def possible(asked: Asked) -> Any:
    """All effects that a fault can have."""
    return {
        "selection": SELECTION,
        "operations": {provider.name: provider.operations for provider in PROVIDERS},
        "damages": [damage.as_data() for damage in DAMAGES.values()],
        "behaviours": {
            provider: [
                {"effect": behaviour.id.removeprefix(f"{provider}."), "summary": behaviour.summary}
                for behaviour in catalogue.load(provider)
                if behaviour.error is not None or behaviour.kind is Kind.FAILURE
            ]
            for provider in catalogue.providers()
        },
    }


def _record(rule: Rule) -> dict[str, Any]:
    return {**asdict(rule.fault), "seen": rule.seen, "struck": rule.struck}


def _provider(asked: Asked) -> str | None:
    provider = asked.query.get("provider")
    if provider is not None and provider not in catalogue.providers():
        raise unknown("provider", provider, catalogue.providers(), at="provider")
    return provider


def _unknown(error: LookupError, body: Mapping[str, Any]) -> Refused:
    found = refusal(error)
    if found.kind == "provider":
        found.at, found.possible = "provider", catalogue.providers()
    elif found.kind == "behaviour":
        known = [one.partition(".")[2] for one in catalogue.load(body["provider"]).by_id]
        found.at, found.possible = "effect", tuple(near(body["effect"], known))
    return found


def _check_names(body: Mapping[str, Any]) -> None:
    """Find the misspelt name of a field; what else is no option, the damage says."""
    options = {option.name for damage in DAMAGES.values() for option in damage.options}
    others = [name for name in body if name not in SELECTION and name not in options]
    misspelt = [name for name in others[:MOST_NAMED] if near(name, list(SELECTION))]
    impossible = [name for name in others if not name.isidentifier() or name == "self"]
    for name in (*misspelt, *impossible):
        raise unknown("field", name, [*SELECTION, *options], at=name, kind="fault")


CALLS = (
    Call(method="GET", path="/_mock/faults", does="All effects that a fault can have.", handler=possible),
    Call(
        method="GET",
        path=PATH,
        does="The faults that are on, and how often each struck.",
        handler=every,
        query="provider=picwish",
    ),
    Call(
        method="POST",
        path=PATH,
        does="Make matching exchanges go wrong; times null: until switched off. Options stand beside.",
        handler=add,
        body={
            "provider": "picwish",
            "effect": "http.delay",
            "operation": "query",
            "times": 2,
            "seconds": 0.5,
        },
    ),
    Call(method="DELETE", path=PATH, does="Switch all off.", handler=clear, query="provider=picwish"),
    Call(method="DELETE", path=f"{PATH}/{{fault_id}}", does="Switch one off.", handler=remove),
)
