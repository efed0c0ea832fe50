"""How long a user waits for the server: as a process, and in a thread.

    python benchmarks/startup.py

"process" is from the launch of `python -m mockserver serve` to its first answer (a refused call of a
provider, which needs no image work) and to its first cut-out; "thread" is MockServer.start and stop.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from mockserver import MockServer, fixtures

PATH = "/api/cutout/portrait/avatar-extraction"
KEY = "mock-ailab-key-of-the-default-sandbox"


def refused_call() -> bytes:
    """A call without a key."""
    return f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()


def cutout_call() -> bytes:
    """A call that is answered with a cut-out."""
    image = fixtures.path("portrait.jpg").read_bytes()
    part = b'--b\r\nContent-Disposition: form-data; name="image"; filename="p.jpg"\r\n\r\n'
    body = part + image + b"\r\n--b--\r\n"
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nailabapi-api-key: {KEY}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    return head.encode() + body


def first_answer(request: bytes, status: bytes) -> float:
    """Seconds from launching a server process to its answer."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mockserver", "serve", "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        return answered(port, request, status) - began
    finally:
        process.terminate()
        process.wait()


def answered(port: int, request: bytes, status: bytes) -> float:
    """The moment at which a server that is starting has answered."""
    deadline = time.perf_counter() + 10
    while time.perf_counter() < deadline:
        try:
            connection = socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.001)
            continue
        with connection:
            connection.sendall(request)
            if not connection.recv(65536).startswith(b"HTTP/1.1 " + status):
                raise RuntimeError("not the expected answer")
            return time.perf_counter()
    raise RuntimeError("no answer within 10 s")


def thread(step: str) -> float:
    """Seconds that a start or a stop takes."""
    server = MockServer()
    began = time.perf_counter()
    server.start()
    started = time.perf_counter()
    server.stop()
    return started - began if step == "start" else time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=9, help="times that each is taken (default 9)")
    repeat = parser.parse_args().repeat
    rows: list[tuple[str, Callable[[], float], float | None]] = [
        ("process, first answer", lambda: first_answer(refused_call(), b"401"), 200.0),
        ("process, first cut-out", lambda: first_answer(cutout_call(), b"200"), None),
        ("thread, start", lambda: thread("start"), 20.0),
        ("thread, stop", lambda: thread("stop"), 20.0),
    ]
    print(f"{'':24}{'median ms':>12}{'worst ms':>12}{'aim ms':>10}")
    for name, measure, aim in rows:
        measure()
        taken = [measure() * 1000 for _ in range(repeat)]
        print(f"{name:24}{statistics.median(taken):12.1f}{max(taken):12.1f}{aim or '':>10}")


if __name__ == "__main__":
    main()
