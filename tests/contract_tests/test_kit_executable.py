"""Clients in any language: what an executable may do, and what becomes of it."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contract_tests.adapters import Cutout
from contract_tests.adapters import process as processes
from contract_tests.adapters.executable import CannotStart, Executable, ExecutableSession
from contract_tests.adapters.session import Outcome
from contract_tests.client.registry import kit
from mockserver.providers.picwish import Access

TALKER = (sys.executable, str(Path(__file__).with_name("talker.py")))
ACCESS = Access(url="http://127.0.0.1:9", api_key="k", oss_access_key_id="i", oss_access_key_secret="s")
SOON, LONG = 0.2, 30.0

Open = Callable[[], ExecutableSession]


def opened(executable: Executable) -> ExecutableSession:
    of = kit("picwish")
    assert of is not None
    return executable.open(of.adapter, ACCESS, 20.0)


def told(session: ExecutableSession, url: str, *, deadline: float = LONG) -> Outcome:
    return session.call("cut_out", image=url, sync=True, deadline=deadline)


def process_of(session: ExecutableSession) -> int:
    outcome = session.call("begin", image="u", deadline=LONG)
    pid: int = outcome.result["pid"]
    return pid


def has_ended(pid: int) -> bool:
    """Whether a process ends soon."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 10.0)[0])
    finally:
        os.close(watched)


@pytest.fixture(scope="module")
def talker() -> Iterator[Executable]:
    with Executable(TALKER) as executable:
        yield executable


@pytest.fixture
def session(talker: Executable) -> Iterator[ExecutableSession]:
    session = opened(talker)
    yield session
    session.close()


def test_it_says_who_it_is(talker: Executable) -> None:
    hello = talker.hello
    assert (hello.name, hello.language, hello.concurrent) == ("talker", "Python", False)
    assert "cut_out" in hello.operations["picwish"]


def test_files_go_and_come_by_path_and_in_base64(session: ExecutableSession) -> None:
    content = bytes(range(256)) * 100
    outcome = session.call("cut_out", image=content, sync=True, deadline=LONG)
    assert outcome.result == Cutout(image=content, mask=content)
    assert outcome.problem is None
    assert session.call("received", body=b"{}", deadline=LONG).result == Cutout(image=b"{}")


def test_a_client_gets_its_url_its_key_and_its_time(session: ExecutableSession) -> None:
    asked = session.call("begin", image="http://a/b.png", crop="1", deadline=LONG).result["told"]
    assert asked["image"] == {"url": "http://a/b.png"}
    assert asked["arguments"] == {"crop": "1"}
    client = asked["client"]
    assert client["access"] | {"url": "http://127.0.0.1:9", "api_key": "k"} == client["access"]
    assert (client["provider"], client["timeout"]) == ("picwish", 20.0)


def test_a_handle_is_any_json(session: ExecutableSession) -> None:
    assert session.call("finish", handle=[1, "two"], deadline=LONG).result == Cutout()


def test_an_error_is_told_as_the_client_tells_it(session: ExecutableSession) -> None:
    problem = told(session, "error:").problem
    assert problem is not None
    assert (problem.text, problem.code) == ("Refused: 404", "404")
    assert (problem.own, problem.retryable) == (True, False)
    unsure = told(session, 'error:{"text": "?", "own": null}').problem
    assert unsure is not None
    assert (unsure.own, unsure.code, unsure.retryable) == (None, None, None)


@pytest.mark.parametrize(
    ("operation", "why"), [("cut_out", "no links"), ("invented", "it knows no invented")]
)
def test_what_it_cannot_do_is_not_implemented(session: ExecutableSession, operation: str, why: str) -> None:
    outcome = session.call(operation, image="unimplemented:no links", deadline=LONG)
    assert outcome.unimplemented == why


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ('result:{"picture": null}', "result has 'picture', which is none of image, mask"),
        ("result:[]", "result must be an object, and is []"),
        ('result:{"image": "abc"}', 'result.image must be {"path": …} or {"base64": …}'),
        ('result:{"image": {"base64": "?"}}', "result.image is not in base64"),
        ('result:{"image": {"path": "/no/such/file"}}', "result.image must be the path of a file"),
        ('error:{"own": true}', "error has no text"),
        ('error:{"text": 3}', "error.text must be a text, and is 3"),
        ('error:"oh"', "error must be an object"),
    ],
)
def test_an_answer_that_is_none_is_the_clients_mistake(
    session: ExecutableSession, answer: str, wrong: str
) -> None:
    problem = told(session, answer).problem
    assert problem is not None
    assert problem.own is False
    assert wrong in problem.text
    assert told(session, "result:{}").result == Cutout()  # and it can go on


def test_neither_a_result_nor_an_error_is_a_mistake(session: ExecutableSession) -> None:
    problem = session.call("finish", handle=None, deadline=LONG).problem
    assert problem is not None
    assert "neither result, nor error, nor unimplemented" in problem.text


@pytest.mark.parametrize(
    ("does", "text"),
    [
        ("die:no more memory", "it ended with exit code 3; its last words were:\nno more memory"),
        ("write:loading…", "stdout that answers nothing (logs belong to stderr): 'loading…'"),
        ('write:{"id": 99999}', "answers nothing"),
        ("write:[1]", "answers nothing"),
    ],
)
def test_a_process_that_breaks_fails_its_call_and_the_next_client_gets_another(
    talker: Executable, does: str, text: str
) -> None:
    first = opened(talker)
    pid = process_of(first)
    problem = told(first, does).problem
    assert problem is not None
    assert problem.own is False
    assert text in problem.text
    for image in ("result:{}", b"content"):  # its client has gone with it
        again = first.call("cut_out", image=image, sync=True, deadline=LONG).problem
        assert again is not None
        assert text in again.text
    first.close()
    second = opened(talker)
    assert told(second, "result:{}").result == Cutout()
    second.close()
    assert has_ended(pid)


def test_a_call_that_hangs_is_left_and_its_process_ended(talker: Executable) -> None:
    first = opened(talker)
    pid = process_of(first)
    outcome = told(first, "wait:", deadline=SOON)
    assert outcome.hung
    assert SOON <= outcome.seconds < LONG
    first.close()
    assert has_ended(pid)
    second = opened(talker)
    assert told(second, "result:{}").result == Cutout()
    second.close()


def test_a_line_has_an_end(talker: Executable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LONGEST", 1000)
    session = opened(talker)
    problem = told(session, f"write:{'x' * 5000}").problem
    session.close()
    assert problem is not None
    assert "answers nothing" in problem.text


def test_each_client_has_a_process_which_the_next_one_gets(talker: Executable) -> None:
    one, other = opened(talker), opened(talker)
    pids = {process_of(one), process_of(other)}
    assert len(pids) == 2
    one.close()
    other.close()
    later = opened(talker)
    assert process_of(later) in pids
    later.close()


def test_a_concurrent_one_answers_in_any_order_in_one_process() -> None:
    with Executable([*TALKER, "concurrent"]) as executable:
        one, other = opened(executable), opened(executable)
        assert process_of(one) == process_of(other)
        ended: list[Outcome] = []
        waits = threading.Thread(target=lambda: ended.append(told(one, "wait:")))
        waits.start()
        while not ended:  # it may be asked to wake before it was asked to wait
            assert told(other, "wake:").result == Cutout()
            waits.join(timeout=0.01)
        assert ended[0].result == Cutout()


def test_a_late_answer_is_nobodys() -> None:
    with Executable([*TALKER, "concurrent"]) as executable:
        one, other = opened(executable), opened(executable)
        assert told(one, "late:", deadline=SOON).hung
        # The process is of no use for new clients, but nobody else was harmed.
        assert told(other, "wake:").result == Cutout()
        one.close()
        other.close()
        third = opened(executable)
        assert told(third, "result:{}").result == Cutout()


def test_a_client_that_cannot_be_made_fails_each_call() -> None:
    with Executable([*TALKER, "unmade"]) as executable:
        session = opened(executable)
        problem = told(session, "result:{}").problem
        session.close()
    assert problem is not None
    assert (problem.text, problem.own) == ("no such key", False)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("no-such-command --at-all", "there is no such command"),
        ("sh -c 'echo oh >&2; exit 7'", "say hello: it ended with exit code 7; its last words were:\noh"),
        ("sh -c 'echo hello; cat'", "did not say hello: it wrote a line to stdout that answers nothing"),
        ("""sh -c 'read it; echo "{\\"id\\": 1}"; cat'""", "it speaks protocol None, and this is 1"),
        (
            """sh -c 'read it; echo "{\\"id\\": 1, \\"protocol\\": 1}"; cat'""",
            "operations must be listed by provider",
        ),
    ],
)
def test_a_command_that_is_no_client_says_why(command: str, why: str) -> None:
    with pytest.raises(CannotStart) as caught:
        Executable(command)
    assert why in str(caught.value)


def test_a_command_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contract_tests.adapters.executable.STARTING", SOON)
    with pytest.raises(CannotStart, match="did not answer within"):
        Executable("tail -f /dev/null")


def test_all_ends_and_is_removed_in_the_end() -> None:
    executable = Executable(TALKER)
    session = opened(executable)
    pid = process_of(session)
    child = told(session, "spawn:").result.image
    asked = session.call("begin", image=b"content", deadline=LONG).result["told"]
    file = Path(asked["image"]["path"])
    assert file.exists()
    executable.close()
    assert has_ended(pid)
    assert has_ended(int(child))
    assert not file.parent.exists()


def test_who_is_closed_starts_nothing_any_more() -> None:
    executable = Executable(TALKER)
    session = opened(executable)
    executable.close()
    late = told(opened(executable), "result:{}").problem
    assert late is not None
    assert "was closed" in late.text
    assert told(session, "result:{}").problem is not None
    session.close()


def test_it_ends_with_a_kit_that_is_killed() -> None:
    script = (
        "import signal, sys\n"
        "from test_kit_executable import *\n"
        "executable = Executable(TALKER)\n"
        "told = opened(executable).call('begin', image=b'content', deadline=LONG).result\n"
        "print(told['pid'], told['told']['image']['path'], flush=True)\n"
        "signal.pause()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    kit = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment, text=True)
    assert kit.stdout is not None
    with kit.stdout:
        pid, file = kit.stdout.readline().split()
        kit.send_signal(signal.SIGKILL)
        kit.wait()
    assert has_ended(int(pid))
    shutil.rmtree(Path(file).parent, ignore_errors=True)  # in case that the command was faster to end


def test_the_wire_is_as_the_protocol_says(session: ExecutableSession) -> None:
    asked: dict[str, Any] = session.call("begin", image=b"content", deadline=LONG).result["told"]
    assert set(asked) == {"arguments", "image", "client"}
    assert json.dumps(asked)
    assert Path(asked["image"]["path"]).read_bytes() == b"content"
