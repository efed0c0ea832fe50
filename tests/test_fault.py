"""What a fault can be made of, and what is said of one that cannot be."""

import math
import re
from typing import Any

import pytest
from fault_world import OPERATIONS, damage, fault

from mockserver import catalogue
from mockserver.catalogue import UnknownBehaviour
from mockserver.damage.options import FaultError
from mockserver.damage.table import DAMAGES
from mockserver.faults import Fault, causable
from mockserver.providers import PROVIDERS

LONG = "x" * 10_000_000


class TestOf:
    @pytest.mark.parametrize(
        ("when", "at", "text"),
        [
            ({"nth": 0}, "nth", "counts from 1"),
            ({"nth": True}, "nth", "a whole number"),
            ({"nth": 1.5}, "nth", "a whole number"),
            ({"times": 0}, "times", "at least 1, or None"),
            ({"times": "2"}, "times", "at least 1, or None"),
            ({"probability": 1.5}, "probability", "between 0 and 1"),
            ({"probability": -0.1}, "probability", "between 0 and 1"),
            ({"probability": math.nan}, "probability", "between 0 and 1"),
            ({"probability": None}, "probability", "between 0 and 1"),
            ({"seed": "x"}, "seed", "a whole number"),
        ],
    )
    def test_a_fault_that_could_never_be_meant_is_refused(
        self, when: dict[str, Any], at: str, text: str
    ) -> None:
        with pytest.raises(FaultError, match=text) as refused:
            fault(**when)
        assert refused.value.at == at

    @pytest.mark.parametrize("effect", ["error.ERROR_USER_LOCKED", "ailab.error.ERROR_USER_LOCKED"])
    def test_a_behaviour_goes_by_its_id_with_or_without_the_provider(self, effect: str) -> None:
        made = damage(effect)
        assert (made.effect, made.target, made.damage) == ("ailab.error.ERROR_USER_LOCKED", "call", None)

    def test_a_damage_has_all_its_options(self) -> None:
        made = damage("http.delay", options={"seconds": 2})
        assert made.options == {"seconds": 2, "up_to": None, "sigma": None}
        assert (made.target, made.damage) == ("answer", DAMAGES["http.delay"])

    def test_an_unknown_operation_is_told_the_known_ones(self) -> None:
        text = "ailab has no operation 'avatar'; it has avatar-extraction, result"
        with pytest.raises(FaultError, match=text) as refused:
            damage("http.delay", operation="avatar")
        assert (refused.value.at, refused.value.possible) == ("operation", OPERATIONS)

    @pytest.mark.parametrize(
        ("effect", "text"),
        [
            (
                "http.dleay",
                r"there is no damage 'http.dleay'; did you mean http.delay\? There are http.delay,",
            ),
            ("delay", "did you mean http.delay"),
            ("reset", "did you mean connection.reset"),
            ("connection.hangup", "there is no damage 'connection.hangup'; there are http.delay, "),
        ],
    )
    def test_an_unknown_damage_is_told_the_known_ones(self, effect: str, text: str) -> None:
        with pytest.raises(FaultError, match=text) as refused:
            damage(effect)
        assert (refused.value.at, refused.value.possible) == ("effect", tuple(DAMAGES))

    @pytest.mark.parametrize("effect", [-8, None, ["http.delay"]])
    def test_an_effect_is_a_string(self, effect: Any) -> None:
        text = f"effect cannot be {effect!r}; it can be a string"
        with pytest.raises(FaultError, match=re.escape(text)) as refused:
            damage(effect)
        assert refused.value.at == "effect"

    def test_an_operation_that_is_near_is_named(self) -> None:
        text = r"'avatar-extracton'; did you mean avatar-extraction\? It has avatar-extraction, result"
        with pytest.raises(FaultError, match=text):
            damage("http.delay", operation="avatar-extracton")

    def test_an_unknown_behaviour_is_answered_with_near_ones(self) -> None:
        with pytest.raises(UnknownBehaviour, match=r"did you mean ailab\.error\.ERROR_USER_LOCKED"):
            damage("error.ERROR_USER_LOKED")

    def test_a_behaviour_that_is_no_error_cannot_be_caused(self) -> None:
        with pytest.raises(FaultError, match=r"ailab\.success is neither an error nor a failure") as refused:
            damage("success")
        assert "ailab.error.ERROR_USER_LOCKED" in refused.value.possible

    def test_a_behaviour_has_no_options(self) -> None:
        with pytest.raises(FaultError, match="has no option 'seconds'; a behaviour has none"):
            damage("error.ERROR_USER_LOCKED", options={"seconds": 1})

    @pytest.mark.parametrize(
        ("effect", "operation", "text"),
        [
            ("asset.expired", "avatar-extraction", "strikes downloads of results, so never the operation"),
            ("error.ERROR_USER_LOCKED", "result", "strikes calls, not downloads of results, so never"),
        ],
    )
    def test_a_behaviour_is_not_for_an_operation_that_it_never_strikes(
        self, effect: str, operation: str, text: str
    ) -> None:
        with pytest.raises(FaultError, match=text):
            damage(effect, operation=operation)

    @pytest.mark.parametrize("provider", [one.name for one in PROVIDERS])
    def test_all_that_is_called_causable_makes_a_fault_and_nothing_else_does(self, provider: str) -> None:
        possible = {behaviour.id for behaviour in causable(provider)}
        assert possible
        for behaviour in catalogue.load(provider):
            short = behaviour.id.removeprefix(f"{provider}.")
            try:
                made = Fault.of(provider, short, operations=()).effect in possible
            except FaultError:
                made = False
            assert made == (behaviour.id in possible)


@pytest.mark.parametrize(
    "when",
    [
        {"probability": 10**400},
        {"probability": -(10**400)},
        {"probability": 10**5000},
        {"nth": 10**5000},
        {"times": 2**64},
        {"seed": -(10**400)},
        {"seed": "x" * 10_000_000},
    ],
)
def test_a_number_without_end_is_refused_in_few_words(when: dict[str, Any]) -> None:
    with pytest.raises(FaultError) as refused:
        damage("http.delay", **when)
    assert refused.value.at in when
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"effect": "http." + LONG},
        {"effect": LONG},
        {"effect": "http.delay", "operation": LONG},
        {"effect": "http.delay", "options": {LONG: 1}},
        {"effect": "http.status", "options": {"body": LONG}},
        {"effect": "ailab.error.ERROR_USER_LOCKED", "options": {LONG: 1}},
    ],
)
def test_a_refusal_repeats_little_of_what_was_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises((FaultError, UnknownBehaviour)) as refused:
        damage(**wrong)
    assert len(str(refused.value)) < 600
    assert len(getattr(refused.value, "at", "")) <= 100
