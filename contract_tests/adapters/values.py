"""What goes to an executable and comes from it: JSON, in which files are told by their paths."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from collections.abc import Sequence as AnySequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that an executable answers."""
PLAIN = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


class Malformed(Exception):
    """An answer is not what the protocol says; the text tells where and why."""


def sent(value: Any, folder: Path) -> Any:
    """A value as JSON has it: bytes as the path of a file in a folder, for which they are written."""
    if isinstance(value, bytes | bytearray):
        return {"path": str(_written(bytes(value), folder))}
    if isinstance(value, Mapping):
        return {name: sent(one, folder) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [sent(one, folder) for one in value]
    return value


def image(value: bytes | str, folder: Path) -> Mapping[str, str]:
    """An image, a file's bytes or its URL."""
    told: Mapping[str, str] = {"url": value} if isinstance(value, str) else sent(value, folder)
    return told


def received(kind: Any, value: Any, at: str = "result") -> Any:
    """What a value of JSON is as a type: a dataclass, a sequence, bytes, a union with None, or a plain one.

    Raises Malformed."""
    if kind is Any or kind is None:
        return value
    if get_origin(kind) in (UnionType, Union):
        return _one_of(get_args(kind), value, at)
    if is_dataclass(kind):
        return _record(kind, value, at)
    if kind is bytes:
        return _content(value, at)
    if get_origin(kind) in (list, tuple, AnySequence):
        _must(isinstance(value, list), at, "an array", value)
        return [received(get_args(kind)[0], one, f"{at}[{place}]") for place, one in enumerate(value)]
    if kind in PLAIN:
        right = isinstance(value, (int, float) if kind is float else kind)
        _must(right and (kind is bool or not isinstance(value, bool)), at, PLAIN[kind], value)
    return value


def _one_of(kinds: Sequence[Any], value: Any, at: str) -> Any:
    if value is None and NoneType in kinds:
        return None
    [*others] = [one for one in kinds if one is not NoneType]
    return received(others[0], value, at) if len(others) == 1 else value


def _record(kind: Any, value: Any, at: str) -> Any:
    _must(isinstance(value, dict), at, "an object", value)
    known = {field.name: field for field in fields(kind)}
    if unknown := sorted(value.keys() - known.keys()):
        raise Malformed(f"{at} has {unknown[0]!r:.100}, which is none of {', '.join(known)}")
    missing = [
        name
        for name, field in known.items()
        if name not in value and field.default is MISSING and field.default_factory is MISSING
    ]
    if missing:
        raise Malformed(f"{at} has no {missing[0]}")
    hints = get_type_hints(kind)
    return kind(**{name: received(hints[name], one, f"{at}.{name}") for name, one in value.items()})


def _content(value: Any, at: str) -> bytes:
    if isinstance(value, dict) and value.keys() == {"path"} and isinstance(value["path"], str):
        return _read(Path(value["path"]), at)
    if isinstance(value, dict) and value.keys() == {"base64"} and isinstance(value["base64"], str):
        try:
            return base64.b64decode(value["base64"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise Malformed(f"{at} is not in base64: {error}") from error
    raise Malformed(f'{at} must be {{"path": …}} or {{"base64": …}}, and is {value!r:.80}')


def _read(path: Path, at: str) -> bytes:
    try:
        _must(path.is_file(), at, "the path of a file", str(path))
        _must(path.stat().st_size <= LARGEST, at, f"a file of at most {LARGEST:,} bytes", str(path))
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise Malformed(f"{at} cannot be read: {error}") from error


def _must(holds: bool, at: str, what: str, value: Any) -> None:
    if not holds:
        raise Malformed(f"{at} must be {what}, and is {value!r:.80}")


def _written(content: bytes, folder: Path) -> Path:
    path = folder / hashlib.sha256(content).hexdigest()[:32]
    if not path.exists():
        number, draft = tempfile.mkstemp(dir=folder)
        with open(number, "wb") as file:
            file.write(content)
        os.replace(draft, path)
    return path
