"""What real exchanges with a server leave in the coverage of their sandbox, and of the server."""

import io
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
from PIL import Image

from contract_tests.clients.ailab import AilabClient, AilabError
from contract_tests.clients.picwish import PicwishClient, PicwishError, TaskFailed
from contract_tests.clients.processimage import ProcessimageClient, ProcessimageError
from contract_tests.clients.tencent_bda import TencentBdaClient, TencentError
from mockserver import MockServer, RunningSandbox, fixtures
from mockserver.catalogue import Trigger
from mockserver.contract.coverage import Coverage, Standing

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
REFUSED = (AilabError, PicwishError, TaskFailed, ProcessimageError, TencentError, httpx.HTTPError)


def ailab(sandbox: RunningSandbox) -> None:
    with AilabClient(sandbox.ailab.url, sandbox.ailab.api_key) as client:
        client.heads(PORTRAIT)


def picwish(sandbox: RunningSandbox) -> None:
    with PicwishClient(sandbox.picwish.url, sandbox.picwish.api_key) as client:
        client.cut_out(PORTRAIT)


def processimage(sandbox: RunningSandbox) -> None:
    access = sandbox.processimage
    with ProcessimageClient(access.url, access.app_id, access.app_secret) as client:
        client.clear(drawing(), [{"x": 4, "y": 4, "w": 20, "h": 10}])


def tencent_bda(sandbox: RunningSandbox) -> None:
    access = sandbox.tencent_bda
    with TencentBdaClient(access.url, access.secret_id, access.secret_key) as client:
        client.segment(PORTRAIT, ["Head"])


CALLS: dict[str, Callable[[RunningSandbox], None]] = {
    "ailab": ailab,
    "picwish": picwish,
    "processimage": processimage,
    "tencent_bda": tencent_bda,
}
OPERATION = {
    "ailab": "avatar-extraction",
    "picwish": "segmentation",
    "processimage": "access",
    "tencent_bda": "SegmentCustomizedPortraitPic",
}
MET = {
    "ailab": {"success", "format.jpeg"},
    "picwish": {"success", "state.1", "mode.sync", "source.image_file", "format.jpeg", "option.type.auto"},
    "processimage": {"success", "code.200", "authentication.signature", "option.rectangles", "format.png"},
    "tencent_bda": {"success", "option.Head", "source.Image", "authentication.TC3-HMAC-SHA256.POST"},
}
HONEST = {
    "ailab": "error.ERROR_NO_FACE_IN_FILE",
    "picwish": "error.429",
    "processimage": "error.429.qps",
    "tencent_bda": "error.RequestLimitExceeded",
}
ONLY_BY_FAULT = {
    "ailab": "error.UNKNOWN_ERROR",
    "picwish": "error.500",
    "processimage": "error.503.stopping",
    "tencent_bda": "error.FailedOperation.RpcFail",
}
every_provider = pytest.mark.parametrize("provider", sorted(CALLS))


def drawing() -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((96, 64)).convert("RGB").save(file, "PNG")
    return file.getvalue()


def call(sandbox: RunningSandbox, provider: str) -> None:
    """One honest call, however it is answered."""
    with suppress(*REFUSED):
        CALLS[provider](sandbox)


def coverage(sandbox: RunningSandbox) -> Coverage:
    return Coverage.of_sandbox(sandbox)


def met(sandbox: RunningSandbox, provider: str) -> set[str]:
    rows = coverage(sandbox)[provider].rows
    return {row.behaviour.id.partition(".")[2] for row in rows if row.met}


@pytest.fixture
def own_server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@every_provider
def test_a_request_marks_what_it_met(sandbox: RunningSandbox, provider: str) -> None:
    CALLS[provider](sandbox)
    found = coverage(sandbox)[provider]
    assert met(sandbox, provider) >= MET[provider]
    assert {by for row in found.rows for by in row.met.values()} == {Trigger.REQUEST}
    assert found.operations[OPERATION[provider]] >= len(MET[provider])
    assert [one.provider for one in coverage(sandbox) if one.called] == [provider]


@every_provider
def test_what_the_coverage_has_is_what_the_journal_has(sandbox: RunningSandbox, provider: str) -> None:
    for _ in range(3):
        call(sandbox, provider)
    journal = {behaviour for one in sandbox.journal for behaviour in one.behaviours}
    assert {one.behaviour for one in coverage(sandbox).meetings} == journal


@every_provider
def test_a_fault_marks_as_by_a_fault(sandbox: RunningSandbox, provider: str) -> None:
    sandbox.fail(provider, HONEST[provider])
    call(sandbox, provider)
    row = coverage(sandbox)[provider][HONEST[provider]]
    assert dict(row.met) == {OPERATION[provider]: Trigger.FAULT}
    assert row.standing is Standing.FORCED
    assert {one.by for one in coverage(sandbox).meetings} == {Trigger.FAULT}
    assert coverage(sandbox).by_request.met == 0


@every_provider
def test_what_only_a_fault_can_cause_is_met_by_it(sandbox: RunningSandbox, provider: str) -> None:
    sandbox.fail(provider, ONLY_BY_FAULT[provider])
    call(sandbox, provider)
    assert coverage(sandbox)[provider][ONLY_BY_FAULT[provider]].standing is Standing.MET
    assert coverage(sandbox)[provider].by_fault.met == 1


@every_provider
def test_an_answer_that_a_damage_replaced_does_not_count(sandbox: RunningSandbox, provider: str) -> None:
    sandbox.fail(provider, "http.status", status=502)
    call(sandbox, provider)
    assert sandbox.journal.last.behaviours
    assert met(sandbox, provider) == set()


@every_provider
def test_an_unanswered_request_does_not_count(sandbox: RunningSandbox, provider: str) -> None:
    sandbox.fail(provider, "connection.reset")
    call(sandbox, provider)
    assert len(sandbox.journal) == 1
    assert met(sandbox, provider) == set()


def test_pace_is_met_by_an_honest_request_after_it_was_met_by_a_fault(sandbox: RunningSandbox) -> None:
    sandbox.clock.freeze()
    sandbox.fail("picwish", "error.429")
    sandbox.set("picwish", qps=2)
    call(sandbox, "picwish")
    assert coverage(sandbox)["picwish"]["error.429"].standing is Standing.FORCED
    for _ in range(3):
        call(sandbox, "picwish")
    assert coverage(sandbox)["picwish"]["error.429"].standing is Standing.MET


def test_a_task_that_a_fault_let_fail_is_no_honest_failure(sandbox: RunningSandbox) -> None:
    sandbox.fail("picwish", "state.-1")
    with PicwishClient(sandbox.picwish.url, sandbox.picwish.api_key) as client:
        task = client.create(PORTRAIT)
        sandbox.clock.travel(minutes=1)
        with pytest.raises(TaskFailed):
            client.query(task)
    row = coverage(sandbox)["picwish"]["state.-1"]
    assert dict(row.met) == {"query": Trigger.FAULT}


def test_a_link_that_ends_while_time_travels_is_met(sandbox: RunningSandbox) -> None:
    with AilabClient(sandbox.ailab.url, sandbox.ailab.api_key) as client:
        (head,) = client.heads(PORTRAIT)
        client.download(head)
        sandbox.clock.travel(hours=25)
        with pytest.raises(httpx.HTTPStatusError):
            client.download(head)
    rows = coverage(sandbox)["ailab"]
    assert dict(rows["asset.alive"].met) == dict(rows["asset.expired"].met) == {"result": Trigger.REQUEST}
    assert "success" in met(sandbox, "ailab")


def test_a_callback_that_nobody_takes_is_refused(sandbox: RunningSandbox) -> None:
    with PicwishClient(sandbox.picwish.url, sandbox.picwish.api_key) as client:
        client.create(PORTRAIT, callback_url="http://127.0.0.1:9/nobody")
        sandbox.clock.travel(minutes=5)
    rows = coverage(sandbox)["picwish"]
    assert dict(rows["callback.refused"].met) == {"callback": Trigger.REQUEST}
    assert not rows["state.1"].met
    assert rows.operations["callback"] == 1


def test_an_exchange_that_the_journal_let_go_still_counts(sandbox: RunningSandbox) -> None:
    call(sandbox, "ailab")
    sandbox.journal.clear()
    assert met(sandbox, "ailab") >= MET["ailab"]


def test_a_key_of_nobody_is_met_by_the_server_and_by_no_sandbox(own_server: MockServer) -> None:
    sandbox = own_server.sandbox()
    with AilabClient(own_server.url, "nobody's key") as client, suppress(AilabError):
        client.heads(PORTRAIT)
    of_server = Coverage.of_state(own_server.app.engine.state)
    assert of_server["ailab"]["error.ERROR_USER_NOT_EXISTS"].standing is Standing.MET
    assert coverage(sandbox) == coverage(own_server.default) == Coverage()


def test_a_reset_sandbox_begins_anew_and_the_server_goes_on(own_server: MockServer) -> None:
    state, sandbox = own_server.app.engine.state, own_server.sandbox()
    call(sandbox, "ailab")
    before = Coverage.of_state(state)
    assert coverage(sandbox) == before
    sandbox.reset()
    assert coverage(sandbox) == Coverage()
    assert Coverage.of_state(state) == before
    call(sandbox, "ailab")
    assert coverage(sandbox) == before


def test_what_a_dropped_sandbox_met_stays_with_the_server(own_server: MockServer) -> None:
    state, sandbox = own_server.app.engine.state, own_server.sandbox()
    call(sandbox, "ailab")
    sandbox.drop()
    assert coverage(sandbox) == Coverage()
    assert Coverage.of_state(state)["ailab"]["success"].standing is Standing.MET


def test_the_server_has_what_its_sandboxes_have(own_server: MockServer) -> None:
    some, other = own_server.sandbox(), own_server.sandbox()
    call(some, "ailab")
    other.fail("ailab", HONEST["ailab"])
    call(other, "ailab")
    merged = Coverage.merged(coverage(some), coverage(other))
    assert Coverage.of_state(own_server.app.engine.state) == merged
    assert coverage(some) != coverage(other) != merged
