"""Rules of AILabTools Head Extraction."""

from __future__ import annotations

from mockserver.contract.rules.conduct import ChargedTwice, Hurried, Stubborn, is_client_error
from mockserver.contract.rules.credentials import Elsewhere
from mockserver.contract.rules.refusals import FIELDS, documented_or, refused
from mockserver.contract.rules.results import path_changed, too_late
from mockserver.contract.rules.rule import Level, Rule, each

NAME = "ailab"
KEY_HEADER = "ailabapi-api-key"
NO_CREDITS = "error.ERROR_NOT_ENOUGH_CREDITS"
"""Has the status 429, but waiting does not help."""


def is_final(provider: str, behaviour: str) -> bool:
    """Whether the same request will meet a behaviour again."""
    return behaviour == NO_CREDITS or is_client_error(provider, behaviour)


KEY = refused("error.ERROR_APPLICATIONS_NOT_EXISTS", "error.ERROR_USER_NOT_EXISTS")

RULES = (
    Rule(
        id="AIL-KEY-01",
        level=Level.MUST,
        provider=NAME,
        title="Send the API key in its header",
        sentence=f"Each call has the header {KEY_HEADER}, with the key and nothing else in it.",
        source="docs-api",
        check=each(KEY),
    ),
    Rule(
        id="AIL-KEY-02",
        level=Level.SHOULD,
        provider=NAME,
        title="Send the API key nowhere else",
        sentence="The key stands in no URL and no field, and does not go to the host of the results.",
        source="assumed",
        check=each(Elsewhere(credential="api_key", header=KEY_HEADER, unless=KEY.ids)),
    ),
    Rule(
        id="AIL-IMAGE-03",
        level=Level.MUST,
        provider=NAME,
        title="Send one image, as a file",
        sentence="The form has exactly one file, called image.",
        source="docs-api",
        check=each(
            refused(
                "error.MISSING_PARAMETERS",
                "error.PARAMETERS_CANNOT_EMPTY",
                "error.ERROR_TOO_MANY_FILES",
                "error.ERROR_INCORRECT_FILE_COUNT",
                "error.ERROR_PARAMETERS",
            )
        ),
    ),
    Rule(
        id="AIL-VALUE-04",
        level=Level.MUST,
        provider=NAME,
        title="Send documented values",
        sentence="return_form is mask, or is left out.",
        source="docs-api",
        check=each(
            *documented_or(
                refused("error.UNSUPPORTED_PARAMETER_VALUES", "error.ERROR_INVALID_PARAMETER"),
                *FIELDS,
            )
        ),
    ),
    Rule(
        id="AIL-IMAGE-05",
        level=Level.SHOULD,
        provider=NAME,
        title="Check an image before you send it",
        sentence="An image is JPEG, PNG or BMP of at most 3 MB, with sides between 32 and 2000 pixels.",
        source="docs-api",
        check=each(
            *documented_or(
                refused(
                    "error.FILE_SIZE_EXCEEDS_LIMIT",
                    "error.FILE_RESOLUTION_EXCEEDS_LIMITS",
                    "error.ERROR_LOW_RESOLUTION",
                    "error.ERROR_REQUEST_BODY_TOO_LARGE",
                    "error.UNSUPPORTED_FILE_TYPES",
                    "error.FILE_DECODING_FAILURE",
                ),
                "files[",
            )
        ),
    ),
    Rule(
        id="AIL-RATE-06",
        level=Level.SHOULD,
        provider=NAME,
        title="Slow down when told that you are too fast",
        sentence="After EXCEEDING_LIMITS, or when the AI service is throttled, a retry waits.",
        source="sdk",
        check=Hurried(ids=frozenset({"error.EXCEEDING_LIMITS", "error.AI_SERVICE_FLOW_RESTRICTION"})),
    ),
    Rule(
        id="AIL-RETRY-07",
        level=Level.SHOULD,
        provider=NAME,
        title="Retry only what can go well",
        sentence="What was refused for what it is, or for want of credits, is not sent again as it is.",
        source="HTTP",
        check=Stubborn(is_final=is_final),
    ),
    Rule(
        id="AIL-CHARGE-08",
        level=Level.SHOULD,
        provider=NAME,
        title="Do not pay twice",
        sentence="A call whose answer got lost may have cost a credit: it is not repeated blindly.",
        source="docs-api",
        check=ChargedTwice(done=frozenset({"success"})),
    ),
    Rule(
        id="AIL-LINK-09",
        level=Level.MUST,
        provider=NAME,
        title="Use a result URL as it was given",
        sentence="A result is downloaded from the URL of the answer, which is not changed or put together.",
        source="docs-api",
        check=path_changed,
    ),
    Rule(
        id="AIL-LINK-10",
        level=Level.SHOULD,
        provider=NAME,
        title="Download results in time",
        sentence="A result is downloaded within its 24 hours.",
        source="docs-api",
        check=each(too_late),
    ),
)
