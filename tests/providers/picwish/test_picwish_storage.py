"""Below /tasks/output it is the storage that answers, in its own form, whatever is asked of it."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx
import pytest
from picwish_world import World, elements

from mockserver.providers.picwish.links import MAINLAND, STORAGES, keys_of, site_of
from mockserver.providers.picwish.oss.presigned import NOTHING
from mockserver.providers.picwish.oss.signing import sign_v1, sign_v4

LIFETIME = 60
WRITING = pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
ODD_PATHS = pytest.mark.parametrize(
    "path", ["/tasks/output/", "/tasks/output/other/a.png", "/tasks//output/segmentation/a.png"]
)

Sign = Callable[..., str]


@pytest.fixture(params=["v1", "v4"])
def sign(request: pytest.FixtureRequest, world: World) -> Sign:
    """Signs a path with the keys of the sandbox's storage, in one version or the other."""

    def sign(path: str, method: str = "GET", params: Mapping[str, str] = NOTHING) -> str:
        keys, now = keys_of(world.sandbox), int(world.sandbox.clock.now())
        bucket, key = MAINLAND.bucket, path[1:]
        if request.param == "v1":
            expires = now + LIFETIME
            query = sign_v1(keys, bucket=bucket, key=key, expires=expires, method=method, params=params)
        else:
            query = sign_v4(
                keys,
                bucket=bucket,
                key=key,
                region=MAINLAND.region,
                at=now,
                lifetime=LIFETIME,
                method=method,
                params=params,
            )
        return f"{path}?{query}"

    return sign


@pytest.fixture
def path(world: World) -> str:
    """Where a result is."""
    link: str = world.cut()["image"]
    return urlsplit(link).path


@WRITING
def test_a_link_for_downloads_is_for_nothing_else(world: World, sign: Sign, path: str, method: str) -> None:
    answer = world.client.request(method, sign(path), content=b"x")
    assert (answer.status_code, elements(answer)["Code"]) == (403, "SignatureDoesNotMatch")
    explanation = world.sandbox.journal.last.explanation
    assert explanation is not None
    assert (explanation["cause"], explanation["proven"]) == ("method", True)


@WRITING
def test_without_a_signature_nothing_can_be_written(world: World, path: str, method: str) -> None:
    assert elements(world.client.request(method, path, content=b"x"))["Code"] == "AccessDenied"


@WRITING
def test_not_even_the_owner_writes_a_result(world: World, sign: Sign, path: str, method: str) -> None:
    before = world.client.get(sign(path)).content
    answer = world.client.request(method, sign(path, method))
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert list(elements(answer).items())[:2] == [
        ("Code", "MethodNotAllowed"),
        ("Message", "The specified method is not allowed against this resource."),
    ]
    assert elements(answer)["Method"] == method
    assert world.client.get(sign(path)).content == before


@ODD_PATHS
def test_another_path_is_refused_without_a_signature_and_empty_with_one(
    world: World, stranger: httpx.Client, sign: Sign, path: str
) -> None:
    assert elements(stranger.get(path))["Code"] == "AccessDenied"
    answer = world.client.get(sign(path))
    assert (answer.status_code, elements(answer)["Code"]) == (404, "NoSuchKey")


@pytest.mark.parametrize("host", [*sorted(STORAGES), "WXTECHSZ.oss-cn-shenzhen.aliyuncs.com:80"])
@pytest.mark.parametrize("path", ["/", "/foo.png", "/api/tasks/visual/segmentation"])
def test_at_the_host_of_a_storage_there_are_objects_alone(
    world: World, stranger: httpx.Client, sign: Sign, host: str, path: str
) -> None:
    answer = stranger.get(path, headers={"Host": host})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/xml")
    assert elements(answer)["Code"] == "AccessDenied"
    assert elements(answer)["HostId"] == host.lower().partition(":")[0]
    if site_of(f"https://{host}") is MAINLAND and path != "/":
        answer = world.client.get(sign(path), headers={"Host": host})
        assert (answer.status_code, elements(answer)["Code"]) == (404, "NoSuchKey")
        assert elements(answer)["Key"] == path[1:]


def test_elsewhere_an_unknown_path_is_no_object(stranger: httpx.Client) -> None:
    answer = stranger.get("/foo.png", headers={"Host": "techhk.aoscdn.com"})
    assert (answer.status_code, answer.headers["content-type"]) == (
        404,
        "application/json; charset=utf-8",
    )


def test_a_browser_may_ask_before_it_loads_a_result(stranger: httpx.Client, path: str) -> None:
    assert stranger.options(path).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("parameter", "value", "header"),
    [
        ("response-content-type", "application/octet-stream", "application/octet-stream"),
        ("response-content-disposition", 'attachment; filename="a b.png"', 'attachment; filename="a b.png"'),
        ("response-content-disposition", "attachment; filename=图.png", "attachment; filename=图.png"),
        ("response-content-language", "zh", "zh"),
        ("response-content-encoding", "identity", "identity"),
        ("response-cache-control", "no-cache", "no-cache"),
        ("response-expires", "Fri, 28 Feb 2098 05:38:42 GMT", "Fri, 28 Feb 2098 05:38:42 GMT"),
    ],
)
def test_a_signed_link_chooses_headers_of_its_answer(
    world: World, sign: Sign, path: str, parameter: str, value: str, header: str
) -> None:
    plain = world.client.get(sign(path))
    answer = world.client.get(sign(path, params={parameter: value}))
    assert answer.status_code == 200
    name = parameter.removeprefix("response-").encode()
    assert [found.decode() for known, found in answer.headers.raw if known.lower() == name] == [header]
    assert answer.content == plain.content
    assert "picwish.asset.response_headers" in world.sandbox.journal.last.behaviours


def test_a_header_that_was_chosen_holds_for_a_part_and_for_head_too(
    world: World, sign: Sign, path: str
) -> None:
    link = sign(path, params={"response-content-disposition": "attachment"})
    for answer in (world.client.head(link), world.client.get(link, headers={"Range": "bytes=0-9"})):
        assert answer.headers["content-disposition"] == "attachment"


def test_a_header_is_not_chosen_after_signing(world: World, sign: Sign, path: str) -> None:
    answer = world.client.get(f"{sign(path)}&response-content-type=text/html")
    assert elements(answer)["Code"] == "SignatureDoesNotMatch"


def test_a_chosen_header_brings_no_further_one(world: World, sign: Sign, path: str) -> None:
    link = sign(path, params={"response-content-disposition": "attachment\r\nX-More: 1"})
    answer = world.client.get(link)
    assert answer.status_code == 200
    assert not {"x-more", "content-disposition"} & set(answer.headers)
