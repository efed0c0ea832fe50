"""What a person sees of a sandbox: in a shell, in a failed assertion, in a log."""

import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer, RemoteServer, RunningSandbox, connect
from mockserver.fixtures.edges import sized
from mockserver.journal import Exchange

AILAB = "/api/cutout/portrait/avatar-extraction"
EXCHANGE = Exchange(
    provider="ailab",
    operation="avatar-extraction",
    sandbox="e101ab20",
    at=5.0,
    received_at=5.0,
    milliseconds=0.41,
    method="POST",
    path=AILAB,
    scheme="http",
    http_version="1.1",
    query="",
    headers=[],
    fields={},
    files=(),
    status=401,
    response_headers=[],
    response={"content_type": None, "size": 0},
    behaviours=["ailab.error.ERROR_APPLICATIONS_NOT_EXISTS"],
    faults=[],
    explanation=None,
    notes=["there is no header", "look"],
)


@pytest.fixture
def remote(server: MockServer) -> Iterator[RemoteServer]:
    with connect(server.url) as remote:
        yield remote


def upload(sandbox: RunningSandbox, key: str | None = None) -> None:
    headers = {"ailabapi-api-key": key or sandbox.ailab.api_key}
    httpx.post(sandbox.ailab.url + AILAB, headers=headers, files={"image": sized(200, 250)}, timeout=30)


def test_an_exchange_is_one_line() -> None:
    assert str(EXCHANGE) == (
        f"401 POST {AILAB}  ailab.error.ERROR_APPLICATIONS_NOT_EXISTS  0.4 ms: there is no header"
    )
    assert repr(EXCHANGE) == f"<Exchange {EXCHANGE}>"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"status": None}, f"- POST {AILAB}  b  0.4 ms"),
        ({"faults": ["http.delay", "x"]}, f"401 POST {AILAB}  b  fault http.delay, x  0.4 ms"),
        ({"behaviours": []}, f"401 POST {AILAB}  0.4 ms"),
        ({"behaviours": ["token.accepted", "error.401"]}, f"401 POST {AILAB}  error.401 +1  0.4 ms"),
        ({"status": 200, "behaviours": ["ok", "o", "p"]}, f"200 POST {AILAB}  ok +2  0.4 ms"),
        ({"path": "/" + "a" * 200}, f"401 POST /{'a' * 118}…  b  0.4 ms"),
        ({"path": "/\x1b[2J\n\ud800"}, "401 POST /\ufffd[2J\ufffd\ufffd  b  0.4 ms"),
    ],
)
def test_a_line_tells_what_matters(change: dict[str, object], line: str) -> None:
    exchange = replace(EXCHANGE, behaviours=["b"], notes=[])
    assert str(replace(exchange, **change)) == line  # type: ignore[arg-type]


@given(path=st.text(), note=st.text())
def test_a_line_is_one_whatever_was_sent(path: str, note: str) -> None:
    line = str(replace(EXCHANGE, path=path, notes=[note]))
    assert line.isprintable()
    assert len(line) < 700


@pytest.mark.parametrize(("status", "refused"), [(200, False), (302, False), (400, True), (None, True)])
def test_an_error_and_no_answer_are_refusals(status: int | None, refused: bool) -> None:
    assert replace(EXCHANGE, status=status).refused is refused


def test_a_journal_is_a_line_for_each_exchange(sandbox: RunningSandbox, remote: RemoteServer) -> None:
    assert str(sandbox.journal) == str(remote.sandbox().journal) == "no exchange yet"
    upload(sandbox)
    upload(sandbox, key=f"{sandbox.ailab.api_key}\t!")
    first, second = str(sandbox.journal).splitlines()
    assert re.fullmatch(rf"  0  200 POST {AILAB}  ailab\.success \+\d+  \d+\.\d ms", first)
    assert second == f"  1  {sandbox.journal.last}"
    assert repr(sandbox.journal) == f"<Journal: 2 exchanges, the last {sandbox.journal.last}>"
    with pytest.raises(IndexError, match="there is no exchange 2; the journal has 2"):
        sandbox.journal[2]


def test_a_journal_tells_how_many_exchanges_it_dropped(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.journal.MAX_ENTRIES", 1)
    upload(sandbox, key="")
    httpx.get(f"{sandbox.ailab.url}/nowhere", headers={"ailabapi-api-key": sandbox.ailab.api_key})
    upload(sandbox)
    assert str(sandbox.journal).startswith(
        f"{sandbox.journal.dropped} older exchanges were dropped\n  0  200"
    )


def test_a_sandbox_shows_its_id_and_how_much_happened(sandbox: RunningSandbox) -> None:
    assert repr(sandbox) == f"<sandbox {sandbox.id}: 0 exchanges>"
    upload(sandbox)
    assert repr(sandbox) == f"<sandbox {sandbox.id}: 1 exchange>"


def test_what_is_elsewhere_shows_where_without_asking(server: MockServer, remote: RemoteServer) -> None:
    there = remote.sandbox()
    remote.close()
    assert repr(remote) == f"<RemoteServer at {server.url}>"
    assert repr(there) == f"<sandbox {there.id} at {server.url}>"
    for part in ("clock", "faults", "journal", "callbacks"):
        shown = repr(getattr(there, part))
        assert shown == f"<Remote{part.title()} at {server.url}/_mock/sandboxes/{there.id}/{part}>"


def test_faults_show_what_they_did(sandbox: RunningSandbox) -> None:
    assert repr(sandbox.faults) == "<Faults: none>"
    sandbox.fail("ailab", "error.ERROR_USER_LOCKED")
    sandbox.fail("picwish", "http.delay", seconds=0)
    upload(sandbox)
    shown = "<Faults: ailab ailab.error.ERROR_USER_LOCKED, struck 1 of 1; picwish http.delay, struck 0 of 0>"
    assert repr(sandbox.faults) == shown


def test_callbacks_show_where_they_go(sandbox: RunningSandbox) -> None:
    assert repr(sandbox.callbacks) == "<Callbacks: none>"
    fields = {"callback_url": "http://127.0.0.1:9/done?token=hush-hush-hush"}
    headers = {"X-API-KEY": sandbox.picwish.api_key}
    url = f"{sandbox.picwish.url}/api/tasks/visual/segmentation"
    httpx.post(url, headers=headers, data=fields, files={"image_file": sized(100, 120)}, timeout=30)
    assert repr(sandbox.callbacks).startswith(
        "<Callbacks: picwish to http://127.0.0.1:9/done?token=hush-h… ("
    )
    sandbox.drop()


def test_a_server_shows_whether_it_runs(server: MockServer) -> None:
    assert repr(server) == f"<MockServer at {server.url}>"
    assert repr(MockServer()) == "<MockServer: not running>"


PROVIDERS = "Its providers are ailab, picwish, processimage, tencent_bda"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tencent", f"a sandbox has no 'tencent'. Did you mean tencent_bda? {PROVIDERS}"),
        ("findngs", f"a sandbox has no 'findngs'. Did you mean findings? {PROVIDERS}"),
        ("zzz", f"a sandbox has no 'zzz'. {PROVIDERS}"),
    ],
)
def test_a_name_that_a_sandbox_has_not_is_told_the_nearest(
    sandbox: RunningSandbox, remote: RemoteServer, name: str, text: str
) -> None:
    for one in (sandbox, remote.sandbox()):
        with pytest.raises(AttributeError, match=re.escape(text)):
            getattr(one, name)


@pytest.mark.parametrize(
    ("provider", "name", "text"),
    [
        ("ailab", "key", "ailab has no 'key'. Did you mean api_key? It has api_key, url"),
        ("processimage", "app_scret", "Did you mean app_secret? It has app_id, app_secret, url"),
        ("tencent_bda", "zzz", "tencent_bda has no 'zzz'. It has endpoint, "),
    ],
)
def test_a_name_that_an_access_has_not_is_told_what_it_has(
    sandbox: RunningSandbox, provider: str, name: str, text: str
) -> None:
    access = sandbox.access(provider)
    with pytest.raises(AttributeError, match=re.escape(text)):
        getattr(access, name)
    assert not hasattr(access, "_private")


def test_an_empty_journal_says_where_else_to_look(sandbox: RunningSandbox, remote: RemoteServer) -> None:
    for journal in (sandbox.journal, remote.sandbox().journal):
        for index in (0, -1):
            with pytest.raises(IndexError, match=r"no exchange yet; .* server\.strangers"):
                journal[index]
        assert list(journal) == journal[:] == []
