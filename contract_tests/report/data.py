"""Grades as data. `report.schema.json`, beside this module, describes it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from contract_tests.client.case import Grade
from contract_tests.client.grading import Verdict
from contract_tests.report.report import Grading, Report
from mockserver.har import CREATOR

SHOWN = 10
"""Exchanges of a verdict, the last ones; those that passed have none."""


def of(report: Report) -> dict[str, Any]:
    """Plain data."""
    from importlib.metadata import version

    return {
        "made_by": {"name": CREATOR, "version": version(CREATOR)},
        "made_at": datetime.fromtimestamp(report.made_at, UTC).isoformat(timespec="seconds"),
        "title": report.title,
        "ok": report.ok,
        "seed": report.seed,
        "seconds": round(report.seconds, 3),
        "missing": report.missing,
        "gradings": [_grading(grading) for grading in report.gradings],
    }


def json_text(report: Report) -> str:
    """The same as JSON text, whatever a client has sent."""
    return json.dumps(_finite(of(report)), indent=2) + "\n"


def _grading(grading: Grading) -> dict[str, Any]:
    return {
        "client": grading.client,
        "provider": grading.provider,
        "ok": grading.ok,
        "grades": {grade.value: grading.grades[grade] for grade in Grade},
        "verdicts": [_verdict(verdict, grading) for verdict in grading.verdicts],
    }


def _verdict(verdict: Verdict, grading: Grading) -> dict[str, Any]:
    case = verdict.case
    exchanges = () if verdict.grade is Grade.PASS else verdict.exchanges[-SHOWN:]
    return {
        "id": case.id,
        "level": case.level.value,
        "title": case.title,
        "about": case.about,
        "source": case.source,
        "grade": verdict.grade.value,
        "fails": grading.fails(verdict),
        "expected_to_fail": grading.expected.get(case.id),
        "seconds": round(verdict.seconds, 3),
        "remarks": [{"grade": one.grade.value, "text": one.text} for one in verdict.remarks],
        "replay": verdict.story or None,
        "exchanges": [asdict(one) for one in exchanges],
    }


def _finite(value: Any) -> Any:
    """JSON has no number that is infinite or none."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {name: _finite(one) for name, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value
