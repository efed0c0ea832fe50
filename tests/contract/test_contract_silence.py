"""When the evidence is not enough, or somebody else did it, nobody is accused."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from contract_world import HEADS, OTHER, PICTURE, URL, World
from rule_clients import GIF

from mockserver.contract import findings
from mockserver.contract.rules import Context, Level

EFFECTS = (
    ("ailab", "error.ERROR_USER_NOT_EXISTS"),
    ("ailab", "error.MISSING_PARAMETERS"),
    ("ailab", "error.UNSUPPORTED_PARAMETER_VALUES"),
    ("ailab", "error.FILE_SIZE_EXCEEDS_LIMIT"),
    ("tencent_bda", "error.AuthFailure.SignatureFailure"),
    ("tencent_bda", "error.AuthFailure.SignatureExpire"),
    ("tencent_bda", "error.MissingParameter"),
    ("tencent_bda", "error.FailedOperation.ImageSizeExceed"),
    ("picwish", "error.401.key"),
    ("picwish", "error.400.type"),
    ("picwish", "error.413"),
    ("picwish", "state.-7"),
    ("picwish", "error.429"),
    ("processimage", "error.401.signature"),
    ("processimage", "error.400.json"),
    ("processimage", "error.413.file"),
    ("processimage", "error.429.token"),
    ("processimage", "error.503.stopping"),
)


def call(world: World, provider: str) -> Any:
    calls: Mapping[str, Callable[[], Any]] = {
        "ailab": world.cut_heads,
        "tencent_bda": world.segment,
        "picwish": lambda: world.cut_out(data={"sync": "1"}),
        "processimage": world.clear,
    }
    return calls[provider]()


@pytest.mark.parametrize(("provider", "effect"), EFFECTS)
def test_nobody_is_accused_of_what_a_fault_did(world: World, provider: str, effect: str) -> None:
    world.sandbox.fail(provider, effect)
    call(world, provider)
    assert f"{provider}.{effect}" in world.sandbox.journal.last.faults
    assert world.found() == []


@pytest.mark.parametrize(
    "effect", ["asset.unsigned", "asset.expired", "asset.signature_mismatch", "asset.two_signatures"]
)
def test_nobody_is_accused_of_a_link_that_a_fault_refuses(world: World, effect: str) -> None:
    url = world.cut_out(data={"sync": "1"}).json()["data"]["image"]
    world.sandbox.fail("picwish", effect)
    assert world.http.get(url).status_code >= 400
    assert world.found() == []


def test_a_task_that_is_set_to_end_badly_is_not_the_images_fault(world: World) -> None:
    world.set("picwish", end="-7")
    assert call(world, "picwish").json()["data"]["state"] == -7
    assert world.found() == []


def test_polling_in_frozen_time_is_no_hammering(world: World) -> None:
    world.set("picwish", qps=2, seconds=4).sandbox.clock.freeze()
    task = world.picwish.create(PICTURE)
    for _ in range(8):
        world.query(task)
    assert world.found() == []


@pytest.mark.parametrize("settings", [{"qps": None}, {"qps": 2, "polls": 20}, {"qps": 100}])
def test_polling_is_no_hammering_where_no_pace_is_asked_for(world: World, settings: Any) -> None:
    task = world.set("picwish", seconds=4, **settings).picwish.create(PICTURE)
    for _ in range(8):
        world.query(task)
    assert world.found() == []


@pytest.mark.parametrize("links", ["v1", "v4"])
def test_a_fresh_link_may_be_asked_for(world: World, links: str) -> None:
    client = world.set("picwish", links=links).picwish
    task = client.create(PICTURE)
    world.travel(5)
    for _ in range(9):
        result = client.query(task)
        assert result is not None
        assert result.image is not None
        client.download(result.image)
    assert world.found() == []


def test_a_refusal_that_goes_away_when_the_account_changes_may_be_met_again(world: World) -> None:
    for balance in (0, 1_000_000, 0, 1_000_000):
        world.set("picwish", balance=balance)
        call(world, "picwish")
    assert world.found() == []


def test_those_who_meet_an_empty_account_at_the_same_time_do_not_retry(world: World) -> None:
    world.set("picwish", balance=2)
    barrier = Barrier(8)

    def cut() -> int:
        barrier.wait(10)
        return world.cut_out(data={"sync": "1"}).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = [future.result() for future in [pool.submit(cut) for _ in range(8)]]
    assert sorted(statuses) == [200] * 2 + [401] * 6
    assert world.found() == []


def test_pictures_that_take_turns_may_come_from_the_cache_as_often_as_they_like(world: World) -> None:
    for _ in range(10):
        for picture in (PICTURE, OTHER):
            world.clear(picture)
    assert world.sandbox.journal.last.behaviours.count("processimage.cache.hit") == 1
    assert world.found() == []


def test_one_option_is_enough_in_either_reading(world: World) -> None:
    world.set("tencent_bda", options_required="more_than_one")
    assert "Error" in world.segment().json()["Response"]
    assert world.found() == []


def test_a_scope_that_an_official_sdk_writes_is_right_in_either_reading(world: World) -> None:
    world.set("tencent_bda", credential_service="bda")
    body = b'{"Url": "http://example.com/portrait.jpg", "SegmentationOptions": {"Head": true}}'
    headers = world.signed(body)
    headers["Authorization"] = headers["Authorization"].replace("/bda/", "/127/")
    assert "Error" in world.http.post("/", content=body, headers=headers).json()["Response"]
    assert world.found() == []


def test_a_key_that_nobody_knows_may_be_a_matter_of_configuration(world: World) -> None:
    world.cut_heads(headers={"ailabapi-api-key": "x" * 40})
    world.clear(appId="0123456789abcdef")
    assert world.found() == []


def test_an_image_behind_a_url_may_be_too_large_without_the_clients_knowing(world: World) -> None:
    world.sandbox.know_url(URL, GIF)
    assert "Error" in world.segment().json()["Response"]
    assert world.found() == []


def test_a_field_of_which_the_journal_has_only_the_beginning_is_not_judged(world: World) -> None:
    boxes = [{"x": x, "y": 5, "w": 10, "h": 10} for x in range(100)]
    body = world.clear(rectangles=json.dumps(boxes)).json()
    assert body["data"]["processCount"] == 100
    assert world.sandbox.journal.last.fields["rectangles"].endswith("characters)")
    assert world.found() == []


def test_a_call_that_is_too_long_for_the_journal_is_not_said_to_lack_anything(world: World) -> None:
    long: Mapping[str, Any] = {f"note{number}": "中" * 2000 for number in range(60)}
    world.clear(**long)
    assert world.sandbox.journal.last.headers == []
    assert {one.rule.level for one in world.found()} <= {Level.SHOULD}


def test_a_receiver_that_this_server_does_not_call_may_well_be_there(world: World) -> None:
    world.cut_out(data={"callback_url": "https://example.com/done"})
    world.clear(sync="true", callback="https://example.com/done")
    world.travel(120)
    outgoing = [one for one in world.sandbox.journal if one.operation == "callback"]
    assert len(outgoing) == 5
    assert world.found() == []


def test_headers_of_proxies_and_traces_are_nobodys_mistake(world: World) -> None:
    usual = {"x-forwarded-for": "10.0.0.1", "x-request-id": "1", "x-amzn-trace-id": "1", "x-api-version": "2"}
    world.cut_heads(headers={"ailabapi-api-key": world.sandbox.ailab.api_key, **usual})
    world.cut_out(headers={**world.picwish_key, **usual})
    assert world.found() == []


def test_a_link_of_before_a_reset_is_not_told_apart_from_another(world: World) -> None:
    url = world.cut_heads().json()["data"]["elements"][0]["image_url"]
    world.sandbox.reset()
    assert world.http.get(url).status_code == 404
    assert world.found() == []


def test_what_went_from_the_journal_is_not_held_against_anybody(world: World) -> None:
    world.cut_heads(GIF)
    world.sandbox.journal.clear()
    assert world.found() == []


def test_without_a_context_no_credential_is_known_and_no_pace_judged(world: World) -> None:
    world.http.post(HEADS, params={"key": world.sandbox.ailab.api_key})
    found = findings.of(list(world.sandbox.journal), Context())
    assert {finding.rule.id for finding in found} == {"AIL-KEY-01"}
