"""Mistakes in a use of a sandbox: told over HTTP by the same exceptions, in the same words, as in process."""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from mockserver import (
    MockServer,
    RemoteSandbox,
    RemoteServer,
    RunningSandbox,
    SettingError,
    UnknownBehaviour,
)
from mockserver.damage.options import FaultError

Server: TypeAlias = MockServer | RemoteServer
Face: TypeAlias = RunningSandbox | RemoteSandbox

URL = "https://images.example.com/a.jpg"


def wrong(sandbox: Face, do: Callable[[Any], Any]) -> Exception:
    """What it raises."""
    with pytest.raises(Exception) as raised:  # noqa: PT011
        do(sandbox)
    return raised.value


MISTAKES: dict[str, Callable[[Any], Any]] = {
    "no setting": lambda sandbox: sandbox.set("picwish", qsp=1),
    "no value": lambda sandbox: sandbox.set("picwish", qps=-1),
    "not a number": lambda sandbox: sandbox.set("picwish", seconds=math.nan),
    "endless": lambda sandbox: sandbox.set("picwish", seconds=math.inf),
    "no choice": lambda sandbox: sandbox.set("picwish", links="v2"),
    "no list": lambda sandbox: sandbox.set("processimage", ip_whitelist="127.0.0.1"),
    "no provider": lambda sandbox: sandbox.set("picwhish", qps=1),
    "one of several": lambda sandbox: sandbox.configure({"ailab": {"qps": 1}, "picwish": {"qsp": 1}}),
    "no behaviour": lambda sandbox: sandbox.fail("ailab", "error.ERROR_USER_LOKED"),
    "no error": lambda sandbox: sandbox.fail("ailab", "success"),
    "nobody's behaviour": lambda sandbox: sandbox.fail("alab", "success"),
    "no effect": lambda sandbox: sandbox.fail("picwish", -8),
    "no damage": lambda sandbox: sandbox.fail("ailab", "http.dellay"),
    "no option": lambda sandbox: sandbox.fail("ailab", "http.delay", status=3),
    "no value of an option": lambda sandbox: sandbox.fail("ailab", "http.delay", seconds=-1),
    "no operation": lambda sandbox: sandbox.fail("ailab", "http.delay", operation="avatar"),
    "never": lambda sandbox: sandbox.fail("ailab", "http.delay", times=0),
    "no chance": lambda sandbox: sandbox.fail("ailab", "http.delay", probability=1.5),
    "backwards": lambda sandbox: sandbox.clock.travel(-1),
    "for ever": lambda sandbox: sandbox.clock.travel(days=math.inf),
    "far off": lambda sandbox: setattr(sandbox.clock, "skew", 1e11),
    "no time": lambda sandbox: sandbox.clock.travel(hours="x"),
    "no skew": lambda sandbox: setattr(sandbox.clock, "skew", "x"),
    "no provider's name": lambda sandbox: sandbox.tencent,
    "no credential": lambda sandbox: sandbox.ailab.key,
    "nothing yet": lambda sandbox: sandbox.journal[0],
    "nothing last": lambda sandbox: sandbox.journal.last,
    "no URL": lambda sandbox: sandbox.know_url("a.jpg", b""),
    "no bytes": lambda sandbox: sandbox.know_url(URL, "text"),
    "too many bytes": lambda sandbox: sandbox.know_url(URL, bytes(20 * 1024 * 1024 + 1)),
    "no text": lambda sandbox: sandbox.know_text(b"image", {"x": 1}),
    "no image": lambda sandbox: sandbox.know_text("a.jpg", "text"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_over_http_as_it_is_in_process(
    server: MockServer, remote: RemoteServer, mistake: str
) -> None:
    here, there = (wrong(sandbox, MISTAKES[mistake]) for sandbox in (server.sandbox(), remote.sandbox()))
    assert (type(there), str(there)) == (type(here), str(here))
    for fact in ("at", "possible"):
        assert getattr(there, fact, None) == getattr(here, fact, None)


def test_a_mistake_at_its_birth_is_told_and_none_is_born(server: MockServer, either: Server) -> None:
    before = server.app.engine.registry.ids()
    with pytest.raises(SettingError, match="picwish has no setting 'qsp'"):
        either.sandbox(ailab={"qps": 1}, picwish={"qsp": 1})
    with pytest.raises(LookupError, match="there is no provider 'picwhish'"):
        either.sandbox(picwhish={})
    assert server.app.engine.registry.ids() == before


@pytest.mark.parametrize("kind", [SettingError, UnknownBehaviour, FaultError, LookupError, ValueError])
def test_the_mistakes_are_of_every_kind(server: MockServer, kind: type[Exception]) -> None:
    sandbox = server.sandbox()
    assert any(type(wrong(sandbox, mistake)) is kind for mistake in MISTAKES.values())
