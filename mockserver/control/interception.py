"""Control call: the proxy for clients whose hosts are hard-coded, and the environment that leads to it."""

from __future__ import annotations

from typing import Any

from mockserver.control.call import Answer, Asked, Call
from mockserver.control.errors import Refused, unknown

FORMATS = ("json", "shell")


def shown(asked: Asked) -> Any:
    """Where the proxy is, what to trust, what to set, and the hosts that clients were refused."""
    form = asked.query.get("format", "json")
    if form not in FORMATS:
        raise unknown("format", form, FORMATS, at="format")
    found = asked.engine.interception()
    if found is None:
        text = "this server intercepts nothing: start it with --intercept, or MockServer(intercept=True)"
        raise Refused(404, text, kind="interception")
    return Answer(found["exports"], media_type="text/plain") if form == "shell" else found


CALLS = (
    Call(
        method="GET",
        path="/_mock/interception",
        does="The proxy for clients with hard-coded hosts: where it is, what to set, and what it refused.",
        handler=shown,
        query="format=shell",
    ),
)
"""`eval "$(curl -s …/_mock/interception?format=shell)"` brings all that a shell starts behind the proxy."""
