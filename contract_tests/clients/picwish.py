"""A reference client of PicWish segmentation, and an asynchronous one.

What is sent, and what is made of the answers, is written once, as flows; each client runs them in its way.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from contract_tests.clients.driving import Build, Flow, Pause, run, run_async, tls

PATH = "/api/tasks/visual/segmentation"
DONE = 1
INTERVAL = 1.0
PATIENCE = 35
"""Queries of a task before it is given up; the API itself gives up after 30 s."""


class PicwishError(Exception):
    """The API refused a request, or gave an answer that is none of its own.

    `status` is that of its JSON, or of HTTP where there is none; `retryable` whether it may go well later."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.retryable = status == 429 or status >= 500


class TaskFailed(Exception):
    """A task ended without a result; `state` is its negative state."""

    def __init__(self, task_id: str, state: int) -> None:
        super().__init__(f"task {task_id} ended in state {state}")
        self.task_id = task_id
        self.state = state
        self.retryable = state in (-2, -8)


class TaskUnfinished(Exception):
    """A task has not ended in all the time that was given to it."""

    def __init__(self, task_id: str, state: int) -> None:
        super().__init__(f"task {task_id} is still in state {state}")
        self.task_id = task_id
        self.state = state
        self.retryable = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A finished task: links to the image and the mask, each only where it was asked for."""

    task_id: str
    image: str | None
    mask: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Flows:
    """What the API is asked, and what its answers mean."""

    build: Build
    api_key: str

    def cut_out(self, image: bytes | str, options: Mapping[str, str]) -> Flow[Result]:
        """One request that answers when it is done."""
        return _result((yield from self._create(image, {**options, "sync": "1"})))

    def create(self, image: bytes | str, options: Mapping[str, str]) -> Flow[str]:
        """A task, by its id."""
        data = yield from self._create(image, {**options, "sync": "0"})
        task_id: str = _known(data, "task_id", str)
        return task_id

    def query(self, task_id: str) -> Flow[Result | None]:
        """A task as it stands: its result, None while there is none."""
        data = yield from self._query(task_id)
        return _result(data) if _ended(data) else None

    def wait(self, task_id: str) -> Flow[Result]:
        """A task as it ends."""
        for _ in range(PATIENCE):
            data = yield from self._query(task_id)
            if _ended(data):
                return _result(data)
            yield Pause(seconds=INTERVAL)
        raise TaskUnfinished(task_id, _known(data, "state", int))

    def download(self, link: str) -> Flow[bytes]:
        """A result file. The API key is for the API alone, and is not sent along."""
        try:
            request = self.build("GET", link)
        except (httpx.InvalidURL, ValueError) as error:
            raise PicwishError(200, f"the answer has a link that is none: {error}") from error
        answer = yield request
        assert answer is not None
        if answer.status_code != 200:
            raise PicwishError(answer.status_code, "the result is not to be had")
        if not answer.content:
            raise PicwishError(200, "the result is empty")
        return answer.content

    def received(self, body: bytes) -> Result:
        """What a callback says, the same as the answer to a query."""
        return _result(_data(200, body))

    def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
        # Every part goes as multipart/form-data, text fields without a filename.
        if fields.get("return_type", "1") != "1":
            raise ValueError("this client takes results as links, return_type=1")
        parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
        source = ("image_url", (None, image)) if isinstance(image, str) else ("image_file", ("image", image))
        answer = yield self._request("POST", PATH, files=[*parts, source])
        assert answer is not None
        return _data(answer.status_code, answer.content)

    def _query(self, task_id: str) -> Flow[dict[str, Any]]:
        answer = yield self._request("GET", f"{PATH}/{quote(task_id, safe='')}")
        assert answer is not None
        return _data(answer.status_code, answer.content)

    def _request(self, method: str, path: str, **content: Any) -> httpx.Request:
        return self.build(method, path, headers={"X-API-KEY": self.api_key}, **content)


class PicwishClient:
    """Calls the API and downloads results, with one pooled connection. `sleep` waits between queries."""

    def __init__(
        self, url: str, api_key: str, *, timeout: float = 40.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout, verify=tls())
        self._flows = Flows(build=self._client.build_request, api_key=api_key)
        self._sleep = sleep

    def cut_out(self, image: bytes | str, **options: str) -> Result:
        """Cut out the subject of an image, a file's bytes or a URL, and wait for it in one request.

        `options` are the documented fields; results are links, so return_type can only be 1.
        Raises TaskFailed, PicwishError, and httpx.HTTPError without an answer; so do the other calls.
        Raises ValueError for another return_type."""
        return run(self._flows.cut_out(image, options), self._client)

    def create(self, image: bytes | str, **options: str) -> str:
        """Begin to cut out, and answer the task's id."""
        return run(self._flows.create(image, options), self._client)

    def query(self, task_id: str) -> Result | None:
        """The result of a task, None while there is none. Each query gives fresh links."""
        return run(self._flows.query(task_id), self._client)

    def wait(self, task_id: str) -> Result:
        """The result of a task, as soon as there is one. Raises TaskUnfinished when it takes too long."""
        return run(self._flows.wait(task_id), self._client, self._sleep)

    def download(self, link: str) -> bytes:
        """A result file."""
        return run(self._flows.download(link), self._client)

    def received(self, body: bytes) -> Result:
        """What was posted to a callback_url."""
        return self._flows.received(body)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncPicwishClient:
    """The same for asyncio."""

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout: float = 40.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout, verify=tls())
        self._flows = Flows(build=self._client.build_request, api_key=api_key)
        self._sleep = sleep

    async def cut_out(self, image: bytes | str, **options: str) -> Result:
        """Cut out the subject of an image, and wait for it in one request."""
        return await run_async(self._flows.cut_out(image, options), self._client)

    async def create(self, image: bytes | str, **options: str) -> str:
        """Begin to cut out, and answer the task's id."""
        return await run_async(self._flows.create(image, options), self._client)

    async def query(self, task_id: str) -> Result | None:
        """The result of a task, None while there is none."""
        return await run_async(self._flows.query(task_id), self._client)

    async def wait(self, task_id: str) -> Result:
        """The result of a task, as soon as there is one."""
        return await run_async(self._flows.wait(task_id), self._client, self._sleep)

    async def download(self, link: str) -> bytes:
        """A result file."""
        return await run_async(self._flows.download(link), self._client)

    def received(self, body: bytes) -> Result:
        """What was posted to a callback_url."""
        return self._flows.received(body)

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _data(http_status: int, content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)  # this undoes the escaped & of the links
    except (ValueError, RecursionError):  # a gateway may answer HTML
        body = None
    if not isinstance(body, dict):
        raise PicwishError(http_status, "the answer is not one of the API")
    status = body.get("status", http_status)
    if status != 200 or not isinstance(body.get("data"), dict):
        known = isinstance(status, int) and not isinstance(status, bool)
        raise PicwishError(status if known else http_status, str(body.get("message", "")))
    data: dict[str, Any] = body["data"]
    return data


def _known(data: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    """A field that has to be there. An answer without it is none that this client understands."""
    value = data.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise PicwishError(200, f"the answer has no {name} of type {kind.__name__}")
    return value


def _ended(data: Mapping[str, Any]) -> bool:
    """Whether there is nothing more to wait for: state 1 is done, below 0 is failed."""
    state: int = _known(data, "state", int)
    return state == DONE or state < 0


def _result(data: Mapping[str, Any]) -> Result:
    task_id, state = _known(data, "task_id", str), _known(data, "state", int)
    if state < 0:
        raise TaskFailed(task_id, state)
    if state != DONE:
        raise TaskUnfinished(task_id, state)
    links = {name: _known(data, name, str) for name in ("image", "mask") if data.get(name) is not None}
    if not links:
        raise PicwishError(200, "the answer has no link")
    return Result(task_id=task_id, image=links.get("image"), mask=links.get("mask"))
