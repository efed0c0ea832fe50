"""Rules of PicWish segmentation."""

from __future__ import annotations

from mockserver.contract.rules import polling
from mockserver.contract.rules.callbacks import callbacks_refused
from mockserver.contract.rules.conduct import (
    ChargedTwice,
    Hurried,
    Stubborn,
    is_client_error,
)
from mockserver.contract.rules.credentials import Elsewhere
from mockserver.contract.rules.refusals import FIELDS, documented_or, refused
from mockserver.contract.rules.results import SignatureSpoiled, too_late
from mockserver.contract.rules.rule import Level, Rule, each

NAME = "picwish"
KEY_HEADER = "x-api-key"
SPOILED = frozenset(
    f"asset.{breach}"
    for breach in (
        "unsigned",
        "version_invalid",
        "expires_missing",
        "expires_empty",
        "expires_invalid",
        "key_id_missing",
        "key_id_empty",
        "key_id_invalid",
        "key_id_unknown",
        "signature_missing",
        "signature_empty",
        "signature_mismatch",
        "credential_missing",
        "credential_empty",
        "credential_invalid",
        "credential_date_invalid",
        "region_mismatch",
        "date_missing",
        "date_empty",
        "date_invalid",
    )
)
"""What the storage says of a link that is not the one that was given."""
KEY = refused("error.401.key")
SOURCES = refused("error.400.image_missing", "error.400.image_several")

RULES = (
    Rule(
        id="PIC-KEY-01",
        level=Level.MUST,
        provider=NAME,
        title="Send the API key in its header",
        sentence="Each call, queries included, has the header X-API-KEY, with the key alone in it.",
        source="docs",
        check=each(KEY),
    ),
    Rule(
        id="PIC-KEY-02",
        level=Level.SHOULD,
        provider=NAME,
        title="Send the API key nowhere else",
        sentence="The key stands in no URL and no field, and does not go to the storage of the results.",
        source="assumed",
        check=each(Elsewhere(credential="api_key", header=KEY_HEADER, unless=KEY.ids)),
    ),
    Rule(
        id="PIC-SOURCE-03",
        level=Level.MUST,
        provider=NAME,
        title="Send one image",
        sentence="There is either one image_file, as a file, or one image_url.",
        source="docs",
        check=each(SOURCES),
    ),
    Rule(
        id="PIC-VALUE-04",
        level=Level.MUST,
        provider=NAME,
        title="Send documented values",
        sentence="The form is multipart/form-data, and each field has one of its documented values.",
        source="docs-zh",
        check=each(
            *documented_or(
                refused(
                    "error.400.form",
                    "error.400.sync",
                    "error.400.type",
                    "error.400.return_type",
                    "error.400.return_type_async",
                    "error.400.output_type",
                    "error.400.crop",
                    "error.400.format",
                    "error.400.bg_color",
                    "error.400.callback_url",
                ),
                *FIELDS,
                unless=SOURCES.ids,
            )
        ),
    ),
    Rule(
        id="PIC-IMAGE-05",
        level=Level.SHOULD,
        provider=NAME,
        title="Check an image before you send it",
        sentence="A file is JPEG, PNG, BMP, WebP or TIFF of at most 15 MB and 4096x4096 pixels.",
        source="docs-zh",
        check=each(*documented_or(refused("error.413", "state.-7", where="image_file"), "files[")),
    ),
    Rule(
        id="PIC-POLL-06",
        level=Level.MUST,
        provider=NAME,
        title="Stop polling when a task has ended",
        sentence="State 1, or any state below zero, is the end: the task is not queried on.",
        source="docs-zh",
        check=polling.goes_on,
    ),
    Rule(
        id="PIC-POLL-07",
        level=Level.SHOULD,
        provider=NAME,
        title="Wait between queries",
        sentence="A task is queried no faster than the QPS of the account; samples wait a second.",
        source="docs-zh",
        check=polling.hammers,
    ),
    Rule(
        id="PIC-RATE-08",
        level=Level.SHOULD,
        provider=NAME,
        title="Slow down when told that you are too fast",
        sentence="After a 429 a retry waits.",
        source="docs-zh",
        check=Hurried(ids=frozenset({"error.429"})),
    ),
    Rule(
        id="PIC-RETRY-09",
        level=Level.SHOULD,
        provider=NAME,
        title="Retry only what can go well",
        sentence="What was refused for what it is, is not sent again as it is.",
        source="docs-zh",
        check=Stubborn(is_final=is_client_error),
    ),
    Rule(
        id="PIC-CHARGE-10",
        level=Level.SHOULD,
        provider=NAME,
        title="Do not pay twice",
        sentence="A task whose answer got lost was created all the same, so it is not created again blindly.",
        source="assumed",
        check=ChargedTwice(done=frozenset({"mode.sync", "mode.async"})),
    ),
    Rule(
        id="PIC-LINK-11",
        level=Level.MUST,
        provider=NAME,
        title="Use a link exactly as it was given",
        sentence="A link is used as the decoded answer has it: each \\u0026 is a &, nothing is changed.",
        source="docs-zh",
        check=each(SignatureSpoiled(ids=SPOILED)),
    ),
    Rule(
        id="PIC-LINK-12",
        level=Level.SHOULD,
        provider=NAME,
        title="Download results in time",
        sentence="A result is downloaded within the hour that its link lives.",
        source="docs-zh",
        check=each(too_late),
    ),
    Rule(
        id="PIC-LINK-13",
        level=Level.MUST,
        provider=NAME,
        title="Download without credentials",
        sentence="A signed link needs nothing else, and is refused with an Authorization header.",
        source="oss-v1",
        check=each(refused("asset.two_signatures")),
    ),
    Rule(
        id="PIC-CALLBACK-14",
        level=Level.SHOULD,
        provider=NAME,
        title="Answer callbacks with success",
        sentence="The receiver of a callback answers that it took it; it comes again otherwise.",
        source="assumed",
        check=callbacks_refused,
    ),
)
