"""Control calls: the OpenAPI documents of the providers."""

from __future__ import annotations

from mockserver.control.call import Asked, Call
from mockserver.control.catalogues import known_provider

PATH = "/_mock/openapi/{provider}.json"


def one(asked: Asked) -> bytes:
    """The document of one provider, as `mockserver openapi` prints it."""
    from mockserver.contract.openapi import printed

    return printed(known_provider(asked)).encode()


CALLS = (
    Call(
        method="GET",
        path=PATH,
        does="Its calls, answers and callbacks as an OpenAPI 3.1 document.",
        handler=one,
    ),
)
