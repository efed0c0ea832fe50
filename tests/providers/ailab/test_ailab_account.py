"""Credits, requests per second, locked users."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from mockserver import RunningSandbox, fixtures
from mockserver.fixtures.edges import sized
from mockserver.providers.ailab.wire import PATH

SMALL = sized(200, 250)
EMPTY = fixtures.path("empty.jpg").read_bytes()


def upload(client: httpx.Client, image: bytes = SMALL) -> httpx.Response:
    return client.post(PATH, files={"image": image})


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["error_detail"]["code"]
    return code


def test_each_success_takes_one_credit(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", balance=2)
    answers = [upload(client) for _ in range(3)]
    assert [code_of(answer) for answer in answers] == ["", "", "ERROR_NOT_ENOUGH_CREDITS"]
    assert answers[-1].status_code == 429
    assert sandbox.account("ailab").used == 2
    told = "the balance of 2 is used up; sandbox.set('ailab', balance=...) gives another one"
    assert sandbox.journal.last.notes == [told]


@pytest.mark.parametrize("image", [EMPTY, b"no image", SMALL[:500], sized(32, 32), b""])
def test_a_failure_takes_no_credit(client: httpx.Client, sandbox: RunningSandbox, image: bytes) -> None:
    sandbox.set("ailab", balance=1)
    assert upload(client, image).status_code != 200
    assert sandbox.account("ailab").used == 0
    assert upload(client).status_code == 200


def test_a_fault_takes_no_credit(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", balance=1)
    sandbox.fail("ailab", "error.AI_SERVICE_TIMEOUT")
    assert [upload(client).status_code for _ in range(3)] == [504, 200, 429]


def test_a_download_takes_no_credit(client: httpx.Client, sandbox: RunningSandbox) -> None:
    url = upload(client).json()["data"]["elements"][0]["image_url"]
    for _ in range(3):
        assert client.get(url).status_code == 200
    assert sandbox.account("ailab").used == 1


def test_a_balance_of_none_never_ends(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", balance=None)
    assert {upload(client).status_code for _ in range(5)} == {200}


def test_a_top_up_helps(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", balance=0)
    assert code_of(upload(client)) == "ERROR_NOT_ENOUGH_CREDITS"
    sandbox.set("ailab", balance=1)
    assert code_of(upload(client)) == ""


def test_twenty_threads_share_ten_credits_exactly(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", balance=10)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: upload(client), range(40)))
    codes = [code_of(answer) for answer in answers]
    assert codes.count("") == 10
    assert codes.count("ERROR_NOT_ENOUGH_CREDITS") == 30
    assert sandbox.account("ailab").used == 10


def test_requests_beyond_qps_are_refused_until_the_next_second(
    client: httpx.Client, sandbox: RunningSandbox
) -> None:
    sandbox.clock.freeze()
    sandbox.set("ailab", qps=3)
    answers = [upload(client) for _ in range(5)]
    assert [code_of(answer) for answer in answers] == ["", "", "", "EXCEEDING_LIMITS", "EXCEEDING_LIMITS"]
    assert answers[-1].status_code == 429
    assert sandbox.journal.last.notes == ["request 5 in a second, qps is 3"]
    sandbox.clock.travel(1)
    assert code_of(upload(client)) == ""


def test_twenty_threads_share_the_qps_exactly(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.clock.freeze()
    sandbox.set("ailab", qps=7)
    with ThreadPoolExecutor(20) as pool:
        codes = [code_of(answer) for answer in pool.map(lambda _: upload(client), range(20))]
    assert codes.count("") == 7


def test_without_qps_nothing_is_too_fast(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.clock.freeze()
    assert {upload(client).status_code for _ in range(20)} == {200}


def test_a_locked_user_is_refused_until_unlocked(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", locked=True, balance=0)
    answer = upload(client)
    assert (answer.status_code, code_of(answer)) == (403, "ERROR_USER_LOCKED")
    sandbox.set("ailab", locked=False, balance=1)
    assert upload(client).status_code == 200


def test_the_account_is_checked_before_the_body(client: httpx.Client, sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", balance=0)
    assert code_of(client.post(PATH, content=b"no form at all")) == "ERROR_NOT_ENOUGH_CREDITS"
