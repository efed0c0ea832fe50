"""Links are signed as the SDK of Alibaba Cloud signs them, and what either signs the other one accepts."""

import string
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import oss2
import oss2.auth
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oss_links import AT, BUCKET, IMAGE, KEYS, REGION, V1, V4, checked

from mockserver.providers.picwish.oss.presigned import SUBRESOURCES, Keys, parsed
from mockserver.providers.picwish.oss.signing import sign_v1, sign_v4
from mockserver.providers.picwish.oss.verdict import Breach

BUCKETS = st.from_regex(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", fullmatch=True)
REGIONS = st.sampled_from(["cn-shenzhen", "cn-hongkong", "ap-southeast-1"])
WORDS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=30)
PAIRS_OF_KEYS = st.builds(Keys, access_key_id=WORDS, access_key_secret=WORDS)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
PROCESSED = {"x-oss-process": "image/resize,w_100", "response-content-type": "image/png"}
OBJECTS = TEXTS.filter(lambda key: key.strip() and key[0] not in "?/")
TIMES = st.integers(0, 4_102_444_800)
LIFETIMES = st.integers(1, 604_800)
PARAMS = st.dictionaries(
    st.sampled_from(sorted(SUBRESOURCES)) | st.from_regex(r"[a-z]{1,8}\+?", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    max_size=4,
)


@pytest.fixture(scope="module")
def sdk_time() -> Iterator[SimpleNamespace]:
    """What the SDK takes for the present: `seconds` can be set."""
    present = SimpleNamespace(seconds=AT)

    def utcnow() -> datetime:
        return datetime.fromtimestamp(present.seconds, UTC)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(oss2.auth, "time", SimpleNamespace(time=lambda: present.seconds))
        patch.setattr(oss2.auth, "datetime", SimpleNamespace(utcnow=utcnow))
        yield present


def sdk_link(auth: Any, keys: Keys, bucket: str, key: str, lifetime: int, **options: Any) -> str:
    """The raw query of a link that the SDK makes."""
    region = options.pop("region", REGION)
    signer = auth(keys.access_key_id, keys.access_key_secret)
    endpoint = f"https://oss-{region}.aliyuncs.com"
    made = oss2.Bucket(signer, endpoint, bucket, region=region)
    url: str = made.sign_url(options.pop("method", "GET"), key, lifetime, slash_safe=True, **options)
    return urlsplit(url).query


def test_a_link_of_version_1_looks_as_published() -> None:
    assert V1 == (
        "Expires=1700003600&OSSAccessKeyId=LTAI5tMockMockMockMockMo&Signature=D5qCqH5wdSGNYey32NSXLHaZal0%3D"
    )


def test_a_link_of_version_4_looks_as_published() -> None:
    assert V4 == (
        "x-oss-credential=LTAI5tMockMockMockMockMo/20231114/cn-shenzhen/oss/aliyun_v4_request"
        "&x-oss-date=20231114T221320Z&x-oss-expires=3600"
        "&x-oss-signature=a2ebc780708d77cb44dcfc56d9bad9fbc8a536b5be4a02206ed8de77617b1f29"
        "&x-oss-signature-version=OSS4-HMAC-SHA256"
    )


# Made with oss2 2.19.1: object, parameters, and the signatures of both versions.
VECTORS: list[tuple[str, Mapping[str, str], str, str]] = [
    (
        "a b+c/ü 图.png",
        {},
        "L03cKLMpx1399goNlrCiReE5+WQ=",
        "703cebd10d165607473ad682e2cc13357f337cf543c934a2dec92d81848465c9",
    ),
    (
        "plain",
        PROCESSED,
        "Aa/BdTPIoyvpyW+6PT6nridKkqw=",
        "4b2c7604bedbff1296235b30a0a646b3e67bce1d13762fb9f473c4093b92c440",
    ),
]


@pytest.mark.parametrize(("key", "params", "v1", "v4"), VECTORS)
def test_a_signature_is_that_of_the_vector(key: str, params: Mapping[str, str], v1: str, v4: str) -> None:
    first = sign_v1(KEYS, bucket=BUCKET, key=key, expires=AT + 3600, params=params)
    fourth = sign_v4(KEYS, bucket=BUCKET, key=key, region=REGION, at=AT, lifetime=3600, params=params)
    assert dict(parsed(first)) == {
        "Expires": str(AT + 3600),
        "OSSAccessKeyId": KEYS.access_key_id,
        "Signature": v1,
        **params,
    }
    assert dict(parsed(fourth))["x-oss-signature"] == v4


def test_a_slash_stays_and_further_parameters_follow_by_name() -> None:
    link = sign_v1(KEYS, bucket=BUCKET, key="plain", expires=AT + 3600, params=PROCESSED)
    assert link.endswith(
        "&Signature=Aa/BdTPIoyvpyW%2B6PT6nridKkqw%3D"
        "&response-content-type=image/png&x-oss-process=image/resize%2Cw_100"
    )


@given(bucket=BUCKETS, key=OBJECTS, keys=PAIRS_OF_KEYS, at=TIMES, lifetime=LIFETIMES, params=PARAMS)
def test_version_1_signs_as_the_sdk_does(
    sdk_time: SimpleNamespace,
    bucket: str,
    key: str,
    keys: Keys,
    at: int,
    lifetime: int,
    params: dict[str, str],
) -> None:
    sdk_time.seconds = at
    theirs = sdk_link(oss2.Auth, keys, bucket, key, lifetime, params=dict(params))
    ours = sign_v1(keys, bucket=bucket, key=key, expires=at + lifetime, params=params)
    assert dict(parsed(ours)) == dict(parsed(theirs))
    for link in (ours, theirs):
        assert checked(link, keys=keys, bucket=bucket, key=key, now=at).ok


@given(
    bucket=BUCKETS,
    key=OBJECTS,
    keys=PAIRS_OF_KEYS,
    region=REGIONS,
    at=TIMES,
    lifetime=LIFETIMES,
    params=PARAMS,
)
def test_version_4_signs_as_the_sdk_does(
    sdk_time: SimpleNamespace,
    bucket: str,
    key: str,
    keys: Keys,
    region: str,
    at: int,
    lifetime: int,
    params: dict[str, str],
) -> None:
    sdk_time.seconds = at
    theirs = sdk_link(oss2.AuthV4, keys, bucket, key, lifetime, region=region, params=dict(params))
    ours = sign_v4(keys, bucket=bucket, key=key, region=region, at=at, lifetime=lifetime, params=params)
    assert dict(parsed(ours)) == dict(parsed(theirs))
    for link in (ours, theirs):
        assert checked(link, keys=keys, bucket=bucket, key=key, region=region, now=at).ok


@pytest.mark.parametrize("auth", [oss2.Auth, oss2.AuthV4])
def test_signed_headers_are_those_of_the_sdk(sdk_time: SimpleNamespace, auth: Any) -> None:
    sdk_time.seconds = AT
    headers = {"Content-Type": "text/plain", "Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg==", "x-oss-b": "2"}
    link = sdk_link(auth, KEYS, BUCKET, IMAGE, 60, headers=oss2.CaseInsensitiveDict(headers))
    options: dict[str, Any] = {"bucket": BUCKET, "key": IMAGE, "headers": headers}
    ours = sign_v1(KEYS, expires=AT + 60, **options)
    if auth is oss2.AuthV4:
        ours = sign_v4(KEYS, region=REGION, at=AT, lifetime=60, **options)
    assert dict(parsed(ours)) == dict(parsed(link))
    assert checked(link, headers=headers).ok
    assert checked(link).breach is Breach.SIGNATURE_MISMATCH
    assert checked(link, headers={**headers, "X-Oss-Range-Behavior": "standard"}).breach is not None


def test_additional_headers_are_signed_with_their_names(sdk_time: SimpleNamespace) -> None:
    sdk_time.seconds = AT
    headers = {"host": "wxtechsz.oss-cn-shenzhen.aliyuncs.com"}
    link = sdk_link(oss2.AuthV4, KEYS, BUCKET, IMAGE, 60, headers=dict(headers), additional_headers=["host"])
    assert checked(link, headers=headers).ok
    assert checked(link, headers={"host": "elsewhere"}).breach is Breach.SIGNATURE_MISMATCH


@pytest.mark.parametrize("lifetime", [-1, 0, 604_801])
def test_no_link_of_version_4_is_made_with_a_lifetime_that_is_refused(lifetime: int) -> None:
    with pytest.raises(ValueError, match="lives 1 to 604800 s"):
        sign_v4(KEYS, bucket=BUCKET, key=IMAGE, region=REGION, at=AT, lifetime=lifetime)


def test_a_signed_head_is_no_get(sdk_time: SimpleNamespace) -> None:
    sdk_time.seconds = AT
    link = sdk_link(oss2.Auth, KEYS, BUCKET, IMAGE, 60, method="HEAD")
    assert checked(link, method="HEAD").ok
    assert checked(link).breach is Breach.SIGNATURE_MISMATCH
