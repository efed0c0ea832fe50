import pytest

from mockserver.providers.keys import bare, misplaced_key

KEYED = {"idempotency-key": "x", "host": "y", "x-api-key": "", "authorization": "Bearer k"}


@pytest.mark.parametrize("dressed", ["k", "Bearer k", "BEARER   k", "'k'", '"k"', "Token 'k'", "Basic k"])
def test_a_key_is_bare_without_scheme_and_quotes(dressed: str) -> None:
    assert bare(dressed) == "k"


def test_a_header_that_only_sounds_like_a_key_is_not_one() -> None:
    found = misplaced_key(KEYED, wanted="ailabapi-api-key")
    assert found is not None
    assert (found.header, found.key) == ("authorization", "k")


def test_the_wanted_header_is_not_misplaced() -> None:
    assert misplaced_key({"x-api-key": "k"}, wanted="x-api-key") is None
