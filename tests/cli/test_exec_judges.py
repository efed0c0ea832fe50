"""`mockserver exec` judges the client of its command: settings, faults, findings, notes, reports."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from exec_world import CURL, KEY, PYTHON, URL, Execute

from mockserver import fixtures
from mockserver.cli import main

PORTRAIT = str(fixtures.path("portrait.jpg"))
NO_KEY = "httpx.post(url)"
BREAKS_MUST = f"curl -s {URL} {KEY} -F size=1"  # it sends no image
BREAKS_SHOULD = f"{CURL[2]} -F retrun_form=mask"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


def test_a_client_that_broke_a_must_rule_fails_a_command_that_passed(execute: Execute) -> None:
    ran = execute("sh", "-c", BREAKS_MUST)
    assert ran.returncode == 1
    assert "MUST   AIL-IMAGE-03" in ran.stderr
    assert ran.stderr.endswith("exit code 1: the command passed, but its client broke AIL-IMAGE-03\n")


@pytest.mark.parametrize(
    "flags",
    [
        ("--fail-on", "never"),
        ("--allow", "ail-image-03"),
        ("--allow", "AIL-KEY-01", "--allow", "AIL-IMAGE-03"),
    ],
)
def test_it_does_not_where_that_is_allowed(execute: Execute, flags: tuple[str, ...]) -> None:
    ran = execute(*flags, "sh", "-c", BREAKS_MUST)
    assert ran.returncode == 0
    assert "AIL-IMAGE-03" in ran.stderr


def test_the_failure_of_the_command_itself_comes_first(execute: Execute) -> None:
    ran = execute("sh", "-c", f"{BREAKS_MUST}; exit 5")
    assert ran.returncode == 5
    assert "AIL-IMAGE-03" in ran.stderr


def test_should_rules_can_fail_it(execute: Execute) -> None:
    assert execute("sh", "-c", BREAKS_SHOULD, PORTRAIT=PORTRAIT).returncode == 0
    ran = execute("--fail-on", "should", "sh", "-c", BREAKS_SHOULD, PORTRAIT=PORTRAIT)
    assert ran.returncode == 1
    assert ran.stderr.endswith("the command passed, but its client broke ANY-NAME-02\n")


def test_a_quiet_one_speaks_only_of_what_fails_it(execute: Execute) -> None:
    assert execute("--quiet", "sh", "-c", f"{BREAKS_MUST}; exit 4").stderr == ""
    assert "AIL-IMAGE-03" in execute("--quiet", "sh", "-c", BREAKS_MUST).stderr


def test_settings_and_faults_make_a_bad_day(execute: Execute) -> None:
    ran = execute(
        *("--setting", "ailab.balance=1", "--setting", "picwish.end=-1", "--setting", "ailab.qps=null"),
        *("--fail", "ailab.error.ERROR_USER_LOCKED"),
        *("--fail", "ailab.http.status,status=502,body=a, b,content_type=text/plain,nth=2"),
        *("sh", "-c", " ; ".join([CURL[2]] * 4)),
        PORTRAIT=PORTRAIT,
    )
    assert "ERROR_USER_LOCKED" in ran.stdout
    assert "a, b" in ran.stdout
    assert "ERROR_NOT_ENOUGH_CREDITS" in ran.stdout


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--setting", "picwish.pols=3"), "did you mean polls? it has"),
        (("--setting", "picwish.polls=many"), "it can be a whole number"),
        (
            ("--setting", "picwsh.polls=3"),
            "there is no provider 'picwsh'. Did you mean picwish?",
        ),
        (("--setting", "polls=3"), "is not PROVIDER.NAME=VALUE, such as picwish.polls=3"),
        (("--fail", "picwish.state.-88"), "did you mean picwish.state.-8"),
        (("--fail", "ailab.http.dely"), "did you mean http.delay? There are http.delay, http.status"),
        (("--fail", "ailab.http.delay,second=1"), "it has seconds, up_to, sigma"),
        (("--fail", "ailab.http.delay,seconds=soon"), "it can be a number from 0 to 3600"),
        (("--fail", "ailab.http.delay,nth=0"), "it counts from 1"),
        (("--fail", "picwish.http.delay,operation=queri"), "did you mean query? It has segmentation, query"),
        (("--fail", "ailab"), "is not PROVIDER.EFFECT, such as picwish.state.-8"),
        (("--env", "KEY"), "is not NAME=TEMPLATE, such as API_KEY={ailab.api_key}"),
        (("--env", "KEY={ailab.key}"), "KEY: there is no field {ailab.key}. Did you mean {ailab.api_key}?"),
        (("--env", "KEY={foo.url}"), "KEY: there is no provider 'foo'. There are ailab, picwish"),
        (("--allow-host", "http://foo.example:80/x"), "a host, not a URL: foo.example"),
        (("--allow-host", "[::1]:80"), "a host, and no more: ::1"),
        (("--allow-host", "*.foo.example"), "'*.foo.example' is no host, such as images.example.com"),
        (("--env", "KEY={token}"), "there is no field {token}"),
        (("--env", "KEY={url"), "{{ and }} stand for braces"),
        (("--allow", "PIC-POL-07"), "there is no rule 'PIC-POL-07'. Did you mean PIC-POLL-07?"),
        (("--report", "report.pdf"), "must end in .html, .json, .xml, .txt, or be a folder"),
        (("--fail-on", "may"), "'must', 'should', 'never'"),
        (("--control-token", " "), "at least one character"),
        (("--prot", "3"), "--port"),
    ],
)
def test_what_cannot_be_is_told_with_what_can_before_anything_runs(flags: tuple[str, ...], told: str) -> None:
    code, shown = run("exec", *flags, "--", "sh", "-c", "echo ran")
    assert code == 2
    assert told in " ".join(shown.split())
    assert "\nran" not in shown


def test_without_a_command_it_asks_for_one() -> None:
    code, shown = run("exec")
    assert code == 2
    assert "mockserver exec -- npm test" in shown


def test_reports_are_written_in_any_form(execute: Execute, tmp_path: Path) -> None:
    paths = [tmp_path / "of" / f"report{ending}" for ending in (".json", ".xml", ".html", ".txt")]
    flags = [part for path in [*paths, tmp_path / "folder"] for part in ("--report", path)]
    ran = execute(*flags, "sh", "-c", BREAKS_MUST)
    as_json, as_xml, as_html, as_text = (path.read_text() for path in paths)
    assert ran.returncode == 1
    assert json.loads(as_json)["verdict"]["must_rules_broken"] == 1
    assert ET.fromstring(as_xml).attrib["failures"] == "1"
    assert as_html.startswith("<!DOCTYPE html>")
    assert as_text.strip() in ran.stderr
    assert {path.name for path in (tmp_path / "folder").iterdir()} == {
        "report.html",
        "report.json",
        "junit.xml",
    }


def test_a_report_that_cannot_be_written_fails_a_command_that_passed(
    execute: Execute, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "report.html"
    ran = execute("--report", path, "true")
    assert ran.returncode == 1
    assert f"mockserver: {path}: cannot write the report" in ran.stderr


@pytest.mark.parametrize("name", ["images.example.com", "LOCALHOST", "192.0.2.1", "2001:db8::1", "my_host"])
def test_a_host_can_be_a_name_or_an_address(name: str) -> None:
    code, shown = run("exec", "--allow-host", name, "--print-env")
    assert code == 0
    assert "MOCKSERVER_URL" in shown


def test_a_near_miss_is_told_without_all_the_others() -> None:
    _, shown = run("exec", "--allow", "PIC-POLL-7", "--", "true")
    assert shown.rstrip().endswith("Did you mean PIC-POLL-07?")


def test_whose_client_never_came_is_told_how_to_lead_it_here(execute: Execute) -> None:
    assert "Nothing was sent to http://127.0.0.1:" in execute("true").stderr


@pytest.mark.parametrize("end", ["exit 7", "kill -INT $$"])
def test_a_command_that_failed_gets_no_advice_where_it_sent_nothing(execute: Execute, end: str) -> None:
    told = execute("sh", "-c", end).stderr
    assert "No provider was called" in told
    assert "Nothing was sent" not in told


ANOTHER_KEY = f"curl -s {URL} -H 'ailabapi-api-key: of-mine' -F image=@{PORTRAIT}"
NO_KEY_OF_TENCENT = (
    "curl -s $MOCKSERVER_TENCENT_BDA_URL/ -H 'X-TC-Action: SegmentCustomizedPortraitPic' -d '{}'"
)


@pytest.mark.parametrize(
    ("script", "headline", "advice"),
    [
        (
            ANOTHER_KEY,
            "Not judged: 1 request with no key of this sandbox; no rule broken in 0 others; 1 of 31 ",
            "to no sandbox, the last: 401 POST",
        ),
        (
            f"{ANOTHER_KEY}; {ANOTHER_KEY}; {CURL[2]}",
            "Not judged: 2 requests with no key of this sandbox; no rule broken in 1 other; ",
            "give it another: --env ITS_VARIABLE={ailab.api_key}",
        ),
        (
            NO_KEY_OF_TENCENT,
            "Not judged: 1 request with no key of this sandbox; no rule broken in 0 others; ",
            "--env ITS_VARIABLE={tencent_bda.secret_id} --env ANOTHER_ONE={tencent_bda.secret_key}",
        ),
        (
            "curl -s $MOCKSERVER_URL/nowhere",
            "Not judged: 1 request with no key of this sandbox; no provider was called",
            "--env ITS_VARIABLE={FIELD}; mockserver exec --print-env lists the fields",
        ),
    ],
)
def test_requests_with_no_key_of_the_sandbox_are_what_is_told_first(
    execute: Execute, script: str, headline: str, advice: str
) -> None:
    ran = execute("sh", "-c", script, PORTRAIT=PORTRAIT)
    told = " ".join(ran.stderr.split())
    assert ran.returncode == 0
    assert headline in told
    assert told.index(headline) < told.index(advice)


def test_who_uses_the_keys_of_the_default_sandbox_is_judged_too(execute: Execute) -> None:
    key = "-H 'ailabapi-api-key: mock-ailab-key-of-the-default-sandbox'"
    ran = execute("sh", "-c", f"curl -s {URL} {key} -F size=1")
    assert ran.returncode == 1
    assert "AIL-IMAGE-03" in ran.stderr


MINTING = """
import os
from mockserver import connect
server = connect(os.environ["MOCKSERVER_URL"])
unused, sandbox = server.sandbox(), server.sandbox()
os.environ.update(MOCKSERVER_AILAB_API_KEY=sandbox.ailab.api_key, PORTRAIT="/dev/null")
"""


def test_sandboxes_that_the_command_minted_are_counted_and_not_judged(
    execute: Execute, tmp_path: Path
) -> None:
    paths = [tmp_path / f"report{ending}" for ending in (".json", ".html", ".txt")]
    flags = [part for path in paths for part in ("--report", path)]
    ran = execute(*flags, PYTHON[0], "-c", f"{MINTING}{PYTHON[2]}sandbox.drop()\n{NO_KEY}")
    as_json, as_html, as_text = (" ".join(path.read_text().split()) for path in paths)
    assert ran.returncode == 0
    note = "1 sandbox that the command minted was not judged here"
    assert all(note in told for told in (as_json, as_html, as_text, " ".join(ran.stderr.split())))
    assert as_text.startswith(
        "Not judged: 1 request with no key of this sandbox, 1 sandbox that the command "
    )
    assert "; no rule broken in 0 other requests; " in as_text
    assert "--mockserver-report=DIR" in as_text
    assert " of 31 met" in ran.stderr
