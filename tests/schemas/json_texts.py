"""Judging instances as the package does: JSON in their texts included."""

from jsonschema.exceptions import ValidationError
from schema_world import written

from mockserver.contract.schema import validator


def errors(provider: str, name: str, instance: object) -> list[ValidationError]:
    """All that a schema finds in an instance, and in the JSON of its texts."""
    return list(validator(provider, name).iter_errors(instance))


def places(provider: str, name: str, instance: object) -> list[str]:
    """Where an instance breaks a schema, each place once; those in the JSON of a text follow its own."""
    return list(dict.fromkeys(written(error.absolute_path) for error in errors(provider, name, instance)))
