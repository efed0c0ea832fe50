"""`mockserver serve` as a process: what it prints, and how it ends."""

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM, Signals

import httpx
import pytest

from mockserver import MockServer


class Process:
    """`mockserver serve` as a process, and what it has printed."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.environment = {**os.environ, **environment}
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "mockserver", "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        assert self.popen.stdout is not None
        self.lines = []
        for line in self.popen.stdout:
            self.lines.append(line.rstrip("\n"))
            if self.after("Control it:")[2:]:
                break

    @property
    def url(self) -> str:
        return self.lines[0].split()[4]

    def after(self, title: str) -> list[str]:
        """The lines of a paragraph, without its title."""
        found = self.lines[self.lines.index(title) + 1 :] if title in self.lines else []
        return list(itertools.takewhile(bool, found))

    def answer(self, line: str) -> str:
        """What a shell line prints."""
        ran = subprocess.run(
            line, shell=True, capture_output=True, text=True, check=True, env=self.environment
        )
        return ran.stdout


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[Process]:
    process = Process("--port", "0", *arguments, **environment)
    yield process
    process.popen.kill()
    process.popen.communicate()


@pytest.fixture
def process() -> Iterator[Process]:
    with serving() as process:
        yield process


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_a_signal_ends_the_process_at_once_and_cleanly(process: Process, number: Signals) -> None:
    assert httpx.get(f"{process.url}/_mock/health").status_code == 200
    process.popen.send_signal(number)
    _, errors = process.popen.communicate(timeout=5)
    assert process.popen.returncode == 0
    assert errors == ""


def test_serve_prints_where_each_provider_is_and_the_demo_credentials(process: Process) -> None:
    printed = "\n".join(process.lines)
    for expected in (
        "AILabTools Head Extraction",
        f"POST {process.url}/api/cutout/portrait/avatar-extraction",
        "mock-ailab-key-of-the-default-sandbox",
        "Tencent Cloud BDA SegmentCustomizedPortraitPic",
        process.url.removeprefix("http://"),
        "AKIDmockdefault",
        "mock-secret-key-of-the-default-sandbox",
    ):
        assert expected in printed


def test_the_printed_curl_line_works_when_pasted(process: Process) -> None:
    answer = process.answer(process.after("Try it:")[0])
    assert '"error_code":0' in answer
    assert process.url in answer


def test_the_printed_control_lines_work_when_pasted(process: Process) -> None:
    index, clock, journal = map(process.answer, process.after("Control it:"))
    assert '"call": "POST /_mock/sandboxes"' in index
    assert '"now":' in clock
    assert '"exchanges":' in journal


@pytest.mark.parametrize("by_environment", [True, False])
def test_with_a_token_they_work_for_whoever_has_it(by_environment: bool) -> None:
    arguments = () if by_environment else ("--control-token", "a token")
    with serving("--host", "0.0.0.0", *arguments, MOCKSERVER_CONTROL_TOKEN="a token") as process:
        line = process.after("Control it:")[0]
        assert '"call": "POST /_mock/sandboxes"' in process.answer(line)
        process.environment["MOCKSERVER_CONTROL_TOKEN"] = "another"
        assert "this is not the control token" in process.answer(line)


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with MockServer() as server:
        taken = subprocess.run(
            [sys.executable, "-m", "mockserver", "serve", "--port", str(server.port)],
            capture_output=True,
            text=True,
        )
    assert taken.returncode == 1
    assert "choose another --port" in taken.stderr
    assert "Traceback" not in taken.stderr


REFUSED = (
    r"\d\d:\d\d:\d\d  401 POST /api/cutout/portrait/avatar-extraction  \S+  \d+\.\d ms: there is no header .+"
)
LOST = r"\d\d:\d\d:\d\d  404 GET /nowhere  \d+\.\d ms: .+"


@pytest.mark.parametrize(
    ("flags", "shown"),
    [((), [REFUSED, LOST]), (("--verbose",), [REFUSED, LOST, ".*  200 OPTIONS .*"]), (("--quiet",), [])],
)
def test_it_tells_of_the_requests_that_it_refuses(flags: tuple[str, ...], shown: list[str]) -> None:
    with serving(*flags) as process:
        httpx.post(f"{process.url}/api/cutout/portrait/avatar-extraction")
        httpx.get(f"{process.url}/nowhere")
        origin = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
        httpx.options(f"{process.url}/api/cutout/portrait/avatar-extraction", headers=origin)
        httpx.get(f"{process.url}/_mock/health")
        process.popen.send_signal(SIGINT)
        _, errors = process.popen.communicate(timeout=5)
    lines = errors.splitlines()
    assert len(lines) == len(shown)
    for line, pattern in zip(lines, shown, strict=True):
        assert re.fullmatch(pattern, line)


def test_who_does_not_read_what_it_tells_is_served_on() -> None:
    with serving() as process:
        assert process.popen.stderr is not None
        process.popen.stderr.close()
        statuses = [httpx.get(f"{process.url}/nowhere").status_code for _ in range(3)]
        assert statuses == [404] * 3
        process.popen.stderr = None
