"""Every behaviour of the catalogue happens: by an honest request where it can, else by a fault."""

import httpx
import pytest
from picwish_causes import CAUSES, CAUSES_IN_V4
from picwish_world import World, elements

from mockserver import catalogue
from mockserver.catalogue import Behaviour, Kind, Trigger
from mockserver.journal import Exchange
from mockserver.providers.picwish.oss.failures import FAILURES
from mockserver.providers.picwish.oss.verdict import Version

CATALOGUE = catalogue.load("picwish")


def short(behaviour: Behaviour) -> str:
    return behaviour.id.removeprefix("picwish.")


BY_FAULT = [one for one in CATALOGUE if one.error is not None or one.kind is Kind.FAILURE]
WORDED_ANEW = [one for one in CATALOGUE if one.error is not None and one.error.v4 is not None]


def assert_answers(answer: httpx.Response, behaviour: Behaviour, version: str = "v1") -> None:
    """The provider's own error, in the form of the API or of the storage behind result links."""
    error = behaviour.error
    assert error is not None
    if not behaviour.id.startswith("picwish.asset."):
        assert answer.status_code == error.status
        assert answer.json() == {"status": error.status, "message": error.message()}
        return
    found = elements(answer)
    told = (answer.status_code, found["Code"], found["Message"])
    anew = error.v4 if version == "v4" else None
    assert told == (
        (anew.status, anew.code, anew.message) if anew else (error.status, error.code, error.message())
    )
    ec = error.ec.get(version) or error.ec.get("v4")
    assert (found.get("EC"), answer.headers.get("x-oss-ec")) == (ec, ec)


def met(world: World, behaviour: Behaviour) -> list[Exchange]:
    """The exchanges that met a behaviour."""
    journal = [*world.server.strangers, *world.sandbox.journal]
    return [exchange for exchange in journal if behaviour.id in exchange.behaviours]


def test_the_table_holds_every_behaviour_that_a_request_can_cause() -> None:
    assert list(CAUSES) == [short(behaviour) for behaviour in CATALOGUE.by_request]


@pytest.mark.parametrize("behaviour", CATALOGUE.by_request, ids=short)
def test_an_honest_request_causes(world: World, behaviour: Behaviour) -> None:
    answer = CAUSES[short(behaviour)](world)
    exchange = met(world, behaviour)[-1]
    assert exchange.fault is None
    if exchange.operation != "callback":
        assert exchange.status == answer.status_code
    if behaviour.kind is Kind.FAILURE:
        assert answer.json()["data"]["state"] == int(short(behaviour).removeprefix("state."))
        assert exchange.notes
    elif behaviour.error is not None:
        assert_answers(answer, behaviour)
        assert exchange.notes
    else:
        assert answer.status_code in (200, 206, 304)


@pytest.mark.parametrize("behaviour", BY_FAULT, ids=short)
def test_a_fault_causes(world: World, behaviour: Behaviour) -> None:
    url = world.cut()["image"]
    world.sandbox.fail("picwish", short(behaviour))
    download = behaviour.kind is Kind.LIFETIME
    answer = world.client.get(url) if download else world.post(sync="1")
    exchange = world.sandbox.journal.last
    assert (exchange.fault, behaviour.id in exchange.behaviours) == (behaviour.id, True)
    assert exchange.notes
    if behaviour.kind is Kind.FAILURE:
        assert answer.json()["data"]["state"] == int(short(behaviour).removeprefix("state."))
    else:
        assert_answers(answer, behaviour)
    assert (world.client.get(url) if download else world.post(sync="1")).status_code == 200


@pytest.mark.parametrize("name", CAUSES_IN_V4)
def test_a_link_of_version_4_is_refused_in_the_words_of_its_version(world: World, name: str) -> None:
    assert_answers(CAUSES_IN_V4[name](world), CATALOGUE[name], "v4")
    assert met(world, CATALOGUE[name])[-1].notes


@pytest.mark.parametrize("behaviour", WORDED_ANEW, ids=short)
def test_a_fault_of_a_link_is_told_in_the_words_of_its_version(world: World, behaviour: Behaviour) -> None:
    url = world.set(links="v4").cut()["image"]
    world.sandbox.fail("picwish", short(behaviour))
    assert_answers(world.client.get(url), behaviour, "v4")


def test_what_only_a_fault_causes_says_so() -> None:
    only = [behaviour for behaviour in CATALOGUE if behaviour.cause.by is Trigger.FAULT]
    assert [short(behaviour) for behaviour in only] == ["state.-2", "error.500"]
    for behaviour in only:
        assert f'"{short(behaviour)}"' in behaviour.cause.how


def test_every_refusal_of_a_link_is_caused_in_each_version_that_has_it() -> None:
    first, fourth = (
        {f"asset.{breach}" for version, breach in FAILURES if version is wanted}
        for wanted in (Version.V1, Version.V4)
    )
    assert set(CAUSES_IN_V4) == first & fourth
    assert first | fourth < set(CAUSES)
