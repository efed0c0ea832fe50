"""What is behind a cell: remarks, pictures, calls, the script that replays it, and the exchanges."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html import escape

from contract_tests.client.case import Grade
from contract_tests.client.grading import Verdict
from contract_tests.client.thumbnails import Thumbnail
from contract_tests.report.matrix import anchor
from contract_tests.report.report import Grading
from mockserver.contract.report.room import Room
from mockserver.contract.report.wire import exchange, shown

SHOWN_EXCHANGES, SHOWN_OF_PASSED = 20, 4
SHOWN_REMARKS, SHOWN_CALLS = 20, 12
LONGEST_REMARK, LONGEST_STORY = 1_500, 8_000


def html(grading: Grading, at: int, verdict: Verdict, room: Room) -> str:
    """The panel of a verdict of the client at a place of the report."""
    case, name = verdict.case, anchor(at, verdict.case)
    grade = verdict.grade
    body = "\n".join(filter(None, (*_told(grading, verdict), *_evidence(verdict, room))))
    return (
        f'<section class="panel {grade.value.lower()}" id="p{name}" aria-labelledby="t{name}">\n'
        f'<p class="eyebrow"><a class="close" href="#{name}">Close</a>'
        f"<code>{shown(grading.client)}</code> · {case.level.value} · {verdict.seconds:.2f} s</p>\n"
        f'<h3 id="t{name}"><span class="chip {grade.value.lower()}">{grade.value}</span> '
        f"<code>{case.id}</code> {escape(case.title)}</h3>\n"
        f'<p>{escape(case.about)} <span class="faint">[{escape(case.source)}]</span></p>\n{body}\n</section>'
    )


def _told(grading: Grading, verdict: Verdict) -> Iterator[str]:
    reason = grading.expected.get(verdict.case.id)
    if reason is not None:
        failed = verdict.grade is Grade.FAIL
        said = "This failure is expected" if failed else "A failure was expected; take it off the list"
        yield f"<p><b>{said}</b>: {shown(reason)}</p>"
    remarks = "".join(
        f"<li>{shown(remark.text, most=LONGEST_REMARK)}</li>" for remark in verdict.remarks[:SHOWN_REMARKS]
    )
    yield f'<ul class="remarks">{remarks}</ul>' if remarks else ""
    if verdict.story:
        yield f"<h4>To replay it</h4>\n<pre>{shown(verdict.story, most=LONGEST_STORY)}</pre>"


def _evidence(verdict: Verdict, room: Room) -> Iterator[str]:
    calls = "".join(
        f'<li>{shown(one)} <span class="faint">{one.seconds:.2f} s</span></li>'
        for one in verdict.outcomes[-SHOWN_CALLS:]
    )
    yield f'<h4>Calls</h4>\n<ul class="calls">{calls}</ul>' if calls else ""
    pictures = "".join(room.take(partial(_picture, one)) for one in verdict.pictures)
    yield f'<div class="pictures">{pictures}</div>' if pictures else ""
    most = SHOWN_OF_PASSED if verdict.grade is Grade.PASS else SHOWN_EXCHANGES
    first = max(0, len(verdict.exchanges) - most)
    numbered = enumerate(verdict.exchanges[first:], first)
    exchanges = "".join(room.take(partial(exchange, number, one)) for number, one in numbered)
    if exchanges:
        yield f"<h4>{'The last exchanges' if first else 'Exchanges'}</h4>\n{exchanges}"


def _picture(one: Thumbnail) -> str:
    told = f"{one.name}, {one.width} × {one.height}"
    return (
        f'<figure><img src="{one.uri}" alt="{escape(told)}" loading="lazy">'
        f"<figcaption>{escape(told)}</figcaption></figure>\n"
    )
