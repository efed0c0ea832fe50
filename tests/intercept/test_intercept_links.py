"""A client that takes the mock server for the real one gets the links that the real one would give."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from link_receiver import Receiver

from mockserver import MockServer, RunningSandbox, fixtures

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
WATERMARKED = fixtures.path("watermarked.jpg").read_bytes()
SEGMENTATION = "/api/tasks/visual/segmentation"
STORAGE = {
    "techsz.aoscdn.com": "wxtechsz.oss-cn-shenzhen.aliyuncs.com",
    "techhk.aoscdn.com": "wxtechhk.oss-cn-hongkong.aliyuncs.com",
}
OBSERVED = "https://ai-result-rapidapi.ailabtools.com/cutout/segmentHead/"
PROCESSED = "https://www.processimage.cn/watermark/"


def heads(client: httpx.Client, sandbox: RunningSandbox, origin: str) -> str:
    """The link to the head that AILabTools finds."""
    answer = client.post(
        f"{origin}/api/cutout/portrait/avatar-extraction",
        headers={"ailabapi-api-key": sandbox.ailab.api_key},
        files={"image": PORTRAIT},
    )
    link: str = answer.json()["data"]["elements"][0]["image_url"]
    return link


def segmented(client: httpx.Client, sandbox: RunningSandbox, origin: str, **form: str) -> dict[str, Any]:
    """What PicWish answers to a new task."""
    answer = client.post(
        origin + SEGMENTATION,
        headers={"X-API-KEY": sandbox.picwish.api_key},
        data=form,
        files={"image_file": PORTRAIT},
    )
    data: dict[str, Any] = answer.json()["data"]
    return data


def cleaned(client: httpx.Client, sandbox: RunningSandbox, origin: str, **form: str) -> dict[str, Any]:
    """What processimage.cn answers for a picture."""
    access, salt = sandbox.processimage, "12345678"
    text = access.app_id + hashlib.md5(WATERMARKED).hexdigest() + salt + access.app_secret
    answer = client.post(
        f"{origin}/watermark/access",
        headers={"x-access-api-sign": hashlib.md5(text.encode()).hexdigest()},
        data={"appId": access.app_id, "salt": salt, **form},
        files={"imageFile": WATERMARKED},
    )
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_ailabtools_names_its_host_for_results(
    client: httpx.Client, sandbox: RunningSandbox, scheme: str
) -> None:
    link = heads(client, sandbox, f"{scheme}://www.ailabapi.com")
    assert link.startswith(OBSERVED)
    assert client.get(link).headers["content-type"] == "image/png"
    sandbox.clock.travel(hours=25)
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("links", ["v1", "v4"])
@pytest.mark.parametrize(("host", "storage"), STORAGE.items())
def test_picwish_names_the_bucket_of_the_region_with_a_signature_that_holds(
    client: httpx.Client, sandbox: RunningSandbox, host: str, storage: str, links: str
) -> None:
    sandbox.set("picwish", links=links)
    link = segmented(client, sandbox, f"https://{host}", sync="1")["image"]
    assert link.startswith(f"https://{storage}/tasks/output/segmentation/")
    assert client.get(link).headers["content-type"] == "image/png"
    assert client.get(link.replace("ignature=", "ignature=x")).status_code == 403
    sandbox.clock.travel(hours=1)
    gone = client.get(link)
    assert gone.status_code == 403
    assert f"<HostId>{storage}</HostId>" in gone.text


@pytest.mark.parametrize(("host", "storage"), STORAGE.items())
def test_a_task_of_picwish_has_such_links_when_it_is_queried(
    client: httpx.Client, sandbox: RunningSandbox, host: str, storage: str
) -> None:
    sandbox.set("picwish", polls=1)
    task = segmented(client, sandbox, f"https://{host}")["task_id"]
    headers = {"X-API-KEY": sandbox.picwish.api_key}
    link = client.get(f"https://{host}{SEGMENTATION}/{task}", headers=headers).json()["data"]["image"]
    assert urlsplit(link).hostname == storage
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("host", ["www.processimage.cn", "processimage.cn"])
def test_processimage_names_its_host_also_from_the_cache(
    client: httpx.Client, sandbox: RunningSandbox, host: str
) -> None:
    first, again = (cleaned(client, sandbox, f"https://{host}") for _ in range(2))
    assert (first["httpCode"], again["httpCode"]) == (200, 304)
    assert first["data"]["url"] == again["data"]["url"]
    assert first["data"]["url"].startswith(PROCESSED)
    assert client.get(first["data"]["url"]).headers["content-type"] == "image/jpeg"


def test_callbacks_tell_such_links(client: httpx.Client, sandbox: RunningSandbox, receiver: Receiver) -> None:
    segmented(client, sandbox, "https://techhk.aoscdn.com", callback_url=receiver.url)
    cleaned(client, sandbox, "https://processimage.cn", sync="true", callback=receiver.url)
    sandbox.clock.travel(seconds=2)
    told = {urlsplit(link).hostname: link for link in receiver.links}
    assert set(told) == {"wxtechhk.oss-cn-hongkong.aliyuncs.com", "www.processimage.cn"}
    assert [client.get(link).status_code for link in told.values()] == [200, 200]


def test_tencent_answers_at_its_own_host_and_at_those_of_its_regions(
    client: httpx.Client, sandbox: RunningSandbox
) -> None:
    for host in ("bda.tencentcloudapi.com", "bda.ap-guangzhou.tencentcloudapi.com"):
        answer = client.post(f"https://{host}/", content=base64.b64encode(b"{}"))
        assert answer.json()["Response"]["Error"]["Code"]


def test_who_calls_the_server_itself_gets_links_to_it(
    intercepting: MockServer, sandbox: RunningSandbox
) -> None:
    url = intercepting.url
    with httpx.Client() as client:
        links = [
            heads(client, sandbox, sandbox.ailab.url),
            segmented(client, sandbox, sandbox.picwish.url, sync="1")["image"],
            cleaned(client, sandbox, sandbox.processimage.url)["data"]["url"],
        ]
        assert [link.startswith(f"{url}/") for link in links] == [True] * 3
        assert [client.get(link).status_code for link in links] == [200] * 3


@pytest.mark.parametrize("spelling", [str, str.upper])
def test_a_provider_can_fetch_the_result_of_another(
    client: httpx.Client, sandbox: RunningSandbox, spelling: Callable[[str], str]
) -> None:
    link = heads(client, sandbox, "https://www.ailabapi.com")
    host = urlsplit(link).hostname or ""
    answer = client.post(
        f"https://techsz.aoscdn.com{SEGMENTATION}",
        headers={"X-API-KEY": sandbox.picwish.api_key},
        files={"sync": (None, "1"), "image_url": (None, link.replace(host, spelling(host)))},
    )
    assert answer.json()["data"]["state"] == 1


def test_no_provider_fetches_from_anywhere_else(client: httpx.Client, sandbox: RunningSandbox) -> None:
    answer = client.post(
        f"https://techsz.aoscdn.com{SEGMENTATION}",
        headers={"X-API-KEY": sandbox.picwish.api_key},
        files={"sync": (None, "1"), "image_url": (None, "https://www.ailabapi.com.example/a.jpg")},
    )
    assert answer.json()["data"]["state"] == -3


def test_the_journal_says_that_it_was_https(client: httpx.Client, sandbox: RunningSandbox) -> None:
    heads(client, sandbox, "https://www.ailabapi.com")
    assert (sandbox.journal.last.scheme, sandbox.journal.last.status) == ("https", 200)
    assert not sandbox.findings()
