"""The two requests that Tencent Cloud publishes with their TC3 signatures."""

import pytest

from mockserver.providers.tencent_bda.signing import Authorization, Tc3Reading, tc3_reading

BODY = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
HEADERS = {
    "host": "cvm.tencentcloudapi.com",
    "content-type": "application/json; charset=utf-8",
    "x-tc-action": "DescribeInstances",
}
OLDER = (
    "Gu5t9xGARNpq86cd98joQYCN3" + "EXAMPLE",
    "content-type;host",
    "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
    "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
)
NEWER = (
    "*" * 32,
    "content-type;host;x-tc-action",
    "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
    "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
)


def reading(secret_key: str, signed_headers: str) -> Tc3Reading:
    header = (
        "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders={signed_headers}, Signature=00"
    )
    return tc3_reading(
        method="POST",
        query="",
        headers=HEADERS,
        body=BODY,
        authorization=Authorization.parse(header),
        timestamp=1551113065,
        secret_key=secret_key,
    )


@pytest.mark.parametrize(
    ("secret_key", "signed_headers", "canonical_hash", "signature"), [OLDER, NEWER], ids=["older", "newer"]
)
def test_a_published_example_verifies(
    secret_key: str, signed_headers: str, canonical_hash: str, signature: str
) -> None:
    published = reading(secret_key, signed_headers)
    assert published.string_to_sign.split("\n") == [
        "TC3-HMAC-SHA256",
        "1551113065",
        "2019-02-25/cvm/tc3_request",
        canonical_hash,
    ]
    assert published.signature == signature
    assert secret_key not in repr(published)
