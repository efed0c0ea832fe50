"""Whatever PicWish answers here is taken by its schemas, and what is asked honestly is, too."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picwish_scene import CAUSES, OTHER_SIDE, Scene, judge, opened
from schema_world import violations

from contract_tests.clients.picwish import PicwishClient
from mockserver import MockServer, RunningSandbox, catalogue
from mockserver.catalogue import Behaviour, Kind
from mockserver.fixtures.edges import sized

CATALOGUE = catalogue.load("picwish")
BY_FAULT = [
    pytest.param(one, id=one.id.removeprefix("picwish."))
    for one in CATALOGUE
    if one.error is not None or one.kind is Kind.FAILURE
]


def short(behaviour: Behaviour) -> str:
    return behaviour.id.removeprefix("picwish.")


@pytest.fixture
def scene(server: MockServer, sandbox: RunningSandbox) -> Iterator[Scene]:
    with opened(server, sandbox) as scene:
        yield scene


WRONG_REQUESTS = {
    "state.-7": ["files[0].format"],
    "error.400.form": ["headers.content-type"],
    "error.400.return_type_async": ["fields"],
    "error.400.image_missing": ["fields"],
    "error.400.image_several": ["fields.image_url"],
    "error.401.key": ["headers"],
    "error.404.task": ["path"],
    "asset.unsigned": ["query"],
    "asset.two_signatures": ["headers.authorization"],
    "asset.version_invalid": ["query.x-oss-signature-version"],
    "asset.expires_empty": ["query.Expires"],
    "asset.expires_invalid": ["query.Expires"],
    "asset.key_id_empty": ["query.OSSAccessKeyId"],
    "asset.key_id_invalid": ["query.OSSAccessKeyId"],
    "asset.signature_empty": ["query.Signature"],
    "asset.credential_empty": ["query.x-oss-credential"],
    "asset.credential_invalid": ["query.x-oss-credential"],
    "asset.date_empty": ["query.x-oss-date"],
    "asset.date_invalid": ["query.x-oss-date"],
    "asset.method_not_allowed": ["method"],
    **{
        f"error.400.{field}": [f"fields.{field}"]
        for field in (
            "sync",
            "type",
            "return_type",
            "output_type",
            "crop",
            "format",
            "bg_color",
            "callback_url",
        )
    },
    **{
        f"asset.{name}_missing": ["query"]
        for name in ("expires", "key_id", "signature", "credential", "date")
    },
}
"""Where the requests break their schemas that cause a behaviour; all others are as they should be."""


@pytest.mark.parametrize("behaviour", CATALOGUE.by_request, ids=short)
def test_requests_and_answers_of_a_behaviour_are_as_their_schemas_say(
    scene: Scene, behaviour: Behaviour
) -> None:
    CAUSES.CAUSES[short(behaviour)](scene.world)
    assert scene.answers
    for answer in scene.answers:
        answer.read()
    assert [(name, wrong) for name, wrong in scene.found() if wrong] == []
    assert scene.wrong_requests() == WRONG_REQUESTS.get(short(behaviour), [])


@pytest.mark.parametrize("name", CAUSES.CAUSES_IN_V4)
def test_a_link_of_version_4_is_refused_as_the_schema_says(scene: Scene, name: str) -> None:
    CAUSES.CAUSES_IN_V4[name](scene.world)
    assert [wrong for _, wrong in scene.found() if wrong] == []
    assert [schema for schema, _ in scene.found()][-1] == "result.error"


@pytest.mark.parametrize("behaviour", BY_FAULT)
def test_a_fault_is_answered_as_the_schema_says(scene: Scene, behaviour: Behaviour) -> None:
    world, download = scene.world, behaviour.kind is Kind.LIFETIME
    url = world.cut()["image"]
    world.sandbox.fail("picwish", short(behaviour))
    answer = world.client.get(url) if download else world.post(sync="1")
    failed = behaviour.kind is Kind.FAILURE
    assert judge(answer) == ("result.error" if download else "segmentation.response" if failed else "error")
    assert [wrong for _, wrong in scene.found() if wrong] == []
    assert scene.wrong_requests() == []


SMALL = sized(64, 80)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["", "person", "object", "stamp"]),
        "return_type": st.sampled_from(["", "1", "2", "3"]),
        "output_type": st.sampled_from(["", "1", "2", "3"]),
        "crop": st.sampled_from(["", "0", "1"]),
        "format": st.sampled_from(["", "png", "jpg"]),
        "bg_color": st.sampled_from(["", "0000ff", "FFFFFF"]),
        "sync": st.sampled_from(["", "0", "1"]),
    },
)
STAGES = ("0", "2", "3", "4")
SECONDS = st.sampled_from([0.0, 1.0, 10.0, 30.0, 31.0])
READINGS = st.fixed_dictionaries(
    {
        "links": st.sampled_from(["v1", "v4"]),
        "result_fields": st.sampled_from(["documented", "observed"]),
        "seconds": SECONDS | st.dictionaries(st.sampled_from(STAGES), SECONDS, min_size=1),
        "polls": st.sampled_from([None, 0, 1, 3]) | st.just({"0": 1, "4": 1}),
        "end": st.sampled_from(["1", "1", "-1", "-2", "-3", "-5", "-7", "-8"]),
    }
)


@settings(max_examples=40)
@given(
    fields=FIELDS, readings=READINGS, steps=st.lists(st.sampled_from([0.0, 0.5, 4.0, 12.0, 40.0]), max_size=4)
)
def test_every_option_under_every_reading_is_asked_and_answered_as_the_schemas_say(
    server: MockServer, fields: Mapping[str, str], readings: Mapping[str, Any], steps: list[float]
) -> None:
    with opened(server, server.sandbox()) as scene:
        world = scene.world.set(**readings).frozen()
        with OTHER_SIDE() as receiver:
            answer = world.post(SMALL, callback_url=receiver.url, **fields)
            refused = fields.get("return_type") == "3" and fields.get("sync") != "1"
            assert answer.status_code == (400 if refused else 200)
            if judge(answer) == "segmentation.response":
                follow(world, answer.json()["data"], steps)
            world.sandbox.clock.travel(60)
            told = [one.json for one in receiver.received]
        assert [wrong for _, wrong in scene.found() if wrong] == []
        assert [wrong for one in told if (wrong := violations("picwish", "callback", one))] == []
        assert scene.wrong_requests() == (
            ["fields" if "sync" not in fields else "fields.sync"] if refused else []
        )


def follow(world: Any, data: Mapping[str, Any], steps: list[float]) -> None:
    """Query a task as time goes on, and download what it comes to."""
    for step in steps:
        world.sandbox.clock.travel(step)
        data = world.query(data["task_id"])
    for name in ("image", "mask"):
        if data.get(name, "").startswith("http"):
            assert world.client.get(data[name]).status_code == 200


def test_a_callback_has_what_a_query_would_have_answered(scene: Scene) -> None:
    with OTHER_SIDE() as receiver:
        scene.world.post(sync="1", output_type="1", callback_url=receiver.url)
        scene.world.sandbox.clock.travel(0)
    (told,) = receiver.received
    assert violations("picwish", "callback", told.json) == []
    assert violations("picwish", "query.response", told.json) == []


@pytest.mark.parametrize("links", ["v1", "v4"])
@pytest.mark.parametrize("mount", ["", "/picwish"])
def test_a_client_that_does_all_right_finds_nothing_wrong_and_its_journal_neither(
    scene: Scene, links: str, mount: str
) -> None:
    sandbox = scene.world.set(links=links).sandbox
    access = sandbox.picwish
    with PicwishClient(access.url + mount, access.api_key, sleep=sandbox.clock.travel) as client:
        client.cut_out(SMALL, output_type="1", format="jpg", bg_color="00ff00")
        result = client.wait(client.create(SMALL))
        assert result.image
        client.download(result.image)
    assert scene.wrong_requests() == []
    kept = [
        (f"{one.operation}.response", one.response["text"])
        for one in sandbox.journal
        if "text" in one.response
    ]
    assert len(kept) > 2
    for name, text in kept:  # as the journal has it, its signatures cut short
        assert violations("picwish", name, json.loads(text)) == []
