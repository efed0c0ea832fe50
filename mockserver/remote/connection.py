"""Calls of the control API, with its errors as the exceptions that the same call raises in process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.catalogue import UnknownBehaviour
from mockserver.control.guard import check_token
from mockserver.damage.options import FaultError
from mockserver.sandbox import SandboxDropped
from mockserver.server import ServerError
from mockserver.settings import SettingError

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT = 2.0
TIMEOUT = 30.0
"""Seconds; a travel waits for callbacks."""
KEEP_ALIVE = 10.0
"""Seconds; less than the server's own."""
SANDBOXES = "/_mock/sandboxes"


class Connection:
    """A kept-alive connection to the control API of a server; from any thread."""

    def __init__(self, url: str, token: str | None) -> None:
        import httpx

        self.url = url
        check_token(token)
        bearer = f"Bearer {token}".encode(errors="surrogateescape")
        headers = {b"Authorization": bearer} if token is not None else {}
        self._client = httpx.Client(
            base_url=url,
            headers=headers,
            timeout=httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT),
            # No connection is given up while others are in use: closing one, the pool may hit on another
            # thread's that is just being looked at.
            limits=httpx.Limits(
                max_connections=None, max_keepalive_connections=None, keepalive_expiry=KEEP_ALIVE
            ),
            trust_env=False,
            verify=url.startswith("https"),  # without TLS there is nothing to verify, and much to load
        )

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str | int | None
    ) -> Any:
        """What a call answers; a query of None is left out.

        Raises ServerError when nothing answers or it is no mock server, PermissionError when the server wants
        another token or none of us, and what the same call would raise in process."""
        import httpx

        # What is no JSON, the server shall see and refuse in the words that it has for it.
        content = None if body is None else json.dumps(body, default=repr).encode()
        parameters = {name: value for name, value in query.items() if value is not None}
        try:
            answer = self._client.request(method, path, content=content, params=parameters)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise ServerError(
                f"no mock server answers at {self.url}: {reason}; start one with `mockserver serve`"
            ) from error
        found = self._content(answer)
        if answer.is_success:
            return found
        raise exception(path, found)

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def _content(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            content = answer.json()
        except ValueError:
            content = None
        if isinstance(content, dict) and (answer.is_success or "kind" in content):
            return content
        status, path = answer.status_code, answer.url.path
        raise ServerError(f"what answers at {self.url} is no mock server: it has HTTP {status} for {path}")


def exception(path: str, content: Mapping[str, Any]) -> Exception:
    """The exception for an error of the control API."""
    kind, text = content["kind"], content["error"]
    at, possible = content["at"] or "", content["possible"]
    if kind == "sandbox":
        return SandboxDropped(path.removeprefix(f"{SANDBOXES}/").partition("/")[0])
    if kind == "setting":
        return SettingError(text, at=at.removeprefix("settings."), possible=possible)
    if kind == "fault":
        return FaultError(text, at=at, possible=possible)
    plain = {
        "behaviour": UnknownBehaviour,
        "provider": LookupError,
        "value": ValueError,
        "field": ValueError,
        "access": PermissionError,
    }
    return plain.get(kind, ServerError)(text)
