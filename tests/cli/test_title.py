"""What a command is called in a report."""

from pathlib import Path

import pytest
from exec_world import Execute

from mockserver.cli.title import title


@pytest.mark.parametrize(
    ("command", "called"),
    [
        ("npm test", "npm test"),
        ("npm run test:unit", "npm run test:unit"),
        ("go test ./...", "go test ./..."),
        ("pytest -k retry", "pytest …"),
        ("python -m pytest", "python …"),
        ("python tests/app.py --token HUNTER2", "python tests/app.py …"),
        ("./login HUNTER=2 now", "./login …"),
        ("curl https://user:HUNTER2@example.com/", "curl …"),
        ("curl user:HUNTER2@example.com", "curl …"),
        (f"./login {'0123456789' * 5}", "./login …"),
        ("one two three four five", "one two three four …"),
    ],
)
def test_a_command_is_called_by_its_first_plain_words(command: str, called: str) -> None:
    assert title(command.split()) == called


def test_a_script_is_no_plain_word() -> None:
    assert title(["watch", "echo $SECRET"]) == "watch …"


def test_no_report_tells_the_options_of_a_command(execute: Execute, tmp_path: Path) -> None:
    execute("--report", tmp_path / "reports", "--", "sh", "-c", ":", "--password=HUNTER2")
    reports = [path.read_text() for path in (tmp_path / "reports").iterdir()]
    assert len(reports) == 3
    assert all("sh …" in report and "HUNTER2" not in report for report in reports)
