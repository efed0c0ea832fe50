"""Result files over HTTP, as the storage behind the links serves them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from mockserver import assets
from mockserver.assets import Asset
from mockserver.catalogue import Behaviour
from mockserver.providers.base import Call, Engine, Refusal
from mockserver.providers.ownership import whose
from mockserver.providers.picwish import links
from mockserver.providers.picwish.answers import ANY_ORIGIN
from mockserver.providers.picwish.oss import presigned, storage
from mockserver.providers.picwish.oss.failures import Failure, failure, failure_of
from mockserver.providers.picwish.oss.presigned import Keys
from mockserver.providers.picwish.oss.pretence import pretended
from mockserver.providers.picwish.oss.storage import Condition
from mockserver.providers.picwish.oss.verdict import Breach, Verdict
from mockserver.providers.picwish.oss.verification import verify
from mockserver.sandbox import Sandbox

XML = "application/xml"
METHODS = ("GET", "HEAD")
LONGEST_INSTRUCTION = 256
BREACHES = frozenset(Breach)


class Downloads:
    """Serves the result files of all sandboxes.

    The key id of a link chooses the sandbox; the name of the file does where no sandbox has that key id."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def serve(self, call: Call) -> Response:
        """The file that a request is for. Raises Refusal."""
        query = call.request.scope["query_string"].decode("latin1")
        parameters = presigned.by_name(presigned.parsed(query))
        sandbox = self._sandbox(presigned.key_id(parameters), call.path)
        if sandbox is not None:
            call.enter(sandbox)
        else:
            call.sandbox = whose(self._engine.registry, call.request.scope)
        self._check(call, query)
        if call.draft.method not in METHODS:
            raise Refusal("asset.method_not_allowed", note="a result can be read, with GET or HEAD, no more")
        asset = sandbox.assets.find(call.path) if sandbox else None
        if sandbox is None or asset is None or not sandbox.assets.alive(asset):
            note = "the sandbox of this key id has no such result, or not any more"
            raise Refusal("asset.missing", note=note)
        content = sandbox.assets.content(asset)
        if content is None:
            raise Refusal("asset.missing", note="this server let the file go to make room for newer ones")
        content = await self._processed(call, asset, content, parameters.get("x-oss-process"))
        return _answer(call, asset, content, now=sandbox.clock.now(), parameters=parameters)

    def _sandbox(self, key_id: str, path: str) -> Sandbox | None:
        registry = self._engine.registry
        return registry.find("picwish", key_id) or registry.of_asset(path.rpartition("/")[2])

    def _check(self, call: Call, query: str) -> None:
        site = links.site_of(call.origin)
        verdict = verify(
            self._keys_of,
            method=call.draft.method,
            bucket=site.bucket,
            key=call.path[1:],
            query=query,
            now=call.sandbox.clock.now() if call.sandbox else call.draft.received_at,
            region=site.region,
            headers=call.headers,
        )
        if not verdict.ok:
            explanation = verdict.explanation or {}
            departed = self._engine.registry.departed(verdict.access_key_id)
            raise Refusal(
                f"asset.{verdict.breach}",
                note=departed or explanation.get("hint"),
                explanation=explanation,
                verdict=verdict,
            )

    def _keys_of(self, key_id: str) -> Keys | None:
        sandbox = self._engine.registry.find("picwish", key_id)
        keys = links.keys_of(sandbox) if sandbox else None
        return keys if keys and keys.access_key_id == key_id else None

    async def _processed(self, call: Call, asset: Asset, content: bytes, instruction: str | None) -> bytes:
        """The file after an `x-oss-process`; as it is, where that is not understood."""
        if not instruction or len(instruction) > LONGEST_INSTRUCTION:
            return content

        def make() -> Mapping[str, Any]:
            from mockserver.imaging import resize

            result = resize.process(content, instruction)
            return {"blobs": [] if result is None else [assets.keep(self._engine.state, result)]}

        record = await self._engine.studio.once(f"picwish {instruction} {asset.digest}", make)
        if not record["blobs"]:
            call.draft.notes.append("x-oss-process is not one that this server knows; the file is as it was")
            return content
        call.met("asset.process")
        return self._engine.state.blob(record["blobs"][0]) or content


def _answer(
    call: Call, asset: Asset, content: bytes, *, now: float, parameters: Mapping[str, str]
) -> Response:
    """The file, a part of it, or that the client has it already."""
    from mockserver.imaging.headers import probe

    headers = _without_date(
        storage.object_headers(
            content,
            stored_at=asset.created_at,
            media_type=f"image/{probe(content).format}",
            request_id=_request_id(now),
            now=now,
        )
    )
    condition = storage.condition(call.headers, etag=headers["ETag"], stored_at=asset.created_at)
    if condition is Condition.FAILED:
        raise Refusal("asset.precondition_failed", note="If-Match or If-Unmodified-Since does not hold")
    if condition is Condition.NOT_MODIFIED:
        call.met("asset.not_modified")
        return Response(status_code=304, headers={**headers, **ANY_ORIGIN})
    call.met("asset.alive")
    if call.draft.method == "HEAD":
        call.met("asset.head")
    if chosen := storage.overridden(parameters):
        call.met("asset.response_headers")
        headers |= chosen
    part = _part(call, len(content))
    if part is not None:
        call.met("asset.range")
        headers["Content-Range"] = part.content_range(len(content))
        content = part.cut(content)
    return Response(
        content,
        status_code=200 if part is None else 206,
        media_type=headers["Content-Type"],
        headers={**headers, **ANY_ORIGIN},
    )


def _part(call: Call, size: int) -> storage.Range | None:
    standard = call.headers.get("x-oss-range-behavior") == "standard"
    try:
        return storage.ranged(size, call.headers.get("range", ""), standard=standard)
    except storage.Unsatisfiable as error:
        raise Refusal("asset.range_invalid", note=str(error)) from error


def refused(call: Call, behaviour: Behaviour, refusal: Refusal) -> Response:
    """The storage's error, as XML."""
    now = call.sandbox.clock.now() if call.sandbox else call.draft.received_at
    name = behaviour.id.removeprefix("picwish.asset.")
    request_id, host_id = _request_id(now), links.site_of(call.origin).host
    if name in BREACHES:
        verdict = _verdict(call, refusal, Breach(name), now)
        found = failure_of(verdict)
        body = storage.refusal_xml(verdict, now=now, request_id=request_id, host_id=host_id)
    else:
        found = failure(name)
        body = storage.xml_error(found, request_id=request_id, host_id=host_id, extra=_details(call, found))
    headers = _without_date(storage.error_headers(request_id=request_id, now=now, ec=found.ec))
    if found.status == 405:
        headers["Allow"] = ", ".join(METHODS)
    return Response(body, status_code=found.status, media_type=XML, headers={**headers, **ANY_ORIGIN})


def _verdict(call: Call, refusal: Refusal, breach: Breach, now: float) -> Verdict:
    """What was found wrong with a link, or what a fault pretends to be wrong with it."""
    found = refusal.values.get("verdict")
    if isinstance(found, Verdict):
        return found
    assert call.sandbox is not None  # whose fault it is
    site = links.site_of(call.origin)
    return pretended(
        breach,
        links.keys_of(call.sandbox),
        query=call.request.scope["query_string"].decode("latin1"),
        method=call.draft.method,
        bucket=site.bucket,
        key=call.path[1:],
        region=site.region,
        now=now,
    )


def _details(call: Call, found: Failure) -> list[tuple[str, str]]:
    if found.status == 404:
        return [("Key", quote(call.path[1:]))]
    if found.status == 405:
        return [("Method", call.draft.method), ("ResourceType", "OBJECT")]
    return []


def _request_id(now: float) -> str:
    return storage.mint_request_id(now, os.urandom(8))


def _without_date(headers: dict[str, str]) -> dict[str, str]:
    """The HTTP server writes a Date of its own."""
    return {name: value for name, value in headers.items() if name != "Date"}
