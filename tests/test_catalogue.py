"""The catalogues are valid against their schema, complete against the documents, and easy to look up in."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mockserver.catalogue import (
    Catalogue,
    Error,
    Evidence,
    Trigger,
    load,
    placeholders,
)

PROVIDERS = ("ailab", "picwish", "processimage", "tencent_bda")


def codes(*plain: str, **by_prefix: str) -> set[str]:
    dotted = {f"{prefix}.{name}" for prefix, names in by_prefix.items() for name in names.split()}
    return dotted | {name for names in plain for name in names.split()}


BUSINESS_CODES = codes(
    FailedOperation="""DownloadError ImageDecodeFailed ImageDownloadError ImageFacedetectFailed RpcFail
        ImageResolutionExceed ImageResolutionInsufficient ImageSizeExceed InnerError ProfileNumExceed
        ImageNotSupported RequestEntityTooLarge RequestTimeout SegmentFailed ServerError UnKnowError""",
    InvalidParameter="InvalidParameter",
    InvalidParameterValue="NoFaceInPhoto UrlIllegal",
    LimitExceeded="TooLargeFileError",
    ResourceUnavailable="InArrears NotExist",
    UnsupportedOperation="UnknowMethod",
)

COMMON_CODES = codes(
    """ActionOffline DryRunOperation FailedOperation InternalError InvalidAction InvalidParameter
        InvalidParameterValue InvalidRequest IpInBlacklist IpNotInWhitelist LimitExceeded MissingParameter
        NoSuchProduct NoSuchVersion RequestLimitExceeded RequestSizeLimitExceeded ResourceInUse
        ResourceInsufficient ResourceNotFound ResourceUnavailable ResponseSizeLimitExceeded ServiceUnavailable
        UnauthorizedOperation UnknownParameter UnsupportedOperation UnsupportedProtocol UnsupportedRegion""",
    AuthFailure="""InvalidAuthorization InvalidSecretId MFAFailure SecretIdNotFound SignatureExpire
        SignatureFailure TokenFailure UnauthorizedOperation""",
    RequestLimitExceeded="GlobalRegionUinLimitExceeded IPLimitExceeded UinLimitExceeded",
)

SEGMENTATION_OPTIONS = codes(
    """Background Hair LeftEyebrow RightEyebrow LeftEye RightEye Nose UpperLip LowerLip Tooth Mouth LeftEar
        RightEar Face Head Body Hat Headdress Earrings Necklace Belongings"""
)

INTERNAL_WORDS = re.compile(r"seed|fact sheet|stored file|undocumented|todo|\bS[0-2]\b", re.IGNORECASE)


def raw(path: str) -> Any:
    return json.loads(files("mockserver.schemas").joinpath(path).read_text(encoding="utf-8"))


def texts_of(error: Error) -> list[Mapping[str, str]]:
    return [error.texts, *error.variants.values()]


def every_error() -> list[Error]:
    return [behaviour.error for provider in PROVIDERS for behaviour in load(provider) if behaviour.error]


@pytest.fixture(params=PROVIDERS)
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return load(request.param)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = raw("catalogue.schema.json")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


ENTRY: dict[str, Any] = {
    "id": "ailab.error.X",
    "kind": "error",
    "summary": "It failed.",
    "error": {"status": 400, "code": "X", "message": "No."},
    "provenance": {"kind": "assumed", "sources": ["docs"]},
    "cause": {"by": "fault", "how": "A fault."},
}


STATE = {name: value for name, value in ENTRY.items() if name != "error"} | {
    "kind": "state",
    "message": "Done.",
    "variants": {"observed": "Done"},
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_catalogue_is_valid_against_the_schema(provider: str, validator: Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(raw(f"{provider}/catalogue.json"))] == []


@pytest.mark.parametrize(
    "breach",
    [
        {"extra": 1},
        {"kind": "option"},
        {"id": "ailab"},
        {"error": {"status": 99, "code": "X", "message": "No."}},
        {"error": {"status": 400, "code": "X", "message": {"en": "No."}}},
        {"provenance": {"kind": "assumed", "sources": []}},
        {"cause": {"by": "magic", "how": "Wait."}},
    ],
    ids=str,
)
def test_the_schema_refuses_a_malformed_entry(
    breach: dict[str, Any], validator: Draft202012Validator
) -> None:
    document = raw("ailab/catalogue.json")
    assert validator.is_valid(document | {"behaviours": [ENTRY]})
    assert not validator.is_valid(document | {"behaviours": [ENTRY | breach]})


@pytest.mark.parametrize("kind", ["success", "state", "failure"])
def test_the_schema_takes_a_message_of_what_is_no_error(kind: str, validator: Draft202012Validator) -> None:
    document = raw("ailab/catalogue.json")
    assert validator.is_valid(document | {"behaviours": [STATE | {"kind": kind}]})


@pytest.mark.parametrize(
    "breach",
    [{"kind": "option"}, {"kind": "lifetime"}, {"message": ""}, {"variants": {}}, {"variants": {"x": 1}}],
    ids=str,
)
def test_the_schema_refuses_a_message_that_no_answer_has(
    breach: dict[str, Any], validator: Draft202012Validator
) -> None:
    document = raw("ailab/catalogue.json")
    assert not validator.is_valid(document | {"behaviours": [STATE | breach]})
    bare = {name: value for name, value in STATE.items() if name != "message"}
    assert not validator.is_valid(document | {"behaviours": [bare]})


@pytest.mark.parametrize("provider", PROVIDERS)
def test_ids_are_unique_and_begin_with_the_provider(provider: str) -> None:
    ids = [entry["id"] for entry in raw(f"{provider}/catalogue.json")["behaviours"]]
    assert len(ids) == len(set(ids)) == len(load(provider))
    assert all(behaviour_id.startswith(f"{provider}.") for behaviour_id in ids)


def test_an_error_is_named_by_its_code(catalogue: Catalogue) -> None:
    for behaviour in catalogue.errors:
        assert behaviour.error is catalogue.error(behaviour.id.removeprefix(f"{catalogue.provider}.error."))
        status, _, what = behaviour.id.partition(".error.")[2].partition(".")
        named_by_status = status == str(behaviour.error.http_code or behaviour.error.status) and what != ""
        assert named_by_status or behaviour.id.endswith(f".error.{behaviour.error.code}")


def test_every_source_is_defined_and_used(catalogue: Catalogue) -> None:
    used = {source for behaviour in catalogue for source in behaviour.provenance.sources}
    assert used == set(catalogue.sources)


def test_what_is_assumed_says_what_was_chosen(catalogue: Catalogue) -> None:
    assumed = [behaviour for behaviour in catalogue if behaviour.provenance.kind is Evidence.ASSUMED]
    assert [behaviour.id for behaviour in assumed if not behaviour.provenance.note] == []


def test_what_only_a_fault_can_cause_names_the_fault(catalogue: Catalogue) -> None:
    for behaviour in catalogue:
        short = behaviour.id.removeprefix(f"{catalogue.provider}.")
        names_fault = f'sandbox.fail("{catalogue.provider}", "{short}")' in behaviour.cause.how
        assert names_fault == (behaviour.cause.by is Trigger.FAULT)


def test_a_left_out_code_is_not_in_the_catalogue(catalogue: Catalogue) -> None:
    assert not any(f"error.{code}" in catalogue for code in catalogue.left_out)


def test_every_documented_ailab_code_is_kept_or_left_out() -> None:
    assert len(load("ailab").errors) + len(load("ailab").left_out) == 126


def test_every_tencent_code_is_present() -> None:
    codes = {behaviour.error.code for behaviour in load("tencent_bda").errors if behaviour.error}
    assert len(BUSINESS_CODES) == 23
    product_wide = {"InvalidParameterValue.ImageEmpty", "MissingParameter.ErrorParameterEmpty"}
    assert codes == BUSINESS_CODES | COMMON_CODES | product_wide


@pytest.mark.parametrize(
    ("provider", "count"), [("ailab", 19), ("picwish", 20), ("processimage", 31), ("tencent_bda", 31)]
)
def test_a_request_can_cause_this_many_errors(provider: str, count: int) -> None:
    caused = set(load(provider).by_request) & set(load(provider).errors)
    assert len(caused) == count
    assert not any(behaviour.cause.how.startswith("Only a fault") for behaviour in caused)


def test_every_segmentation_option_is_a_behaviour() -> None:
    options = {behaviour.id for behaviour in load("tencent_bda") if ".option." in behaviour.id}
    assert options == {f"tencent_bda.option.{option}" for option in SEGMENTATION_OPTIONS}


def test_tencent_errors_have_status_200_save_for_another_path() -> None:
    other = {
        e.error.code: e.error.status for e in load("tencent_bda").errors if e.error and e.error.status != 200
    }
    assert other == {"ResourceNotFound": 404}


def test_tencent_errors_speak_both_languages() -> None:
    for behaviour in load("tencent_bda").errors:
        assert behaviour.error
        for texts in texts_of(behaviour.error):
            assert set(texts) == {"en", "zh"}
            assert not re.search("[一-鿿]", texts["en"])
            assert re.search("[一-鿿]", texts["zh"])


def test_business_errors_are_chinese_by_default_and_common_ones_english() -> None:
    tencent = load("tencent_bda")
    assert {tencent.error(code).default_language for code in BUSINESS_CODES} == {"zh"}
    assert {tencent.error(code).default_language for code in COMMON_CODES} == {"en"}


def test_an_ailab_error_knows_its_status_before_the_change() -> None:
    ailab = load("ailab")
    moved = [e.error for e in ailab.errors if e.error and e.error.status != e.error.status_before_2026_01_08]
    assert all(error.status_before_2026_01_08 for error in moved)
    assert ailab.error("FILE_RESOLUTION_EXCEEDS_LIMITS") in moved
    assert ailab.error("ERROR_LOW_RESOLUTION") not in moved


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.code)
def test_placeholders_agree_over_languages_and_have_defaults(error: Error) -> None:
    for texts in texts_of(error):
        assert len({placeholders(text) for text in texts.values()}) == 1
    every_text = [text for texts in texts_of(error) for text in texts.values()]
    assert set(error.defaults) == {name for text in every_text for name in placeholders(text)}
    assert not any(re.search("[{}]", error.message("en", variant)) for variant in (None, *error.variants))


@pytest.mark.parametrize(
    "path", ["catalogue.schema.json", *(f"{provider}/catalogue.json" for provider in PROVIDERS)]
)
def test_the_files_speak_of_public_things_only(path: str) -> None:
    text = files("mockserver.schemas").joinpath(path).read_text(encoding="utf-8")
    assert [match.group() for match in INTERNAL_WORDS.finditer(text)] == []


def test_expired_assets_answer_like_an_object_store() -> None:
    expired = load("ailab")["asset.expired"]
    assert expired.error
    assert (expired.error.status, expired.error.code) == (404, "NoSuchKey")
    assert expired not in load("ailab").errors
