"""Clients in other languages are graded as any other: one for Node, and the example of the protocol."""

import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

import contract_tests
from contract_tests.adapters import values
from contract_tests.client.case import Grade
from contract_tests.client.registry import kits
from contract_tests.client.selection import select
from contract_tests.grading import Graded, Plan, graded
from contract_tests.loading import command
from mockserver import MockServer

NODE = Path(__file__).parent / "node_client" / "client.mjs"
PROTOCOL = Path(contract_tests.__file__).with_name("PROTOCOL.md").read_text(encoding="utf-8")
MADE_UP = {"PIC-WORLD-01", "PIC-WORLD-02"}


def grades(server: MockServer, line: str, *patterns: str) -> dict[str, Graded]:
    client = command(line)
    try:
        plan = Plan(clients=[client], selections=select(kits(["picwish"]), patterns), jobs=4)
        return {one.verdict.case.id: one for one in graded(plan, server)}
    finally:
        client.close()


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_client_for_node_passes(server: MockServer) -> None:
    [of] = [one for one in kits() if one.provider == "picwish"]
    wanted = [case.id for case in (*of.cases, *of.rules) if case.id not in MADE_UP]
    found = grades(server, f"node {NODE}", *wanted)
    counted = Counter(one.verdict.grade for one in found.values())
    assert counted[Grade.PASS] > 90
    others = {name: one.verdict.remarks for name, one in found.items() if one.verdict.grade != Grade.PASS}
    assert list(others) == ["PIC-OK-09"], others  # it takes no images in base64


def test_the_example_of_the_protocol_passes(server: MockServer, tmp_path: Path) -> None:
    [example] = re.findall(r"```python\n(.*?)```", PROTOCOL, re.DOTALL)
    (tmp_path / "client.py").write_text(example, encoding="utf-8")
    line = f"{sys.executable} {tmp_path / 'client.py'}"
    found = grades(server, line, "PIC-OK-0*", "PIC-STATE-1*", "PIC-ERROR-01", "PIC-WIRE-01")
    unlike = {name: one for name, one in found.items() if one.verdict.grade is not Grade.PASS}
    assert len(found) > 12
    assert {name: one.verdict.grade for name, one in unlike.items()} == {"PIC-OK-09": Grade.UNIMPLEMENTED}


def test_the_protocol_names_each_call_of_each_provider() -> None:
    rows = re.findall(r"^\| (\w+) \| `(\w+)` \|", PROTOCOL, re.MULTILINE)
    for one in kits():
        assert {call for provider, call in rows if provider == one.provider} == set(one.adapter.operations)


def test_each_provider_says_what_its_calls_answer() -> None:
    for one in kits():
        assert set(one.adapter.results) <= set(one.adapter.operations)
        for kind in one.adapter.results.values():
            with pytest.raises(values.Malformed):
                values.received(kind, "no result at all")
