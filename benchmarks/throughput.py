"""Requests per second and latency of a repeated 60 KB image, beside a bare application that parses it.

    python benchmarks/throughput.py

Server and client run on one core each where the machine has two. "ours" authenticates, looks at the image,
answers from the remembered result and writes the journal; "bare" is a Starlette application that calls
`request.form()` and answers a JSON constant. Rounds alternate, and each figure is the median of its rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import cast

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockserver import fixtures

PATH = "/api/cutout/portrait/avatar-extraction"
KEY = "mock-ailab-key-of-the-default-sandbox"
BOUNDARY = b"----benchmark"
AIM_RATIO, AIM_P99, AIM_GROWTH = 1.0, 2.5, 10.0


@dataclass(frozen=True)
class Round:
    """One round of load: requests per second, median and 99th percentile in milliseconds."""

    rps: float
    p50: float
    p99: float


def bare() -> None:
    """The application to compare with, on the port that the environment names."""

    async def cut(request: Request) -> JSONResponse:
        form = await request.form()
        upload = form["image"]
        assert not isinstance(upload, str)
        await upload.read()
        return JSONResponse({"request_id": "0" * 36, "data": {"elements": [{"image_url": "x" * 120}]}})

    app = Starlette(routes=[Route(PATH, cut, methods=["POST"])])
    uvicorn.run(app, port=int(os.environ["PORT"]), log_config=None, access_log=False, server_header=False)


class Connection(asyncio.Protocol):
    """One keep-alive connection that sends the next request as soon as the last one is answered."""

    def __init__(self, requests: Iterator[bytes], seconds: list[float]) -> None:
        self.requests, self.seconds = requests, seconds
        self.done = asyncio.get_running_loop().create_future()
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not checked by isinstance: uvloop's transports are no subclasses of asyncio's.
        self.transport = cast(asyncio.Transport, transport)
        self.send()

    def send(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            self.done.set_result(None)
            return
        self.started = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, blank, body = self.received.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self.received.decode(errors="replace")))
            return
        self.received = b""
        self.seconds.append(time.perf_counter() - self.started)
        self.send()


async def answered(port: int, requests: Iterator[bytes], connections: int) -> list[float]:
    """Send all requests over some connections that share them; gives the seconds that each took."""
    loop = asyncio.get_running_loop()
    seconds = list[float]()
    protocols = [
        (await loop.create_connection(lambda: Connection(requests, seconds), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.done for protocol in protocols))
    return seconds


async def load(port: int, request: bytes, count: int, connections: int) -> Round:
    """Send the same request `count` times."""
    began = time.perf_counter()
    seconds = await answered(port, repeat(request, count), connections)
    took = time.perf_counter() - began
    cuts = statistics.quantiles(seconds, n=100)
    return Round(rps=count / took, p50=cuts[49] * 1000, p99=cuts[98] * 1000)


async def latency_while_cutting_out(port: int, image: bytes, pictures: int) -> tuple[float, float]:
    """Median and 99th percentile, in milliseconds, of health requests while new pictures are cut out."""
    # Bytes behind the end of a JPEG make it another file of the same picture.
    uploads = asyncio.create_task(
        answered(port, (request_bytes(image + bytes([number])) for number in range(pictures)), 2)
    )

    def asking() -> Iterator[bytes]:
        while not uploads.done():
            yield b"GET /_mock/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    cuts = statistics.quantiles(await answered(port, asking(), 1), n=100)
    await uploads
    return cuts[49] * 1000, cuts[98] * 1000


def request_bytes(image: bytes) -> bytes:
    """The upload, ready to be written to a socket."""
    parts = (
        b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="return_form"\r\n\r\n\r\n',
        b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="image"; filename="portrait.jpg"\r\n',
        b"Content-Type: image/jpeg\r\n\r\n" + image + b"\r\n--" + BOUNDARY + b"--\r\n",
    )
    body = b"".join(parts)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nailabapi-api-key: {KEY}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def server(command: list[str], port: int, core: int) -> subprocess.Popen[bytes]:
    """A server process on one core, ready to answer."""
    environment = {**os.environ, "PORT": str(port), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    os.sched_setaffinity(process.pid, {core})
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            asyncio.run(_connect(port))
            return process
        except OSError:
            time.sleep(0.02)
    process.kill()
    raise RuntimeError(f"{command} does not answer on port {port}")


async def _connect(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


def resident(pid: int) -> float:
    """Resident memory of a process, in megabytes."""
    with open(f"/proc/{pid}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=4000, help="requests in a round (default 4000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each server (default 5)")
    parser.add_argument("--connections", type=int, default=16, help="connections at once (default 16)")
    parser.add_argument(
        "--memory", type=int, default=20_000, help="requests of the memory test (default 20000)"
    )
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        bare()
        return
    measure(options.count, options.rounds, options.connections, options.memory)


def measure(count: int, times: int, connections: int, memory: int) -> None:
    """Start both servers, load them in turn, and report."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    loop_factory = uvicorn.Config("unused:app").get_loop_factory()
    image = fixtures.path("portrait.jpg").read_bytes()
    request = request_bytes(image)
    ours = server([sys.executable, "-m", "mockserver", "serve", "--port", "18765"], 18765, cores[0])
    other = server([sys.executable, __file__, "--bare"], 18766, cores[0])
    rounds: dict[str, list[Round]] = {"ours": [], "bare": []}
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(load(18765, request, 100, connections))
            before = resident(ours.pid)
            runner.run(load(18765, request, memory, connections))
            growth = resident(ours.pid) - before
            busy = runner.run(latency_while_cutting_out(18765, image, pictures=24))
            for name, port in (("ours", 18765), ("bare", 18766)) * (times + 1):
                rounds[name].append(runner.run(load(port, request, count, connections)))
    finally:
        for process in (ours, other):
            process.terminate()
            process.wait()
    report(rounds, memory, growth, before)
    print(f"other requests while pictures are cut out: p50 {busy[0]:.2f} ms, p99 {busy[1]:.2f} ms")


def median(rounds: list[Round]) -> Round:
    """The median of each figure."""
    return Round(
        rps=statistics.median(one.rps for one in rounds),
        p50=statistics.median(one.p50 for one in rounds),
        p99=statistics.median(one.p99 for one in rounds),
    )


def report(rounds: dict[str, list[Round]], count: int, growth: float, before: float) -> None:
    """Print the figures beside their aims; the first round of each server only warmed it up."""
    medians = {name: median(some[1:]) for name, some in rounds.items()}
    print(f"{'':8}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'p99/p50':>10}")
    for name, one in medians.items():
        print(f"{name:8}{one.rps:12.0f}{one.p50:10.2f}{one.p99:10.2f}{one.p99 / one.p50:10.2f}")
    ratio = medians["ours"].rps / medians["bare"].rps
    spread = medians["ours"].p99 / medians["ours"].p50
    print(f"ours / bare            {ratio:8.2f}  (aim: at least {AIM_RATIO})")
    print(f"p99 / p50              {spread:8.2f}  (aim: at most {AIM_P99})")
    print(f"growth over {count:6} MB {growth:7.1f}  (aim: below {AIM_GROWTH}; {before:.0f} MB before)")


if __name__ == "__main__":
    main()
