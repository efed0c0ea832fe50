"""One mistake of a client gives one finding, of the rule that tells the most about it."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from callback_hook import Hook
from contract_world import ACCESS, PICTURE, URL, Behaviour, World
from rule_clients import GIF, PAIRS, TRIES, cleared, cut, heads, segmented
from timelines import Line, journal

from mockserver.contract.rules import Context
from mockserver.contract.rules.callbacks import callbacks_refused

ALONE = [rule for rule in PAIRS if "-RETRY-" not in rule]
"""What is wrong with a request is told each time, and that it was tried again besides."""


def signed_with(change: Any) -> Behaviour:
    """A call of Tencent whose Authorization was changed after signing."""

    def client(world: World) -> None:
        body = b'{"Url": "http://example.com/portrait.jpg", "SegmentationOptions": {"Head": true}}'
        headers = world.signed(body)
        world.http.post("/", content=body, headers={**headers, "Authorization": change(headers)})

    return client


def signature_of_another_secret(headers: Any) -> str:
    return str(headers["Authorization"])[:-4] + "0000"


def another_sign(world: World) -> None:
    world.clear(headers={"x-access-api-sign": "0" * 32})


def form_that_is_not_multipart(world: World) -> None:
    data = {"appId": world.sandbox.processimage.app_id, "salt": "12345678"}
    world.http.post(ACCESS, headers={"x-access-api-sign": world.sign("", "12345678")}, data=data)


def picture_without_bytes(world: World) -> None:
    world.set("processimage", sources="file_only").clear(b"")


def key_as_bearer(world: World) -> None:
    world.cut_out(headers={"authorization": f"Bearer {world.sandbox.picwish.api_key}"})


def key_in_a_header_that_is_misspelt(world: World) -> None:
    world.cut_heads(headers={"ailab-api-key": world.sandbox.ailab.api_key})


def v1_with_another_digest(world: World) -> None:
    access = world.sandbox.tencent_bda
    wanted = {"Action": "SegmentCustomizedPortraitPic", "Version": "2020-03-24", "Nonce": "1"}
    signed = {"SecretId": access.secret_id, "Timestamp": "1", "SignatureMethod": "md5", "Signature": "x"}
    world.http.get("/", params={**wanted, **signed})


def image_in_a_data_url(world: World) -> None:
    text = base64.b64encode(PICTURE).decode()
    world.segment(Url=None, Image=f"data:image/jpeg;base64,{text}")


def refused_callback(status: int) -> Behaviour:
    def client(world: World) -> None:
        world.hook.status = status
        world.clear(sync="true", callback=world.hook.url)
        world.travel(120)

    return client


def callback_to_nobody(world: World) -> None:
    nobody = Hook()
    nobody.close()
    world.cut_out(data={"callback_url": nobody.url})
    world.travel(120)


MISTAKES = {
    "a wrong sign that nothing explains": (another_sign, "PRO-SIGN-03"),
    "a wrong signature that nothing explains": (signed_with(signature_of_another_secret), "TEN-SIGN-01"),
    "a digest that does not exist": (v1_with_another_digest, "TEN-SIGN-01"),
    "a salt of seven digits": (cleared(salt="1234567"), "PRO-SALT-04"),
    "a salt in words": (cleared(salt="pepper"), "PRO-SALT-04"),
    "no salt": (cleared(salt=""), "PRO-SALT-04"),
    "a picture without bytes": (picture_without_bytes, "PRO-SIGN-03"),
    "a form that is not multipart": (form_that_is_not_multipart, "PRO-VALUE-06"),
    "two images": (cut(image_url=URL), "PIC-SOURCE-03"),
    "no image": (lambda world: world.cut_out(files={"photo": ("a", PICTURE)}), "PIC-SOURCE-03"),
    "an image without bytes": (cut(b""), "PIC-IMAGE-05"),
    "an image of another format": (heads(GIF), "AIL-IMAGE-05"),
    "an image in a data URL": (image_in_a_data_url, "TEN-IMAGE-08"),
    "no options": (segmented(SegmentationOptions=None), "TEN-ACCESS-05"),
    "a key in a header that is misspelt": (key_in_a_header_that_is_misspelt, "AIL-KEY-01"),
    "a file by another name": (heads(files={"images": ("a.jpg", PICTURE)}), "AIL-IMAGE-03"),
    "an option that is misspelt": (segmented(SegmentationOptions={"Haed": True}), "TEN-VALUE-07"),
    "a rectangle the wrong way round": (
        cleared(rectangles=json.dumps([{"x": 60, "y": 60, "w": -20, "h": 10}])),
        "PRO-AREA-18",
    ),
    "a key as a bearer's": (key_as_bearer, "PIC-KEY-01"),
    "a callback that was refused twice": (refused_callback(500), "PRO-CALLBACK-12"),
    "a callback that nobody takes": (callback_to_nobody, "PIC-CALLBACK-14"),
    "rectangles that are no JSON": (cleared(rectangles="(1, 2, 3, 4)"), "PRO-VALUE-06"),
    "a rectangle without a height": (
        cleared(rectangles=json.dumps([{"x": 1, "y": 1, "w": 9}])),
        "PRO-VALUE-06",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_once(world: World, mistake: str) -> None:
    client, rule = MISTAKES[mistake]
    client(world)
    assert [one.rule.id for one in world.found()] == [rule]


@pytest.mark.parametrize("rule", ALONE)
def test_a_client_that_breaks_a_rule_breaks_no_other(world: World, rule: str) -> None:
    PAIRS[rule].breaks(world)
    assert {one.rule.id for one in world.found()} == {rule}


@pytest.mark.parametrize("status", [404, 500])
def test_a_callback_that_was_taken_at_last_is_told_by_its_refusals_alone(world: World, status: int) -> None:
    world.hook.status = status
    world.cut_out(data={"callback_url": world.hook.url})
    world.travel(2)
    world.hook.status = 200
    world.travel(60)
    [finding] = world.found()
    assert finding.evidence == (f"the receiver answered {status}",)
    assert len(finding.exchanges) == 1


def test_a_receiver_that_is_not_there_is_told_with_the_reason(world: World) -> None:
    callback_to_nobody(world)
    [finding] = world.found()
    assert finding.evidence[0].startswith("the receiver gave no answer: ")
    assert len(finding.exchanges) == 3


def test_a_receiver_that_was_late_to_start_is_not_accused() -> None:
    attempt = Line(at=0.0, provider="picwish", operation="callback", path="http://127.0.0.1:1/done")
    failed = replace(attempt, status=None, behaviours=["picwish.callback.refused"])
    taken = replace(attempt, at=10.0, behaviours=["picwish.callback.delivered"])
    assert list(callbacks_refused([*enumerate(journal([failed, taken]))], Context())) == []
    assert len(list(callbacks_refused([*enumerate(journal([failed]))], Context()))) == 1


def test_a_signature_that_nothing_explains_says_what_is_most_likely(world: World) -> None:
    another_sign(world)
    [finding] = world.found()
    assert finding.evidence[0].startswith("most likely cause imageMd5 or secret: None of the usual mistakes")


def test_all_tries_of_one_mistake_are_one_group_in_the_text(world: World) -> None:
    for _ in range(TRIES):
        world.cut_heads(data={"return_form": "cutout"})
    text = world.found().text()
    assert text.count("AIL-VALUE-04") == 1
    assert f"({TRIES} times)" in text
