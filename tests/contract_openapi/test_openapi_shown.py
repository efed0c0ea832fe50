"""Where the documents are had: from the command line, and from a running server."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from mockserver import MockServer, catalogue
from mockserver.cli import main
from mockserver.contract import openapi

every_provider = pytest.mark.parametrize("provider", catalogue.providers())


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["openapi", *arguments])
    return result.exit_code, result.output


@every_provider
def test_the_command_prints_it(provider: str) -> None:
    assert run(provider) == (0, openapi.printed(provider))


@every_provider
def test_a_server_answers_what_the_command_prints(server: MockServer, provider: str) -> None:
    answer = httpx.get(f"{server.url}/_mock/openapi/{provider}.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.text == openapi.printed(provider)


def test_it_goes_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "picwish.json"
    assert run("picwish", "--out", str(file)) == (0, "")
    assert json.loads(file.read_text("utf-8")) == openapi.document("picwish")


def test_a_file_that_cannot_be_is_told_with_what_to_do(tmp_path: Path) -> None:
    code, said = run("picwish", "--out", str(tmp_path / "nowhere" / "picwish.json"))
    assert code == 1
    assert "choose another --out" in said


def test_help_teaches_by_example() -> None:
    _, said = run("--help")
    for expected in ("OpenAPI 3.1", "--out", "/_mock/openapi/PROVIDER.json", "mockserver openapi picwish"):
        assert expected in said


def test_an_unknown_provider_is_told_the_known_ones(server: MockServer) -> None:
    assert run("picwich")[0] == 2
    answer = httpx.get(f"{server.url}/_mock/openapi/picwich.json")
    assert answer.status_code == 404
    assert "did you mean picwish?" in answer.json()["error"]


def test_a_start_does_not_wait_for_it() -> None:
    script = (
        "import sys, mockserver.cli, mockserver.server, mockserver.control\n"
        "print([name for name in sys.modules if name.startswith('mockserver.contract.openapi')])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert shown.stdout == "[]\n"
