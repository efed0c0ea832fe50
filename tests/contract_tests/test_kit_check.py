"""`mockserver check`: whom it grades, what it says, and its exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from contract_tests.client.registry import kits
from contract_tests.client.story import Ask, Story, script
from mockserver.cli import main

HERE = Path(__file__).parent
GOOD = ("--client", "graded_clients:Good")
BLIND = ("--client", "graded_clients:Blind")
IDLE = ("--client", "graded_clients:Idle")
FAST = ("--case", "PIC-OK-01", "--case", "PIC-ERROR-0*", "--case", "PIC-STATE-01")
SCHEMA = json.loads(files("contract_tests.report").joinpath("report.schema.json").read_text())

Check = Callable[..., Result]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Check:
    """Run `mockserver check` in an empty folder, with the clients of the tests at hand."""
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, ["check", *map(str, arguments)], catch_exceptions=False)

    return run


def as_json(result: Result) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def test_a_good_client_passes(check: Check) -> None:
    result = check(*GOOD, *FAST)
    assert result.exit_code == 0
    assert "1 client passed (seed 0" in result.stdout
    assert "in all       11 PASS" in result.stdout


def test_a_bad_one_fails_with_remarks_and_exchanges(check: Check) -> None:
    result = check(*BLIND, *FAST)
    assert result.exit_code == 1
    assert "FAIL MUST  PIC-STATE-01" in result.stdout
    assert "it went wrong, but the client answered Cutout(image=b'', mask=None)" in result.stdout
    assert "POST /api/tasks/visual/segmentation" in result.stdout
    assert "1 client failed; 1 MUST case failed (seed 0" in result.stdout


def test_what_is_not_implemented_fails_nobody(check: Check) -> None:
    result = check(*IDLE, "--case", "PIC-OK-*")
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    assert "PIC-OK-01, PIC-OK-02, PIC-OK-03, PIC-OK-04 and 11 more: it is idle" in told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Unmade", "raised TypeError: no such argument"),
        ("Confused", "raised ValueError: no good; and its adapter, asked of that, AttributeError: no code"),
    ],
)
def test_a_client_that_does_not_even_begin_fails_its_cases(check: Check, name: str, told: str) -> None:
    result = check("--client", f"graded_clients:{name}", "--case", "PIC-OK-01", "--case", "PIC-WORLD-02")
    assert result.exit_code == 1
    assert result.stdout.count("FAIL MUST") == 2
    assert told in " ".join(result.stdout.split())


def test_several_clients_are_graded_in_one_run(check: Check) -> None:
    data = as_json(check(*GOOD, *BLIND, *GOOD, *FAST, "--json"))
    assert [(one["client"], one["ok"]) for one in data["gradings"]] == [
        ("graded_clients:Good", True),
        ("graded_clients:Blind", False),
    ]
    assert data["ok"] is False


def test_the_json_is_as_its_schema_says_also_of_a_client_that_prints(check: Check) -> None:
    data = as_json(check("--client", "graded_clients:Chatty", *FAST, "--case", "PIC-POLL-*", "--json"))
    Draft202012Validator(SCHEMA).validate(data)
    assert data["gradings"][0]["grades"]["PASS"] > 10


def test_rules_can_be_asked_for_alone(check: Check) -> None:
    [rule] = [one for kit in kits() for one in kit.rules if one.id == "PIC-LINK-12"]
    data = as_json(check(*IDLE, "--case", rule.id.lower(), "--json"))
    [verdict] = data["gradings"][0]["verdicts"]
    assert (verdict["id"], verdict["title"]) == (rule.id, rule.title)


def test_a_client_that_sent_nothing_has_kept_no_rule(check: Check) -> None:
    data = as_json(check(*IDLE, "--case", "PIC-*-1*", "--json"))
    grades = {one["grade"] for one in data["gradings"][0]["verdicts"]}
    assert grades == {"UNIMPLEMENTED"}


def test_reports_are_written_in_each_form(check: Check, tmp_path: Path) -> None:
    check(*BLIND, *FAST, "--report", "page.html", "--report", "all", "--junit", "results.junit")
    assert {one.name for one in (tmp_path / "all").iterdir()} == {"report.html", "report.json", "junit.xml"}
    assert "data:image/webp" in (tmp_path / "page.html").read_text()
    suite = next(iter(JUnitXml.fromfile(str(tmp_path / "results.junit"))))
    assert (suite.tests, suite.failures) == (11, 1)


def test_a_report_that_cannot_be_written_is_told(check: Check) -> None:
    result = check(*IDLE, *FAST, "--report", "/proc/no/page.html")
    assert result.exit_code == 1
    assert "cannot write /proc/no/page.html: " in result.stderr


def test_the_list_has_each_case_and_rule(check: Check) -> None:
    lines = check("--list", "--provider", "picwish").stdout.splitlines()
    [of] = [one for one in kits() if one.provider == "picwish"]
    assert [line.split()[0] for line in lines] == [case.id for case in (*of.cases, *of.rules)]
    assert lines[0].split(maxsplit=2)[1:] == ["MUST", "Cut out in one request"]
    some = json.loads(check("--list", "--case", "pic-state-0?", "--json").stdout)
    assert len(some) == 9
    assert set(some[0]) == {"id", "level", "provider", "title", "about", "source"}


def test_no_two_cases_have_an_id() -> None:
    for one in kits():
        ids = [case.id for case in (*one.cases, *one.rules)]
        assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "whose? Give --client module:Class, or --command"),
        (("--client", "no_such_module:Acme"), "there is no module no_such_module; it was looked for in"),
        (("--client", "graded_clients"), "is not module:Class, such as tests.acme:AcmeAdapter"),
        (("--client", "tests/graded_clients.py:Good"), "did you mean tests.graded_clients:…?"),
        (("--client", "graded_clients:God"), "has no God; adapters in graded_clients: Blind, "),
        (("--client", "json:JSONDecoder"), "is no adapter: derive a class from contract_tests.adapters."),
        (("--client", "graded_clients:Unfinished"), "is not finished: it has no client, cut_out"),
        (("--client", "broken_module:Acme"), "broken_module cannot be imported: ZeroDivisionError"),
        (("--command", "no-such-command"), "there is no such command. What a command has to speak: contract"),
        (("--command", "sh -c 'exit 4'"), "sh -c 'exit 4' did not say hello: it ended with exit code 4"),
        (("--command", "it's"), "No closing quotation"),
        ((*GOOD, "--case", "PIC-STATES-05"), "there is no case 'PIC-STATES-05'; did you mean PIC-STATE-05?"),
        ((*GOOD, "--case", "*-99"), "there is no case '*-99'"),
        ((*GOOD, "--expected", "nowhere.txt"), "nowhere.txt: No such file or directory"),
        ((*GOOD, *BLIND, "--expected", "nowhere.txt"), "--expected is for one client"),
        ((*GOOD, "--report", "page.pdf"), "page.pdf must end in .html, .json, .xml, .txt, or be a folder"),
        ((*GOOD, "--provider", "picwishes"), "'picwishes' is not one of"),
    ],
)
def test_whoever_asks_wrongly_is_taught(
    check: Check, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "broken_module.py").write_text("1 / 0\n")
    result = check(*arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_without_hypothesis_it_says_what_to_install(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = check(*GOOD)
    assert result.exit_code == 2
    assert "pip install 'image-api-mockserver[contract]'" in result.stderr


def test_an_expected_failure_fails_nobody(check: Check, tmp_path: Path) -> None:
    (tmp_path / "known.txt").write_text("# Ours.\n\npic-state-01  # looks away, #7\n")
    result = check(*BLIND, *FAST, "--expected", "known.txt")
    assert result.exit_code == 0
    assert "EXPECTED MUST  PIC-STATE-01" in result.stdout
    assert "looks away, #7" in result.stdout


def test_an_expected_failure_that_does_not_come_is_an_error(check: Check, tmp_path: Path) -> None:
    (tmp_path / "known.txt").write_text("PIC-STATE-01  # looks away\nPIC-STATE-02 # not played here\n")
    result = check(*GOOD, *FAST, "--expected", "known.txt", "--junit", "results.xml")
    assert result.exit_code == 1
    assert "MENDED MUST  PIC-STATE-01" in result.stdout
    assert "take it off the list" in result.stdout
    assert "1 expected failure did not come" in result.stdout
    assert next(iter(JUnitXml.fromfile(str(tmp_path / "results.xml")))).failures == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("PIC-STAT-01  # looks away", "known.txt:2: there is no case 'PIC-STAT-01'; did you mean"),
        ("PIC-STATE-01", "known.txt:2: why is PIC-STATE-01 expected to fail? Write it behind a #"),
        ("PIC-STATE-02  # again", "known.txt:2: PIC-STATE-02 is there twice"),
    ],
)
def test_a_list_of_expected_failures_is_strict(check: Check, tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "known.txt").write_text(f"PIC-STATE-02  # looks away\n{line}\n")
    result = check(*BLIND, "--expected", "known.txt")
    assert result.exit_code == 2
    assert told in result.stderr


def test_the_same_seed_gives_the_same_verdicts_and_the_same_story(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contract_tests.client.shared.STORIES", 20)
    monkeypatch.setattr("contract_tests.client.exploring.SHRINKING", 1000.0)  # however slow the machine is
    wanted = ("--client", "graded_clients:Hasty", "--case", "PIC-WORLD-02", "--case", "PIC-ERROR-2*")
    told = []
    for _ in range(2):
        [grading] = as_json(check(*wanted, "--seed", "3", "--json"))["gradings"]
        names = ("id", "grade", "remarks", "replay")
        told.append([{name: one[name] for name in names} for one in grading["verdicts"]])
    assert told[0] == told[1]
    [world] = [one for one in told[0] if one["id"] == "PIC-WORLD-02"]
    assert world["grade"] == "FAIL"
    assert "KeyError: 'task'" in str(world["remarks"])
    replayed = replay(world["replay"])
    assert "cut_out raised KeyError: 'task'" in replayed
    assert "no exchange yet" in replayed


def replay(program: str) -> str:
    """What a story prints that is run as a program."""
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert ran.stderr == ""
    return ran.stdout


def test_a_story_of_a_command_replays_it() -> None:
    [of] = [one for one in kits() if one.provider == "picwish"]
    story: Story = (Ask(operation="cut_out", arguments={"image": "unimplemented:now", "sync": True}),)
    program = script(story, case=of.cases[0], client=f"{sys.executable} {HERE / 'talker.py'}")
    assert "cut_out is not implemented: now" in replay(program)


def test_ctrl_c_ends_it_with_what_there_is() -> None:
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    command = [sys.executable, "-m", "mockserver", "check", "--client", "graded_clients:Interrupted"]
    ran = subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 130
    assert "interrupted; this is what there is so far" in ran.stderr
    assert "Traceback" not in ran.stderr
    data = json.loads(ran.stdout)
    assert data["missing"] > 50
    assert sum(len(one["verdicts"]) for one in data["gradings"]) < 3


def test_a_terminal_gets_a_progress_bar() -> None:
    ours, theirs = os.openpty()
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    command = [sys.executable, "-m", "mockserver", "check", *IDLE, "--case", "PIC-OK-0*"]
    ran = subprocess.run(command, env=environment, stderr=theirs, stdout=subprocess.PIPE, text=True)
    os.close(theirs)
    with open(ours, "rb", buffering=0) as terminal:
        drawn = terminal.read(65536).decode()
    assert "\x1b[K██████████████████████████████ 9/9  PIC-OK-0" in drawn
    assert drawn.endswith("\r\x1b[K")
    assert "█" not in ran.stdout


def test_commands_are_graded_like_adapters(check: Check) -> None:
    line = f"{sys.executable} {HERE / 'talker.py'}"
    data = as_json(check("--command", line, "--case", "PIC-OK-01", "--json"))
    [grading] = data["gradings"]
    assert grading["client"] == line
    assert grading["verdicts"][0]["grade"] == "FAIL"  # it answers what it was sent


def test_a_command_that_knows_other_providers_is_told_so(check: Check) -> None:
    line = f"{sys.executable} {HERE / 'talker.py'}"
    for provider in (one.provider for one in kits() if one.provider != "picwish"):
        result = check("--command", line, "--provider", provider)
        assert result.exit_code == 2
        assert f"is a client of picwish, and the cases are for {provider}" in result.stderr
