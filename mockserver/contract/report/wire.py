"""Exchanges on a page, as a wire log shows them: what was sent, and beside it what was answered."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from mockserver.contract.report.exchanges import first_difference, is_refusal, met, moment
from mockserver.exchange import OUTGOING, Exchange, FileFacts

MOST_LINES, LONGEST_LINE, LONGEST_TEXT = 40, 300, 2500
"""Of headers, fields or notes, of one of them, and of an answer or a text that was signed."""
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
SIGNED = ("canonical_request", "string_to_sign")


def exchange(number: int, one: Exchange) -> str:
    """An exchange to be opened: a line, and behind it all that the journal has."""
    wire = f'<div class="wire">{_sent(one)}{_answered(one)}</div>{_meaning(one)}'
    return f'<details class="exchange"><summary>{_line(number, one)}</summary>\n{wire}</details>\n'


def shown(text: object, *, most: int = LONGEST_LINE) -> str:
    """What a client may have chosen, as markup: cut, and without what would hide or turn the text around."""
    told = str(text)
    cut = told if len(told) <= most else f"{told[:most]}… ({len(told):,} characters)"
    return escape(cut if cut.isprintable() else "\n".join(map(_cleaned, cut.split("\n"))))


def _cleaned(line: str) -> str:
    return line if line.isprintable() else "".join(map(_visible, line))


def _visible(character: str) -> str:
    hides = character != "\t" and unicodedata.category(character) in HIDDEN_CATEGORIES
    return "\N{REPLACEMENT CHARACTER}" if hides else character


def _line(number: int, one: Exchange) -> str:
    paint = "poor" if is_refusal(one) else "good"
    behaviour = met(one)
    return (
        f'<span class="number">#{number}</span> <span class="faint">{moment(one)}</span> '
        f"<code>{shown(one.method)} {shown(one.path)}</code> "
        f'<b class="{paint}">{one.status or "no answer"}</b> <span class="faint">{shown(behaviour)}</span>'
    )


def _sent(one: Exchange) -> str:
    query = f"?{one.query}" if one.query else ""
    start = f"<b>{shown(one.method)} {shown(one.path + query)}</b> HTTP/{shown(one.http_version)}"
    body = [_file(facts) for facts in one.files[:MOST_LINES]]
    if one.operation == OUTGOING or _is_json(one.headers):
        body += [shown(_pretty(one.fields), most=LONGEST_TEXT)] if one.fields else []
    else:
        body += _bounded(
            f"<i>{shown(name)}</i> = {shown(_plain(value))}" for name, value in one.fields.items()
        )
    return _pre("Request", [start, *_headers(one.headers)], body)


def _answered(one: Exchange) -> str:
    milliseconds = f'<span class="faint">{one.milliseconds:.1f} ms</span>'
    if one.status is None:
        return _pre("Answer", [f"<b>no answer</b> {milliseconds}"], [])
    start = f"<b>HTTP/{shown(one.http_version)} {one.status}</b> {milliseconds}"
    text, size = one.response.get("text"), one.response.get("size", 0)
    if text:
        body = [shown(_reindented(text), most=LONGEST_TEXT)]
    else:
        body = [f'<span class="faint">{size:,} bytes, not kept</span>'] if size else []
    return _pre("Answer", [start, *_headers(one.response_headers)], body)


def _pre(name: str, head: Iterable[str], body: Sequence[str]) -> str:
    blank = [""] if body else []
    return f'<pre aria-label="{name}">' + "\n".join([*head, *blank, *body]) + "</pre>"


def _headers(pairs: Sequence[Sequence[str]]) -> list[str]:
    return _bounded(f"<i>{shown(name)}:</i> {shown(value)}" for name, value in pairs)


def _bounded(lines: Iterable[str]) -> list[str]:
    listed = list(lines)
    more = len(listed) - MOST_LINES
    return listed if more <= 0 else [*listed[:MOST_LINES], f"… and {more:,} more"]


def _file(facts: FileFacts) -> str:
    named = f" {shown(facts.filename)}" if facts.filename else ""
    kind = f" {shown(facts.content_type)}" if facts.content_type else ""
    pixels = f", {shown(facts.format)} {facts.width} × {facts.height}" if facts.width else ""
    size = f"{facts.size:,} bytes{pixels}, SHA-256 {facts.digest[:12]}…"
    return f"<i>{shown(facts.field)}</i> ={named}{kind}, {size}"


def _is_json(headers: Sequence[Sequence[str]]) -> bool:
    return any(name.lower() == "content-type" and "json" in value for name, value in headers)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _reindented(text: str) -> str:
    """An answer as it was, but for the spaces of JSON."""
    try:
        return _pretty(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _meaning(one: Exchange) -> str:
    """What the journal knows beyond the wire."""
    rows = [(name, told) for name, told in _meanings(one) if told]
    listed = "".join(f"<dt>{name}</dt><dd>{told}</dd>" for name, told in rows)
    return f'<dl class="meaning">{listed}</dl>' if listed else ""


def _meanings(one: Exchange) -> Iterator[tuple[str, str]]:
    yield "Met", ", ".join(f"<code>{shown(behaviour)}</code>" for behaviour in one.behaviours[:MOST_LINES])
    yield "By a fault", ", ".join(f"<code>{shown(fault)}</code>" for fault in one.faults[:MOST_LINES])
    yield "Noted", "<br>".join(_bounded(map(shown, one.notes)))
    yield from _explained(one.explanation or {})
    yield "Differs", shown(first_difference(one), most=LONGEST_TEXT)


def _explained(explanation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in SIGNED:
        if isinstance(explanation.get(name), str):
            told = shown(explanation[name], most=LONGEST_TEXT)
            yield name.replace("_", " ").capitalize(), f"<pre>{told}</pre>"
