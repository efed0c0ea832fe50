"""The fixtures. They are plain functions, so asynchronous tests and `unittest` cases can use them as well."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.pytest_plugin import lifeline, trial
from mockserver.pytest_plugin.run import RUN, Run
from mockserver.pytest_plugin.terms import Settings, TermsError, merged

if TYPE_CHECKING:
    from mockserver import MockServer, RemoteSandbox, RemoteServer, RunningSandbox, providers
    from mockserver.intercept import Interception
    from mockserver.pytest_plugin.transport import Transport


@pytest.fixture(scope="session")
def mockserver_options() -> Mapping[str, Any]:
    """Keyword arguments of MockServer, such as `allow_hosts`; override it to set them. A dict.

    They say nothing to a server of --mockserver-url."""
    return {}


@pytest.fixture(scope="session")
def mockserver(
    pytestconfig: pytest.Config, mockserver_options: Mapping[str, Any]
) -> Iterator[MockServer | RemoteServer]:
    """The server, for the whole run: a MockServer, or the RemoteServer of --mockserver-url.

    What `mockserver.sandbox()` mints is judged as the fixture `sandbox` is, and dropped at the end of the
    test or fixture that minted it."""
    lifeline.hold(pytestconfig)
    run = pytestconfig.stash[RUN]
    with _server(run, mockserver_options) as server:
        run.begin(server)
        try:
            yield server
        finally:
            run.end()


@pytest.fixture
def mockserver_settings() -> Settings:
    """Settings of the test's sandbox by provider; override it to set them. A dict of dicts.

    Those of markers come on top: @pytest.mark.mockserver(qps=None, picwish={"polls": 3})."""
    return {}


@pytest.fixture
def mockserver_sandbox(
    request: pytest.FixtureRequest, mockserver: MockServer | RemoteServer, mockserver_settings: Settings
) -> RunningSandbox | RemoteSandbox:
    """The same as `sandbox`, for where a project has a fixture of that name for something else."""
    from mockserver.settings import SettingError

    run = request.config.stash[RUN]
    try:
        settings = merged(mockserver_settings, trial.terms(request.node).settings)
        sandbox = mockserver.sandbox(**settings)
    except (TermsError, SettingError, LookupError) as error:
        raise pytest.fail.Exception(f"the test's sandbox cannot be made: {error}", pytrace=False) from None
    run.watch.minted(sandbox)
    return sandbox


@pytest.fixture
def sandbox(mockserver_sandbox: RunningSandbox | RemoteSandbox) -> RunningSandbox | RemoteSandbox:
    """A fresh sandbox, whose client is judged when the test ends: a RunningSandbox (or RemoteSandbox).

    It has keys of its own at each provider, a clock, a journal, faults, and the settings of
    `mockserver_settings` and of markers."""
    return mockserver_sandbox


@pytest.fixture
def ailab(request: pytest.FixtureRequest, sandbox: object) -> providers.ailab.Access:
    """AILabTools in the test's sandbox: `url` and `api_key`, for the header ailabapi-api-key."""
    return _reachable(request, sandbox).ailab


@pytest.fixture
def tencent_bda(request: pytest.FixtureRequest, sandbox: object) -> providers.tencent_bda.Access:
    """Tencent Cloud BDA in the test's sandbox: `url`, `endpoint`, `secret_id` and `secret_key`."""
    return _reachable(request, sandbox).tencent_bda


@pytest.fixture
def picwish(request: pytest.FixtureRequest, sandbox: object) -> providers.picwish.Access:
    """PicWish in the test's sandbox: `url` and `api_key`, for the header X-API-KEY."""
    return _reachable(request, sandbox).picwish


@pytest.fixture
def processimage(request: pytest.FixtureRequest, sandbox: object) -> providers.processimage.Access:
    """processimage.cn in the test's sandbox: `url`, `app_id` and `app_secret`."""
    return _reachable(request, sandbox).processimage


@pytest.fixture
def mockserver_environment(
    request: pytest.FixtureRequest,
    mockserver: MockServer | RemoteServer,
    sandbox: object,
    monkeypatch: pytest.MonkeyPatch,
) -> Mapping[str, str]:
    """URLs and keys of the test's sandbox as environment variables, such as MOCKSERVER_AILAB_API_KEY. A dict.

    They are set for as long as the test runs, for clients and child processes that read them."""
    from mockserver.environment import variables

    found = variables(_reachable(request, sandbox), mockserver.url)
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def mockserver_transport(mockserver: MockServer | RemoteServer) -> Iterator[Transport]:
    """A transport for httpx.Client and httpx.AsyncClient that needs no socket. URLs stay as they are.

    Whatever host is asked, the mock server answers. To that of --mockserver-url it goes by the network."""
    from mockserver.pytest_plugin.transport import Transport

    with Transport(mockserver) as transport:
        yield transport


@pytest.fixture
def mockserver_intercept(
    pytestconfig: pytest.Config, mockserver: MockServer | RemoteServer
) -> Iterator[Interception]:
    """The server answers for the providers' real hosts, over TLS, and for no other: an Interception.

    HTTPS_PROXY, SSL_CERT_FILE and the like are set for as long as the test runs, for clients that are made
    after that. Needs the extra `tls`."""
    from mockserver.server import ServerError

    try:
        interception = mockserver.intercept()
    except ServerError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    pytestconfig.stash[RUN].interception = interception
    with interception.applied():
        yield interception


def _server(
    run: Run, options: Mapping[str, Any]
) -> contextlib.AbstractContextManager[MockServer | RemoteServer]:
    from mockserver.remote import connect
    from mockserver.server import MockServer, ServerError

    if run.options.url is None:
        return MockServer(**options)
    try:
        return connect(run.options.url, run.options.token)
    except (ServerError, PermissionError, ValueError) as error:
        raise pytest.fail.Exception(f"{run.options.url_given}: {error}", pytrace=False) from None


def _reachable(request: pytest.FixtureRequest, sandbox: object) -> RunningSandbox | RemoteSandbox:
    """The project's `sandbox`, or ours, where the project's is something else."""
    from mockserver import RemoteSandbox, RunningSandbox

    if isinstance(sandbox, RunningSandbox | RemoteSandbox):
        return sandbox
    found: RunningSandbox | RemoteSandbox = request.getfixturevalue("mockserver_sandbox")
    return found
