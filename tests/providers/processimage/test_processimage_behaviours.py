"""Every behaviour of the catalogue happens: by an honest request where it can, else by a fault."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest
from watermark_caller import PATH, PLAIN, RECTANGLE, SALT, TEXT, Caller, md5, written
from watermark_receiver import Receiver

from mockserver import MockServer, RunningSandbox, catalogue
from mockserver.catalogue import Behaviour, Kind, Trigger
from mockserver.fixtures.edges import padded
from mockserver.fixtures.files import gif
from mockserver.fixtures.portraits import portrait

CATALOGUE = catalogue.load("processimage")
LIMIT = 4194304
URL = "https://images.example.com/a.png"


@dataclass(frozen=True, kw_only=True)
class World:
    caller: Caller
    sandbox: RunningSandbox
    receiver: Receiver

    @property
    def http(self) -> httpx.Client:
        return self.caller.http


Cause = Callable[[World], httpx.Response]


def sending(image: bytes = PLAIN, part: str = "imageFile", /, **parameters: str) -> Cause:
    """A signed request with a rectangle, unless the parameters say otherwise."""
    fields = {"rectangles": RECTANGLE, **parameters}
    return lambda world: world.caller.send(image, part, **fields)


def searching(image: bytes = TEXT, /, **parameters: str) -> Cause:
    """A signed request that leaves the rectangles to be found."""
    return lambda world: world.caller.send(image, **parameters)


def names(parameter: str, value: str, **rule: str) -> dict[str, str]:
    members = ",".join(f'"{name}":"{text}"' for name, text in {"value": value, **rule}.items())
    return {parameter: f'{{"items":[{{{members}}}]}}'}


def with_settings(*, calls: int = 1, **settings: int) -> Cause:
    def cause(world: World) -> httpx.Response:
        world.sandbox.clock.freeze()
        world.sandbox.set("processimage", **settings)
        answers = [world.caller.send(rectangles=RECTANGLE, show=show) for show in ("true", "false", "")]
        return answers[calls - 1]

    return cause


def formed(image: bytes = PLAIN, **parameters: str) -> Cause:
    return lambda world: world.caller.form(image, rectangles=RECTANGLE, **parameters)


def with_url(content: bytes, **parameters: str) -> Cause:
    def cause(world: World) -> httpx.Response:
        world.sandbox.know_url(URL, content)
        return world.caller.form(content, rectangles=RECTANGLE, imageUrl=URL, **parameters)

    return cause


def download(**after: float) -> Cause:
    def cause(world: World) -> httpx.Response:
        url = world.caller.body(rectangles=RECTANGLE)["data"]["url"]
        world.sandbox.clock.travel(**after)
        return world.http.get(url)

    return cause


def token_after(**after: float) -> Cause:
    def cause(world: World) -> httpx.Response:
        token = world.caller.token().json()["data"]["token"]
        world.sandbox.clock.travel(**after)
        return world.caller.with_token(token)

    return cause


def from_demo_page(world: World) -> httpx.Response:
    caller = world.caller
    fields = {"appId": caller.app_id, "salt": SALT, "ref": "demoPage", "rectangles": RECTANGLE}
    fields["x-access-demo-api-sign"] = caller.sign(md5(PLAIN))
    return world.http.post(PATH, files={"uploadFile": ("a", PLAIN)}, data=fields)


def refreshed(world: World) -> httpx.Response:
    token = world.caller.token().json()["data"]["token"]
    return world.http.post("/watermark/token/refresh", headers={"x-access-api-token": token})


def too_many_tokens(world: World) -> httpx.Response:
    world.sandbox.clock.freeze()
    return [world.caller.token() for _ in range(101)][-1]


def cached(world: World) -> httpx.Response:
    return [world.caller.send(rectangles=RECTANGLE) for _ in range(2)][-1]


def called_back(*script: int) -> Cause:
    def cause(world: World) -> httpx.Response:
        world.receiver.script.extend(script)
        answer = world.caller.send(rectangles=RECTANGLE, sync="true", callback=world.receiver.url)
        world.sandbox.clock.travel(1)
        return answer

    return cause


def slow(world: World) -> httpx.Response:
    world.sandbox.set("processimage", seconds=31)
    return world.caller.send(rectangles=RECTANGLE)


def too_large(world: World) -> httpx.Response:
    return world.http.post(
        PATH, params={"appId": world.caller.app_id}, files={"imageFile": bytes(10 * 1024 * 1024)}
    )


def asked(method: str, path: str = PATH) -> Cause:
    return lambda world: world.http.request(method, path, params={"appId": world.caller.app_id})


def no_form(world: World) -> httpx.Response:
    return world.http.post(PATH, params={"appId": world.caller.app_id}, json={"appId": "x"})


def unknown_result(world: World) -> httpx.Response:
    return world.http.get(f"/watermark/targetImages/{world.sandbox.id}-0000-4000-8000-000000000000.png")


ASYNC = {"sync": "true"}
NAME = "SAMPLE TEXT"
CAUSES: dict[str, Cause] = {
    "success": searching(),
    "code.200": sending(),
    "status.52000": called_back(),
    "status.52001": sending(show="1"),
    "status.52005": searching(offset='{"-x":4000}'),
    "status.52006": searching(ocrOnly="true"),
    "status.52002": searching(PLAIN),
    "status.52003": slow,
    "status.52004": sending(PLAIN[: len(PLAIN) // 2]),
    "authentication.signature": sending(),
    "authentication.demo_page": from_demo_page,
    "authentication.token": token_after(minutes=1),
    "token.issued": lambda world: world.caller.token(),
    "token.refreshed": refreshed,
    "token.grace": token_after(minutes=32),
    "source.file": sending(),
    "source.url": with_url(PLAIN),
    "source.base64": formed(imageBase64=b64encode(PLAIN).decode()),
    "part.uploadFile": sending(PLAIN, "uploadFile"),
    "part.imageFile": sending(PLAIN, "imageFile"),
    "part.image_file": sending(PLAIN, "image_file"),
    "option.rectangles": sending(),
    "option.watermarkNames": searching(**names("watermarkNames", NAME)),
    "option.excludeKeywords": searching(**names("excludeKeywords", "other")),
    "option.offset": searching(offset='{"+w":2}'),
    "option.sync": called_back(),
    "option.ocrOnly": searching(ocrOnly="TRUE"),
    "option.show": sending(show="True"),
    "rule.similar": searching(**names("watermarkNames", "SAMPLE TEST", rule="similar")),
    "rule.absolute": searching(**names("watermarkNames", NAME, rule="absolute")),
    "rule.default": searching(**names("watermarkNames", NAME)),
    "format.png": sending(written("a", file_format="png")),
    "format.bmp": sending(written("a", file_format="bmp")),
    "format.jpeg": sending(written("a", file_format="jpeg")),
    "cache.hit": cached,
    "asset.alive": download(hours=5, minutes=4),
    "asset.expired": download(hours=5, minutes=5),
    "asset.unknown": unknown_result,
    "callback.delivered": called_back(),
    "callback.refused": called_back(500, 500),
    "page": asked("GET"),
    "methods": asked("OPTIONS"),
    "error.400.no_image": formed(b""),
    "error.400.missing_part": formed(b"text", imageFile="text"),
    "error.400.json": sending(rectangles="["),
    "error.400.json_empty": sending(rectangles="[]"),
    "error.400.rectangle": sending(rectangles='[{"x":1}]'),
    "error.400.names": searching(watermarkNames='{"items":[]}'),
    "error.400.item": searching(watermarkNames='{"items":[{"value":""}]}'),
    "error.400.too_many": searching(offset='{"+x":1,"-x":1,"+y":1,"-y":1,"+w":1}'),
    "error.400.offset_key": searching(offset='{"x":5}'),
    "error.400.offset_value": searching(offset='{"+x":1.5}'),
    "error.400.show": sending(show="1"),
    "error.400.ocr_only": sending(ocrOnly="1"),
    "error.400.sync": sending(sync="True"),
    "error.400.no_callback": sending(**ASYNC),
    "error.400.callback": sending(**ASYNC, callback="example.com"),
    "error.400.image_url": formed(imageUrl="example.com/a.png"),
    "error.400.download": formed(imageUrl="https://elsewhere.example.com/a.png"),
    "error.400.image_base64": formed(imageBase64="?"),
    "error.400.type": sending(gif(portrait(4, width=64, height=80))),
    "error.401.signature": lambda world: world.caller.send(b"other bytes", salt="87654321", appId="x"),
    "error.401.token": token_after(minutes=35),
    "error.403.uses": with_settings(long_term=0, limited_term=0),
    "error.403.ip": lambda world: world.caller.token(**{"X-Forwarded-For": "203.0.113.9"}),
    "error.404.path": asked("GET", "/watermark/elsewhere"),
    "error.405.method": asked("PUT"),
    "error.413.file": sending(padded(PLAIN, LIMIT + 1)),
    "error.413.url": with_url(padded(PLAIN, LIMIT + 1)),
    "error.413.request": too_large,
    "error.429.qps": with_settings(calls=3, qps=2),
    "error.429.token": too_many_tokens,
    "error.500.server": no_form,
}


def short(behaviour: Behaviour) -> str:
    return behaviour.id.removeprefix("processimage.")


def assert_answers(answer: httpx.Response, behaviour: Behaviour) -> None:
    """The provider's own error: in its envelope, or its framework's where nothing is at the path."""
    error = behaviour.error
    assert error is not None
    assert answer.status_code == error.status
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    if error.code == "404":
        assert answer.json()["error"] == "Not Found"
        return
    body = answer.json()
    assert body["httpCode"] == (error.http_code or error.status)
    assert body["httpMsg"].partition("(")[0] == error.message().partition("(")[0]
    assert body["msgInnerReferer"] == f"ExceptionHandler[{error.code}.class]"
    assert body["data"]["processStatus"] == 52001


@pytest.fixture
def world(caller: Caller, sandbox: RunningSandbox, receiver: Receiver) -> World:
    return World(caller=caller, sandbox=sandbox, receiver=receiver)


def test_the_table_holds_every_behaviour_that_a_request_can_cause() -> None:
    assert list(CAUSES) == [short(behaviour) for behaviour in CATALOGUE.by_request]


@pytest.mark.parametrize("behaviour", CATALOGUE.by_request, ids=short)
def test_an_honest_request_causes(server: MockServer, world: World, behaviour: Behaviour) -> None:
    answer = CAUSES[short(behaviour)](world)
    exchanges = [*world.sandbox.journal] or [server.strangers.last]
    met = [one for one in exchanges if behaviour.id in one.behaviours]
    assert met
    assert met[0].fault is None
    if behaviour.error is not None and behaviour.kind is Kind.ERROR:
        assert met[-1].behaviours[0] == behaviour.id
        assert set(met[-1].behaviours[1:]) <= {"processimage.status.52001"}
        assert met[-1].notes
        assert_answers(answer, behaviour)
    elif behaviour.error is not None:
        assert met[-1].notes
        assert_answers(answer, behaviour)
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("behaviour", CATALOGUE.errors, ids=short)
def test_a_fault_causes(sandbox: RunningSandbox, caller: Caller, behaviour: Behaviour) -> None:
    sandbox.fail("processimage", short(behaviour))
    assert_answers(caller.send(rectangles=RECTANGLE), behaviour)
    assert sandbox.journal.last.fault == behaviour.id
    assert sandbox.journal.last.behaviours[0] == behaviour.id
    assert sandbox.journal.last.notes
    assert caller.body(rectangles=RECTANGLE)["data"]["processStatus"] == 0


def test_what_only_a_fault_causes_is_an_error() -> None:
    only = [behaviour for behaviour in CATALOGUE if behaviour.cause.by is Trigger.FAULT]
    assert [short(behaviour) for behaviour in only] == ["error.503.stopping"]
    assert set(only) <= set(CATALOGUE.errors)
