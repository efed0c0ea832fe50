"""Which server is verified, and with which keys."""

from collections.abc import Iterator

import httpx
import pytest

from contract_tests.provider.keys import Given, UnusableKey, found, given, variables
from contract_tests.provider.target import NoTarget, Target, find
from mockserver import MockServer


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


def nobody(url: str = "http://elsewhere.invalid", **answer: object) -> httpx.Client:
    """A client for which every server is the same."""
    return httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(**answer)))  # type: ignore[arg-type]


def test_of_a_mock_a_sandbox_is_minted(server: MockServer, client: httpx.Client) -> None:
    target = find(server.url, client, environ={})
    assert target.is_mock
    assert target.minted is not None
    assert target.minted in target.about
    assert set(target.providers) == set(target.keys) == {"ailab", "tencent_bda", "picwish", "processimage"}


def test_a_minted_sandbox_has_no_limit_unless_it_shall_have_one(
    server: MockServer, client: httpx.Client
) -> None:
    free = find(server.url, client, environ={})
    limited = find(server.url, client, environ={}, limited=True)
    assert "without a limit" in free.about
    assert "without a limit" not in limited.about


def test_a_mock_behind_a_prefix_is_a_mock(server: MockServer, client: httpx.Client) -> None:
    target = find(f"{server.url}/picwish/", client, providers=["picwish"], environ={})
    assert target.url == f"{server.url}/picwish"
    assert target.is_mock


def test_given_keys_are_used_for_a_mock_too(server: MockServer, client: httpx.Client) -> None:
    sandbox = server.sandbox()
    target = find(
        server.url,
        client,
        providers=["ailab"],
        options=[given(f"api_key={sandbox.ailab.api_key}")],
        environ={},
    )
    assert target.minted is None
    assert target.keys == {"ailab": {"api_key": sandbox.ailab.api_key}}


def test_the_environment_of_exec_is_understood(server: MockServer, client: httpx.Client) -> None:
    environ = {
        "MOCKSERVER_TENCENT_BDA_SECRET_ID": "AKIDmock",
        "MOCKSERVER_TENCENT_BDA_SECRET_KEY": "mock-key",
    }
    target = find(server.url, client, providers=["tencent_bda"], environ=environ)
    assert target.keys == {"tencent_bda": {"secret_id": "AKIDmock", "secret_key": "mock-key"}}
    assert variables("tencent_bda") == tuple(environ)


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://www.ailabapi.com", "ailab"),
        ("bda.tencentcloudapi.com", "tencent_bda"),
        ("https://bda.ap-beijing.tencentcloudapi.com/", "tencent_bda"),
        ("https://techsz.aoscdn.com", "picwish"),
        ("https://techhk.aoscdn.com", "picwish"),
        ("https://www.processimage.cn", "processimage"),
    ],
)
def test_a_documented_host_says_which_provider_it_is(url: str, provider: str) -> None:
    with nobody(status_code=500) as client:
        target = find(url, client, environ={})
    assert target.providers == (provider,)
    assert not target.is_mock
    assert target.url.startswith("https://")
    assert "without keys" in target.about
    assert variables(provider)[0] in target.no_keys(provider)


def test_another_server_needs_to_be_told() -> None:
    with nobody(status_code=404) as client, pytest.raises(NoTarget, match="which provider is at"):
        find("http://staging.example.com", client, environ={})
    with nobody(status_code=404) as client:
        target = find("http://staging.example.com", client, providers=["picwish"], environ={})
    assert target.providers == ("picwish",)
    with nobody(status_code=404) as client, pytest.raises(NoTarget, match="one provider alone"):
        find("http://staging.example.com", client, providers=["picwish", "ailab"], environ={})


def test_where_nothing_answers_that_is_told(client: httpx.Client) -> None:
    with pytest.raises(NoTarget, match=r"nothing answers at http://127\.0\.0\.1:9: .*mockserver serve"):
        find("127.0.0.1:9", client, environ={})


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.com", "http://", "http://x/?a=b", "http://x/#a", "://", "http://[", "http://x:99999"],
)
def test_what_is_no_url_is_refused(client: httpx.Client, url: str) -> None:
    with pytest.raises(NoTarget, match="is no URL"):
        find(url, client, environ={}, providers=["ailab"])


def test_a_control_api_that_wants_a_token_is_told(client: httpx.Client) -> None:
    with MockServer(control_token="mock-token") as server:
        with pytest.raises(NoTarget, match=r"no sandbox can be minted .*--key"):
            find(server.url, client, environ={})
        assert find(server.url, client, environ={}, token="mock-token").minted


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("api_key", "NAME=VALUE"),
        ("api_key=", "NAME=VALUE"),
        ("=mock", "NAME=VALUE"),
        ("api_kye=mock-secret", "Did you mean api_key"),
        ("nobody.api_key=mock-secret", "there is no provider 'nobody'"),
        ("ailab.secret_id=mock-secret", "There are api_key"),
    ],
)
def test_a_key_that_is_none_is_refused_and_never_repeated(text: str, why: str) -> None:
    with pytest.raises(UnusableKey, match=why) as caught:
        given(text)
    assert "mock-secret" not in str(caught.value)


def test_half_of_the_keys_are_not_enough() -> None:
    with pytest.raises(
        UnusableKey, match="tencent_bda needs secret_id and secret_key; there is no secret_key"
    ):
        found(["tencent_bda"], [given("secret_id=AKIDmock")], {})


def test_a_key_that_several_have_needs_its_provider() -> None:
    with pytest.raises(UnusableKey, match=r"Say ailab\.api_key or picwish\.api_key"):
        found(["ailab", "picwish"], [given("api_key=mock-secret")], {})
    keys = found(["ailab", "picwish"], [given("picwish.api_key=mock-secret")], {})
    assert keys == {"picwish": {"api_key": "mock-secret"}}


def test_an_option_comes_before_the_environment() -> None:
    keys = found(["ailab"], [given("api_key=mine")], {"MOCKSERVER_AILAB_API_KEY": "theirs"})
    assert keys == {"ailab": {"api_key": "mine"}}


def test_what_is_shown_of_keys_holds_none() -> None:
    assert "mock-secret" not in repr(Given(provider=None, name="api_key", value="mock-secret"))
    target = Target(
        url="http://x", about="", providers=("ailab",), keys={"ailab": {"api_key": "mock-secret"}}
    )
    assert "mock-secret" not in repr(target)
