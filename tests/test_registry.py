import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from mockserver import assets
from mockserver.providers import PROVIDERS
from mockserver.registry import Registry
from mockserver.sandbox import Sandbox
from mockserver.settings import SettingError
from mockserver.state.memory import MemoryState


@pytest.fixture
def state() -> Iterator[MemoryState]:
    state = MemoryState()
    yield state
    state.close()


@pytest.fixture
def registry(state: MemoryState) -> Registry:
    return Registry(state, PROVIDERS, real=lambda: 1_700_000_000.0)


@pytest.fixture
def sandbox(registry: Registry) -> Sandbox:
    return registry.mint()


class TestMint:
    def test_every_credential_finds_its_sandbox_and_nobody_elses(self, registry: Registry) -> None:
        minted = [registry.mint() for _ in range(20)] + [registry.default]
        for provider in PROVIDERS:
            keys = [
                (key, sandbox.id)
                for sandbox in minted
                for key in map(sandbox.credentials(provider.name).__getitem__, provider.keys)
            ]
            assert len(set(keys)) == len({key for key, _ in keys}) == len(minted) * len(provider.keys)
            for key, sandbox_id in keys:
                found = registry.find(provider.name, key)
                assert found is not None
                assert found.id == sandbox_id

    def test_a_key_of_one_provider_is_unknown_to_the_other(
        self, registry: Registry, sandbox: Sandbox
    ) -> None:
        assert registry.find("tencent_bda", sandbox.credentials("ailab")["api_key"]) is None

    @pytest.mark.parametrize("key", ["", "nobody", "default"])
    def test_an_unknown_key_finds_nothing(self, registry: Registry, key: str) -> None:
        assert registry.find("ailab", key) is None
        assert registry.find("nobody", key) is None

    def test_settings_can_be_given(self, registry: Registry) -> None:
        sandbox = registry.mint(ailab={"balance": 3}, tencent_bda={"qps": 2})
        assert sandbox.settings("ailab")["balance"] == 3
        assert sandbox.settings("tencent_bda")["qps"] == 2

    def test_a_reset_brings_the_settings_of_minting_back(self, registry: Registry) -> None:
        sandbox = registry.mint(ailab={"balance": 3})
        sandbox.configure({"ailab": {"balance": 7, "locked": True}, "picwish": {"qps": None}})
        sandbox.reset()
        assert (sandbox.settings("ailab")["balance"], sandbox.settings("ailab")["locked"]) == (3, False)
        assert sandbox.settings("picwish")["qps"] == 2

    def test_wrong_settings_mint_nothing(self, registry: Registry, state: MemoryState) -> None:
        before = state.keys("registry", "sandboxes"), state.keys("registry", "ailab")
        with pytest.raises(SettingError, match="ailab balance cannot be 'many'"):
            registry.mint(ailab={"balance": "many"})
        with pytest.raises(LookupError, match="no provider 'nobody'; there are ailab, picwish, "):
            registry.mint(nobody={})
        assert (state.keys("registry", "sandboxes"), state.keys("registry", "ailab")) == before

    def test_an_id_is_never_given_twice_nor_the_one_that_names_keep_for_the_default(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drawn = iter([assets.DEFAULT_CARRIED, "aaaaaaaa", "aaaaaaaa", "bbbbbbbb"])
        fake = SimpleNamespace(token_hex=lambda _: next(drawn))
        monkeypatch.setattr("mockserver.registry.secrets", fake)
        assert [registry.mint().id, registry.mint().id] == ["aaaaaaaa", "bbbbbbbb"]

    def test_many_threads_mint_sandboxes_of_their_own(self, registry: Registry) -> None:
        with ThreadPoolExecutor(16) as pool:
            minted = list(pool.map(lambda _: registry.mint().id, range(200)))
        assert len(set(minted)) == 200


class TestDefault:
    def test_there_is_always_one_with_fixed_credentials(self, registry: Registry) -> None:
        assert registry.default.id == "default"
        other = Registry(MemoryState(), PROVIDERS).default
        for provider in PROVIDERS:
            assert registry.default.credentials(provider.name) == other.credentials(provider.name)

    def test_it_cannot_be_dropped(self, registry: Registry) -> None:
        with pytest.raises(ValueError, match="reset it instead"):
            registry.drop("default")
        assert registry.default.settings("ailab")

    def test_a_second_registry_on_the_same_state_leaves_it_as_it_is(
        self, registry: Registry, state: MemoryState
    ) -> None:
        registry.default.set("ailab", balance=3)
        assert Registry(state, PROVIDERS).default.settings("ailab")["balance"] == 3


class TestFinding:
    def test_a_sandbox_is_found_by_id_and_by_the_name_of_its_result_files(
        self, registry: Registry, sandbox: Sandbox
    ) -> None:
        for one in (sandbox, registry.default):
            found = registry.get(one.id), registry.of_asset(assets.name(one.id))
            assert [found and found.id for found in found] == [one.id, one.id]

    @pytest.mark.parametrize("name", ["", "registry", "strangers", "imaging", "12345678-rest"])
    def test_no_other_name_finds_one(self, registry: Registry, name: str) -> None:
        assert registry.get(name) is None
        assert registry.of_asset(name) is None

    def test_two_registries_on_one_state_know_the_same_sandboxes(
        self, registry: Registry, sandbox: Sandbox, state: MemoryState
    ) -> None:
        sandbox.clock.travel(hours=1)
        found = Registry(state, PROVIDERS, real=lambda: 1_700_000_000.0).get(sandbox.id)
        assert found is not None
        assert found.clock.now() == sandbox.clock.now()
        assert found.credentials("ailab") == sandbox.credentials("ailab")


def test_minting_using_and_dropping_a_thousand_sandboxes_takes_no_noticeable_time(registry: Registry) -> None:
    registry.mint().fail("ailab", "error.ERROR_USER_LOCKED")  # reads the catalogue, once
    began = time.perf_counter()
    for _ in range(1000):
        sandbox = registry.mint()
        sandbox.reset()
        registry.drop(sandbox.id)
    # About 0.1 s; the bound leaves room for a slow machine.
    assert time.perf_counter() - began < 5
