"""For each rule a client that keeps it and one that breaks it, in a few lines."""

import base64
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from contract_world import BOX, OTHER, PICTURE, TASKS, URL, Behaviour, World
from tencentcloud.bda.v20200324 import bda_client, models
from tencentcloud.common import credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from contract_tests.clients.tencent_bda import TencentBdaClient, TencentError

GIF = b"GIF89a@\0@\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0@\0@\0\0\x02\x02L\x01\0;"
TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What a client does that keeps a rule, and what one does that breaks it."""

    keeps: Behaviour
    breaks: Behaviour


def times(count: int, act: Behaviour) -> Behaviour:
    def client(world: World) -> None:
        for _ in range(count):
            act(world)

    return client


def then(*acts: Behaviour) -> Behaviour:
    def client(world: World) -> None:
        for act in acts:
            act(world)

    return client


def travelling(**span: float) -> Behaviour:
    return lambda world: world.sandbox.clock.travel(**span)


def failing(provider: str, effect: str, act: Behaviour, **options: Any) -> Behaviour:
    def client(world: World) -> None:
        world.sandbox.fail(provider, effect, **options)
        act(world)

    return client


def refusing_speed(provider: str, effect: str, act: Behaviour) -> Pair:
    """Five refusals for speed, with and without a pause after each."""
    return Pair(
        keeps=failing(provider, effect, times(TRIES, then(act, travelling(seconds=1))), times=TRIES),
        breaks=failing(provider, effect, times(TRIES, act), times=TRIES),
    )


def losing_answers(provider: str, act: Behaviour) -> Pair:
    """An answer gets lost: of a request for which nothing was done yet, and of one that was charged."""

    def patient(world: World) -> None:
        with contextlib.suppress(httpx.TransportError):
            act(world)

    twice = times(2, patient)
    return Pair(
        keeps=failing(provider, "connection.close", twice, at="request"),
        breaks=failing(provider, "connection.close", twice, at="before"),
    )


def trying_again(wrong: Behaviour, other: Behaviour) -> Pair:
    return Pair(keeps=then(wrong, other, wrong), breaks=times(3, wrong))


def head_url(world: World) -> str:
    return str(world.cut_heads().json()["data"]["elements"][0]["image_url"])


def link(world: World) -> str:
    return str(world.cut_out(data={"sync": "1"}).json()["data"]["image"])


def cleared_url(world: World) -> str:
    return str(world.clear().json()["data"]["url"])


def getting(url_of: Callable[[World], str], change: Callable[[str], str] = str, **headers: str) -> Behaviour:
    return lambda world: world.http.get(change(url_of(world)), headers=headers)


def getting_late(url_of: Callable[[World], str], **span: float) -> Behaviour:
    def client(world: World) -> None:
        url = url_of(world)
        world.sandbox.clock.travel(**span)
        world.http.get(url)

    return client


def shouted(url: str) -> str:
    return url.replace(".png", ".PNG").replace(".jpeg", ".JPEG")


def waiting(seconds: float) -> Behaviour:
    def client(world: World) -> None:
        world.cut_heads()
        world.travel(seconds)
        world.cut_heads()

    return client


def heads(image: bytes = PICTURE, **options: Any) -> Behaviour:
    return lambda world: world.cut_heads(image, **options)


def cut(image: bytes = PICTURE, **fields: str) -> Behaviour:
    return lambda world: world.cut_out(image, data=fields)


def cleared(image: bytes = PICTURE, **fields: Any) -> Behaviour:
    return lambda world: world.clear(image, **fields)


def segmented(**fields: Any) -> Behaviour:
    return lambda world: world.segment(**fields)


def key_in_query(world: World) -> None:
    world.cut_heads(headers={}, params={"ailabapi-api-key": world.sandbox.ailab.api_key})


def picwish_key_in_query(world: World) -> None:
    world.cut_out(headers={}, params={"key": world.sandbox.picwish.api_key})


def key_with_the_download(world: World) -> None:
    world.http.get(head_url(world), headers={"ailabapi-api-key": world.sandbox.ailab.api_key})


def picwish_key_with_the_download(world: World) -> None:
    world.http.get(link(world), headers=world.picwish_key)


def wrong_path(world: World) -> None:
    world.http.get(f"{TASKS}s/1", headers=world.picwish_key)


def created(world: World) -> str:
    return world.picwish.create(PICTURE)


def polled(world: World, interval: float, count: int) -> None:
    task = created(world)
    for _ in range(count):
        world.query(task)
        world.travel(interval)


def polling_patiently(world: World) -> None:
    polled(world.set("picwish", qps=2, seconds=4), 1.0, 4)


def polling_in_a_hurry(world: World) -> None:
    polled(world.set("picwish", qps=2, seconds=4), 0.0, 6)


def waiting_for_a_task(world: World) -> None:
    result = world.picwish.wait(created(world))
    assert result.image
    world.picwish.download(result.image)
    assert world.picwish.query(result.task_id)


def never_stopping(world: World) -> None:
    polled(world, 1.0, 8)


def body_changed_after_signing(world: World) -> None:
    headers = world.signed(b'{"Url":"http://example.com/1.jpg"}')
    world.http.post("/", content=b'{"Url": "http://example.com/1.jpg"}', headers=headers)


def sdk_call(world: World, *, method: str = "TC3-HMAC-SHA256") -> None:
    """A call of the official SDK."""
    access = world.sandbox.tencent_bda
    address = HttpProfile(endpoint=access.endpoint, protocol="http")
    profile = ClientProfile(signMethod=method, httpProfile=address)
    key = credential.Credential(access.secret_id, access.secret_key)
    wanted = models.SegmentCustomizedPortraitPicRequest()
    wanted.SegmentationOptions = models.SegmentationOptions()
    wanted.SegmentationOptions.Head = True
    wanted.Url = URL
    bda_client.BdaClient(key, "ap-guangzhou", profile).SegmentCustomizedPortraitPic(wanted)


def signed_the_older_way(world: World) -> None:
    sdk_call(world, method="HmacSHA256")


def honest_clock_at_a_skewed_provider(world: World) -> None:
    world.sandbox.clock.skew = 4000
    world.segment(timestamp=int(time.time()))


def stale_timestamp(world: World) -> None:
    world.segment(timestamp=int(time.time()) - 400)


def telling_the_secret_key(world: World) -> None:
    body = b'{"Url": "http://example.com/portrait.jpg", "SegmentationOptions": {"Head": true}}'
    secret = {"x-debug": world.sandbox.tencent_bda.secret_key}
    world.http.post("/", content=body, headers={**world.signed(body), **secret})


def temporary_key(world: World, *, token: bool) -> None:
    access = world.sandbox.tencent_bda
    client = world.stack.enter_context(
        TencentBdaClient(access.url, access.temporary_secret_id, access.temporary_secret_key)
    )
    body = b'{"Url": "http://example.com/portrait.jpg", "SegmentationOptions": {"Head": true}}'
    headers = client._signed_headers(body, int(time.time()))
    world.http.post("/", content=body, headers={**headers, **({"X-TC-Token": access.token} if token else {})})


def image_and_url(world: World) -> None:
    world.segment(Image=base64.b64encode(PICTURE).decode())


def segmenting(image: bytes) -> Behaviour:
    def client(world: World) -> None:
        with contextlib.suppress(TencentError):
            world.tencent.segment(image, ["Head"])

    return client


def sign_in_upper_case(world: World) -> None:
    import hashlib

    sign = world.sign(hashlib.md5(PICTURE).hexdigest(), "12345678").upper()
    world.clear(headers={"x-access-api-sign": sign})


def telling_the_app_secret(world: World) -> None:
    world.clear(appSecret=world.sandbox.processimage.app_secret)


def with_a_token(calls: int, *, gets: int, download: bool = False) -> Behaviour:
    def client(world: World) -> None:
        tokens = [world.token() for _ in range(gets)]
        header = {"x-access-api-token": tokens[-1]}
        for _ in range(calls):
            url = world.clear(headers=header).json()["data"]["url"]
            world.http.get(url, headers=header if download else {})

    return client


def called_back(act: Callable[[World], object], status: int) -> Behaviour:
    def client(world: World) -> None:
        world.hook.status = status
        act(world)
        world.travel(5)

    return client


def with_a_callback(world: World) -> None:
    world.cut_out(data={"callback_url": world.hook.url})


def clearing_with_a_callback(world: World) -> None:
    world.clear(sync="true", callback=world.hook.url)


def clearing_in_frozen_time(world: World) -> None:
    world.sandbox.clock.freeze()
    clearing_with_a_callback(world)


def taking_the_cache(world: World) -> None:
    for _ in range(12):
        world.processimage.download(world.processimage.clear(PICTURE, [BOX]))


PAIRS: Mapping[str, Pair] = {
    "ANY-PATH-01": Pair(keeps=cut(), breaks=wrong_path),
    "ANY-NAME-02": Pair(keeps=cut(sync="1", crop="1"), breaks=cut(Sync="1")),
    "ANY-NOTHING-03": Pair(
        keeps=lambda world: world.query(created(world)), breaks=lambda world: world.query("None")
    ),
    "ANY-WAIT-04": Pair(
        keeps=failing("ailab", "http.status", waiting(30), status=503, retry_after=30),
        breaks=failing("ailab", "http.status", waiting(3), status=503, retry_after=30),
    ),
    "AIL-KEY-01": Pair(keeps=heads(), breaks=key_in_query),
    "AIL-KEY-02": Pair(keeps=getting(head_url), breaks=key_with_the_download),
    "AIL-IMAGE-03": Pair(keeps=heads(), breaks=heads(files={"photo": ("photo", PICTURE)})),
    "AIL-VALUE-04": Pair(
        keeps=heads(data={"return_form": "mask"}), breaks=heads(data={"return_form": "cutout"})
    ),
    "AIL-IMAGE-05": Pair(keeps=heads(), breaks=heads(GIF)),
    "AIL-RATE-06": refusing_speed("ailab", "error.EXCEEDING_LIMITS", heads()),
    "AIL-RETRY-07": trying_again(heads(GIF), heads()),
    "AIL-CHARGE-08": losing_answers("ailab", heads()),
    "AIL-LINK-09": Pair(keeps=getting(head_url), breaks=getting(head_url, shouted)),
    "AIL-LINK-10": Pair(keeps=getting_late(head_url, hours=23), breaks=getting_late(head_url, hours=25)),
    "TEN-SIGN-01": Pair(keeps=segmented(), breaks=body_changed_after_signing),
    "TEN-SIGN-02": Pair(keeps=sdk_call, breaks=signed_the_older_way),
    "TEN-TIME-03": Pair(keeps=honest_clock_at_a_skewed_provider, breaks=stale_timestamp),
    "TEN-SECRET-04": Pair(keeps=segmented(), breaks=telling_the_secret_key),
    "TEN-ACCESS-05": Pair(
        keeps=lambda world: temporary_key(world, token=True),
        breaks=lambda world: temporary_key(world, token=False),
    ),
    "TEN-SOURCE-06": Pair(keeps=segmented(), breaks=image_and_url),
    "TEN-VALUE-07": Pair(keeps=segmented(), breaks=segmented(SegmentationOptions={"Haed": True})),
    "TEN-IMAGE-08": Pair(keeps=segmenting(PICTURE), breaks=segmenting(GIF)),
    "TEN-RATE-09": refusing_speed("tencent_bda", "error.RequestLimitExceeded", segmented()),
    "TEN-RETRY-10": trying_again(segmented(Url="nowhere"), segmented()),
    "TEN-CHARGE-11": losing_answers("tencent_bda", segmented()),
    "PIC-KEY-01": Pair(keeps=cut(), breaks=picwish_key_in_query),
    "PIC-KEY-02": Pair(keeps=getting(link), breaks=picwish_key_with_the_download),
    "PIC-SOURCE-03": Pair(keeps=cut(image_url=""), breaks=cut(image_url=URL)),
    "PIC-VALUE-04": Pair(keeps=cut(type="person"), breaks=cut(type="face")),
    "PIC-IMAGE-05": Pair(keeps=cut(sync="1"), breaks=cut(GIF, sync="1")),
    "PIC-POLL-06": Pair(keeps=waiting_for_a_task, breaks=never_stopping),
    "PIC-POLL-07": Pair(keeps=polling_patiently, breaks=polling_in_a_hurry),
    "PIC-RATE-08": refusing_speed("picwish", "error.429", cut()),
    "PIC-RETRY-09": trying_again(cut(type="face"), cut()),
    "PIC-CHARGE-10": losing_answers("picwish", cut()),
    "PIC-LINK-11": Pair(keeps=getting(link), breaks=getting(link, lambda url: url.replace("&", "\\u0026"))),
    "PIC-LINK-12": Pair(keeps=getting_late(link, minutes=59), breaks=getting_late(link, minutes=61)),
    "PIC-LINK-13": Pair(keeps=getting(link), breaks=getting(link, authorization="OSS mock:mock")),
    "PIC-CALLBACK-14": Pair(
        keeps=called_back(with_a_callback, 200), breaks=called_back(with_a_callback, 500)
    ),
    "PRO-ACCESS-01": Pair(keeps=cleared(), breaks=lambda world: world.clear(headers={})),
    "PRO-SECRET-02": Pair(keeps=cleared(), breaks=telling_the_app_secret),
    "PRO-SIGN-03": Pair(keeps=cleared(), breaks=sign_in_upper_case),
    "PRO-SALT-04": Pair(keeps=cleared(salt="90000000"), breaks=cleared(salt="01234567")),
    "PRO-SOURCE-05": Pair(keeps=cleared(imageUrl=""), breaks=cleared(imageUrl=URL)),
    "PRO-VALUE-06": Pair(keeps=cleared(show="true"), breaks=cleared(show="yes")),
    "PRO-IMAGE-07": Pair(keeps=cleared(), breaks=cleared(GIF)),
    "PRO-CACHE-08": Pair(keeps=taking_the_cache, breaks=times(9, cleared())),
    "PRO-TOKEN-09": Pair(keeps=with_a_token(3, gets=1), breaks=with_a_token(1, gets=4)),
    "PRO-TOKEN-10": Pair(keeps=with_a_token(1, gets=100), breaks=times(101, lambda world: world.token())),
    "PRO-TOKEN-11": Pair(keeps=with_a_token(1, gets=1), breaks=with_a_token(1, gets=1, download=True)),
    "PRO-CALLBACK-12": Pair(
        keeps=called_back(clearing_with_a_callback, 200), breaks=called_back(clearing_with_a_callback, 500)
    ),
    "PRO-RATE-13": refusing_speed("processimage", "error.429.qps", cleared()),
    "PRO-RETRY-14": trying_again(cleared(show="yes"), cleared(OTHER)),
    "PRO-CHARGE-15": losing_answers("processimage", clearing_in_frozen_time),
    "PRO-LINK-16": Pair(keeps=getting(cleared_url), breaks=getting(cleared_url, shouted)),
    "PRO-LINK-17": Pair(keeps=getting_late(cleared_url, hours=5), breaks=getting_late(cleared_url, hours=6)),
    "PRO-AREA-18": Pair(
        keeps=cleared(rectangles=json.dumps([{"x": 0, "y": 0, "w": 120, "h": 150}])),
        breaks=cleared(rectangles=json.dumps([{"x": 60, "y": 60, "w": -20, "h": 10}])),
    ),
}
