"""An outcome as plain data, which `verification.schema.json` describes."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from contract_tests.provider.outcome import Outcome, Part
from contract_tests.provider.verdict import Verdict

FORMAT = "mockserver-verification-1"


def data(outcome: Outcome) -> dict[str, Any]:
    """All of it."""
    return {
        "format": FORMAT,
        "url": outcome.url,
        "about": outcome.about,
        "made_at": datetime.fromtimestamp(outcome.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "interrupted": outcome.interrupted,
        "counts": {str(grade): count for grade, count in outcome.counts.items()},
        "requests": outcome.requests,
        "providers": [_part(part) for part in outcome.parts],
    }


def written(outcome: Outcome) -> str:
    """The same as JSON text."""
    return json.dumps(data(outcome), ensure_ascii=False, indent=2) + "\n"


def _part(part: Part) -> dict[str, Any]:
    return {
        "provider": part.provider,
        "planned": {"requests": part.plan.requests, "charged": part.plan.charged},
        "requests": part.requests,
        "cases": [_verdict(one) for one in part.verdicts],
        "readings": [
            {"quirk": reading.quirk, "choice": reading.choice, "cases": count}
            for reading, count in part.readings.items()
        ],
        "untried": [{"reason": reason, "behaviours": list(ids)} for reason, ids in part.untried.items()],
    }


def _verdict(one: Verdict) -> dict[str, Any]:
    return {
        "id": one.case.id,
        "title": one.case.title,
        "source": one.case.source,
        "cost": str(one.case.cost),
        "behaviours": list(one.case.behaviours),
        "grade": str(one.grade),
        "reason": one.reason,
        "requests": one.requests,
        "seconds": round(one.seconds, 3),
        "differences": [{**asdict(each), "evidence": str(each.evidence)} for each in one.differences],
        "readings": [asdict(each) for each in one.readings],
    }
