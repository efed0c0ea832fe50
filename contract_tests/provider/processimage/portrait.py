"""A portrait with two rectangles that is cleared once, and that many cases look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.provider.case import Shared
from contract_tests.provider.pictures import PORTRAIT, sample
from contract_tests.provider.processimage import answers
from contract_tests.provider.processimage.caller import ProcessimageCaller
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import Visit

RECTANGLES = ({"x": 40, "y": 60, "w": 120, "h": 40}, {"x": 300, "y": 500, "w": 80, "h": 30})
DONE = 0


def given(*rectangles: Mapping[str, int]) -> str:
    """Rectangles as a parameter has them."""
    return json.dumps(list(rectangles or RECTANGLES))


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleared:
    """The answer about the portrait with two rectangles, its body, and the file behind its URL."""

    answer: Answer
    body: Mapping[str, Any]
    file: Answer


def url_of(visit: Visit[ProcessimageCaller], answer: Answer) -> str:
    """The URL of the result. Raises Ended where there is none."""
    url = answer.member("data", "url")
    if not isinstance(url, str):
        raise visit.end(answer, at="body.data.url", expected="a URL", got=url)
    return url


def _cleared(visit: Visit[ProcessimageCaller]) -> Cleared:
    answer = visit.caller.clear(sample(PORTRAIT), rectangles=given())
    body = answers.taken(visit, answer, DONE)
    return Cleared(answer=answer, body=body, file=visit.caller.download(url_of(visit, answer)))


CLEARED = Shared(name="the portrait, cleared", requests=2, charged=1, fetch=_cleared)
