"""Reports as files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from mockserver.contract.report.report import Report

FORMS: Mapping[str, Callable[[Report], str]] = {
    ".html": Report.html,
    ".json": Report.json,
    ".xml": Report.junit,
    ".txt": Report.text,
}
"""How a report is written, by the ending of the file."""
IN_FOLDER = ("report.html", "report.json", "junit.xml")


def write(report: Report, path: Path) -> tuple[Path, ...]:
    """Write a file by its ending, or into a folder IN_FOLDER. A path without an ending is a folder."""
    if path.is_dir() or not path.suffix:
        return tuple(_write(report, path / name) for name in IN_FOLDER)
    return (_write(report, path),)


def _write(report: Report, path: Path) -> Path:
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise ValueError(f"a report ends in {', '.join(FORMS)}, or is a folder; not {path}")
    content = form(report).encode("utf-8", errors="replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise OSError(error.errno, f"cannot write the report: {error.strerror}", str(path)) from error
    return path


def _replace(path: Path, content: bytes) -> None:
    """Whoever reads it meanwhile gets the old or the new one, whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
