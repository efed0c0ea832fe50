"""Result links: what they look like, how long they live, and what the storage behind them answers."""

import base64
import hashlib
import re
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest
from picwish_world import SMALL, World, elements, picture

from mockserver import MockServer, RunningSandbox
from mockserver.providers.picwish.links import FORMER, INTERNATIONAL, MAINLAND, keys_of, site_of
from mockserver.providers.picwish.oss.signing import sign_v1
from mockserver.providers.picwish.wire import PATH

HOUR = 3600
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
V1 = re.compile(
    rf"/tasks/output/segmentation/{UUID}-(image|mask)\.(png|jpg)"
    r"\?Expires=\d{10}&OSSAccessKeyId=mock_oss_id_\w+&Signature=[\w%/]+%3D"
)
V4 = re.compile(
    rf"/tasks/output/segmentation/{UUID}-(image|mask)\.(png|jpg)"
    r"\?x-oss-credential=mock_oss_id_\w+/\d{8}/cn-shenzhen/oss/aliyun_v4_request&x-oss-date=\d{8}T\d{6}Z"
    r"&x-oss-expires=3600&x-oss-signature=[0-9a-f]{64}&x-oss-signature-version=OSS4-HMAC-SHA256"
)
BOTH = pytest.mark.parametrize("version", ["v1", "v4"])


@pytest.mark.parametrize(("version", "shape"), [("v1", V1), ("v4", V4)])
def test_a_link_has_the_shape_of_the_real_ones(world: World, version: str, shape: re.Pattern[str]) -> None:
    data = world.set(links=version).cut(output_type="1", format="jpg")
    for output in ("image", "mask"):
        assert data[output].startswith(world.server.url)
        found = shape.fullmatch(data[output].removeprefix(world.server.url))
        assert found is not None
        assert found.groups() == (output, "jpg")


def test_in_the_bytes_of_an_answer_an_ampersand_is_escaped(world: World) -> None:
    answer = world.post(sync="1")
    assert b"&" not in answer.content
    assert answer.text.count("\\u0026") == 2
    assert world.client.get(answer.json()["data"]["image"]).status_code == 200


@BOTH
def test_a_link_whose_ampersands_stay_escaped_is_refused_as_the_faq_describes(
    world: World, version: str
) -> None:
    link = world.set(links=version).cut()["image"].replace("&", "\\u0026")
    answer = world.client.get(link)
    assert answer.status_code == 403
    assert list(elements(answer)) == ["Code", "Message", "RequestId", "HostId", "EC"]
    assert elements(answer)["Code"] == "AccessDenied"
    assert elements(answer)["EC"] == "0003-00000001"
    assert "decode the JSON" in world.sandbox.journal.last.notes[0]


@BOTH
def test_a_link_lives_for_an_hour_to_the_second(world: World, version: str) -> None:
    link = world.frozen().set(links=version).cut()["image"]
    signed_at = int(world.sandbox.clock.now())
    world.sandbox.clock.travel(signed_at + HOUR - world.sandbox.clock.now())
    assert world.client.get(link).status_code == 200
    world.sandbox.clock.travel(1)
    answer = world.client.get(link)
    assert (answer.status_code, elements(answer)["Message"]) == (403, "Request has expired.")
    assert elements(answer)["EC"] == {"v1": "0002-00000069", "v4": "0002-00000236"}[version]
    assert elements(answer)["Expires"] < elements(answer)["ServerTime"]


@BOTH
def test_each_query_signs_anew_for_an_hour(world: World, version: str) -> None:
    task_id = world.frozen().set(links=version).begin()
    first = world.after(task_id, 1)["image"]
    second = world.after(task_id, HOUR - 2)["image"]
    assert first.partition("?")[0] == second.partition("?")[0]
    assert first != second
    world.sandbox.clock.travel(HOUR - 1)
    assert [world.client.get(link).status_code for link in (first, second)] == [403, 200]


def test_two_queries_in_one_second_give_the_same_link(world: World) -> None:
    task_id = world.frozen().begin()
    assert world.after(task_id, 1)["image"] == world.query(task_id)["image"]


@BOTH
def test_a_changed_link_is_refused_and_explained(world: World, version: str) -> None:
    link = world.set(links=version).cut(output_type="1")["image"]
    answer = world.client.get(link.replace("-image.", "-mask."))
    assert answer.status_code == 403
    found = elements(answer)
    assert found["Code"] == "SignatureDoesNotMatch"
    expected = bytes.fromhex(found["StringToSignBytes"].replace(" ", "")).decode()
    assert expected == found["StringToSign"]
    exchange = world.sandbox.journal.last
    assert exchange.explanation is not None
    assert exchange.explanation["cause"] == "path"
    assert exchange.explanation["proven"]
    assert exchange.notes == [exchange.explanation["hint"]]


@pytest.mark.parametrize(
    "path", ["/x", "/deadbeef-0000.png", "//", "/%00%01%3Ca%26b%3E.png", "/%C3%A9%FF", "/a/b/c.png"]
)
def test_an_odd_path_without_a_signature_is_refused_as_by_the_storage(
    stranger: httpx.Client, server: MockServer, path: str
) -> None:
    answer = stranger.get(f"{server.url}/tasks/output/segmentation{path}")
    assert elements(answer)["Code"] == "AccessDenied"
    assert server.strangers.last.behaviours == ["picwish.asset.unsigned"]


def test_a_result_needs_no_key_and_any_origin_may_load_it(world: World, stranger: httpx.Client) -> None:
    answer = stranger.get(world.cut()["image"], headers={"Origin": "https://shop.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert world.sandbox.journal.last.operation == "result"
    assert world.sandbox.journal.last.behaviours == ["picwish.asset.alive"]


def test_a_signature_is_not_readable_in_the_journal(world: World) -> None:
    link = world.cut()["image"]
    world.client.get(link)
    signature = dict(parse_qsl(urlsplit(link).query))["Signature"]
    assert f"Signature={signature[:6]}… (" in world.sandbox.journal.last.query
    assert not [one for one in world.sandbox.journal if quote(signature, safe="") in str(one)]


def test_the_headers_are_those_of_the_storage(world: World) -> None:
    answer = world.client.get(world.cut()["image"])
    digest = hashlib.md5(answer.content).digest()
    assert answer.headers["server"] == "AliyunOSS"
    assert answer.headers["etag"] == f'"{digest.hex().upper()}"'
    assert answer.headers["content-md5"] == base64.b64encode(digest).decode()
    assert re.fullmatch("[0-9A-F]{24}", answer.headers["x-oss-request-id"])
    assert len(answer.headers.get_list("date")) == 1
    assert "content-disposition" not in answer.headers


def test_last_modified_is_the_time_of_the_result_in_the_sandbox(world: World) -> None:
    world.frozen().sandbox.clock.travel(days=400)
    link = world.cut()["image"]
    modified = parsedate_to_datetime(world.client.get(link).headers["last-modified"])
    assert modified.timestamp() == int(world.sandbox.clock.now())


@BOTH
def test_head_tells_the_size_without_the_file(world: World, version: str) -> None:
    link = world.set(links=version).cut()["image"]
    whole, head = world.client.get(link), world.client.head(link)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize(("header", "part"), [("0-9", (0, 10)), ("5-", (5, None)), ("-7", (-7, None))])
def test_a_part_of_a_file_is_served(world: World, header: str, part: tuple[int, int | None]) -> None:
    link = world.cut()["image"]
    whole = world.client.get(link).content
    answer = world.client.get(link, headers={"Range": f"bytes={header}"})
    assert answer.status_code == 206
    assert answer.content == whole[slice(*part)]
    assert answer.headers["content-range"].endswith(f"/{len(whole)}")


@pytest.mark.parametrize("header", ["bytes=999999999-", "bytes=9-5", "bytes=x", "lines=1-2"])
def test_a_range_that_cannot_be_is_ignored(world: World, header: str) -> None:
    assert world.client.get(world.cut()["image"], headers={"Range": header}).status_code == 200


@pytest.mark.parametrize(
    ("instruction", "size"),
    [
        ("image/resize,w_50", (50, 62)),
        ("image/resize,p_50", (100, 125)),
        ("image/resize,m_fixed,w_40,h_30", (40, 30)),
    ],
)
@BOTH
def test_a_result_is_resized_by_an_appended_parameter(
    world: World, version: str, instruction: str, size: tuple[int, int]
) -> None:
    link = world.set(links=version).cut()["image"]
    answer = world.client.get(f"{link}&x-oss-process={instruction}")
    height, width, channels = picture(answer.content).shape
    assert abs(width - size[0]) <= 1
    assert abs(height - size[1]) <= 1
    assert (channels, answer.headers["content-type"]) == (4, "image/png")


@pytest.mark.parametrize(
    "instruction", ["image/blur,r_3,s_2", "video/snapshot,t_1", "x" * 300, "image/resize,w_0"]
)
def test_an_unknown_instruction_leaves_a_result_as_it_is(world: World, instruction: str) -> None:
    link = world.cut()["image"]
    answer = world.client.get(f"{link}&x-oss-process={instruction}")
    assert answer.content == world.client.get(link).content
    assert "asset.process" not in str(world.sandbox.journal[-2].behaviours)


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("techsz.aoscdn.com", MAINLAND),
        ("techhk.aoscdn.com", INTERNATIONAL),
        ("techhk.aoscdn.com:8080", INTERNATIONAL),
        ("TECHHK.aoscdn.com", INTERNATIONAL),
        ("wxtechhk.oss-cn-hongkong.aliyuncs.com", INTERNATIONAL),
        ("picwishhk.oss-cn-hongkong.aliyuncs.com", FORMER),
        ("127.0.0.1:8080", MAINLAND),
        ("[::1]:8080", MAINLAND),
        ("[", MAINLAND),
        ("", MAINLAND),
    ],
)
def test_a_host_stores_its_results_in_its_region(host: str, site: object) -> None:
    assert site_of(f"https://{host}") is site


@BOTH
def test_links_of_the_international_host_are_signed_for_its_region(world: World, version: str) -> None:
    world.set(links=version)
    host = {"Host": "techhk.aoscdn.com"}
    answer = world.client.post(PATH, headers=host, files={"image_file": SMALL}, data={"sync": "1"})
    link = answer.json()["data"]["image"]
    assert link.startswith("http://techhk.aoscdn.com/tasks/output/")
    assert ("cn-hongkong" in link) == (version == "v4")
    path = link.removeprefix("http://techhk.aoscdn.com")
    for alias in ("techhk.aoscdn.com", "wxtechhk.oss-cn-hongkong.aliyuncs.com"):
        assert world.client.get(path, headers={"Host": alias}).status_code == 200
    elsewhere = world.client.get(path)
    assert elsewhere.status_code in (400, 403)
    assert elements(elsewhere)["HostId"] == "wxtechsz.oss-cn-shenzhen.aliyuncs.com"


def test_a_link_stays_below_the_prefix_that_was_called(world: World) -> None:
    answer = world.client.post(f"/picwish{PATH}", files={"image_file": SMALL}, data={"sync": "1"})
    link = answer.json()["data"]["image"]
    assert link.startswith(f"{world.server.url}/picwish/tasks/output/")
    assert world.client.get(link).status_code == 200


def test_a_fault_of_downloads_strikes_a_download_and_no_call(world: World) -> None:
    world.sandbox.fail("picwish", "asset.expired")
    link = world.cut()["image"]
    assert [world.client.get(link).status_code for _ in range(2)] == [403, 200]
    assert world.sandbox.journal[-2].fault == "picwish.asset.expired"


def test_a_result_outlives_the_last_link_to_it(world: World) -> None:
    data = world.frozen().cut()
    link = world.after(data["task_id"], HOUR - 1)["image"]
    world.sandbox.clock.travel(HOUR - 1)
    assert world.client.get(link).status_code == 200


def test_a_result_does_not_live_for_ever(world: World) -> None:
    path = urlsplit(world.frozen().cut()["image"]).path
    world.sandbox.clock.travel(3 * HOUR)
    expires = int(world.sandbox.clock.now()) + HOUR
    query = sign_v1(keys_of(world.sandbox), bucket="wxtechsz", key=path[1:], expires=expires)
    assert elements(world.client.get(f"{path}?{query}"))["Code"] == "NoSuchKey"


def test_a_reset_takes_the_results_along(world: World, sandbox: RunningSandbox) -> None:
    link = world.cut()["image"]
    sandbox.reset()
    answer = world.client.get(link)
    assert (answer.status_code, elements(answer)["Code"]) == (404, "NoSuchKey")
    assert elements(answer)["Key"] == urlsplit(link).path[1:]
