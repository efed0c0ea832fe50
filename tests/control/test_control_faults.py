"""Faults by HTTP: switching them on and off, what they have struck, and what there is to choose from."""

from typing import Any

import httpx
import pytest
from control_world import Minted

from mockserver import catalogue
from mockserver.damage.table import DAMAGES

LOCKED = {"provider": "ailab", "effect": "error.ERROR_USER_LOCKED"}


def test_a_fault_strikes_and_is_counted(sandbox: Minted) -> None:
    answer = sandbox.ask("POST", "/faults", {**LOCKED, "nth": 2})
    assert answer.status_code == 201
    codes = [sandbox.extract().json()["error_code"] for _ in range(3)]
    assert [code == 0 for code in codes] == [True, False, True]
    [fault] = sandbox.ask("GET", "/faults").json()["faults"]
    assert (fault["id"], fault["seen"], fault["struck"]) == (answer.json()["id"], 3, 1)
    assert sandbox.ask("GET", "/journal").json()["exchanges"][1]["faults"] == [
        "ailab.error.ERROR_USER_LOCKED"
    ]


def test_the_options_of_a_damage_stand_beside(sandbox: Minted) -> None:
    body = {"provider": "ailab", "effect": "http.status", "operation": "avatar-extraction", "status": 502}
    fault = sandbox.ask("POST", "/faults", body).json()
    assert fault["options"]["status"] == 502
    assert (fault["operation"], fault["times"], fault["nth"]) == ("avatar-extraction", 1, 1)
    assert [sandbox.extract().status_code for _ in range(2)] == [502, 200]


def test_times_null_is_until_switched_off(sandbox: Minted) -> None:
    location = sandbox.ask("POST", "/faults", {**LOCKED, "times": None}).headers["location"]
    assert all(sandbox.extract().json()["error_code"] for _ in range(3))
    assert sandbox.client.delete(location).json() == {"removed": 1}
    assert sandbox.extract().json()["error_code"] == 0


def test_a_fault_that_is_not_on_cannot_be_switched_off(sandbox: Minted) -> None:
    fault = sandbox.ask("POST", "/faults", LOCKED).json()
    answer = sandbox.ask("DELETE", "/faults/none")
    assert (answer.status_code, answer.json()["possible"]) == (404, [fault["id"]])


def test_faults_are_listed_and_cleared_by_provider(sandbox: Minted) -> None:
    sandbox.ask("POST", "/faults", LOCKED)
    sandbox.ask("POST", "/faults", {"provider": "picwish", "effect": "state.-8"})
    assert len(sandbox.ask("GET", "/faults").json()["faults"]) == 2
    assert sandbox.ask("DELETE", "/faults?provider=ailab").json() == {"removed": 1}
    [left] = sandbox.ask("GET", "/faults").json()["faults"]
    assert left["provider"] == "picwish"
    assert sandbox.ask("GET", "/faults?provider=ailab").json()["faults"] == []
    assert sandbox.ask("DELETE", "/faults").json() == {"removed": 1}
    assert sandbox.ask("GET", "/faults").json()["faults"] == []


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"provider": "alab"}, "provider", "there is no provider 'alab'"),
    ({"provider": 1}, "provider", "a string"),
    ({"effect": "error.ERROR_USER_LOKED"}, "effect", "did you mean ailab.error.ERROR_USER_LOCKED"),
    ({"effect": "http.dellay"}, "effect", "did you mean http.delay"),
    ({"effect": ["http.delay"]}, "effect", "a string"),
    ({"effect": "http.delay", "secods": 1}, "secods", "did you mean seconds"),
    ({"effect": "http.delay", "status": 500}, "status", "it has seconds, up_to, sigma"),
    ({"effect": "http.delay", "seconds": -1}, "seconds", "a number from 0"),
    ({"operation": "avatar-extracton"}, "operation", "avatar-extraction"),
    ({"operation": 3}, "operation", "a string or null"),
    ({"nth": 0}, "nth", "it counts from 1"),
    ({"nth": "1"}, "nth", "a whole number"),
    ({"nht": 1}, "nht", "did you mean nth"),
    ({"times": 0}, "times", "at least 1"),
    ({"probability": 2}, "probability", "between 0 and 1"),
    ({"seed": 0.5}, "seed", "a whole number"),
    ({"probability": 10**400}, "probability", "between 0 and 1"),
    ({"effect": "http.delay", "seconds": 10**400}, "seconds", "a number from 0"),
    ({"effect": "http.status", "content_type": " "}, "content_type", "a media type"),
    ({f"zz{number}": 1 for number in range(100)} | {"self": 1}, "self", "unknown field 'self'"),
    ({"self": 1}, "self", "unknown field 'self'"),
    ({"a b": 1}, "a b", "unknown field 'a b'"),
]


@pytest.mark.parametrize(("body", "at", "text"), WRONG)
def test_a_fault_that_cannot_be_is_refused_with_what_can(
    sandbox: Minted, body: dict[str, Any], at: str, text: str
) -> None:
    answer = sandbox.ask("POST", "/faults", LOCKED | body)
    assert (answer.status_code, answer.json()["at"]) == (422, at)
    assert text in answer.json()["error"]
    assert sandbox.ask("GET", "/faults").json()["faults"] == []


def test_the_nearest_behaviours_are_possible(sandbox: Minted) -> None:
    answer = sandbox.ask("POST", "/faults", LOCKED | {"effect": "error.ERROR_USER_LOKED"})
    assert "error.ERROR_USER_LOCKED" in answer.json()["possible"]


@pytest.mark.parametrize("field", ["provider", "effect"])
def test_it_needs_to_know_whose_and_what(sandbox: Minted, field: str) -> None:
    body = {name: value for name, value in LOCKED.items() if name != field}
    answer = sandbox.ask("POST", "/faults", body)
    assert (answer.status_code, answer.json()["at"]) == (422, field)


def test_a_misspelt_field_is_told_before_the_one_that_is_missing(sandbox: Minted) -> None:
    answer = sandbox.ask("POST", "/faults", {"efect": "http.delay"})
    assert (answer.status_code, answer.json()["at"]) == (422, "efect")
    assert "unknown field 'efect'; did you mean effect? There are" in answer.json()["error"]


class TestPossible:
    @pytest.fixture
    def possible(self, client: httpx.Client) -> Any:
        return client.get("/_mock/faults").json()

    def test_every_damage_is_there_with_its_options(self, possible: Any) -> None:
        assert {damage["id"] for damage in possible["damages"]} == set(DAMAGES)
        assert all(damage["effect"] == damage["id"] for damage in possible["damages"])
        [delay] = [damage for damage in possible["damages"] if damage["id"] == "http.delay"]
        assert [option["name"] for option in delay["options"]] == ["seconds", "up_to", "sigma"]

    def test_every_operation_of_it_can_be_chosen(self, possible: Any, sandbox: Minted) -> None:
        for provider, operations in possible["operations"].items():
            for operation in operations:
                body = {"provider": provider, "effect": "http.delay", "operation": operation}
                assert sandbox.ask("POST", "/faults", body).status_code == 201

    def test_every_behaviour_of_it_can_be_caused(self, possible: Any, sandbox: Minted) -> None:
        assert set(possible["behaviours"]) == set(catalogue.providers())
        for provider, behaviours in possible["behaviours"].items():
            for behaviour in behaviours:
                body = {"provider": provider, "effect": behaviour["effect"]}
                assert sandbox.ask("POST", "/faults", body).status_code == 201

    def test_every_other_behaviour_cannot(self, possible: Any, sandbox: Minted) -> None:
        for provider, behaviours in possible["behaviours"].items():
            causable = {f"{provider}.{behaviour['effect']}" for behaviour in behaviours}
            for other in catalogue.load(provider).by_id.keys() - causable:
                body = {"provider": provider, "effect": other}
                assert sandbox.ask("POST", "/faults", body).status_code == 422


def test_a_body_that_is_nearly_too_long_is_a_page(sandbox: Minted) -> None:
    body = {"provider": "ailab", "effect": "http.status", "body": "x" * 1_000_000}
    assert sandbox.ask("POST", "/faults", body).status_code == 201
    assert len(sandbox.extract().content) == 1_000_000
