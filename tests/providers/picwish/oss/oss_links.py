"""A storage with one pair of keys and one image in it, and a link of each version to that image."""

from typing import Any

import pytest

from mockserver.providers.picwish.oss.presigned import Keys
from mockserver.providers.picwish.oss.signing import sign_v1, sign_v4
from mockserver.providers.picwish.oss.verdict import Verdict
from mockserver.providers.picwish.oss.verification import verify

KEYS = Keys(access_key_id="LTAI5tMockMockMockMockMo", access_key_secret="mock-secret-mock-secret")
BUCKET, REGION, AT = "wxtechsz", "cn-shenzhen", 1_700_000_000
IMAGE = "tasks/output/segmentation/93a5e47b-image.png"
V1 = sign_v1(KEYS, bucket=BUCKET, key=IMAGE, expires=AT + 3600)
V4 = sign_v4(KEYS, bucket=BUCKET, key=IMAGE, region=REGION, at=AT, lifetime=3600)
BOTH = pytest.mark.parametrize("link", [V1, V4], ids=["V1", "V4"])


def checked(link: str, *, keys: Keys = KEYS, **overrides: Any) -> Verdict:
    """The verdict on a link, by a storage that knows one pair of keys."""
    request = {"method": "GET", "bucket": BUCKET, "key": IMAGE, "now": AT, "region": REGION, **overrides}
    return verify({keys.access_key_id: keys}.get, query=link, **request)
