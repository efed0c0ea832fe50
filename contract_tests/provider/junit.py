"""An outcome as JUnit XML: a suite for each provider, in it its cases."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from contract_tests.provider.outcome import Outcome, Part
from contract_tests.provider.text import origin
from contract_tests.provider.verdict import Grade, Verdict

NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold in any form."""


def xml(outcome: Outcome, *, strict: bool = False) -> str:
    """The document, as text; in a strict one what the documents leave open fails, too."""
    failing = (Grade.DIFFERS, Grade.OPEN) if strict else (Grade.DIFFERS,)
    made_at = datetime.fromtimestamp(outcome.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    suites = [_suite(part, failing, made_at) for part in outcome.parts]
    root = ET.Element("testsuites", {"name": _legal(f"mockserver verify {outcome.url}")})
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(part: Part, failing: tuple[Grade, ...], made_at: str) -> ET.Element:
    counts = {
        "tests": len(part.verdicts),
        "failures": sum(1 for _ in part.of(*failing)),
        "skipped": sum(1 for _ in part.of(Grade.UNTRIED)),
        "errors": 0,
    }
    attributes = {name: str(count) for name, count in counts.items()}
    attributes |= {"name": part.provider, "time": f"{part.seconds:.3f}", "timestamp": made_at}
    suite = ET.Element("testsuite", {**attributes, "hostname": "localhost"})
    suite.extend(_case(one, failing) for one in part.verdicts)
    return suite


def _case(one: Verdict, failing: tuple[Grade, ...]) -> ET.Element:
    name = _legal(f"{one.case.id} {one.case.title}")
    attributes = {"classname": one.case.provider, "name": name, "time": f"{one.seconds:.3f}"}
    case = ET.Element("testcase", attributes)
    told = "\n".join(
        f"{each.request}: {each.at}: expected {each.expected}, got {each.got} "
        f"({origin(one.case.provider, each)})"
        for each in one.differences
    )
    if one.grade in failing:
        message = _legal(told.partition("\n")[0])
        ET.SubElement(case, "failure", {"type": str(one.grade), "message": message}).text = _legal(told)
    elif one.grade is Grade.UNTRIED:
        ET.SubElement(case, "skipped", {"message": _legal(one.reason)})
    elif told:
        ET.SubElement(case, "system-out").text = _legal(told)
    return case


def _legal(said: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", said)
