"""Bodies of requests: what the journal has as fields and files, as parts of a form or members of JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.contract.openapi.bundle import Bundle, Schema, shortened
from mockserver.contract.openapi.outline import Operation
from mockserver.contract.openapi.parameters import fields
from mockserver.interface import Call

MULTIPART = "multipart/form-data"
JSON = "application/json"
IMAGE_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "bmp": "image/bmp",
    "webp": "image/webp",
    "tiff": "image/tiff",
}
JOURNAL_ONLY = frozenset({"title", "description", "type", "properties", "patternProperties"})


def body(bundle: Bundle, call: Call, outline: Operation) -> Schema:
    """The body of a call's requests, by media type."""
    content = {
        media_type: _media(bundle, call, outline, media_type, pointer)
        for media_type, pointer in outline.bodies.items()
    }
    return {"required": True, "content": content}


def _media(bundle: Bundle, call: Call, outline: Operation, media_type: str, pointer: str) -> Schema:
    files = _files(bundle, call) if media_type == MULTIPART else {}
    schema = _object(bundle, call, outline, media_type, pointer) | _alternatives(outline, files)
    schema["properties"] |= files
    required = [*schema.get("required", ()), *outline.required]
    media: Schema = {"schema": {**schema, **({"required": required} if required else {})}}
    if examples := dict(_examples(bundle, call, outline, media_type)):
        media["examples"] = examples
    if files:
        media["encoding"] = {
            name: {"contentType": ", ".join(IMAGE_TYPES[one] for one in said["x-image"]["formats"])}
            for name, said in files.items()
        }
    return media


def _object(bundle: Bundle, call: Call, outline: Operation, media_type: str, pointer: str) -> Schema:
    file = f"{call.operation}.request"
    said = bundle.at(file, pointer)
    if media_type == JSON:
        return {"type": "object", **bundle.schema(said, file)}
    properties = {name: bundle.schema(one, file) for name, one in fields(bundle, call, outline, pointer)}
    rest = {key: value for key, value in said.items() if key not in JOURNAL_ONLY}
    return {"type": "object", "properties": properties, **bundle.schema(rest, file)}


def _alternatives(outline: Operation, files: Schema) -> Schema:
    """Which of several fields is needed."""
    if not files:
        return {}
    said = {"oneOf": outline.oneOf, "anyOf": outline.anyOf}
    return {key: [{"required": list(names)} for names in some] for key, some in said.items() if some}


def _files(bundle: Bundle, call: Call) -> Schema:
    """The file parts of a form, each with the limits of its picture."""
    file = f"{call.operation}.request"
    if not call.files:
        return {}
    said = bundle.at(file, "#/properties/files/items/then")
    limits = said["properties"]
    most = limits["size"]["maximum"]
    formats = limits["format"]["enum"]
    sides = {name: _limits(limits[name]) for name in ("width", "height") if name in limits}
    part = {
        "title": said.get("title", "Image"),
        "description": said["description"],
        **{key: said[key] for key in ("x-source", "x-evidence") if key in said},
        "type": "string",
        "contentMediaType": "application/octet-stream",
        "maxLength": most,
        "x-max-bytes": most,
        "x-image": {"formats": formats, **sides},
    }
    return dict.fromkeys(call.files, part)


def _limits(said: Mapping[str, Any]) -> Schema:
    return {key: value for key, value in said.items() if key.lower().endswith(("minimum", "maximum"))}


def _examples(
    bundle: Bundle, call: Call, outline: Operation, media_type: str
) -> Iterator[tuple[str, Schema]]:
    """The examples of requests whose bodies have a media type, if the journal has shortened nothing."""
    found = bundle.files[f"{call.operation}.request"].get("examples", ())
    for number, example in enumerate(found, 1):
        sent = _sent(example, outline, media_type)
        of_type = example.get("headers", {}).get("content-type", "").startswith(media_type)
        if example["method"] == "POST" and of_type and sent and not shortened(sent):
            yield f"request-{number}", {"value": sent}


def _sent(example: Mapping[str, Any], outline: Operation, media_type: str) -> Schema:
    values = example.get("fields", {})
    if media_type == JSON:
        return dict(values)
    pictures = {
        file["field"]: f"(the {file['size']} bytes of {file['filename']})"
        for file in example.get("files", ())
        if media_type == MULTIPART
    }
    return {**{name: value for name, value in values.items() if name not in outline.nested}, **pictures}
