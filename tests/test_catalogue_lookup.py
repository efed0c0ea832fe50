"""Behaviours are found by their ids, and their messages are rendered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.catalogue import Catalogue, UnknownBehaviour, load, providers


@pytest.fixture(params=providers())
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return load(request.param)


@pytest.mark.parametrize(
    ("code", "arguments", "text"),
    [
        ("AuthFailure.SignatureFailure", {"language": "zh-CN"}, "请求签名验证失败"),
        ("AuthFailure.SignatureFailure", {"variant": "size"}, "because of exceeding request size limit"),
        ("MissingParameter", {"parameter": "Region"}, "missing a required parameter `Region`."),
        ("InvalidParameter", {"parameter": "Url", "type": "string"}, "input type should be `string`"),
        ("InvalidParameter", {"parameter": "Nonce", "variant": "public"}, "Parameter `Nonce` type error."),
        ("InvalidAction", {"action": "Foo"}, "action=`Foo` is invalid or not found in service=`bda`"),
        ("UnknownParameter", {"parameter": "$schema"}, "The parameter `$schema` is not recognized."),
        ("InvalidParameterValue.UrlIllegal", {}, "URL格式不合法。"),
        ("InvalidParameterValue.UrlIllegal", {"language": "en-US"}, "The URL format is invalid."),
        ("InvalidParameterValue.UrlIllegal", {"language": "fr-FR"}, "URL格式不合法。"),
    ],
)
def test_a_message_is_rendered(code: str, arguments: dict[str, Any], text: str) -> None:
    assert text in load("tencent_bda").error(code).message(**arguments)


def test_an_ailab_message_is_the_same_in_every_language() -> None:
    error = load("ailab").error("ERROR_LOW_RESOLUTION")
    assert error.message() == error.message("zh-CN") == "File resolution too low."


@given(value=st.text())
def test_a_value_stands_in_the_message_as_it_is(value: str) -> None:
    message = load("tencent_bda").error("MissingParameter").message(parameter=value)
    assert message == f"The request is missing a required parameter `{value}`."


def test_a_misspelt_value_or_variant_is_refused() -> None:
    tencent = load("tencent_bda")
    with pytest.raises(ValueError, match="MissingParameter has no placeholder for paramter"):
        tencent.error("MissingParameter").message(paramter="Region")
    with pytest.raises(ValueError, match="has no variant 'sise'; it has size"):
        tencent.error("AuthFailure.SignatureFailure").message(variant="sise")


def test_a_success_has_its_message_and_the_other_readings_of_it() -> None:
    hit, success = load("processimage")["cache.hit"], load("ailab")["success"]
    assert hit.message == "CACHE::本次响应为缓存数据,未作任何修改"
    assert hit.variants == {"observed": "本次响应为缓存数据，未作任何修改"}
    assert (success.message, success.variants) == (None, {})


def test_a_behaviour_is_found_by_full_and_by_short_id(catalogue: Catalogue) -> None:
    for behaviour in catalogue:
        short = behaviour.id.removeprefix(f"{catalogue.provider}.")
        assert short in catalogue
        assert catalogue[behaviour.id] is catalogue[short] is behaviour


@pytest.mark.parametrize(
    ("provider", "wrong", "right"),
    [
        ("ailab", "error.ERROR_LOW_RESOLUTON", "ailab.error.ERROR_LOW_RESOLUTION"),
        ("ailab", "ERROR_LOW_RESOLUTION", "ailab.error.ERROR_LOW_RESOLUTION"),
        ("ailab", "ailab.asset.expire", "ailab.asset.expired"),
        ("tencent_bda", "error.authfailure.signatureexpire", "tencent_bda.error.AuthFailure.SignatureExpire"),
        ("tencent_bda", "option.Mouht", "tencent_bda.option.Mouth"),
    ],
)
def test_an_unknown_id_names_the_nearest(provider: str, wrong: str, right: str) -> None:
    assert wrong not in load(provider)
    with pytest.raises(UnknownBehaviour) as raised:
        load(provider)[wrong]
    assert str(raised.value).startswith(f"{provider} has no behaviour '{wrong}'; did you mean {right}")


@given(wrong=st.text())
def test_any_unknown_id_is_refused_by_its_own_error(wrong: str) -> None:
    ailab = load("ailab")
    if wrong not in ailab:
        with pytest.raises(UnknownBehaviour):
            ailab[wrong]


@pytest.mark.parametrize("name", ["nobody", "", "..", "ailab/", "__pycache__"])
def test_an_unknown_provider_is_refused(name: str) -> None:
    with pytest.raises(LookupError, match="only of ailab, "):
        load(name)
