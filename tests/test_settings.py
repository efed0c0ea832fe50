import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.providers import PROVIDERS
from mockserver.providers.base import Provider
from mockserver.settings import POSSIBLE, Setting, SettingError, changed, defaults

QPS = Setting(name="qps", kind="count", default=None, meaning="Requests per second.")
LOCKED = Setting(name="locked", kind="switch", default=False, meaning="The user is locked.")
SHAPE = Setting(name="shape", kind="choice", default="a", choices=("a", "b"), meaning="Which shape.")
SLOW = Setting(name="slow", kind="seconds", default=1.0, meaning="How long it takes.")
NETS = Setting(name="nets", kind="networks", default=["::1"], meaning="Who may call.")
ALL = (QPS, LOCKED, SHAPE, SLOW, NETS)
NEW = defaults(ALL)
ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.integers() | st.text()),
    st.just({}),
)


def change(**changes: Any) -> Mapping[str, Any]:
    return changed("ailab", ALL, NEW, changes)


def test_a_new_sandbox_has_the_defaults() -> None:
    assert NEW == {"qps": None, "locked": False, "shape": "a", "slow": 1.0, "nets": ["::1"]}


def test_a_change_makes_new_values_and_leaves_the_old_ones_alone() -> None:
    assert change(qps=3, shape="b") == {**NEW, "qps": 3, "shape": "b"}
    assert defaults(ALL) == NEW


@pytest.mark.parametrize("value", [None, 0, 1, 10**9])
def test_a_count_takes_whole_numbers_and_no_limit(value: object) -> None:
    assert change(qps=value)["qps"] == value


@pytest.mark.parametrize("value", [-1, 1.5, 1.0, True, "3", [], {}])
def test_a_count_takes_nothing_else(value: object) -> None:
    with pytest.raises(SettingError) as refused:
        change(qps=value)
    assert str(refused.value) == f"ailab qps cannot be {value!r}; it can be {POSSIBLE['count']}"


@pytest.mark.parametrize("value", [10**12 + 1, 10**400])
def test_a_count_is_a_number_that_an_account_can_have(value: int) -> None:
    with pytest.raises(SettingError, match=r"it can be a whole number from 0 up to 10\*\*12") as refused:
        change(qps=value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("value", [0, 0.0, 1, 0.25, 1e9])
def test_seconds_take_any_number_from_zero_up(value: float) -> None:
    assert change(slow=value)["slow"] == value


@pytest.mark.parametrize("value", [-1, -0.1, 1.1e9, 10**400, math.inf, math.nan, None, True, "1", []])
def test_seconds_take_nothing_else(value: object) -> None:
    with pytest.raises(SettingError, match="it can be a number of seconds from 0 up to"):
        change(slow=value)


def test_networks_are_copied_so_that_nobody_changes_them_later() -> None:
    given = ["10.0.0.0/8", " ::1", "192.168.1.7"]
    changed = change(nets=given)
    given.append("::/0")
    assert changed["nets"] == ["10.0.0.0/8", " ::1", "192.168.1.7"]


@pytest.mark.parametrize(
    "value",
    ["10.0.0.0/8", [1], None, {"a": "b"}, [["::1"]], ["x"], ["300.1.1.1"], ["::1", ""], ["::1"] * 1001],
)
def test_networks_are_a_list_of_addresses_and_networks_and_nothing_else(value: object) -> None:
    with pytest.raises(SettingError, match="it can be a list of at most 1000 IP addresses and networks"):
        change(nets=value)


def test_what_was_given_is_told_but_not_at_any_length() -> None:
    for changes in ({"x" * 10**6: 1}, {"shape": "x" * 10**6}):
        with pytest.raises(SettingError) as refused:
            change(**changes)
        assert len(str(refused.value)) + len(refused.value.at) < 500


@pytest.mark.parametrize("value", [0, 1, None, "yes", "true", []])
def test_a_switch_takes_only_a_bool(value: object) -> None:
    with pytest.raises(SettingError) as refused:
        change(locked=value)
    assert str(refused.value) == f"ailab locked cannot be {value!r}; it can be {POSSIBLE['switch']}"


@pytest.mark.parametrize("value", ["c", "A", "", None, 1, ["a"], {}])
def test_a_choice_lists_what_there_is_to_choose(value: object) -> None:
    with pytest.raises(SettingError) as refused:
        change(shape=value)
    assert str(refused.value) == f"ailab shape cannot be {value!r}; it can be one of 'a', 'b'"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(SettingError) as refused:
        change(QPS=3)
    assert str(refused.value) == "ailab has no setting 'QPS'; it has locked, nets, qps, shape, slow"


def test_one_wrong_change_among_right_ones_changes_nothing() -> None:
    with pytest.raises(SettingError):
        change(qps=3, locked="no")
    assert defaults(ALL) == NEW


@given(st.dictionaries(st.sampled_from(["qps", "locked", "shape", "slow", "nets", "other"]), ANYTHING))
def test_any_change_is_made_as_it_is_or_refused_with_its_name(changes: dict[str, Any]) -> None:
    settings = {setting.name: setting for setting in ALL}
    if all(name in settings and settings[name].accepts(value) for name, value in changes.items()):
        assert change(**changes) == {**NEW, **changes}
    else:
        with pytest.raises(SettingError, match="|".join(changes)):
            change(**changes)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
class TestOfProvider:
    def test_every_default_is_a_possible_value(self, provider: Provider) -> None:
        assert all(setting.accepts(setting.default) for setting in provider.settings)

    def test_every_setting_says_what_it_means(self, provider: Provider) -> None:
        assert all(setting.meaning.endswith(".") for setting in provider.settings)

    def test_names_are_unique(self, provider: Provider) -> None:
        names = [setting.name for setting in provider.settings]
        assert len(set(names)) == len(names)

    def test_only_a_choice_has_choices_and_it_has_several(self, provider: Provider) -> None:
        for setting in provider.settings:
            assert (len(setting.choices) > 1) == (setting.kind == "choice")

    def test_a_wrong_value_is_answered_with_everything_possible(self, provider: Provider) -> None:
        for setting in provider.settings:
            with pytest.raises(SettingError) as refused:
                changed(provider.name, provider.settings, {}, {setting.name: object()})
            for possible in setting.choices or (POSSIBLE[setting.kind],):
                assert possible in str(refused.value)
