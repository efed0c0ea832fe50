"""Every example in Python runs, as a stranger would run it: copied into a file, by pytest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pages import PAGES, blocks

WITHOUT = ("-p", "no:cacheprovider", "-p", "no:asyncio", "-p", "no:schemathesis")
"""Plugins of our own tests, which strangers may not have."""


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")])
def test_the_examples_of_a_page_run(page: str, tmp_path: Path) -> None:
    examples = blocks(page, "python")
    for number, example in enumerate(examples):
        (tmp_path / f"test_example_{number}.py").write_text(example, encoding="utf-8")
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MOCKSERVER_"))
    }
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "--strict-markers", *WITHOUT]
    ran = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{sum(example.count('def test_') for example in examples)} passed" in ran.stdout
