"""Make the Node project of docs/exec.md in a folder, and print what the job in the README runs there."""

import re
import shutil
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def block(page: str, language: str) -> str:
    """What stands in the first fence of a language."""
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


folder = Path(sys.argv[1])
(folder / "package.json").write_text(block("docs/exec.md", "json"))
(folder / "heads.test.mjs").write_text(block("docs/exec.md", "js"))
shutil.copy(ROOT / "fixtures" / "portrait.jpg", folder)
for step in yaml.safe_load(block("README.md", "yaml"))["jobs"]["test"]["steps"]:
    if "run" in step:
        print(step["run"])
