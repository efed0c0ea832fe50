"""Variables of the environment, and the texts that are made of them."""

from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer, RunningSandbox, connect, environment
from mockserver.environment import TemplateError, filled
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Provider

GIVEN = {"url": "http://127.0.0.1:1", "ailab.api_key": "a-key", "tencent_bda.secret_id": "an-id"}


def test_each_way_to_reach_a_provider_has_a_variable(server: MockServer, sandbox: RunningSandbox) -> None:
    found = environment.variables(sandbox, server.url)
    assert found["MOCKSERVER_URL"] == server.url
    assert found["MOCKSERVER_SANDBOX"] == sandbox.id
    assert found["MOCKSERVER_AILAB_URL"] == sandbox.ailab.url
    assert found["MOCKSERVER_AILAB_API_KEY"] == sandbox.ailab.api_key
    assert found["MOCKSERVER_TENCENT_BDA_ENDPOINT"] == sandbox.tencent_bda.endpoint
    assert found["MOCKSERVER_TENCENT_BDA_SECRET_KEY"] == sandbox.tencent_bda.secret_key
    assert found["MOCKSERVER_PICWISH_API_KEY"] == sandbox.picwish.api_key
    assert found["MOCKSERVER_PROCESSIMAGE_APP_SECRET"] == sandbox.processimage.app_secret
    assert "MOCKSERVER_CONTROL_TOKEN" not in found


@pytest.mark.parametrize(
    ("provider", "keys"),
    [
        ("ailab", ["ailab.api_key"]),
        ("picwish", ["picwish.api_key"]),
        ("processimage", ["processimage.app_id", "processimage.app_secret"]),
        ("tencent_bda", ["tencent_bda.secret_id", "tencent_bda.secret_key"]),
    ],
)
def test_what_its_clients_always_need_is_known_of_each_provider(provider: str, keys: list[str]) -> None:
    [found] = [one for one in PROVIDERS if one.name == provider]
    assert [*environment.credentials(found)] == keys


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_all_that_a_provider_mints_is_there(sandbox: RunningSandbox, provider: Provider) -> None:
    found = environment.values(sandbox, "http://127.0.0.1:1")
    minted = {f"{provider.name}.{key}": value for key, value in sandbox.credentials(provider.name).items()}
    assert minted.items() <= found.items()


def test_a_sandbox_elsewhere_has_the_same_variables(server: MockServer) -> None:
    with connect(server.url) as remote:
        there = remote.sandbox()
        found = environment.variables(there, remote.url, "some-token")
    assert found["MOCKSERVER_PICWISH_API_KEY"] == there.picwish.api_key
    assert found["MOCKSERVER_CONTROL_TOKEN"] == "some-token"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("{ailab.api_key}", "a-key"),
        ("{url}/api?id={tencent_bda.secret_id}", "http://127.0.0.1:1/api?id=an-id"),
        ('{{"key": "{ailab.api_key}"}}', '{"key": "a-key"}'),
    ],
)
def test_a_template_is_filled(template: str, text: str) -> None:
    assert filled(template, GIVEN) == text


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (
            "{ailab.key}",
            "there is no field {ailab.key}. Did you mean {ailab.api_key}?",
        ),
        ("{ailab_api_key}", "Did you mean {ailab.api_key}?"),
        ("{foo.url}", "there is no provider 'foo'. There are ailab, tencent_bda"),
        ("{ailb.api_key}", "there is no provider 'ailb'. Did you mean {ailab.api_key}?"),
        ("{ailb.nothing}", "there is no provider 'ailb'. Did you mean ailab?"),
        ("{}", "there is no field {}. There are"),
        ("{0}", "there is no field {0}. There are"),
        ("{url.__class__}", "there is no field {url.__class__}"),
        ("{url!r}", "there is no field {url!r}"),
        ("{url:>9999999}", "there is no field {url:>9999999}"),
        ("{url[0]}", "there is no field {url[0]}"),
        ("{url", "'{url': expected '}' before end of string; {{ and }} stand for braces"),
        ("}", "{{ and }} stand for braces"),
    ],
)
def test_a_field_that_is_not_there_is_told_with_those_that_are(template: str, told: str) -> None:
    with pytest.raises(TemplateError) as caught:
        filled(template, GIVEN)
    assert told in str(caught.value)


@given(st.text())
def test_whatever_is_written_it_is_itself_when_its_braces_are_doubled(text: str) -> None:
    assert filled(text.replace("{", "{{").replace("}", "}}"), {}) == text


@given(st.text("{}url.!:0[]"))
def test_a_template_is_filled_as_python_would_or_not_at_all(template: str) -> None:
    try:
        text = filled(template, GIVEN)
    except TemplateError:
        return
    assert {field for _, field, _, _ in Formatter().parse(template)} <= {None, *GIVEN}
    assert text == template.format(url=GIVEN["url"])
