"""A report as JUnit XML, for what shows test results: a suite for each provider, in it a case for each rule.

A rule that fails a subject is a failure; one that was broken otherwise, such as a SHOULD, has passed, and
what was seen is in its output. Where a provider was never called its rules are skipped.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from mockserver import catalogue
from mockserver.contract import rules
from mockserver.contract.report import text
from mockserver.contract.report.broken import BrokenRule
from mockserver.contract.report.paint import plural
from mockserver.contract.report.report import Report
from mockserver.contract.rules import ANY, Rule

NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold in any form."""
NEVER_CALLED = "was never called"


def xml(report: Report) -> str:
    """The document, as text."""
    called = _called(report)
    suites = [_suite(name, report, called=name in called) for name in (ANY, *catalogue.providers())]
    root = ET.Element("testsuites", {"name": _legal(report.title), **_totals(suites)})
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _called(report: Report) -> set[str]:
    met = {one.provider for one in report.coverage if one.called}
    seen = {one.provider for subject in report.subjects for one in subject.exchanges}
    judged = {one.rule.provider for one in report.by_rule}
    called = met | seen | judged
    return called | {ANY} if called else called


def _suite(provider: str, report: Report, *, called: bool) -> ET.Element:
    broken = {one.rule: one for one in report.by_rule}
    known = [rule for rule in rules.ALL if rule.provider == provider]
    unknown = [rule for rule in broken if rule.provider == provider and rule not in known]
    cases = [_case(rule, broken.get(rule), report, called=called) for rule in (*known, *unknown)]
    made_at = datetime.fromtimestamp(report.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    suite = ET.Element("testsuite", {"name": provider, "timestamp": made_at, "hostname": "localhost"})
    suite.extend(cases)
    count = {name: str(sum(1 for _ in suite.iter(name))) for name in ("testcase", "failure", "skipped")}
    suite.attrib.update(
        tests=count["testcase"], failures=count["failure"], skipped=count["skipped"], errors="0", time="0"
    )
    return suite


def _case(rule: Rule, broken: BrokenRule | None, report: Report, *, called: bool) -> ET.Element:
    name = _legal(f"{rule.id} {rule.title}")
    case = ET.Element("testcase", {"classname": rule.provider, "name": name, "time": "0"})
    if not called:
        who = "a provider" if rule.provider == ANY else rule.provider
        ET.SubElement(case, "skipped", {"message": f"{who} {NEVER_CALLED}"})
    elif broken is not None and broken.fails:
        failure = {"type": rule.level.value, "message": _legal(_message(broken, report))}
        ET.SubElement(case, "failure", failure).text = _legal(text.of_rule(broken, report))
    elif broken is not None:
        ET.SubElement(case, "system-out").text = _legal(text.of_rule(broken, report))
    return case


def _message(broken: BrokenRule, report: Report) -> str:
    often = f"broken {plural(broken.findings, 'time')} in {plural(len(broken.cases), report.noun)}"
    evidence = "; ".join(broken.cases[0].findings[0].evidence[:1])
    return ": ".join(filter(None, (f"{broken.rule.title}, {often}", evidence)))


def _totals(suites: list[ET.Element]) -> dict[str, str]:
    names = ("tests", "failures", "errors", "skipped")
    return {**{name: str(sum(int(suite.attrib[name]) for suite in suites)) for name in names}, "time": "0"}


def _legal(said: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", said)
