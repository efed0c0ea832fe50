"""Base64 in pieces is the same as in one."""

import asyncio
import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.providers.tencent_bda import transfer

LARGE = bytes(range(256)) * 8192


@given(st.binary(max_size=300))
@example(LARGE)
@example(LARGE[:-1])
def test_a_round_trip_gives_the_same_bytes(data: bytes) -> None:
    text = transfer.encode(data).decode()
    assert text == base64.b64encode(data).decode()
    assert asyncio.run(transfer.decode(text)) == data


@given(st.text("AB=+/ -\n", max_size=12))
def test_what_python_refuses_as_strict_base64_is_refused(text: str) -> None:
    try:
        expected = base64.b64decode(text, validate=True)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            asyncio.run(transfer.decode(text))
    else:
        assert asyncio.run(transfer.decode(text)) == expected
