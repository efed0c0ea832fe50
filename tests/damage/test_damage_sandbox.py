"""What a sandbox says of faults that cannot be, and whom the sandbox `default` is for."""

import asyncio
from typing import Any

import httpx
import pytest
from damage_world import ailab, ailab_result, picwish, processimage, tencent_bda
from starlette.routing import Route

from mockserver import MockServer, RunningSandbox
from mockserver.damage.options import FaultError
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Engine, Operation, Provider
from mockserver.providers.damaged import ASIDE


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda one: one.name)
def test_the_operations_of_a_provider_are_those_of_its_application(provider: Provider) -> None:
    engine = Engine.of(*PROVIDERS)
    routes = [route for route in provider.app(engine).routes if isinstance(route, Route)]
    names = {route.endpoint._name for route in routes if isinstance(route.endpoint, Operation)}
    engine.close()
    assert len(names) > 0
    assert set(provider.operations) == names - ASIDE


def test_an_operation_of_another_provider_is_told_the_own_ones(sandbox: RunningSandbox) -> None:
    with pytest.raises(FaultError, match="picwish has no operation 'access'; it has segmentation, query, "):
        sandbox.fail("picwish", "http.delay", operation="access")
    assert sandbox.faults.list() == []


def test_an_option_goes_beside_the_selection(sandbox: RunningSandbox) -> None:
    fault = sandbox.fail("ailab", "http.delay", nth=2, times=None, seconds=3, up_to=4)
    assert (fault.nth, fault.times, fault.options) == (2, None, {"seconds": 3, "up_to": 4, "sigma": None})


def asked(server: MockServer, request: httpx.Request, client: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=server.app, client=client)
        async with httpx.AsyncClient(transport=transport) as asking:
            return await asking.send(request)

    return asyncio.run(ask())


REMOTE = ("10.1.2.3", 50000)
UNKNOWN_KEYS = {
    ailab: "ailab.error.ERROR_USER_NOT_EXISTS",
    picwish: "picwish.error.401.key",
    processimage: "processimage.error.401.signature",
    tencent_bda: "tencent_bda.error.AuthFailure.SecretIdNotFound",
}


@pytest.mark.parametrize("prepared", UNKNOWN_KEYS, ids=lambda one: one.__name__)
def test_the_default_key_is_unknown_to_others_than_this_machine(server: MockServer, prepared: Any) -> None:
    before = len(server.default.journal)
    asked(server, prepared(server.default), REMOTE)
    assert (
        server.strangers.last.behaviours == [UNKNOWN_KEYS[prepared]]
        or UNKNOWN_KEYS[prepared] in server.strangers.last.behaviours
    )
    assert "are for clients on the server's own machine" in server.strangers.last.notes[-1]
    assert len(server.default.journal) == before


@pytest.mark.parametrize("client", [("127.0.0.1", 1), ("::1", 1), ("::ffff:127.0.0.1", 1), None])
def test_the_default_key_is_known_on_this_machine(server: MockServer, client: Any) -> None:
    assert asked(server, ailab(server.default), client).status_code == 200


def test_a_minted_key_is_for_everybody(server: MockServer, sandbox: RunningSandbox) -> None:
    assert asked(server, ailab(sandbox), REMOTE).status_code == 200


def test_a_result_of_default_can_be_downloaded_by_everybody(server: MockServer) -> None:
    assert asked(server, ailab_result(server.default), REMOTE).status_code == 200
