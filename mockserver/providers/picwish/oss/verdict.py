"""What can come of a presigned link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Version(StrEnum):
    """Which signature a link carries."""

    UNSIGNED = "unsigned"
    V1 = "V1"
    V4 = "V4"


class Breach(StrEnum):
    """Why a link is refused."""

    UNSIGNED = "unsigned"
    TWO_SIGNATURES = "two_signatures"
    VERSION_INVALID = "version_invalid"
    EXPIRES_MISSING = "expires_missing"
    EXPIRES_EMPTY = "expires_empty"
    EXPIRES_INVALID = "expires_invalid"
    EXPIRED = "expired"
    KEY_ID_MISSING = "key_id_missing"
    KEY_ID_EMPTY = "key_id_empty"
    KEY_ID_INVALID = "key_id_invalid"
    KEY_ID_UNKNOWN = "key_id_unknown"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_EMPTY = "signature_empty"
    SIGNATURE_MISMATCH = "signature_mismatch"
    CREDENTIAL_MISSING = "credential_missing"
    CREDENTIAL_EMPTY = "credential_empty"
    CREDENTIAL_INVALID = "credential_invalid"
    CREDENTIAL_DATE_INVALID = "credential_date_invalid"
    REGION_MISMATCH = "region_mismatch"
    DATE_MISSING = "date_missing"
    DATE_EMPTY = "date_empty"
    DATE_INVALID = "date_invalid"
    NOT_YET_VALID = "not_yet_valid"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came of a link: no breach when it holds. `expires_at` is in unix seconds, `parameter` names the
    one at fault and `value` is what it held; `explanation` is for the journal, the rest for the error that
    OSS answers. What does not apply is "" or None."""

    version: Version
    breach: Breach | None = None
    access_key_id: str = ""
    expires_at: int | None = None
    parameter: str = ""
    value: str = ""
    signature_provided: str = ""
    string_to_sign: str = ""
    canonical_request: str = ""
    explanation: Mapping[str, Any] | None = None

    @property
    def ok(self) -> bool:
        """Whether the link holds."""
        return self.breach is None
