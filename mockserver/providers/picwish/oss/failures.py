"""The errors of Alibaba Cloud OSS that a download can meet, by the versions of links that can meet them.

They stand in the catalogue, with their sources; a link is refused in those versions that it names an EC for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mockserver import catalogue
from mockserver.catalogue import Error
from mockserver.providers.picwish.oss.verdict import Breach, Verdict, Version


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One error of OSS; `ec` is its finer code, "" where it is not known."""

    status: int
    code: str
    message: str
    ec: str


def failure(name: str, version: Version = Version.V1) -> Failure:
    """The error of a behaviour, such as `missing` for `picwish.asset.missing`, for a link of a version.

    Raises UnknownBehaviour."""
    error = _error(name)
    ec = error.ec.get("v4" if version is Version.V4 else "v1", "")
    if version is Version.V4 and error.v4 is not None:
        return Failure(status=error.v4.status, code=error.v4.code, message=error.v4.message, ec=ec)
    return Failure(status=error.status, code=error.code, message=error.message(), ec=ec)


def failure_of(verdict: Verdict) -> Failure:
    """The error that a refused link is answered with. Raises ValueError for a link that holds."""
    if verdict.breach is None:
        raise ValueError("the link holds")
    return FAILURES[verdict.version, verdict.breach]


def _error(name: str) -> Error:
    error = catalogue.load("picwish")[f"asset.{name}"].error
    assert error is not None
    return error


def _versions(breach: Breach) -> Iterable[Version]:
    if breach is Breach.UNSIGNED:
        return [Version.UNSIGNED]
    return [version for version in (Version.V1, Version.V4) if version.lower() in _error(breach).ec]


FAILURES = {(version, breach): failure(breach, version) for breach in Breach for version in _versions(breach)}
"""Every refusal of a link."""
