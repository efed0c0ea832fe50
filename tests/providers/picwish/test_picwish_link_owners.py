"""A result link belongs to the sandbox whose key id it names, whatever its path says."""

import re
from urllib.parse import urlsplit

import httpx
import pytest
from picwish_world import KEY, World, elements

from mockserver import MockServer, RunningSandbox
from mockserver.providers.picwish.links import signed

RESULTS = "/tasks/output/segmentation"
BOTH = pytest.mark.parametrize("version", ["v1", "v4"])
LATER = pytest.mark.parametrize("hours", [0, 2, 24 * 400])


@pytest.fixture
def other(server: MockServer) -> RunningSandbox:
    """Another sandbox, whose clock goes as it will."""
    return server.sandbox(picwish={"qps": None})


def last(sandbox: RunningSandbox) -> list[str]:
    """The behaviours of the newest exchange of a sandbox."""
    return list(sandbox.journal.last.behaviours)


def asked(world: World, link: str, status: int, code: str) -> None:
    answer = world.client.get(link)
    assert (answer.status_code, elements(answer)["Code"]) == (status, code)


@BOTH
@LATER
@pytest.mark.parametrize("name", ["none.png", "", "{other}-0000-image.png", "deadbeef-0000-image.png"])
def test_a_rightly_signed_link_to_nothing_finds_nothing(
    world: World, other: RunningSandbox, version: str, hours: float, name: str
) -> None:
    world.frozen().sandbox.clock.travel(hours=hours)
    path = f"{RESULTS}/{name.format(other=other.id)}"
    link = signed(world.sandbox, {"links": version}, world.server.url, path)
    asked(world, link, 404, "NoSuchKey")
    assert last(world.sandbox) == ["picwish.asset.missing"]
    assert len(other.journal) == 0


@BOTH
@LATER
def test_a_link_whose_path_was_changed_to_another_sandboxs_does_not_match(
    world: World, other: RunningSandbox, version: str, hours: float
) -> None:
    world.frozen().set(links=version).sandbox.clock.travel(hours=hours)
    link = world.cut()["image"].replace(f"/{world.sandbox.id}", f"/{other.id}")
    asked(world, link, 403, "SignatureDoesNotMatch")
    assert last(world.sandbox) == ["picwish.asset.signature_mismatch"]


@BOTH
@LATER
def test_a_link_with_the_key_id_of_another_sandbox_does_not_match_and_is_in_its_journal(
    world: World, other: RunningSandbox, version: str, hours: float
) -> None:
    for sandbox in (world.sandbox, other):
        sandbox.clock.travel(hours=hours)
    link = world.set(links=version).cut()["image"]
    key_ids = [sandbox.picwish.oss_access_key_id for sandbox in (world.sandbox, other)]
    asked(world, link.replace(*key_ids), 403, "SignatureDoesNotMatch")
    assert last(other) == ["picwish.asset.signature_mismatch"]


@BOTH
def test_the_time_of_a_link_is_compared_with_the_clock_of_its_key_id(
    world: World, other: RunningSandbox, version: str
) -> None:
    link = world.set(links=version).cut()["image"]
    other.clock.travel(hours=2)
    key_ids = [sandbox.picwish.oss_access_key_id for sandbox in (world.sandbox, other)]
    asked(world, link.replace(*key_ids), 403, "AccessDenied")
    assert last(other) == ["picwish.asset.expired"]


@BOTH
def test_the_query_of_another_sandboxs_link_opens_nothing(
    world: World, other: RunningSandbox, version: str
) -> None:
    mine = urlsplit(world.cut()["image"]).path
    theirs = urlsplit(signed(other, {"links": version}, world.server.url, f"{RESULTS}/a.png")).query
    asked(world, f"{mine}?{theirs}", 403, "SignatureDoesNotMatch")
    assert last(other) == ["picwish.asset.signature_mismatch"]


@BOTH
def test_a_result_is_not_there_for_another_sandboxs_key(
    world: World, other: RunningSandbox, version: str
) -> None:
    path = urlsplit(world.cut()["image"]).path
    asked(world, signed(other, {"links": version}, world.server.url, path), 404, "NoSuchKey")
    assert last(other) == ["picwish.asset.missing"]


@BOTH
def test_without_a_signature_the_path_tells_whose_a_link_is(world: World, version: str) -> None:
    link = world.set(links=version).cut()["image"]
    asked(world, link.partition("?")[0], 403, "AccessDenied")
    assert last(world.sandbox) == ["picwish.asset.unsigned"]


@BOTH
@LATER
def test_with_a_key_id_that_nobody_has_the_path_tells_whose_a_link_is(
    world: World, version: str, hours: float
) -> None:
    world.frozen().set(links=version).sandbox.clock.travel(hours=hours)
    link = world.cut()["image"].replace(world.sandbox.picwish.oss_access_key_id, "nobody")
    asked(world, link, 403, "InvalidAccessKeyId")
    assert last(world.sandbox) == ["picwish.asset.key_id_unknown"]


def test_a_link_of_version_4_that_lost_its_version_is_still_its_key_ids(world: World) -> None:
    link = signed(world.sandbox, {"links": "v4"}, world.server.url, f"{RESULTS}/none.png")
    asked(world, re.sub("&x-oss-signature-version=[^&]+", "", link), 403, "AccessDenied")
    assert last(world.sandbox) == ["picwish.asset.unsigned"]


def test_the_link_of_a_dropped_sandbox_is_nobodys(world: World, stranger: httpx.Client) -> None:
    link = world.cut()["image"]
    world.server.app.engine.registry.drop(world.sandbox.id)
    answer = stranger.get(link)
    assert elements(answer)["Code"] == "InvalidAccessKeyId"
    assert world.server.strangers.last.behaviours == ["picwish.asset.key_id_unknown"]


def test_an_api_key_is_no_key_of_the_storage(world: World) -> None:
    link = world.cut()["image"]
    asked(
        world,
        link.replace(world.sandbox.picwish.oss_access_key_id, world.sandbox.picwish.api_key),
        403,
        "InvalidAccessKeyId",
    )


def test_a_key_of_the_storage_is_no_api_key(world: World) -> None:
    key_id = world.sandbox.picwish.oss_access_key_id
    answer = world.client.post("/api/tasks/visual/segmentation", headers={KEY: key_id})
    assert answer.status_code == 401
