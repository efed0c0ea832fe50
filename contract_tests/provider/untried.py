"""What no case tries, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from contract_tests.provider.case import Case
from mockserver import catalogue
from mockserver.catalogue import Trigger

THEIRS = "only trouble at the provider's own end brings it about"
PACE = "requests are never sent faster than is documented"
ACCOUNT = "it needs an account in that state"
TIME = "it would mean to wait until something has expired"
RECEIVER = "it needs an address that the server can post to"
HOST = "it needs a file behind a URL that the server can reach"
REASONS: Mapping[str, str] = {
    "ailab.asset.expired": TIME,
    "ailab.heads.limit": "the documents advise against so many faces",
    "ailab.error.ERROR_USER_LOCKED": ACCOUNT,
    "ailab.error.ERROR_NOT_ENOUGH_CREDITS": ACCOUNT,
    "ailab.error.EXCEEDING_LIMITS": PACE,
    "tencent_bda.authentication.token": "it needs a temporary key",
    "tencent_bda.error.RequestLimitExceeded": PACE,
    "tencent_bda.error.ResourceNotFound": "the documents say nothing of other paths",
    "tencent_bda.error.FailedOperation.ImageDownloadError": HOST,
    "tencent_bda.error.FailedOperation.ProfileNumExceed": "the documents give no number",
    "tencent_bda.error.LimitExceeded.TooLargeFileError": HOST,
    "tencent_bda.error.ResourceUnavailable.*": ACCOUNT,
    "picwish.state.-5": HOST,
    "picwish.state.-8": "no picture is known to take more than 30 s",
    "picwish.error.401.service": ACCOUNT,
    "picwish.error.401.credits": ACCOUNT,
    "picwish.error.429": PACE,
    "picwish.asset.expired": TIME,
    "picwish.asset.missing": TIME,
    "picwish.asset.not_yet_valid": "a link of another date has another signature",
    "picwish.asset.date_invalid": "a link of another date has another signature",
    "picwish.asset.response_headers": "it needs the keys of the storage",
    "picwish.asset.method_not_allowed": "it needs the keys of the storage",
    "picwish.asset.range_invalid": "it needs the keys of the storage",
    "picwish.callback.*": RECEIVER,
    "processimage.status.52001": "every refusal has it",
    "processimage.status.52003": "no picture is known to take that long",
    "processimage.token.grace": TIME,
    "processimage.source.url": HOST,
    "processimage.asset.expired": TIME,
    "processimage.callback.*": RECEIVER,
    "processimage.error.403.uses": ACCOUNT,
    "processimage.error.403.ip": ACCOUNT,
    "processimage.error.413.url": HOST,
    "processimage.error.429.qps": PACE,
    "processimage.error.429.token": "it would use up the account's tokens of the day",
}
"""By the behaviour's id, or a pattern of such."""


def untried(provider: str, cases: Iterable[Case]) -> dict[str, tuple[str, ...]]:
    """The behaviours of the catalogue that none of the cases is about, by the reason for it.

    Raises LookupError for one that has neither a case nor a reason."""
    covered = {f"{provider}.{behaviour}" for case in cases for behaviour in case.behaviours}
    found: dict[str, list[str]] = {}
    for behaviour in catalogue.load(provider):
        if behaviour.id not in covered:
            reason = THEIRS if behaviour.cause.by is Trigger.FAULT else _reason(behaviour.id, REASONS)
            found.setdefault(reason, []).append(behaviour.id)
    return {reason: tuple(ids) for reason, ids in found.items()}


def _reason(behaviour_id: str, reasons: Mapping[str, str]) -> str:
    matching: Sequence[str] = [
        reason for pattern, reason in reasons.items() if fnmatchcase(behaviour_id, pattern)
    ]
    if not matching:
        raise LookupError(f"no case is about {behaviour_id}, and no reason is given")
    return matching[0]
