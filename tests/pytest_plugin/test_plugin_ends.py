"""However a run ends, it does end, and leaves neither a process nor a port."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PATIENCE = 60.0
"""Seconds after which something that should happen does not."""
HANGING = """
    import json
    import os
    import threading

    import pytest

    @pytest.mark.parametrize("number", range({count}))
    def test_hangs(mockserver, ailab, number):
        with open(f"{{number}}.draft", "w") as file:
            json.dump({{"pid": os.getpid(), "port": mockserver.port}}, file)
        os.rename(f"{{number}}.draft", f"{{number}}.began")
        threading.Event().wait()
"""


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    look_again = threading.Event()
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        look_again.wait(0.01)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


AT_ONCE = 3.0
"""Seconds; without a lifeline the workers of a killed run live on for some ten."""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc, to see processes end")
@pytest.mark.parametrize("workers", [0, 2])
def test_a_killed_run_leaves_nothing(project: pytest.Pytester, workers: int) -> None:
    count = workers or 1
    project.makepyfile(HANGING.format(count=count))
    command = [sys.executable, "-m", "pytest", f"-n{workers}"]
    files = [project.path / f"{number}.began" for number in range(count)]
    with subprocess.Popen(command, cwd=project.path, stdout=subprocess.DEVNULL) as run:
        try:
            until(lambda: all(file.exists() for file in files))
            began = [json.loads(file.read_text()) for file in files]
            assert len({one["port"] for one in began}) == count
            assert all(is_running(one["pid"]) and listens(one["port"]) for one in began)
        finally:
            run.send_signal(signal.SIGKILL)
            killed = time.monotonic()
    until(lambda: not any(is_running(one["pid"]) or listens(one["port"]) for one in began))
    assert time.monotonic() - killed < AT_ONCE


ENDINGS = """
    import os
    import socket
    import threading

    import httpx
    import pytest
    from client import cut_out

    open_ends = []

    def test_leaves_all_open(mockserver, sandbox, ailab):
        waiting = threading.Event()
        sandbox.fail("ailab", "connection.silence", at="request", times=None)

        def wait_for_ever():
            client = httpx.Client(timeout=None, verify=False)
            waiting.set()
            try:
                client.get(ailab.url + "/api/cutout/", headers={"ailabapi-api-key": ailab.api_key})
            except httpx.TransportError:
                pass

        open_ends.append(threading.Thread(target=wait_for_ever))
        open_ends[0].start()
        waiting.wait()
        half_a_request = socket.create_connection(("127.0.0.1", mockserver.port))
        half_a_request.sendall(b"POST /api/cutout/ HTTP/1.1\\r\\nContent-Length: 9\\r\\n")
        open_ends.append(half_a_request)
        tasks = mockserver.sandbox(picwish={"seconds": 3600})
        with httpx.Client(verify=False) as client:
            client.post(
                tasks.picwish.url + "/api/tasks/visual/segmentation",
                headers={"X-API-KEY": tasks.picwish.api_key},
                data={"callback_url": "http://127.0.0.1:9/never"},
                files={"image_file": b"none"},
            )

    def test_ends(ailab):
        ENDING
"""


@pytest.mark.parametrize(
    ("ending", "arguments", "code"),
    [
        ("pass", [], 0),
        ("assert 0", ["-x"], 1),
        ("raise KeyboardInterrupt", [], 2),
        ("pytest.exit('enough', returncode=7)", [], 7),
        ("os._exit(9)", [], 9),
        ("os.kill(os.getpid(), 2)", [], 2),
    ],
)
def test_a_run_ends_whatever_is_left_open(
    project: pytest.Pytester, ending: str, arguments: list[str], code: int
) -> None:
    project.makepyfile(ENDINGS.replace("ENDING", ending))
    options = ["--mockserver-fail-on=never", "-W", "ignore::ResourceWarning"]
    result = project.runpytest_subprocess(*options, *arguments, timeout=PATIENCE)
    assert result.ret == code
    if ending == "pass":
        result.assert_outcomes(passed=2)
