"""Rules judge whatever a journal can hold: they never fail, and what they tell is in bounds."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockserver import catalogue, interface
from mockserver.contract import findings
from mockserver.contract.rules import Context
from mockserver.exchange import OUTGOING, Exchange, FileFacts

NAMES = st.text(max_size=12) | st.sampled_from(
    ("x-api-key", "x-tc-timestamp", "x-access-api-sign", "salt", "task_id", "Url", "image_url", "type")
)
TEXTS = st.text(max_size=20) | st.sampled_from(
    ("None", "undefined", "http://[", "\\u0026", "1700000000", "mock-p… (42 characters)", "\x1b[31m\n")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
FILES = st.builds(
    FileFacts,
    field=NAMES,
    filename=st.none() | TEXTS,
    content_type=st.none() | TEXTS,
    size=st.integers(0, 10**8),
    digest=st.sampled_from(("0" * 64, "1" * 64)),
    format=st.sampled_from((None, "jpeg", "gif")),
    width=st.none() | st.integers(0, 10**5),
    height=st.none() | st.integers(0, 10**5),
)
BODIES = st.sampled_from(
    ('{"data": {"image": "http://[", "url": "http://mock/a.png"}}', "[" * 2000, "{", '{"data": 1e999}', "")
)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    provider = draw(st.sampled_from(catalogue.providers()))
    known = [behaviour.id for behaviour in catalogue.load(provider)]
    calls = [call.operation for call in interface.load(provider).calls]
    behaviours = draw(st.lists(st.sampled_from(known), max_size=4, unique=True))
    moment: Any = st.floats(1.7e9, 1.7e9 + 5)
    return Exchange(
        provider=provider,
        operation=draw(st.sampled_from((*calls, OUTGOING, None))),
        sandbox="mock",
        at=draw(moment),
        received_at=draw(moment),
        milliseconds=draw(st.floats(0, 1000)),
        method=draw(st.sampled_from(("GET", "POST", "HEAD", "BREW"))),
        path="/" + draw(TEXTS),
        scheme="http",
        http_version="1.1",
        query=draw(TEXTS),
        headers=[[name, value] for name, value in draw(st.dictionaries(NAMES, TEXTS, max_size=4)).items()],
        fields=draw(st.dictionaries(NAMES, JSON, max_size=4)),
        files=draw(st.lists(FILES, max_size=2)),
        status=draw(st.none() | st.sampled_from((200, 400, 429, 503))),
        response_headers=draw(st.sampled_from(([], [["retry-after", "3"]], [["retry-after", "soon"]]))),
        response={"content_type": None, "size": 0, "text": draw(BODIES)},
        behaviours=behaviours,
        faults=behaviours[: draw(st.integers(0, 2))],
        explanation=draw(st.none() | st.just({"proven": True, "cause": "body", "hint": "Sign it."})),
        notes=draw(st.lists(TEXTS, max_size=2)),
    )


PICWISH = st.fixed_dictionaries({"qps": st.none() | st.integers(0, 3), "polls": st.none() | st.just(3)})
CONTEXTS = st.builds(
    Context,
    settings=st.fixed_dictionaries({"picwish": PICWISH}),
    credentials=st.just({"picwish": {"api_key": "mock-p… (42 characters)"}}),
)


@given(st.lists(exchanges(), max_size=8), CONTEXTS)
def test_any_journal_can_be_judged(journal: list[Exchange], context: Context) -> None:
    journal = [*journal, *journal]
    found = findings.of(journal, context)
    for finding in found:
        assert finding.evidence
        assert finding.exchanges
        assert list(finding.exchanges) == sorted(set(finding.exchanges))
        assert all(journal[number].provider == finding.rule.provider for number in finding.exchanges) or (
            finding.rule.provider == "any"
        )
        assert all(line.isprintable() for line in finding.evidence)
    text = found.text()
    assert all(line.isprintable() for line in text.splitlines())
