import io
from collections.abc import Iterator

import pytest
from PIL import Image

from contract_tests.clients.picwish import PicwishClient, PicwishError, TaskFailed, TaskUnfinished
from mockserver import MockServer, RunningSandbox, fixtures

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
URL = "http://example.com/portrait.jpg"


@pytest.fixture
def sandbox(server: MockServer) -> RunningSandbox:
    sandbox = server.sandbox(picwish={"qps": None})
    sandbox.clock.freeze()
    sandbox.know_url(URL, PORTRAIT)
    return sandbox


@pytest.fixture
def picwish(sandbox: RunningSandbox) -> Iterator[PicwishClient]:
    """A client whose second is one of the sandbox's."""
    access = sandbox.picwish

    def sleep(seconds: float) -> None:
        sandbox.clock.travel(seconds)

    with PicwishClient(access.url, access.api_key, sleep=sleep) as client:
        yield client


@pytest.mark.parametrize("image", [PORTRAIT, URL], ids=["file", "url"])
def test_picwish_cuts_out_in_one_request(picwish: PicwishClient, image: bytes | str) -> None:
    result = picwish.cut_out(image, output_type="1", format="jpg")
    assert result.image is not None
    assert result.mask is not None
    modes = [Image.open(io.BytesIO(picwish.download(link))).mode for link in (result.image, result.mask)]
    assert modes == ["RGB", "L"]


@pytest.mark.parametrize("image", [PORTRAIT, URL], ids=["file", "url"])
@pytest.mark.parametrize("polls", [None, 1, 20])
def test_picwish_waits_for_a_task(
    picwish: PicwishClient, sandbox: RunningSandbox, image: bytes | str, polls: int | None
) -> None:
    sandbox.set("picwish", polls=polls)
    task_id = picwish.create(image)
    result = picwish.wait(task_id)
    assert (result.task_id, result.mask) == (task_id, None)
    assert result.image is not None
    assert Image.open(io.BytesIO(picwish.download(result.image))).mode == "RGBA"
    assert "picwish.mode.async" in sandbox.journal[0].behaviours


def test_picwish_gets_a_fresh_link_by_asking_again(picwish: PicwishClient, sandbox: RunningSandbox) -> None:
    task_id = picwish.create(PORTRAIT)
    assert picwish.query(task_id) is None
    sandbox.clock.travel(3500)
    first = picwish.query(task_id)
    sandbox.clock.travel(90)
    second = picwish.query(task_id)
    assert first is not None
    assert second is not None
    assert first.image != second.image


@pytest.mark.parametrize("state", [-1, -2, -3, -5, -7, -8])
def test_picwish_sees_a_failure_in_either_mode(
    picwish: PicwishClient, sandbox: RunningSandbox, state: int
) -> None:
    sandbox.fail("picwish", f"state.{state}", times=2)
    with pytest.raises(TaskFailed) as at_once:
        picwish.cut_out(PORTRAIT)
    with pytest.raises(TaskFailed) as later:
        picwish.wait(picwish.create(PORTRAIT))
    assert (at_once.value.state, later.value.state) == (state, state)


def test_picwish_gives_up_a_task_that_never_ends(picwish: PicwishClient, sandbox: RunningSandbox) -> None:
    sandbox.set("picwish", polls=100)
    with pytest.raises(TaskUnfinished) as caught:
        picwish.wait(picwish.create(PORTRAIT))
    assert caught.value.state in (0, 2, 3, 4)


@pytest.mark.parametrize("fields", ["documented", "observed"])
def test_picwish_sees_an_error_in_both_readings_of_the_answer(
    picwish: PicwishClient, sandbox: RunningSandbox, fields: str
) -> None:
    sandbox.set("picwish", result_fields=fields, balance=1)
    assert picwish.cut_out(PORTRAIT).image
    with pytest.raises(PicwishError) as caught:
        picwish.cut_out(PORTRAIT)
    assert caught.value.status == 401
    with pytest.raises(PicwishError, match="404: Task not found"):
        picwish.query("nothing")


def test_picwish_takes_results_as_links_only(picwish: PicwishClient) -> None:
    with pytest.raises(ValueError, match="return_type=1"):
        picwish.cut_out(b"", return_type="3")
