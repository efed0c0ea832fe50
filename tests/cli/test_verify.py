"""`mockserver verify`, as it is called."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from mockserver import MockServer, RunningSandbox
from mockserver.cli import main


def test_its_help_has_the_port_that_serve_has() -> None:
    told = verify("--help").output + verify().output
    assert "mockserver verify http://127.0.0.1:8765" in told
    assert "8080" not in told


def verify(*arguments: str, typed: str = "", **variables: str) -> Result:
    return CliRunner().invoke(main, ["verify", *arguments], input=typed, env=dict(variables))


def keys_of(sandbox: RunningSandbox) -> dict[str, str]:
    return {"MOCKSERVER_AILAB_API_KEY": sandbox.ailab.api_key}


def test_help_teaches_by_example() -> None:
    shown = verify("--help").output
    for expected in ("--spend", "--key", "MOCKSERVER_AILAB_API_KEY", "https://www.ailabapi.com", "exit code"):
        assert expected in shown


def test_a_mock_agrees_and_needs_no_keys(server: MockServer) -> None:
    result = verify(server.url)
    assert result.exit_code == 0, result.output
    assert "was minted for this" in result.stderr
    assert "none of them charged" in result.stderr
    assert "0 differ" in result.stdout
    assert "--spend tries it, too" in result.stdout


def test_spending_on_a_minted_sandbox_needs_no_question(server: MockServer) -> None:
    result = verify(server.url, "--spend", "--case", "AIL-RESULT-0[1-3]", "--provider", "ailab")
    assert result.exit_code == 0, result.output
    assert "up to 2 requests, up to 1 of them charged." in result.stderr
    assert "Go on?" not in result.stderr


@pytest.mark.parametrize(("typed", "code", "charged"), [("y\n", 0, 1), ("n\n", 2, 0), ("", 2, 0)])
def test_spending_with_your_keys_asks_first(
    server: MockServer, sandbox: RunningSandbox, typed: str, code: int, charged: int
) -> None:
    arguments = ("--provider", "ailab", "--spend", "--case", "AIL-RESULT-01", "--qps", "none")
    result = verify(server.url, *arguments, typed=typed, **keys_of(sandbox))
    assert "up to 2 requests, up to 1 of them charged. Go on? [y/N]" in result.stderr
    assert result.exit_code == code
    assert sandbox.account("ailab").used == charged


def test_yes_asks_nothing(server: MockServer, sandbox: RunningSandbox) -> None:
    arguments = ("--provider", "ailab", "--spend", "--yes", "--case", "AIL-RESULT-01", "--qps", "none")
    result = verify(server.url, *arguments, **keys_of(sandbox))
    assert result.exit_code == 0
    assert "Go on?" not in result.stderr


def test_a_server_that_differs_is_told_and_written(
    server: MockServer, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    sandbox.fail(
        "ailab", "http.json_value", pointer="/error_detail/code", value='"FILE_DECODING_FAILURE"', times=None
    )
    written, junit = tmp_path / "differences.json", tmp_path / "junit.xml"
    result = verify(
        *(server.url, "--provider", "ailab", "--case", "AIL-REFUSAL-1[23]", "--qps", "none"),
        *("--json", str(written), "--junit", str(junit)),
        **keys_of(sandbox),
    )
    assert result.exit_code == 1, result.output
    assert (
        "body.error_detail.code: expected UNSUPPORTED_FILE_TYPES, got FILE_DECODING_FAILURE" in result.stdout
    )
    [one, other] = json.loads(written.read_text())["providers"][0]["cases"]
    assert (one["grade"], other["grade"]) == ("differs", "agrees")
    assert len(list(ET.parse(junit).iter("failure"))) == 1
    assert sandbox.ailab.api_key not in result.output + written.read_text() + junit.read_text()


def test_what_the_documents_leave_open_fails_a_strict_look_alone(
    server: MockServer, sandbox: RunningSandbox
) -> None:
    sandbox.fail("picwish", "http.json_value", pointer="/message", value='"No"', times=None)
    arguments = (server.url, "--provider", "picwish", "--case", "PIC-REFUSAL-09", "--qps", "none")
    key = {"MOCKSERVER_PICWISH_API_KEY": sandbox.picwish.api_key}
    assert verify(*arguments, **key).exit_code == 0
    assert verify(*arguments, "--strict", **key).exit_code == 1


def test_the_list_says_what_each_case_takes() -> None:
    result = verify("--list", "--provider", "picwish", "--case", "pic-*-01")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "PIC-REFUSAL-01  nothing  Refuse a task without a key"
    assert lines[1].startswith("PIC-RESULT-01   charged  ")
    assert lines[-1].startswith("nothing: ")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "which server?"),
        (("http://127.0.0.1:9",), "nothing answers at http://127.0.0.1:9"),
        (("https://www.ailabapi.com", "--qps", "3"), "2 at most for a real provider"),
        (("https://www.ailabapi.com", "--key", "api_kye=mock-secret"), "Did you mean api_key"),
        (("https://www.ailabapi.com", "--case", "TEN-*"), "no case of ailab"),
        (("https://www.ailabapi.com", "--provider", "nobody"), "'nobody' is not one of"),
        (("--list", "--case", "XYZ"), "no case of"),
        (("http://[",), "is no URL of a server"),
        (("http://x", "--qps", "0"), "is no number above 0"),
        (("http://x", "--qps", "inf"), "is no number above 0"),
        (("http://x", "--qps", "fast"), "is no number above 0"),
    ],
)
def test_what_cannot_be_checked_ends_with_2_and_says_why(arguments: tuple[str, ...], why: str) -> None:
    result = verify(*arguments)
    assert result.exit_code == 2, result.output
    assert why in " ".join(result.stderr.replace("│", " ").split())
    assert "mock-secret" not in result.stderr


def test_a_file_that_cannot_be_written_is_told_after_all_else(server: MockServer, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "out.json"
    result = verify(server.url, "--provider", "ailab", "--case", "AIL-REFUSAL-01", "--json", str(nowhere))
    assert result.exit_code == 1
    assert f"cannot write {nowhere}" in result.stderr
    assert "1 agree" in result.stdout
