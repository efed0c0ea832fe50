"""Many tenants at once on one server: does any of them ever see something of another, or lose something?

    python benchmarks/isolation.py --threads 64 --seconds 60

Each thread has a sandbox of its own, minted over the control API of a server in another process, and does
what tests do in any order: uploads, polls, downloads, faults, travels, resets. It knows what each answer must
be; in the end it holds its journal against what it sent. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from mockserver import fixtures
from mockserver.fixtures.edges import sized
from mockserver.remote import RemoteSandbox, RemoteServer, connect

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
HEAD = "/api/cutout/portrait/avatar-extraction"
TASKS = "/api/tasks/visual/segmentation"
LIFETIME = 24 * 3600
TASK_LIFETIME = 3600
CACHE_LIFETIME = 5 * 3600
SALT = "12345678"
SETTINGS: dict[str, dict[str, Any]] = {"picwish": {"qps": None, "polls": 2}, "processimage": {"qps": None}}


class Differs(AssertionError):
    """Something is not as it must be in a sandbox that nobody else uses."""


@dataclass
class Tenant:
    """One thread's sandbox, and what it must hold."""

    sandbox: RemoteSandbox
    chance: random.Random
    client: httpx.Client
    image: bytes
    """A picture of its own, so that an answer from another one's cache would show."""
    sent: int = 0
    done: Counter[str] = field(default_factory=Counter)
    tasks: list[str] = field(default_factory=list)
    links: list[tuple[str, float]] = field(default_factory=list)
    travelled: float = 0.0
    cached_at: float | None = None

    def act(self) -> None:
        """Do one thing, picked by chance."""
        action = self.chance.choices(ACTIONS, WEIGHTS)[0]
        action(self)
        self.done[action.__name__] += 1

    def send(self, method: str, url: str, **content: Any) -> httpx.Response:
        self.sent += 1
        return self.client.request(method, url, **content)

    def upload(self) -> None:
        answer = self._head(PORTRAIT)
        expect(answer.status_code == 200, answer)
        self.links.append((answer.json()["data"]["elements"][0]["image_url"], self.travelled + LIFETIME))

    def begin(self) -> None:
        access = self.sandbox.picwish
        headers = {"X-API-KEY": access.api_key}
        answer = self.send("POST", access.url + TASKS, headers=headers, files={"image_file": self.image})
        expect(answer.status_code == 200, answer)
        self.tasks.append(answer.json()["data"]["task_id"])

    def poll(self) -> None:
        if not self.tasks:
            return
        task_id = self.tasks.pop()
        access = self.sandbox.picwish
        url, headers = f"{access.url}{TASKS}/{task_id}", {"X-API-KEY": access.api_key}
        states = [self.send("GET", url, headers=headers).json()["data"]["state"] for _ in range(2)]
        expect(states == [0, 1], states)

    def clear(self) -> None:
        access = self.sandbox.processimage
        signed = access.app_id + hashlib.md5(self.image).hexdigest() + SALT + access.app_secret
        fields = {"appId": access.app_id, "salt": SALT, "rectangles": '[{"x":1,"y":1,"w":20,"h":20}]'}
        answer = self.send(
            "POST",
            f"{access.url}/watermark/access",
            headers={"x-access-api-sign": hashlib.md5(signed.encode()).hexdigest()},
            data=fields,
            files={"imageFile": self.image},
        ).json()
        cached = self.cached_at is not None and self.travelled < self.cached_at + CACHE_LIFETIME
        expect(answer["httpCode"] == (304 if cached else 200), answer)
        if not cached:
            self.cached_at = self.travelled

    def download(self) -> None:
        if not self.links:
            return
        link, expires = self.chance.choice(self.links)
        answer = self.send("GET", link)
        expect(answer.status_code == (200 if self.travelled < expires else 404), answer)

    def fail(self) -> None:
        self.sandbox.fail("ailab", "error.ERROR_USER_LOCKED")
        answer = self._head(b"broken")
        expect("LOCKED" in answer.text, answer)
        answer = self._head(b"broken")
        expect("LOCKED" not in answer.text, answer)

    def travel(self) -> None:
        step = self.chance.choice([1.0, 600.0, 3600.0, 90000.0])
        self.sandbox.clock.travel(step)
        self.travelled += step
        if step >= TASK_LIFETIME:
            self.tasks.clear()

    def reset(self) -> None:
        self.check()
        self.sandbox.reset()
        self.sandbox.configure(SETTINGS)
        self.sandbox.clock.freeze()
        self.sent, self.tasks, self.links = 0, [], []
        self.travelled, self.cached_at = 0.0, None

    def check(self) -> None:
        """The journal holds what was sent, and nothing else."""
        journal = self.sandbox.journal
        exchanges = list(journal)
        expect(len(exchanges) + journal.dropped == self.sent, f"{len(exchanges)} of {self.sent} exchanges")
        expect({one.sandbox for one in exchanges} <= {self.sandbox.id}, "an exchange of somebody else")
        notes = [note for one in exchanges for note in one.notes if "a mistake of the mock server" in note]
        expect(not notes, notes)

    def _head(self, image: bytes) -> httpx.Response:
        access = self.sandbox.ailab
        headers = {"ailabapi-api-key": access.api_key}
        return self.send("POST", access.url + HEAD, headers=headers, files={"image": image})


ACTIONS: list[Callable[[Tenant], None]] = [
    *(Tenant.upload, Tenant.begin, Tenant.poll, Tenant.clear),
    *(Tenant.download, Tenant.fail, Tenant.travel, Tenant.reset),
]
WEIGHTS = [4, 4, 6, 4, 4, 3, 4, 0.2]


def expect(holds: bool, seen: object) -> None:
    """Raise Differs with what was seen, unless it holds."""
    if not holds:
        text = f"{seen.status_code} {seen.text[:300]}" if isinstance(seen, httpx.Response) else repr(seen)
        raise Differs(text)


def live(number: int, server: RemoteServer, until: float, tenants: list[Tenant], errors: list[str]) -> None:
    """One thread: act until the time has come, then check."""
    try:
        sandbox = server.sandbox(**SETTINGS)
        sandbox.clock.freeze()
        with httpx.Client(timeout=60, verify=False) as client:  # no TLS here, whose context is slow
            chance = random.Random(number)
            tenant = Tenant(sandbox, chance, client, sized(100 + number, 120))
            tenants.append(tenant)
            while time.monotonic() < until and not errors:
                tenant.act()
            tenant.check()
        sandbox.drop()
    except Exception as error:
        errors.append(f"thread {number}: {type(error).__name__}: {error}")


def run(threads: int, seconds: float) -> int:
    """Start a server, let all threads live, and print what came of it."""
    command = [sys.executable, "-m", "mockserver", "serve", "--quiet", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        match = re.search(r"http://\S+", process.stdout.readline())
        assert match is not None
        server = connect(match[0])
        tenants: list[Tenant] = []
        errors: list[str] = []
        began = time.monotonic()
        until = began + seconds
        target = partial(live, server=server, until=until, tenants=tenants, errors=errors)
        workers = [threading.Thread(target=target, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        lasted = time.monotonic() - began
        strangers = len(server.strangers)
        process.terminate()
        _, log = process.communicate()
    done = sum((tenant.done for tenant in tenants), Counter[str]())
    print(f"{threads} tenants, {lasted:.0f} s: {done.total()} actions, {done.total() / lasted:.0f} a second")
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(done.items())))
    print(f"  differences: {len(errors)}, requests that belong to nobody: {strangers}")
    for line in [*errors, *log.splitlines()]:
        print(f"  {line}")
    return 1 if errors or strangers or log.strip() else 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=64, help="tenants at once (default 64)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long they act (default 60)")
    options = parser.parse_args()
    sys.exit(run(options.threads, options.seconds))


if __name__ == "__main__":
    main()
