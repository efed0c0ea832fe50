"""A report as data. `report.schema.json`, beside this module, describes it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from mockserver.contract.report.broken import BrokenRule
from mockserver.contract.report.report import Report
from mockserver.contract.report.subject import Subject
from mockserver.contract.report.verdict import Verdict
from mockserver.har import CREATOR


def of(report: Report) -> dict[str, Any]:
    """Plain data. Where there are several subjects, those that passed without a finding have no exchanges."""
    from importlib.metadata import version

    return {
        "title": report.title,
        "made_by": {"name": CREATOR, "version": version(CREATOR)},
        "made_at": datetime.fromtimestamp(report.made_at, UTC).isoformat(timespec="seconds"),
        "verdict": _verdict(report.verdict),
        "rules": [_rule(one) for one in report.by_rule],
        "subjects": [_subject(subject, report) for subject in report.subjects],
        "coverage": report.coverage.as_data(),
        "notes": list(report.notes),
    }


def json_text(report: Report) -> str:
    """The same as JSON text, whatever a client has sent."""
    data = of(report)
    try:
        return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode() + "\n"
    except TypeError:  # such as a lone surrogate, or an integer of more than 64 bits, in a client's JSON
        return json.dumps(_finite(data), indent=2) + "\n"


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "ok": verdict.ok,
        "text": str(verdict),
        "subjects": verdict.subjects,
        "failed": verdict.failed,
        "exchanges": verdict.exchanges,
        "must_rules_broken": verdict.must,
        "should_rules_broken": verdict.should,
        "allowed_rules_broken": verdict.allowed,
        "behaviours": verdict.behaviours.as_data(),
    }


def _rule(one: BrokenRule) -> dict[str, Any]:
    rule = one.rule
    return {
        "rule": rule.id,
        "level": rule.level.value,
        "provider": rule.provider,
        "title": rule.title,
        "sentence": rule.sentence,
        "source": rule.source,
        "fails": one.fails,
        "allowed": one.allowed,
        "findings": one.findings,
        "subjects": [case.subject.name for case in one.cases],
    }


def _subject(subject: Subject, report: Report) -> dict[str, Any]:
    data = subject.as_data()
    return data if report.shows(subject) else {**data, "exchanges": []}


def _finite(value: Any) -> Any:
    """JSON has no number that is infinite or none."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {name: _finite(one) for name, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value
