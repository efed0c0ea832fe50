import hashlib
import math
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver import assets
from mockserver.callbacks import Callback
from mockserver.catalogue import UnknownBehaviour
from mockserver.journal import Draft
from mockserver.providers import PROVIDERS
from mockserver.registry import Registry
from mockserver.sandbox import Sandbox
from mockserver.settings import SettingError
from mockserver.state.memory import MemoryState

START = 1_700_000_000.0
URL = "http://images.example.com/a.jpg"


@pytest.fixture
def state() -> Iterator[MemoryState]:
    state = MemoryState()
    yield state
    state.close()


@pytest.fixture
def registry(state: MemoryState) -> Registry:
    return Registry(state, PROVIDERS, real=lambda: START)


@pytest.fixture
def sandbox(registry: Registry) -> Sandbox:
    return registry.mint()


def use(sandbox: Sandbox) -> None:
    """Leave a trace of every kind."""
    sandbox.clock.travel(hours=1)
    sandbox.clock.skew = 30
    sandbox.account("ailab").charge(None)
    sandbox.account("ailab").pace(1)
    sandbox.set("ailab", qps=1)
    sandbox.fail("ailab", "error.ERROR_USER_LOCKED")
    sandbox.journal.append(Draft(provider="ailab", method="GET", path="/").entry(sandbox="x", at=0, status=1))
    sandbox.assets.publish("/a", "digest", media_type="image/png", lifetime=60)
    sandbox.know_url(URL, b"bytes")
    sandbox.know_text(b"image", "text")
    sandbox.callbacks.add(Callback(id="c", provider="ailab", url=URL, due_at=0.0, about={}))


def traces(sandbox: Sandbox) -> dict[str, object]:
    """What `use` leaves, as it is found."""
    return {
        "now": sandbox.clock.now(),
        "wall": sandbox.clock.wall(),
        "used": sandbox.account("ailab").used,
        "pace": sandbox.account("ailab").pace(5).count,
        "qps": sandbox.settings("ailab")["qps"],
        "faults": len(sandbox.faults.list("ailab")),
        "exchanges": len(sandbox.journal),
        "asset": sandbox.assets.find("/a") is not None,
        "url": sandbox.known_url(URL),
        "text": len(sandbox.known_text(hashlib.sha256(b"image").hexdigest())),
        "callbacks": len(sandbox.callbacks),
    }


NO_TRACE = {
    "now": START,
    "wall": START,
    "used": 0,
    "pace": 1,
    "qps": None,
    "faults": 0,
    "exchanges": 0,
    "asset": False,
    "url": None,
    "text": 0,
    "callbacks": 0,
}


class TestIsolation:
    def test_a_fresh_sandbox_is_new_in_every_way(self, sandbox: Sandbox) -> None:
        assert traces(sandbox) == NO_TRACE

    def test_what_happens_in_one_sandbox_is_not_seen_in_another(self, registry: Registry) -> None:
        used, other = registry.mint(), registry.mint()
        use(used)
        assert traces(other) == NO_TRACE
        assert traces(registry.default) == NO_TRACE
        assert all(traces(used)[kind] != NO_TRACE[kind] for kind in NO_TRACE)

    def test_resetting_or_dropping_one_leaves_the_other(self, registry: Registry) -> None:
        used, reset, dropped = registry.mint(), registry.mint(), registry.mint()
        use(used)
        reset.reset()
        registry.drop(dropped.id)
        assert traces(used)["exchanges"] == 1
        assert traces(used)["now"] == START + 3600


class TestReset:
    def test_everything_is_new_and_credentials_stay(self, registry: Registry, sandbox: Sandbox) -> None:
        credentials = {provider.name: sandbox.credentials(provider.name) for provider in PROVIDERS}
        use(sandbox)
        sandbox.reset()
        assert traces(sandbox) == NO_TRACE
        assert {name: sandbox.credentials(name) for name in credentials} == credentials
        found = registry.find("ailab", credentials["ailab"]["api_key"])
        assert found is not None
        assert found.id == sandbox.id

    def test_resetting_a_dropped_sandbox_does_not_bring_it_back(
        self, registry: Registry, sandbox: Sandbox
    ) -> None:
        registry.drop(sandbox.id)
        sandbox.reset()
        assert registry.get(sandbox.id) is None


class TestDrop:
    def test_nothing_finds_a_dropped_sandbox(self, registry: Registry, sandbox: Sandbox) -> None:
        keys = [
            (provider.name, sandbox.credentials(provider.name)[key])
            for provider in PROVIDERS
            for key in provider.keys
        ]
        use(sandbox)
        registry.drop(sandbox.id)
        assert registry.get(sandbox.id) is None
        assert registry.of_asset(assets.name(sandbox.id)) is None
        assert [registry.find(*key) for key in keys] == [None] * len(keys)
        assert len(sandbox.journal) == 0

    def test_using_a_dropped_sandbox_says_so(self, registry: Registry, sandbox: Sandbox) -> None:
        registry.drop(sandbox.id)
        for use in (
            lambda: sandbox.credentials("ailab"),
            lambda: sandbox.settings("ailab"),
            lambda: sandbox.set("ailab", qps=1),
        ):
            with pytest.raises(LookupError, match=f"sandbox {sandbox.id} was dropped"):
                use()

    def test_dropping_twice_or_what_never_was_is_nothing(self, registry: Registry, sandbox: Sandbox) -> None:
        for sandbox_id in (sandbox.id, sandbox.id, "nobody"):
            registry.drop(sandbox_id)

    def test_nothing_is_left_of_dropped_sandboxes(self, registry: Registry, state: MemoryState) -> None:
        _ = registry.default
        before = {table: state.keys("registry", table) for table in ("sandboxes", "ailab", "tencent_bda")}
        for _ in range(10):
            sandbox = registry.mint()
            use(sandbox)
            registry.drop(sandbox.id)
        assert {table: state.keys("registry", table) for table in before} == before
        assert set(state._spaces) == {"registry"}
        assert not state._logs._spaces


class TestSettings:
    def test_a_change_is_seen_at_once_and_by_every_view(self, registry: Registry, sandbox: Sandbox) -> None:
        sandbox.set("ailab", balance=3, locked=True)
        found = registry.get(sandbox.id)
        assert found is not None
        assert found.settings("ailab")["balance"] == 3
        assert sandbox.settings("ailab")["locked"] is True
        assert sandbox.settings("tencent_bda")["balance"] is None

    def test_a_refused_change_changes_nothing(self, sandbox: Sandbox) -> None:
        with pytest.raises(SettingError, match="it can be True or False"):
            sandbox.set("ailab", balance=3, locked="yes")
        assert sandbox.settings("ailab")["balance"] == 1_000_000

    def test_an_unknown_provider_is_told_the_known_ones(self, sandbox: Sandbox) -> None:
        with pytest.raises(LookupError, match="no provider 'alab'; there are ailab, picwish, "):
            sandbox.set("alab", qps=1)


class TestFail:
    @pytest.mark.parametrize("behaviour", ["error.ERROR_USER_LOCKED", "ailab.error.ERROR_USER_LOCKED"])
    def test_a_behaviour_goes_by_its_id_with_or_without_the_provider(
        self, sandbox: Sandbox, behaviour: str
    ) -> None:
        fault = sandbox.fail("ailab", behaviour, nth=2, times=None, probability=0.5, seed=7)
        assert fault.effect == "ailab.error.ERROR_USER_LOCKED"
        assert (fault.nth, fault.times, fault.probability, fault.seed) == (2, None, 0.5, 7)
        assert [rule.fault for rule in sandbox.faults.list("ailab")] == [fault]

    def test_an_unknown_id_is_answered_with_near_ones(self, sandbox: Sandbox) -> None:
        with pytest.raises(UnknownBehaviour) as unknown:
            sandbox.fail("ailab", "error.ERROR_USER_LOKED")
        assert "no behaviour 'error.ERROR_USER_LOKED'" in str(unknown.value)
        assert "did you mean ailab.error.ERROR_USER_LOCKED" in str(unknown.value)
        assert sandbox.faults.list("ailab") == []

    def test_a_behaviour_that_is_no_error_cannot_be_caused(self, sandbox: Sandbox) -> None:
        with pytest.raises(ValueError, match=r"ailab\.success is neither an error nor a failure"):
            sandbox.fail("ailab", "success")

    def test_an_unknown_provider_is_told_the_known_ones(self, sandbox: Sandbox) -> None:
        with pytest.raises(LookupError, match="there are ailab, picwish, "):
            sandbox.fail("nobody", "error.X")


class TestBorn:
    def test_a_sandbox_is_born_when_it_is_minted(self, sandbox: Sandbox) -> None:
        sandbox.clock.travel(hours=1)
        assert sandbox.born == START

    def test_it_is_born_again_by_a_reset(self, state: MemoryState) -> None:
        moments = iter(range(100))
        sandbox = Registry(state, PROVIDERS, real=lambda: float(next(moments))).mint()
        before = sandbox.born
        sandbox.reset()
        assert sandbox.born > before


class TestKnownText:
    def test_a_text_is_known_by_its_image_alone(self, sandbox: Sandbox) -> None:
        placed = {"text": "there", "x": 1, "y": 2, "width": 30.5, "height": 4}
        sandbox.know_text(b"image", "here", placed)
        assert sandbox.known_text(hashlib.sha256(b"image").hexdigest()) == [{"text": "here"}, placed]
        assert sandbox.known_text(hashlib.sha256(b"other").hexdigest()) == ()

    @pytest.mark.parametrize(
        "text", [{}, {"text": 1}, {"text": "a", "x": 1}, {"x": 1, "y": 1, "width": 1, "height": 1}]
    )
    def test_half_a_place_or_no_text_is_refused(self, sandbox: Sandbox, text: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="a text is a string or has text, x, y, width and height"):
            sandbox.know_text(b"image", text)

    def test_an_image_is_given_by_its_bytes(self, sandbox: Sandbox) -> None:
        with pytest.raises(ValueError, match="as the bytes of its file, not as str"):
            sandbox.know_text("a.jpg", "text")  # type: ignore[arg-type]

    @pytest.mark.parametrize("x", ["1", None, math.inf, math.nan, -math.inf])
    def test_a_place_is_a_number_of_pixels(self, sandbox: Sandbox, x: object) -> None:
        with pytest.raises(ValueError, match="numbers of pixels"):
            sandbox.know_text(b"image", {"text": "a", "x": x, "y": 1, "width": 1, "height": 1})


class TestKnownUrls:
    def test_a_url_stands_for_the_bytes_that_were_told_last(self, sandbox: Sandbox) -> None:
        sandbox.know_url(URL, b"first")
        sandbox.know_url(URL, b"second")
        assert sandbox.known_url(URL) == b"second"

    def test_any_other_url_is_unknown(self, sandbox: Sandbox) -> None:
        sandbox.know_url(URL, b"bytes")
        assert sandbox.known_url(f"{URL}?") is None

    def test_a_url_may_stand_for_no_bytes(self, sandbox: Sandbox) -> None:
        sandbox.know_url(URL, b"")
        assert sandbox.known_url(URL) == b""

    @pytest.mark.parametrize("url", ["", "example.com/a.jpg", "file:///a.jpg", 3])
    def test_what_is_no_url_is_refused(self, sandbox: Sandbox, url: Any) -> None:
        with pytest.raises(ValueError, match="a known URL begins with http:// or https://"):
            sandbox.know_url(url, b"bytes")

    def test_no_more_bytes_are_known_than_would_be_fetched(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mockserver.knowledge.MOST_BYTES", 10)
        sandbox.know_url(URL, b"0123456789")
        with pytest.raises(ValueError, match="stands for 10 bytes at most, not 11"):
            sandbox.know_url(URL, b"0123456789a")

    def test_all_urls_together_stand_for_no_more_than_memory_bears(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mockserver.knowledge.MOST_IN_ALL", 10)
        sandbox.know_url(URL, b"012345")
        sandbox.know_url(URL, b"0123456789")
        with pytest.raises(ValueError, match="the URLs of a sandbox stand for 10 bytes at most in all"):
            sandbox.know_url(f"{URL}?2", b"0")

    def test_too_many_urls_are_refused_and_known_ones_can_change(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mockserver.knowledge.MOST", 2)
        sandbox.know_url(URL, b"first")
        sandbox.know_url(f"{URL}?2", b"other")
        with pytest.raises(ValueError, match="a sandbox can be told of 2 urls at most"):
            sandbox.know_url(f"{URL}?3", b"third")
        sandbox.know_url(URL, b"second")
        assert sandbox.known_urls() == {URL: 6, f"{URL}?2": 5}


class TestConfigure:
    def test_settings_of_several_providers_change_together(self, sandbox: Sandbox) -> None:
        sandbox.configure({"picwish": {"qps": None, "polls": {"0": 2}}, "ailab": {"balance": 1}})
        assert sandbox.settings("picwish")["polls"] == {"0": 2}
        assert sandbox.settings("ailab")["balance"] == 1

    @pytest.mark.parametrize("wrong", [{"picwish": {"qps": -1}}, {"picwish": {"pqs": 1}}, {"nobody": {}}])
    def test_one_wrong_change_changes_nothing_anywhere(
        self, sandbox: Sandbox, wrong: dict[str, dict[str, object]]
    ) -> None:
        before = sandbox.settings("ailab")
        with pytest.raises((SettingError, LookupError)):
            sandbox.configure({"ailab": {"balance": 1}, **wrong})
        assert sandbox.settings("ailab") == before

    def test_an_error_says_where_and_what_is_possible(self, sandbox: Sandbox) -> None:
        with pytest.raises(SettingError) as refused:
            sandbox.configure({"picwish": {"links": "v3"}})
        assert (refused.value.at, refused.value.possible) == ("picwish.links", ("v1", "v4"))
        with pytest.raises(SettingError) as refused:
            sandbox.configure({"ailab": {"pqs": 1}})
        assert refused.value.at == "ailab.pqs"
        assert "qps" in refused.value.possible
