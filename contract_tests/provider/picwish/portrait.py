"""A portrait that is cut out once, and that many cases look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.provider.case import Shared
from contract_tests.provider.pictures import PORTRAIT, sample
from contract_tests.provider.picwish import answers
from contract_tests.provider.picwish.caller import PicwishCaller
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import Visit


@dataclass(frozen=True, kw_only=True, slots=True)
class CutOut:
    """The answer of a synchronous task, its data, the link to its image and the file behind it; `asked_at` in
    unix seconds."""

    answer: Answer
    data: Mapping[str, Any]
    link: str
    file: Answer
    asked_at: float


def _cut_out(visit: Visit[PicwishCaller]) -> CutOut:
    asked_at = visit.caller.now()
    answer = visit.caller.create(sample(PORTRAIT), sync="1")
    data = answers.ended(visit, answer)
    link = data.get("image")
    if not isinstance(link, str):
        raise visit.end(answer, at="body.data.image", expected="a link", got=link)
    return CutOut(answer=answer, data=data, link=link, file=visit.caller.download(link), asked_at=asked_at)


CUT_OUT = Shared(name="the cut-out of the portrait", requests=2, charged=1, fetch=_cut_out)
