"""Reports as files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
    if _is_folder(path):
        return tuple(_write(report, path / name) for name in IN_FOLDER)
    return (_write(report, path),)


def check_writable(path: Path) -> None:
    """Make the folder of a report that is to be written later, and see that a file can be written there.

    Raises ValueError and OSError as `write` does."""
    target = path / IN_FOLDER[0] if _is_folder(path) else path
    _form(target)
    with _named(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(target)
        draft.touch()
        draft.unlink()


def _is_folder(path: Path) -> bool:
    return path.is_dir() or not path.suffix


def _form(path: Path) -> Callable[[Report], str]:
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise ValueError(f"a report ends in {', '.join(FORMS)}, or is a folder; not {path}")
    return form


def _write(report: Report, path: Path) -> Path:
    content = _form(path)(report).encode("utf-8", errors="replace")
    with _named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    return path


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, f"cannot write the report: {error.strerror}", str(path)) from error


def _replace(path: Path, content: bytes) -> None:
    """Whoever reads it meanwhile gets the old or the new one, whole."""
    draft = _draft(path)
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
