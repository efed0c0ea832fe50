import uuid
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import assets
from mockserver.assets import Assets
from mockserver.clock import Clock
from mockserver.state.memory import MemoryState
from mockserver.state.spool import Spool

DAY = 86400.0


class World:
    def __init__(self) -> None:
        self.state = MemoryState(Spool(1000))
        self.real = 1_700_000_000.0
        self.clock = Clock(self.state, "one", real=lambda: self.real)
        self.assets = Assets(self.state, "one", self.clock)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.state.close()


@pytest.mark.parametrize("sandbox_id", ["12ab34cd", "ffffffff", "default"])
def test_a_name_is_a_fresh_uuid_that_carries_its_sandbox(sandbox_id: str) -> None:
    name, other = assets.name(sandbox_id), assets.name(sandbox_id)
    assert name != other
    assert str(uuid.UUID(name)) == name
    assert uuid.UUID(name).version == 4
    assert assets.sandbox_of(name) == sandbox_id


def test_any_name_carries_some_sandbox_and_raises_nothing() -> None:
    assert assets.sandbox_of("") == ""
    assert assets.sandbox_of("x") == "x"


def test_a_published_file_is_found_with_its_bytes(world: World) -> None:
    digest = assets.keep(world.state, b"pixels")
    published = world.assets.publish("/a.png", digest, media_type="image/png", lifetime=DAY)
    assert world.assets.find("/a.png") == published
    assert published.created_at == world.real
    assert published.expires_at == world.real + DAY
    assert world.assets.content(published) == b"pixels"


def test_a_path_where_nothing_was_published_has_no_asset(world: World) -> None:
    assert world.assets.find("/a.png") is None


def test_another_sandbox_does_not_find_it(world: World) -> None:
    world.assets.publish("/a.png", "digest", media_type="image/png", lifetime=DAY)
    assert Assets(world.state, "other", world.clock).find("/a.png") is None


def test_an_asset_lives_up_to_its_very_moment_and_not_at_it(world: World) -> None:
    asset = world.assets.publish("/a.png", "digest", media_type="image/png", lifetime=DAY)
    world.clock.freeze()
    world.clock.travel(DAY - 1 / 64)
    assert world.assets.alive(asset)
    world.clock.travel(1 / 64)
    assert not world.assets.alive(asset)


def test_an_expired_asset_is_still_known(world: World) -> None:
    asset = world.assets.publish("/a.png", "digest", media_type="image/png", lifetime=1)
    world.clock.travel(hours=1)
    assert world.assets.find("/a.png") == asset


def test_a_lifetime_counts_from_the_travelled_time(world: World) -> None:
    world.clock.travel(days=30)
    asset = world.assets.publish("/a.png", "digest", media_type="image/png", lifetime=DAY)
    assert world.assets.alive(asset)


def test_publishing_again_at_a_path_replaces_the_asset(world: World) -> None:
    world.assets.publish("/a.png", "first", media_type="image/png", lifetime=DAY)
    second = world.assets.publish("/a.png", "second", media_type="image/png", lifetime=DAY)
    assert world.assets.find("/a.png") == second


def test_bytes_that_the_state_let_go_are_gone(world: World) -> None:
    digest = assets.keep(world.state, b"x" * 600)
    asset = world.assets.publish("/a.png", digest, media_type="image/png", lifetime=DAY)
    assets.keep(world.state, b"y" * 600)
    assert world.assets.alive(asset)
    assert world.assets.content(asset) is None


def test_the_same_bytes_are_kept_once(world: World) -> None:
    first = assets.keep(world.state, b"x" * 600)
    assert assets.keep(world.state, b"x" * 600) == first
    assert assets.keep(world.state, b"y" * 400) != first
    assert world.state.blob(first) == b"x" * 600


def test_beyond_the_limit_the_oldest_go_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "LIMIT", 3)
    for number in range(5):
        world.assets.publish(f"/{number}", "digest", media_type="image/png", lifetime=DAY)
    assert [world.assets.find(f"/{number}") is None for number in range(5)] == [True] * 2 + [False] * 3


@given(st.text(st.characters(codec="ascii"), max_size=30), st.floats(0, 1e12), st.floats(0, 1e12))
def test_any_media_type_and_any_time_come_back_as_they_were(
    media_type: str, real: float, lifetime: float
) -> None:
    world = World()
    world.real = real
    published = world.assets.publish("/a", "0" * 64, media_type=media_type, lifetime=lifetime)
    assert world.assets.find("/a") == published
