"""Whatever processimage.cn answers here is taken by its schemas, and what is asked honestly is, too."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_texts import places
from processimage_scene import BEHAVIOURS, CALLER, Scene, is_json, judge, opened

from contract_tests.clients.processimage import ProcessimageClient
from mockserver import MockServer, RunningSandbox, catalogue
from mockserver.catalogue import Behaviour, Kind
from mockserver.providers.processimage import SETTINGS

CATALOGUE = catalogue.load("processimage")
HTML = {"Accept": "text/html"}


def short(behaviour: Behaviour) -> str:
    return behaviour.id.removeprefix("processimage.")


@pytest.fixture
def scene(server: MockServer, sandbox: RunningSandbox) -> Iterator[Scene]:
    with opened(server, sandbox) as scene:
        yield scene


WRONG_REQUESTS: Mapping[str, list[str]] = {
    "status.52001": ["fields.show"],
    "error.400.no_image": ["fields"],
    "error.400.missing_part": ["fields.imageFile", "fields"],
    "error.400.json": ["fields.rectangles"],
    "error.400.json_empty": ["fields.rectangles"],
    "error.400.rectangle": ["fields.rectangles[0]"],
    "error.400.names": ["fields.watermarkNames.items"],
    "error.400.item": ["fields.watermarkNames.items[0].value"],
    "error.400.too_many": ["fields.offset"],
    "error.400.offset_key": ["fields.offset"],
    "error.400.offset_value": ["fields.offset.+x"],
    "error.400.show": ["fields.show"],
    "error.400.ocr_only": ["fields.ocrOnly"],
    "error.400.sync": ["fields.sync"],
    "error.400.no_callback": ["fields"],
    "error.400.callback": ["fields.callback"],
    "error.400.image_url": ["fields.imageUrl"],
    "error.400.image_base64": ["fields.imageBase64"],
    "error.400.type": ["files[0].format"],
    "error.401.signature": ["fields.appId", "files[0].format"],
    "error.413.file": ["files[0].size"],
    "error.500.server": ["headers.content-type"],
}
"""Where the requests break their schemas that cause a behaviour; all others are as they should be."""


@pytest.mark.parametrize("behaviour", CATALOGUE.by_request, ids=short)
def test_requests_and_answers_of_a_behaviour_are_as_their_schemas_say(
    scene: Scene, behaviour: Behaviour
) -> None:
    BEHAVIOURS.CAUSES[short(behaviour)](scene.world)
    assert scene.answers
    assert scene.wrong_answers() == []
    assert scene.wrong_callbacks() == []
    assert scene.wrong_requests() == WRONG_REQUESTS.get(short(behaviour), [])


@pytest.mark.parametrize(
    "behaviour", [one for one in CATALOGUE if one.error is not None or one.kind is Kind.FAILURE], ids=short
)
@pytest.mark.parametrize("http_status", ["observed", "as_http_code"])
def test_a_fault_is_answered_as_the_schema_says(scene: Scene, behaviour: Behaviour, http_status: str) -> None:
    world = scene.world
    world.sandbox.set("processimage", http_status=http_status)
    answer = world.caller.send(rectangles=CALLER.RECTANGLE, show="true")
    world.sandbox.fail("processimage", short(behaviour))
    download = behaviour.kind is Kind.LIFETIME
    url = answer.json()["data"]["url"]
    answer = world.http.get(url) if download else world.caller.send(rectangles=CALLER.RECTANGLE)
    assert world.sandbox.journal.last.fault == behaviour.id
    kind = "result.error" if download else "error" if behaviour.error else "access.response"
    assert judge(answer) == kind
    assert scene.wrong_answers() == []
    assert scene.wrong_requests() == []


@pytest.mark.parametrize("path", ["/watermark/elsewhere", "/watermark/targetImages/a.png"])
@pytest.mark.parametrize("headers", [{}, HTML], ids=["other", "browser"])
def test_what_is_not_there_is_told_to_browsers_and_others_as_the_schemas_say(
    scene: Scene, path: str, headers: Mapping[str, str]
) -> None:
    answer = scene.world.http.get(path, headers=headers)
    assert (answer.status_code, is_json(answer)) == (404, not headers)
    assert scene.wrong_answers() == []


TEXTS = ["SAMPLE TEXT", "SECOND LINE"]
PICTURES = [
    CALLER.PLAIN,
    CALLER.written(*TEXTS),
    CALLER.written(TEXTS[0], file_format="jpeg", annotate=False),
    CALLER.written(TEXTS[0], file_format="bmp", annotate=False),
    CALLER.PLAIN[: len(CALLER.PLAIN) // 2],
]
SIDES = st.integers(-40, 400) | st.floats(-40, 400, width=32)
RECTANGLES = st.lists(st.fixed_dictionaries(dict.fromkeys("xywh", SIDES)), min_size=1, max_size=3)
NAMES = st.fixed_dictionaries(
    {
        "items": st.lists(
            st.fixed_dictionaries(
                {"value": st.sampled_from([*TEXTS, "SAMPLE TEST", "水印"])},
                optional={"rule": st.sampled_from(["similar", "absolute", "default", "", "other"])},
            ),
            min_size=1,
            max_size=2,
        )
    }
)
OFFSETS = st.dictionaries(
    st.sampled_from([sign + side for side in "xywh" for sign in "+-"]),
    st.integers(-5, 5) | st.just(4000),
    min_size=1,
    max_size=4,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "rectangles": RECTANGLES.map(json.dumps),
        "watermarkNames": NAMES.map(json.dumps),
        "excludeKeywords": NAMES.map(json.dumps),
        "offset": OFFSETS.map(json.dumps) | st.just(""),
        "sync": st.sampled_from(["", "true", "false"]),
        "ocrOnly": st.sampled_from(["", "true", "False"]),
        "show": st.sampled_from(["", "TRUE", "false"]),
    },
)
READINGS = st.fixed_dictionaries(
    {one.name: st.sampled_from(one.choices) for one in SETTINGS if one.choices and one.name != "end"},
    optional={
        "end": st.sampled_from(["0", "52002", "52003", "52004"]),
        "limited_term_hours": st.sampled_from([None, 0, 1]),
        "limited_term": st.sampled_from([None, 0, 1]),
        "long_term": st.sampled_from([None, 0, 1]),
        "seconds": st.sampled_from([0.0, 1.0, 31.0]),
    },
)


@settings(max_examples=60)
@given(
    picture=st.sampled_from(PICTURES),
    part=st.sampled_from(["uploadFile", "imageFile", "image_file"]),
    fields=FIELDS,
    readings=READINGS,
    with_token=st.booleans(),
    between=st.sampled_from([0.0, 2.0]),
)
def test_every_option_under_every_reading_is_asked_and_answered_as_the_schemas_say(
    server: MockServer,
    picture: bytes,
    part: str,
    fields: Mapping[str, str],
    readings: Mapping[str, Any],
    with_token: bool,
    between: float,
) -> None:
    with opened(server, server.sandbox()) as scene:
        world = scene.world
        world.sandbox.set("processimage", **readings)
        told = {"callback": world.receiver.url} if fields.get("sync") == "true" else {}
        request = world.caller.signed(picture, **fields, **told)
        if with_token:
            token = world.caller.token().json()["data"]["token"]
            request = {"headers": {"x-access-api-token": token}, "data": {**fields, **told}}
        for _ in range(2):
            answer = world.http.post(CALLER.PATH, files={part: ("a", picture)}, **request)
            world.sandbox.clock.travel(between)
        if url := answer.json()["data"].get("url"):
            assert world.http.get(url).status_code == 200
        world.sandbox.clock.travel(60)
        assert scene.wrong_answers() == []
        assert scene.wrong_callbacks() == []
        assert scene.wrong_requests() == []


@pytest.mark.parametrize("mount", ["", "/processimage"])
def test_a_client_that_does_all_right_finds_nothing_wrong_and_its_journal_neither(
    scene: Scene, mount: str
) -> None:
    sandbox, receiver = scene.world.sandbox, scene.world.receiver
    access = sandbox.processimage
    box = {"x": 10, "y": 10, "w": 60, "h": 20}
    with ProcessimageClient(access.url + mount, access.app_id, access.app_secret) as client:
        client.download(client.clear(CALLER.PLAIN, [box], show="true"))
        client.clear(PICTURES[1], offset='{"+w":2}')
        client.begin(CALLER.PLAIN, receiver.url, [box])
        sandbox.clock.travel(5)
    assert scene.wrong_requests() == []
    assert len(receiver.requests) == 1
    assert scene.wrong_callbacks() == []
    kept = [(one.operation, one.response["text"]) for one in sandbox.journal if "text" in one.response]
    assert len(kept) == 3
    for operation, text in kept:  # as the journal has it, its signs cut short
        assert places("processimage", f"{operation}.response", json.loads(text)) == []
    (told,) = [one.fields for one in sandbox.journal if one.operation == "callback"]
    assert places("processimage", "callback", told) == []
