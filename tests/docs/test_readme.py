"""The README is short and true: its first screen, its commands, its links."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import PAGES, ROOT, blocks, commands, text

SCREEN = 75
"""Lines of the first screen, code included."""


def test_the_first_screen_shows_what_it_is_and_how_to_begin() -> None:
    screen = "\n".join(text("README.md").splitlines()[:SCREEN])
    for shown in (
        "A stand-in for four paid image APIs",
        "mockserver serve",
        ".venv/bin/pytest",
        blocks("README.md", "python")[0],
        "mockserver exec -- npm test",
        blocks("README.md", "yaml")[0],
    ):
        assert shown in screen


def test_the_readme_is_short() -> None:
    assert len(text("README.md").splitlines()) <= 150


def test_there_are_two_commands_that_set_everything_up() -> None:
    setup = [line for line in commands("README.md") if line.startswith("python3 -m venv")]
    assert [line.rpartition("&& ")[2] for line in setup] == [".venv/bin/mockserver serve", ".venv/bin/pytest"]


def test_the_sample_images_command_writes_images(tmp_path: Path) -> None:
    [command] = [line for line in commands("README.md") if "mockserver.fixtures" in line]
    arguments = command.split()[1:-1]
    subprocess.run([sys.executable, *arguments, tmp_path / "images"], check=True, capture_output=True)
    assert (tmp_path / "images" / "portrait.jpg").exists()


@pytest.mark.parametrize("command", [line for line in commands("README.md") if "benchmarks/" in line])
def test_a_benchmark_exists_and_teaches(command: str) -> None:
    script = ROOT / command.split()[1]
    shown = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=True)
    assert "benchmarks/" in shown.stdout


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)(#[^)]*)?\)", text(page))
    here = (ROOT / page).parent
    assert [link for link, _ in links if "://" not in link and not (here / link).exists()] == []


def test_the_readme_leads_to_every_page() -> None:
    assert [page for page in PAGES[1:] if f"({page})" not in text("README.md")] == []
