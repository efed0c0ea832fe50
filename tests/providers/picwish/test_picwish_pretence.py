"""A fault on a download answers what a link with that defect would meet, with all its details."""

from xml.etree import ElementTree

import pytest
from picwish_world import World

from mockserver.providers.picwish.oss.failures import FAILURES
from mockserver.providers.picwish.oss.verdict import Breach, Version


@pytest.mark.parametrize("links", ["v1", "v4"])
@pytest.mark.parametrize("breach", Breach)
def test_no_element_of_the_error_is_empty(world: World, breach: Breach, links: str) -> None:
    link = world.set(links=links).cut()["image"]
    world.sandbox.fail("picwish", f"asset.{breach}")
    answer = world.client.get(link)
    version = Version(links.upper())
    own = version if (version, breach) in FAILURES else next(key for key in FAILURES if key[1] is breach)[0]
    failure = FAILURES[own, breach]
    elements = {element.tag: element.text for element in ElementTree.fromstring(answer.text)}
    assert (answer.status_code, elements["Code"], elements.get("EC", "")) == (
        failure.status,
        failure.code,
        failure.ec,
    )
    empty = {name for name, text in elements.items() if not text}
    assert empty <= ({"ArgumentValue"} if breach.endswith(("_empty", "_missing", "_signatures")) else set())
    assert world.client.get(link).status_code == 200


def test_a_mismatch_is_that_of_the_clients_own_signature(world: World) -> None:
    link = world.cut()["image"]
    world.sandbox.fail("picwish", "asset.signature_mismatch")
    elements = {one.tag: one.text for one in ElementTree.fromstring(world.client.get(link).text)}
    assert elements["OSSAccessKeyId"] == world.sandbox.picwish.oss_access_key_id
    assert str(elements["StringToSign"]).startswith("GET\n\n\n")
