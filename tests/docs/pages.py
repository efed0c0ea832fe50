"""The pages that are written by hand, and what stands in their fences."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = ("catalogue", "faults", "settings")
PAGES = (
    "README.md",
    "docs/check.md",
    "docs/control.md",
    "docs/exec.md",
    "docs/providers.md",
    "docs/pytest.md",
    "docs/python.md",
    "docs/sdks.md",
    "docs/verify.md",
)


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    """What stands in the fences of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", text(page), re.DOTALL)


def commands(page: str) -> list[str]:
    """The lines of all shell blocks."""
    return [line for block in blocks(page, "sh") for line in block.splitlines()]
