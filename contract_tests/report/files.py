"""Reports as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from contract_tests.report.report import Report

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
    if is_folder(path):
        return tuple(_write(report, path / name) for name in IN_FOLDER)
    return (_write(report, path),)


def is_folder(path: Path) -> bool:
    """Whether a report would be written into it, and not over it."""
    return path.is_dir() or not path.suffix


def _write(report: Report, path: Path) -> Path:
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise ValueError(f"a report ends in {', '.join(FORMS)}, or is a folder; not {path}")
    content = form(report).encode("utf-8", errors="replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
