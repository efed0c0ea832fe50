"""Exchanges, findings and subjects as a run may leave them, without a run."""

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from mockserver.catalogue import Trigger
from mockserver.contract import rules
from mockserver.contract.coverage import Coverage
from mockserver.contract.findings import Finding, Findings
from mockserver.contract.report import Report, Subject
from mockserver.contract.rules import Rule
from mockserver.exchange import Exchange, FileFacts
from mockserver.met import Meeting

NASTY = "</pre><script>alert(1)</script> & \"'\x00\x1b[31m\u202e\ud800\ufffe\U000e0001"
"""Markup, what a terminal obeys, what turns text around, and what neither UTF-8 nor XML can hold."""
MET = Coverage(
    meetings=frozenset(
        Meeting(provider=provider, operation=operation, behaviour=f"{provider}.success", by=Trigger.REQUEST)
        for provider, operation in (("ailab", "avatar-extraction"), ("picwish", "segmentation"))
    )
)
FILE = FileFacts(
    field="image",
    filename="cat.jpg",
    content_type="image/jpeg",
    size=6091,
    digest="8d560ed9600e5b09455012aea5a3b61b95568c3bb71e46b66bdc30d100418044",
    format="jpeg",
    width=120,
    height=150,
)


def rule(rule_id: str) -> Rule:
    [found] = [one for one in rules.ALL if one.id == rule_id]
    return found


VALUE, IMAGE = rule("AIL-VALUE-04"), rule("AIL-IMAGE-05")
"""A MUST and a SHOULD rule."""


def exchange(**changes: Any) -> Exchange:
    """A call of AILabTools that went well, but for the changes."""
    content: dict[str, Any] = {
        "provider": "ailab",
        "operation": "avatar-extraction",
        "sandbox": "e0d4cf2e",
        "at": 1795212897.5,
        "received_at": 1795212897.25,
        "milliseconds": 4.5,
        "method": "POST",
        "path": "/api/cutout/portrait/avatar-extraction",
        "scheme": "http",
        "http_version": "1.1",
        "query": "",
        "headers": [["host", "127.0.0.1:8765"], ["content-type", "multipart/form-data; boundary=b"]],
        "fields": {"return_form": "mask"},
        "files": (FILE,),
        "status": 200,
        "response_headers": [["content-type", "application/json"]],
        "response": {"content_type": "application/json", "size": 16, "text": '{"error_code":0}'},
        "behaviours": ["ailab.success", "ailab.format.jpeg"],
        "faults": [],
        "explanation": None,
        "notes": [],
    }
    return Exchange(**{**content, **changes})


REFUSED = exchange(
    status=400,
    fields={"return_form": "cutout"},
    response={"content_type": "application/json", "size": 18, "text": '{"error_code":400}'},
    behaviours=["ailab.error.UNSUPPORTED_PARAMETER_VALUES"],
    notes=["return_form is 'cutout'; it can be 'mask' or absent"],
)


def finding(broken: Rule = VALUE, at: Sequence[int] = (0,), *evidence: str) -> Finding:
    return Finding(rule=broken, exchanges=tuple(at), evidence=evidence or ("return_form is 'cutout'",))


def findings(found: Iterable[Finding] = (), *, count: int = 1, dropped: int = 0) -> Findings:
    """Findings in so many exchanges, each with its number in its path."""
    exchanges = tuple(exchange(path=f"/call/{number}") for number in range(count))
    return Findings(found=tuple(found), exchanges=exchanges, dropped=dropped)


def subject(*found: Finding, name: str = "tests/test_a.py::test_a", **changes: Any) -> Subject:
    """A test with one refused exchange, and what was found in it."""
    content: dict[str, Any] = {"exchanges": (REFUSED,), "numbers": (0,), "judged": 1, "passed": True}
    return Subject(name=name, findings=found, **{**content, **changes})


def report(*subjects: Subject, **changes: Any) -> Report:
    content: dict[str, Any] = {"title": "pytest", "coverage": MET, "made_at": 1795212900.0}
    return Report(subjects=subjects, **{**content, **changes})


CLEAN = subject(name="tests/test_a.py::test_clean")
BROKEN = subject(finding(), name="tests/test_a.py::test_broken")
POOR = subject(finding(IMAGE, (0,), "the content is gif"), name="tests/test_a.py::test_poor")
ALLOWED = subject(finding(), name="tests/test_a.py::test_allowed", allowed=("AIL-VALUE-04",))
FAILED = subject(name="tests/test_a.py::test_failed", passed=False)

TEXTS = st.one_of(st.just(NASTY), st.text(st.characters(), max_size=40))
"""Of any characters, lone surrogates included."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
PAIRS = st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=3)
EXPLANATIONS = st.none() | st.fixed_dictionaries(
    {"canonical_request": TEXTS, "hint": TEXTS},
    optional={"first_difference": st.fixed_dictionaries({"part": TEXTS, "expected": TEXTS, "signed": TEXTS})},
)
FILES = st.builds(
    FileFacts,
    field=TEXTS,
    filename=st.none() | TEXTS,
    content_type=st.none() | TEXTS,
    size=st.integers(0, 10**8),
    digest=st.just(FILE.digest),
    format=st.none() | TEXTS,
    width=st.none() | st.integers(1, 9000),
    height=st.none() | st.integers(1, 9000),
)
EXCHANGES = st.builds(
    exchange,
    provider=st.sampled_from(["ailab", "picwish", "processimage", "tencent_bda", ""]),
    operation=st.none() | st.sampled_from(["query", "callback"]),
    method=TEXTS,
    path=TEXTS,
    query=TEXTS,
    headers=PAIRS,
    fields=st.dictionaries(TEXTS, JSON, max_size=3),
    files=st.lists(FILES, max_size=2).map(tuple),
    status=st.none() | st.integers(100, 599),
    response_headers=PAIRS,
    response=st.fixed_dictionaries(
        {"content_type": st.none() | TEXTS, "size": st.integers(0, 9999)}, optional={"text": TEXTS}
    ),
    behaviours=st.lists(TEXTS, max_size=2),
    faults=st.lists(TEXTS, max_size=2),
    explanation=EXPLANATIONS,
    notes=st.lists(TEXTS, max_size=6),
)


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    """Subjects with texts that nobody would send in good faith."""
    exchanges = draw(st.lists(EXCHANGES, max_size=2))
    numbers = range(len(exchanges))
    found = (
        [
            finding(draw(st.sampled_from(rules.ALL)), at, *draw(st.lists(TEXTS, max_size=4)))
            for at in draw(st.lists(st.lists(st.sampled_from(numbers), unique=True), max_size=3))
            if at
        ]
        if exchanges
        else []
    )
    return Subject(
        name=draw(TEXTS),
        findings=tuple(found),
        exchanges=tuple(exchanges),
        numbers=tuple(numbers),
        judged=len(exchanges) + draw(st.integers(0, 3)),
        dropped=draw(st.integers(0, 3)),
        passed=draw(st.sampled_from([None, True, False])),
        allowed=tuple(draw(st.lists(st.sampled_from([one.id for one in rules.ALL]), max_size=3))),
        limit=draw(st.sampled_from([None, *rules.Level])),
    )


REPORTS = st.builds(
    lambda some, title, notes, noun: report(*some, title=title, notes=tuple(notes), noun=noun),
    st.lists(subjects(), max_size=3),
    TEXTS,
    st.lists(TEXTS, max_size=2),
    st.sampled_from(["test", "command"]),
)
