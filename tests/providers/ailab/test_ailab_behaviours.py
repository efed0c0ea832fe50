"""Every behaviour of the catalogue happens: by an honest request where it can, else by a fault."""

from collections.abc import Callable

import httpx
import pytest

from mockserver import MockServer, RunningSandbox, catalogue, fixtures
from mockserver.catalogue import Behaviour, Trigger
from mockserver.fixtures.edges import MEBIBYTE, padded, sized
from mockserver.fixtures.files import gif, jpeg
from mockserver.fixtures.portraits import portrait
from mockserver.journal import Exchange
from mockserver.providers.ailab.wire import PATH

CATALOGUE = catalogue.load("ailab")
PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
SMALL = sized(200, 250)
Cause = Callable[[httpx.Client, RunningSandbox], httpx.Response]


def image(content: bytes, **fields: str) -> Cause:
    """Upload one image and some text fields."""
    return lambda client, _: client.post(PATH, files={"image": content}, data=fields)


def parts(*files: tuple[str, bytes]) -> Cause:
    """Upload some files by field name."""
    return lambda client, _: client.post(PATH, files=[(name, ("x.jpg", data)) for name, data in files])


def with_key(key: str) -> Cause:
    """Upload with another key; none when it is empty."""
    return lambda client, _: client.post(PATH, headers={"ailabapi-api-key": key}, files={"image": SMALL})


def with_settings(uploads: int = 1, **settings: int | bool) -> Cause:
    """Upload to a sandbox with settings, in one second of its time."""

    def cause(client: httpx.Client, sandbox: RunningSandbox) -> httpx.Response:
        sandbox.clock.freeze()
        sandbox.set("ailab", **settings)
        return [client.post(PATH, files={"image": SMALL}) for _ in range(uploads)][-1]

    return cause


def download(**after: float) -> Cause:
    """Download a result after some time."""

    def cause(client: httpx.Client, sandbox: RunningSandbox) -> httpx.Response:
        url = client.post(PATH, files={"image": SMALL}).json()["data"]["elements"][0]["image_url"]
        sandbox.clock.travel(**after)
        return client.get(url)

    return cause


def unknown_result(client: httpx.Client, sandbox: RunningSandbox) -> httpx.Response:
    name = f"120000-{sandbox.id}-0000-4000-8000-000000000000-1700000000.png"
    return client.get(f"/cutout/segmentHead/2023-11-14/{name}")


def preflight(client: httpx.Client, _: RunningSandbox) -> httpx.Response:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    return client.options(PATH, headers=headers)


CAUSES: dict[str, Cause] = {
    "success": image(PORTRAIT),
    "option.return_form.mask": image(SMALL, return_form="mask"),
    "option.return_form.empty": image(SMALL, return_form=""),
    "format.jpeg": image(SMALL),
    "format.png": image(sized(200, 250, file_format="png")),
    "format.bmp": image(sized(200, 250, file_format="bmp")),
    "heads.several": image(fixtures.path("group.jpg").read_bytes()),
    "heads.limit": image(jpeg(portrait(7, width=1600, height=480, people=7, background="grey"))),
    "asset.alive": download(hours=23),
    "asset.expired": download(hours=25),
    "asset.unknown": unknown_result,
    "cors.preflight": preflight,
    "error.ERROR_PARAMETERS": lambda client, _: client.post(PATH, json={"image": "base64"}),
    "error.MISSING_PARAMETERS": parts(("photo", SMALL)),
    "error.PARAMETERS_CANNOT_EMPTY": parts(("image", b"")),
    "error.UNSUPPORTED_PARAMETER_VALUES": image(SMALL, return_form="whiteBK"),
    "error.ERROR_USER_NOT_EXISTS": with_key("mock-ailab-key-of-nobody"),
    "error.ERROR_APPLICATIONS_NOT_EXISTS": with_key(""),
    "error.ERROR_USER_LOCKED": with_settings(locked=True),
    "error.ERROR_ILLEGAL_OPERATION": lambda client, _: client.get(PATH),
    "error.ERROR_AI_NOT_EXISTS": lambda client, _: client.post("/api/cutout/portrait/hats"),
    "error.ERROR_TOO_MANY_FILES": parts(("image", SMALL), ("image", SMALL)),
    "error.FILE_SIZE_EXCEEDS_LIMIT": image(padded(SMALL, 3 * MEBIBYTE + 1)),
    "error.FILE_RESOLUTION_EXCEEDS_LIMITS": image(sized(2000, 64)),
    "error.ERROR_REQUEST_BODY_TOO_LARGE": parts(("archive", bytes(10 * MEBIBYTE))),
    "error.UNSUPPORTED_FILE_TYPES": image(gif(portrait(4, width=64, height=80))),
    "error.FILE_DECODING_FAILURE": image(SMALL[: len(SMALL) // 2]),
    "error.ERROR_LOW_RESOLUTION": image(sized(32, 64)),
    "error.ERROR_NO_FACE_IN_FILE": image(fixtures.path("empty.jpg").read_bytes()),
    "error.ERROR_NOT_ENOUGH_CREDITS": with_settings(uploads=2, balance=1),
    "error.EXCEEDING_LIMITS": with_settings(uploads=3, qps=2),
}


def short(behaviour: Behaviour) -> str:
    return behaviour.id.removeprefix("ailab.")


def last(server: MockServer, sandbox: RunningSandbox) -> Exchange:
    """The newest exchange of the sandbox, or of nobody when it has none."""
    return sandbox.journal.last if len(sandbox.journal) else server.strangers.last


def assert_answers(answer: httpx.Response, behaviour: Behaviour) -> None:
    """The provider's own error, in the form of the API or of the storage behind result URLs."""
    assert behaviour.error is not None
    assert answer.status_code == behaviour.error.status
    if behaviour.id.startswith("ailab.asset."):
        assert f"<Code>{behaviour.error.code}</Code>" in answer.text
        return
    detail = answer.json()["error_detail"]
    assert detail["code"] == behaviour.error.code
    assert detail["code_message"] == behaviour.error.message()
    assert detail["status_code"] == behaviour.error.status


def test_the_table_holds_every_behaviour_that_a_request_can_cause() -> None:
    assert list(CAUSES) == [short(behaviour) for behaviour in CATALOGUE.by_request]


@pytest.mark.parametrize("behaviour", CATALOGUE.by_request, ids=short)
def test_an_honest_request_causes(
    server: MockServer, sandbox: RunningSandbox, client: httpx.Client, behaviour: Behaviour
) -> None:
    answer = CAUSES[short(behaviour)](client, sandbox)
    exchange = last(server, sandbox)
    assert behaviour.id in exchange.behaviours
    assert exchange.status == answer.status_code
    assert exchange.fault is None
    if behaviour.error is None:
        assert answer.status_code == 200
    else:
        assert exchange.behaviours == [behaviour.id]
        assert exchange.notes
        assert_answers(answer, behaviour)


@pytest.mark.parametrize("behaviour", CATALOGUE.errors, ids=short)
def test_a_fault_causes(sandbox: RunningSandbox, client: httpx.Client, behaviour: Behaviour) -> None:
    sandbox.fail("ailab", short(behaviour))
    answer = client.post(PATH, files={"image": SMALL})
    assert_answers(answer, behaviour)
    assert sandbox.journal.last.fault == behaviour.id
    assert sandbox.journal.last.behaviours == [behaviour.id]
    assert "caused by the fault" in sandbox.journal.last.notes[0]
    assert client.post(PATH, files={"image": SMALL}).status_code == 200


def test_what_only_a_fault_causes_is_an_error_and_says_so() -> None:
    only = [behaviour for behaviour in CATALOGUE if behaviour.cause.by is Trigger.FAULT]
    assert only
    for behaviour in only:
        assert behaviour in CATALOGUE.errors
        assert f'"{short(behaviour)}"' in behaviour.cause.how
