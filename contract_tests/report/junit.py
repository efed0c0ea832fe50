"""Grades as JUnit XML, for what shows test results: a suite for each client of a provider.

A MUST case that failed is a failure, and so is an expected failure that did not come. What is not
implemented, and what was expected to fail, is skipped. All else has passed; its output says what was seen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from contract_tests.client.case import Grade
from contract_tests.client.grading import Verdict
from contract_tests.report import text
from contract_tests.report.report import Grading, Report
from mockserver.contract.report.junit import NOT_XML


def xml(report: Report) -> str:
    """The document, as text."""
    suites = [_suite(grading, report) for grading in report.gradings]
    names = ("tests", "failures", "skipped")
    totals = {name: str(sum(int(suite.attrib[name]) for suite in suites)) for name in names}
    attributes = {"name": "mockserver check", **totals, "errors": "0", "time": f"{report.seconds:.3f}"}
    root = ET.Element("testsuites", attributes)
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(grading: Grading, report: Report) -> ET.Element:
    made_at = datetime.fromtimestamp(report.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    name = _legal(f"{grading.provider} {grading.client}")
    suite = ET.Element("testsuite", {"name": name, "timestamp": made_at, "hostname": "localhost"})
    suite.extend(_case(verdict, grading) for verdict in grading.verdicts)
    count = {name: str(sum(1 for _ in suite.iter(name))) for name in ("testcase", "failure", "skipped")}
    suite.attrib.update(
        tests=count["testcase"],
        failures=count["failure"],
        skipped=count["skipped"],
        errors="0",
        time=f"{sum(verdict.seconds for verdict in grading.verdicts):.3f}",
    )
    return suite


def _case(verdict: Verdict, grading: Grading) -> ET.Element:
    case = verdict.case
    classname = _legal(f"{grading.provider}.{grading.client}")
    attributes = {"classname": classname, "name": f"{case.id} {case.title}", "time": f"{verdict.seconds:.3f}"}
    element = ET.Element("testcase", attributes)
    reason = grading.expected.get(case.id)
    if grading.is_mended(verdict):
        message = f"was expected to fail ({reason}), and did not: take it off the list"
        ET.SubElement(element, "failure", {"type": "MENDED", "message": _legal(message)})
    elif grading.fails(verdict):
        failure = {"type": case.level.value, "message": _legal(_message(verdict))}
        ET.SubElement(element, "failure", failure).text = _legal(text.of_verdict(verdict))
    elif verdict.grade is Grade.FAIL and reason is not None:
        ET.SubElement(element, "skipped", {"message": _legal(f"is expected to fail: {reason}")})
    elif verdict.grade is Grade.UNIMPLEMENTED:
        ET.SubElement(element, "skipped", {"message": _legal(_message(verdict))})
    elif verdict.grade is not Grade.PASS:
        ET.SubElement(element, "system-out").text = _legal(text.of_verdict(verdict))
    return element


def _message(verdict: Verdict) -> str:
    return "; ".join(remark.text for remark in verdict.remarks if remark.grade is verdict.grade)[:1000]


def _legal(said: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", said)
