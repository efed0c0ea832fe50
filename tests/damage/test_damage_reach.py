"""A fault that could never strike is refused, and says where it could."""

from collections.abc import Iterator

import pytest

from mockserver import catalogue
from mockserver.catalogue import Kind
from mockserver.contract.openapi import outline
from mockserver.damage.answer import Trait
from mockserver.damage.options import FaultError
from mockserver.damage.reach import NEVER, RESULT, WORK
from mockserver.damage.table import DAMAGES
from mockserver.faults import Fault, causable
from mockserver.providers import PROVIDERS

OPERATIONS = {one.name: one.operations for one in PROVIDERS}
PLACES = [(provider, operation) for provider, names in OPERATIONS.items() for operation in names]
JSON_EFFECTS = [one.id for one in DAMAGES.values() if Trait.JSON in one.needs]


def refused(provider: str, effect: str, operation: str) -> FaultError | None:
    try:
        Fault.of(provider, effect, operations=OPERATIONS[provider], operation=operation)
    except FaultError as error:
        return error
    return None


def media_types(provider: str, operation: str) -> Iterator[str]:
    """What an operation answers, by its description in OpenAPI."""
    described = outline.load(provider).operations[operation]
    for content in (*described.answers.values(), described.errors):
        yield from content


@pytest.mark.parametrize("effect", JSON_EFFECTS)
@pytest.mark.parametrize(("provider", "operation"), PLACES)
def test_json_is_damaged_where_an_answer_can_be_json(provider: str, operation: str, effect: str) -> None:
    error = refused(provider, effect, operation)
    assert (error is None) is ("application/json" in media_types(provider, operation))
    if error is not None:
        possible = [one for one in OPERATIONS[provider] if "application/json" in media_types(provider, one)]
        assert (error.at, list(error.possible)) == ("operation", possible)
        assert ", ".join(possible) in str(error)


@pytest.mark.parametrize(
    ("provider", "operation"),
    [
        ("ailab", "avatar-extraction"),
        ("processimage", "access"),
        ("processimage", "token"),
        ("processimage", "refresh"),
    ],
)
def test_no_image_is_damaged_where_answers_only_link_to_one(provider: str, operation: str) -> None:
    error = refused(provider, "http.corrupt_image", operation)
    assert error is not None
    assert list(error.possible) == [RESULT]
    assert not any(one.startswith("image/") for one in media_types(provider, operation))


@pytest.mark.parametrize(("provider", "operation"), PLACES)
def test_images_are_damaged_wherever_one_is_answered(provider: str, operation: str) -> None:
    if any(one.startswith("image/") for one in media_types(provider, operation)):
        assert refused(provider, "http.corrupt_image", operation) is None


@pytest.mark.parametrize(
    "effect", [one.id for one in DAMAGES.values() if not one.needs & {Trait.JSON, Trait.IMAGE}]
)
@pytest.mark.parametrize(("provider", "operation"), PLACES)
def test_any_answer_can_be_damaged_in_any_other_way(provider: str, operation: str, effect: str) -> None:
    assert refused(provider, effect, operation) is None


@pytest.mark.parametrize(("provider", "operation"), PLACES)
def test_a_behaviour_strikes_where_it_can_come_of_an_operation(provider: str, operation: str) -> None:
    for behaviour in causable(provider):
        error = refused(provider, behaviour.id, operation)
        if behaviour.kind is Kind.LIFETIME:
            assert (error is None) is (operation == RESULT), behaviour.id
        elif behaviour.kind is Kind.FAILURE:
            assert (error is None) is (operation in WORK[provider]), behaviour.id
        else:
            assert (error is None) is (operation != RESULT), behaviour.id
        if error is not None:
            assert error.at == "operation"


def test_a_failure_of_work_is_refused_where_no_work_begins() -> None:
    error = refused("picwish", "state.-8", "query")
    assert str(error) == (
        "picwish.state.-8 is how work ends that segmentation begins, so never the operation 'query'"
    )


def test_whoever_has_failures_says_where_its_work_begins() -> None:
    kinds = {name: {one.kind for one in catalogue.load(name)} for name in OPERATIONS}
    assert {name for name, found in kinds.items() if Kind.FAILURE in found} == set(WORK)


def test_only_operations_that_exist_are_spoken_of() -> None:
    for table in (NEVER, WORK):
        for provider, operations in table.items():
            assert set(operations) <= set(OPERATIONS[provider])
