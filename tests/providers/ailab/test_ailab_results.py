"""Result files: their URLs, their 24 hours, and who finds them."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import httpx
import pytest

from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.edges import sized
from mockserver.providers.ailab.wire import PATH

SMALL = sized(200, 250)
DAY = 24 * 3600
URL = re.compile(
    r"(?P<origin>https?://[^/]+)(?P<prefix>(/ailab)?)/cutout/segmentHead/(?P<date>\d{4}-\d\d-\d\d)/"
    r"(?P<time>\d{6})-(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})-"
    r"(?P<unix>\d{10,})\.png"
)


def result_url(client: httpx.Client, path: str = PATH, **headers: str) -> str:
    answer = client.post(path, files={"image": SMALL}, headers=headers)
    url: str = answer.json()["data"]["elements"][0]["image_url"]
    return url


def parsed(url: str) -> re.Match[str]:
    found = URL.fullmatch(url)
    assert found is not None, url
    return found


def test_a_url_has_the_shape_of_the_real_ones(client: httpx.Client, server: MockServer) -> None:
    assert parsed(result_url(client))["origin"] == server.url


def test_a_url_is_dated_in_utc_plus_8_and_ends_with_the_same_instant(
    client: httpx.Client, sandbox: RunningSandbox
) -> None:
    sandbox.clock.travel(days=400)
    now = sandbox.clock.freeze()
    found = parsed(result_url(client))
    assert int(found["unix"]) == int(now)
    local = datetime.fromtimestamp(int(now), UTC) + timedelta(hours=8)
    assert f"{found['date']} {found['time']}" == local.strftime("%Y-%m-%d %H%M%S")


def test_the_date_turns_at_midnight_in_utc_plus_8(client: httpx.Client, sandbox: RunningSandbox) -> None:
    now = sandbox.clock.freeze()
    sandbox.clock.travel(86400 - (now + 8 * 3600) % 86400 - 1)
    before = parsed(result_url(client))
    sandbox.clock.travel(1)
    after = parsed(result_url(client))
    assert (before["time"], after["time"]) == ("235959", "000000")
    assert before["date"] < after["date"]


def test_every_result_has_a_url_of_its_own(client: httpx.Client) -> None:
    assert len({result_url(client) for _ in range(5)}) == 5


def test_a_result_lives_for_24_hours_to_the_second(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.clock.freeze()
    url = result_url(client)
    sandbox.clock.travel(DAY - 1)
    assert client.get(url).status_code == 200
    sandbox.clock.travel(1)
    assert client.get(url).status_code == 404
    assert sandbox.journal.last.behaviours == ["ailab.asset.expired"]
    assert sandbox.journal.last.notes == ["expired 0 s ago: a result lives 24 hours of the sandbox's time"]


def test_two_results_expire_each_in_its_time(client: httpx.Client, sandbox: RunningSandbox) -> None:
    first = result_url(client)
    sandbox.clock.travel(hours=13)
    second = result_url(client)
    sandbox.clock.travel(hours=12)
    assert [client.get(url).status_code for url in (first, second)] == [404, 200]


def test_a_result_is_a_png_that_any_origin_may_load(client: httpx.Client, stranger: httpx.Client) -> None:
    answer = stranger.get(result_url(client), headers={"Origin": "https://shop.example"})
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")


def test_head_tells_the_size_without_the_file(client: httpx.Client) -> None:
    url = result_url(client)
    whole, head = client.get(url), client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_no_key_is_needed_and_the_download_is_in_the_right_journal(
    client: httpx.Client, stranger: httpx.Client, sandbox: RunningSandbox
) -> None:
    assert stranger.get(result_url(client)).status_code == 200
    assert sandbox.journal.last.operation == "result"
    assert sandbox.journal.last.behaviours == ["ailab.asset.alive"]


def unknown(sandbox_id: str) -> str:
    return f"/cutout/segmentHead/2023-11-14/120000-{sandbox_id}-0000-4000-8000-000000000000-1700000000.png"


@pytest.mark.parametrize(
    "path",
    [
        unknown("0" * 8),
        unknown("deadbeef"),
        "/cutout/segmentHead/2023-11-14/x",
        "/cutout/segmentHead/2023-11-14/-",
        "/cutout/segmentHead/2023-11-14/%00%01%3Ca%26b%3F.png",
        "/cutout/segmentHead/%C3%A9%FF/%F0%9F%92%A9.png",
        "/ailab/cutout/segmentHead/2023-11-14/x.png",
    ],
)
def test_a_result_that_never_was_is_not_found_as_in_an_object_store(
    server: MockServer, stranger: httpx.Client, path: str
) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["access-control-allow-origin"] == "*"
    error = ElementTree.fromstring(answer.text)
    assert error.findtext("Code") == "NoSuchKey"
    assert str(error.findtext("Key")).startswith("cutout/segmentHead/")
    journal = server.default.journal if "00000000" in path.split("-") else server.strangers
    assert journal.last.behaviours == ["ailab.asset.unknown"]


def test_two_sandboxes_do_not_see_each_others_results(client: httpx.Client, server: MockServer) -> None:
    other = server.sandbox()
    mine = result_url(client)
    theirs = parsed(mine)
    forged = mine.replace(theirs["uuid"][:8], other.id)
    assert client.get(forged).status_code == 404
    assert other.journal.last.behaviours == ["ailab.asset.unknown"]
    other.clock.travel(days=2)
    assert client.get(mine).status_code == 200


def test_a_reset_takes_the_results_along(client: httpx.Client, sandbox: RunningSandbox) -> None:
    url = result_url(client)
    sandbox.reset()
    assert client.get(url).status_code == 404
    assert client.get(result_url(client)).status_code == 200


def test_a_url_stays_below_the_prefix_that_was_called(client: httpx.Client) -> None:
    url = result_url(client, f"/ailab{PATH}")
    assert parsed(url)["prefix"] == "/ailab"
    assert client.get(url).status_code == 200


def test_a_url_is_at_the_host_that_was_called(client: httpx.Client, server: MockServer) -> None:
    url = result_url(client, Host="www.ailabapi.com")
    assert parsed(url)["origin"] == "http://www.ailabapi.com"
    path = url.removeprefix("http://www.ailabapi.com")
    assert client.get(path, headers={"Host": "ai-result-rapidapi.ailabtools.com"}).status_code == 200


@pytest.mark.parametrize("path", [PATH, "/cutout/segmentHead/2023-11-14/x.png", "/api/cutout/other"])
def test_a_browser_may_ask_first(stranger: httpx.Client, path: str) -> None:
    headers = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "ailabapi-api-key",
    }
    answer = stranger.options(path, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "ailabapi-api-key" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("GET", PATH), ("POST", "/api/cutout/other")])
def test_errors_can_be_read_from_any_origin_too(stranger: httpx.Client, method: str, path: str) -> None:
    answer = stranger.request(method, path)
    assert answer.status_code >= 400
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_success_can_be_read_from_any_origin(client: httpx.Client) -> None:
    assert client.post(PATH, files={"image": SMALL}).headers["access-control-allow-origin"] == "*"


def test_a_fault_of_downloads_strikes_a_download_and_no_call(
    client: httpx.Client, sandbox: RunningSandbox
) -> None:
    sandbox.fail("ailab", "asset.expired")
    url = result_url(client)
    assert [httpx.get(url).status_code for _ in range(2)] == [404, 200]
    assert sandbox.journal[-2].fault == "ailab.asset.expired"


def test_behind_a_proxy_that_ends_tls_a_url_is_https(client: httpx.Client) -> None:
    assert result_url(client, **{"X-Forwarded-Proto": "https"}).startswith("https://")
