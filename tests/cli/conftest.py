"""`mockserver exec`, to be run and to be started."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exec_world import Execute, Executed, Start, executed


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with an empty folder for temporary files, and without what could lead elsewhere."""
    (tmp_path / "temporary").mkdir()
    kept = {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**kept, "TMPDIR": str(tmp_path / "temporary"), "PATH": path}


@pytest.fixture
def execute(environ: dict[str, str]) -> Execute:
    """Run `mockserver exec` with some arguments to its end."""

    def run(*arguments: str | Path, stdin: str = "", **variables: str) -> Any:
        return executed(*map(str, arguments), stdin=stdin, environ={**environ, **variables})

    return run


@pytest.fixture
def start(environ: dict[str, str]) -> Iterator[Start]:
    """Start `mockserver exec` with some arguments; its command is ready when this returns."""
    started: list[Executed] = []

    def run(*arguments: str, **options: Any) -> Executed:
        started.append(Executed(*arguments, environ=environ, **options))
        return started[-1]

    yield run
    for one in started:
        one.popen.kill()
        one.popen.communicate()
