"""How interception begins and ends, in process, elsewhere and by the control API."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from mockserver import MockServer, ServerError, connect
from mockserver.intercept import Interception, directory

HEAVY = ("trustme", "cryptography", "mockserver.intercept")


def reaches(interception: Interception, host: str = "www.ailabapi.com") -> bool:
    """Whether a client that is made now gets an answer from a host."""
    with interception.applied(), httpx.Client() as client:
        return "ERROR_AI_NOT_EXISTS" in client.get(f"https://{host}/").text


def test_a_running_server_begins_when_it_is_asked_and_once() -> None:
    with MockServer() as server:
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _: server.intercept(), range(8)))
        assert len({id(one) for one in found}) == 1
        assert reaches(found[0])


def test_a_server_that_is_told_so_intercepts_from_the_start() -> None:
    with MockServer(intercept=True) as server:
        assert server.intercept() is server.intercept()
        assert reaches(server.intercept())


def test_a_server_intercepts_again_after_it_was_stopped() -> None:
    server = MockServer(intercept=True)
    with server:
        first = server.intercept()
    with server:
        second = server.intercept()
        assert first.ca_file != second.ca_file
        assert reaches(second)
    with pytest.raises(ServerError, match="not running"):
        server.intercept()


def test_two_servers_do_not_answer_for_one_another() -> None:
    with (
        MockServer(intercept=True) as one,
        MockServer(intercept=True) as other,
        httpx.Client(proxy=one.intercept().proxy_url, trust_env=False) as client,
    ):
        assert client.get(f"{one.url}/_mock/health").status_code == 200
        assert client.get(f"{other.url}/_mock/health").status_code == 403


def test_the_files_are_private_and_gone_when_the_server_stops() -> None:
    with MockServer(intercept=True) as server:
        interception = server.intercept()
        folder = interception.ca_file.parent
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(files) == 4
        assert not [path for path in files if b"PRIVATE KEY" in path.read_bytes()]
    assert not folder.exists()


def test_the_environment_is_as_before_after_a_block(
    interception: Interception, monkeypatch: pytest.MonkeyPatch
) -> None:
    import certifi

    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    before, trusted = dict(os.environ), certifi.where()
    with interception.applied():
        assert os.environ["HTTPS_PROXY"] == os.environ["HTTP_PROXY"] == interception.proxy_url
        assert certifi.where() == str(interception.ca_file)
    assert (dict(os.environ), certifi.where()) == (before, trusted)


def test_a_server_without_interception_loads_nothing_for_it() -> None:
    program = (
        "import sys; from mockserver import MockServer\n"
        "with MockServer() as server: server.sandbox()\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize("missing", ["trustme", "cryptography"])
def test_without_the_extra_it_says_what_to_install(missing: str) -> None:
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from mockserver import MockServer, ServerError\n"
        "def told(what):\n"
        "    try: what()\n"
        "    except ServerError as error: print(error)\n"
        "with MockServer() as server: told(server.intercept)\n"
        "told(MockServer(intercept=True).start)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.count("pip install 'image-api-mockserver[tls]'") == 2


def test_a_killed_process_leaves_nothing_that_the_next_one_does_not_remove(tmp_path: Path) -> None:
    program = (
        "from mockserver import MockServer\n"
        "with MockServer(intercept=True) as server: print(server.intercept().ca_file, flush=True), input()\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip()).parent
        sweep = [sys.executable, "-c", "from mockserver.intercept.directory import sweep; sweep()"]
        subprocess.run(sweep, env=environment, check=True)
        assert folder.exists()  # it lives
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert folder.parent == tmp_path
        subprocess.run(sweep, env=environment, check=True)
        assert not folder.exists()


def test_no_folder_of_another_kind_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = [tmp_path / "mockserver-interception-without-a-lock", tmp_path / "other"]
    for folder in kept:
        folder.mkdir()
    (kept[1] / directory.LOCK).touch()
    (tmp_path / "mockserver-interception-link").symlink_to(kept[1])
    directory.sweep()
    assert all(folder.exists() for folder in kept)
    assert (kept[1] / directory.LOCK).exists()


def test_a_server_in_the_foreground_intercepts() -> None:
    server, found = MockServer(intercept=True), []

    def visit() -> None:
        found.append(reaches(server.intercept()))
        os.kill(os.getpid(), signal.SIGINT)

    visitor = threading.Thread(target=visit)
    server.run(visitor.start)
    visitor.join()
    assert found == [True]


def test_a_server_elsewhere_tells_of_its_interception(intercepting: MockServer) -> None:
    with connect(intercepting.url) as remote:
        there, here = remote.intercept(), intercepting.intercept()
        assert (there.proxy_url, there.ca_file) == (here.proxy_url, here.ca_file)
        assert there.environment({}) == here.environment({})
        assert reaches(there)
        with there.applied(), httpx.Client() as client, pytest.raises(httpx.ProxyError, match="mockserver"):
            client.get("https://elsewhere.example/")
        assert [one for one in there.refused if one.host == "elsewhere.example"]
        assert there.refused == here.refused


def test_a_server_elsewhere_without_it_says_how_to_have_it() -> None:
    with (
        MockServer() as server,
        connect(server.url) as remote,
        pytest.raises(ServerError, match="--intercept"),
    ):
        remote.intercept()


def test_a_server_on_another_machine_says_that_it_cannot(intercepting: MockServer) -> None:
    with MockServer(intercept=True) as server, connect(server.url) as remote:
        server.intercept().ca_file.unlink()
        with pytest.raises(ServerError, match="on its own machine alone"):
            remote.intercept()


def test_a_shell_can_have_the_environment(intercepting: MockServer) -> None:
    url = f"{intercepting.url}/_mock/interception"
    told = httpx.get(url).json()
    exports = httpx.get(url, params={"format": "shell"}).text
    program = f"{exports}\nprintenv"
    ran = subprocess.run(["sh", "-c", program], env={}, capture_output=True, text=True, check=True)
    found = dict(line.split("=", 1) for line in ran.stdout.splitlines())
    assert told["environment"].items() <= found.items()
    assert httpx.get(url, params={"format": "xml"}).status_code == 422


def test_an_async_client_is_intercepted_too(interception: Interception) -> None:
    async def call() -> int:
        with interception.applied():
            async with httpx.AsyncClient() as client:
                return (await client.get("https://www.ailabapi.com/")).status_code

    assert asyncio.run(call()) == 404
