"""A reference client of PicWish segmentation."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

PATH = "/api/tasks/visual/segmentation"
INTERVAL = 1.0
PATIENCE = 35
"""Queries of a task before it is given up; the API itself gives up after 30 s."""


class PicwishError(Exception):
    """The API refused a request. `status` is that of its JSON, or of HTTP where there is none."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class TaskFailed(Exception):
    """A task ended without a result; `state` is its negative state."""

    def __init__(self, task_id: str, state: int) -> None:
        super().__init__(f"task {task_id} ended in state {state}")
        self.task_id = task_id
        self.state = state


class TaskUnfinished(Exception):
    """A task has not ended in all the time that was given to it."""

    def __init__(self, task_id: str, state: int) -> None:
        super().__init__(f"task {task_id} is still in state {state}")
        self.task_id = task_id
        self.state = state


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A finished task: links to the image and the mask, each only where it was asked for."""

    task_id: str
    image: str | None
    mask: str | None


class PicwishClient:
    """Calls the API and downloads results, with one pooled connection. `sleep` waits between queries."""

    def __init__(
        self, url: str, api_key: str, *, timeout: float = 40.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout)
        self._headers = {"X-API-KEY": api_key}
        self._sleep = sleep

    def cut_out(self, image: bytes | str, **options: str) -> Result:
        """Cut out the subject of an image, a file's bytes or a URL, and wait for it in one request.

        `options` are the documented fields; results are links, so return_type can only be 1.
        Raises TaskFailed, PicwishError, and httpx.HTTPError without an answer; so do the other calls.
        Raises ValueError for another return_type."""
        data = self._create(image, {**options, "sync": "1"})
        return _result(data)

    def create(self, image: bytes | str, **options: str) -> str:
        """Begin to cut out, and answer the task's id."""
        task_id: str = self._create(image, {**options, "sync": "0"})["task_id"]
        return task_id

    def query(self, task_id: str) -> Result | None:
        """The result of a task, None while there is none. Each query gives fresh links."""
        data = self._query(task_id)
        return _result(data) if _ended(data) else None

    def wait(self, task_id: str) -> Result:
        """The result of a task, as soon as there is one. Raises TaskUnfinished when it takes too long."""
        for _ in range(PATIENCE):
            data = self._query(task_id)
            if _ended(data):
                return _result(data)
            self._sleep(INTERVAL)
        raise TaskUnfinished(task_id, data["state"])

    def download(self, link: str) -> bytes:
        """A result file. The API key is for the API alone, and is not sent along."""
        answer = self._client.get(link)
        answer.raise_for_status()
        return answer.content

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _create(self, image: bytes | str, fields: dict[str, str]) -> dict[str, Any]:
        # Every part goes as multipart/form-data, text fields without a filename.
        if fields.get("return_type", "1") != "1":
            raise ValueError("this client takes results as links, return_type=1")
        parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
        source = ("image_url", (None, image)) if isinstance(image, str) else ("image_file", ("image", image))
        return _data(self._client.post(PATH, headers=self._headers, files=[*parts, source]))

    def _query(self, task_id: str) -> dict[str, Any]:
        return _data(self._client.get(f"{PATH}/{task_id}", headers=self._headers))


def _data(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:  # a gateway may answer HTML
        body = {}
    # The JSON decoder has undone the escaped & of the links.
    status = body.get("status", answer.status_code) if isinstance(body, dict) else answer.status_code
    if status != 200 or not isinstance(body.get("data"), dict):
        raise PicwishError(status, str(body.get("message", "")))
    data: dict[str, Any] = body["data"]
    return data


def _ended(data: dict[str, Any]) -> bool:
    """Whether there is nothing more to wait for: state 1 is done, below 0 is failed."""
    return bool(data["state"] == 1 or data["state"] < 0)


def _result(data: dict[str, Any]) -> Result:
    if data["state"] != 1:
        raise TaskFailed(data["task_id"], data["state"])
    return Result(task_id=data["task_id"], image=data.get("image"), mask=data.get("mask"))
