"""Something that several processes of a test run want, and that one of them makes for all."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LONGEST = 1200.0
"""Seconds after which nobody waits any more for whoever makes it."""
PAUSE = 0.05


class NotMade(RuntimeError):
    """The process that was to make it could not, or has gone."""


def made_once(folder: Path | None, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What is made under a name, JSON, by the first of the processes that share a folder; None: by this one.

    Raises NotMade in the others when making it raised, or took too long."""
    if folder is None:
        return make()
    path = folder / f"made-once-{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"
    try:
        os.close(os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return _awaited(path)
    try:
        made = make()
    except BaseException as error:
        _write(path, {"error": f"{type(error).__name__}: {error}"})
        raise
    _write(path, {"made": made})
    return made


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(path)


def _awaited(path: Path) -> dict[str, Any]:
    until = time.monotonic() + LONGEST
    while not path.exists():
        if time.monotonic() > until:
            raise NotMade(f"{path} did not come within {LONGEST:g} s")
        time.sleep(PAUSE)
    content = json.loads(path.read_text(encoding="utf-8"))
    if "error" in content:
        raise NotMade(f"another process could not make it: {content['error']}")
    made: dict[str, Any] = content["made"]
    return made
