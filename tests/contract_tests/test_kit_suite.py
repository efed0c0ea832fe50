"""Inheritable tests: what pytest makes of a client's grades."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

HERE = Path(__file__).parent
SOME = "OK-01 or OK-02 or OK-09 or STATE-01 or STATE-02 or ERROR-01 or PIC-POLL"
GOOD = "from graded_clients import *\nfrom contract_tests.suite import *\nclass TestGood(Suite, Good): ...\n"
BLIND = (
    "from graded_clients import *\nfrom contract_tests.suite import *\nclass TestBlind(Suite, Blind):\n    "
)


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Runs tests with the clients of this folder at hand, and without the plugins of this environment."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.syspath_prepend(str(HERE))
    return pytester


def played(run: pytest.Pytester, source: str, *arguments: str, wanted: str = SOME) -> pytest.RunResult:
    run.makepyfile(test_acme=source)
    return run.runpytest_subprocess("-W", "error", "-rsx", "-k", wanted, *arguments)


def test_each_case_and_rule_is_a_test(run: pytest.Pytester) -> None:
    result = played(run, GOOD, "--collect-only", "-q", wanted="PIC")
    result.stdout.fnmatch_lines(["test_acme.py::TestGood::test_case[[]PIC-OK-01[]]", "*PIC-POLL-07[]]"])


def test_a_good_client_passes_and_says_what_it_has_not(run: pytest.Pytester) -> None:
    result = played(run, GOOD, "--junit-xml", "results.xml")
    counted = result.parseoutcomes()
    assert counted["passed"] >= 6
    assert counted["skipped"] == 1
    assert not counted.keys() & {"failed", "errors"}
    result.stdout.fnmatch_lines(["SKIPPED*it takes results as links alone"])
    told = {
        case.attrib["name"]: {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
        for case in ElementTree.parse(run.path / "results.xml").iter("testcase")
    }
    assert told["test_case[PIC-OK-01]"] == {"grade": "PASS"}
    assert told["test_case[PIC-OK-09]"]["remark"] == "it takes results as links alone"


def test_a_failure_is_told_with_remarks_and_exchanges(run: pytest.Pytester) -> None:
    result = played(run, f"{BLIND}...\n", wanted="STATE-01")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAIL MUST  PIC-STATE-01  Take state -1 for the end, in one request",
            "*it went wrong, but the client answered Cutout(image=b'', mask=None)",
            "*POST /api/tasks/visual/segmentation*",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize("listed", ['expected = {"PIC-STATE-01": "#7"}\n', 'expected = "known.txt"\n'])
def test_a_failure_can_be_expected(run: pytest.Pytester, listed: str) -> None:
    (run.path / "known.txt").write_text("PIC-STATE-01  # as ever\n")
    result = played(run, f"{BLIND}{listed}", wanted="STATE-01 or OK-01")
    result.assert_outcomes(passed=1, xfailed=1)


def test_an_expected_failure_that_does_not_come_fails(run: pytest.Pytester) -> None:
    result = played(run, f'{BLIND}expected = {{"PIC-OK-01": "ours"}}\n', wanted="OK-01")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*it was expected to fail (ours), and is PASS: take it off the list"])


def test_an_adapter_can_be_written_into_the_class(run: pytest.Pytester) -> None:
    source = (
        "from contract_tests.adapters import PicwishAdapter, Unimplemented\n"
        "from contract_tests.suite import Suite\n"
        "class TestOwn(Suite, PicwishAdapter):\n"
        "    def client(self, access, timeout): return access.url\n"
        "    def cut_out(self, client, image, *, sync, **options): raise Unimplemented(client[:7])\n"
    )
    result = played(run, source, wanted="OK-01")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*http://"])


def test_a_suite_without_an_adapter_says_what_is_missing(run: pytest.Pytester) -> None:
    source = 'from contract_tests.suite import Suite\nclass TestNone(Suite):\n    provider = "picwish"\n'
    result = played(run, source, wanted="OK-01")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*class TestNone(Suite, …) needs an adapter, such as PicwishAdapter*"])


def test_a_command_has_a_suite_too(run: pytest.Pytester) -> None:
    source = (
        "import sys\nfrom contract_tests.suite import ExecutableSuite\n"
        "class TestTalker(ExecutableSuite):\n"
        f'    provider = "picwish"\n    command = [sys.executable, r"{HERE / "talker.py"}"]\n'
    )
    result = played(run, source, wanted="OK-01")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAIL MUST  PIC-OK-01*"])


def test_workers_share_what_one_of_them_has_played(run: pytest.Pytester) -> None:
    source = (
        "from graded_clients import *\nfrom contract_tests.suite import *\nimport os\n"
        "class TestGood(Suite, Good):\n"
        "    @classmethod\n"
        "    def under_test(cls):\n"
        "        with open('played.txt', 'a') as file:\n"
        "            file.write('once ')\n"
        "        return super().under_test()\n"
    )
    result = played(run, source, "-p", "xdist", "-n", "2", wanted="OK-01 or OK-02 or STATE-01 or ERROR-01")
    result.assert_outcomes(passed=4)
    assert (run.path / "played.txt").read_text() == "once "


def test_workers_share_also_that_it_could_not_be_played(run: pytest.Pytester) -> None:
    source = (
        "from contract_tests.suite import ExecutableSuite\n"
        "class TestNone(ExecutableSuite):\n"
        '    provider = "picwish"\n    command = "no-such-command"\n'
    )
    result = played(run, source, "-p", "xdist", "-n", "2", wanted="OK-01 or OK-02 or OK-03")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*there is no such command*"])
