"""One value of a JSON answer is another one, and nothing else changes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import RunningSandbox
from mockserver.damage.json_text import put
from mockserver.damage.options import FaultError

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def pointers(content: Any, way: str = "") -> list[str]:
    """All that there is in a document, as JSON Pointers."""
    if isinstance(content, dict):
        inner = [(name.replace("~", "~0").replace("/", "~1"), value) for name, value in content.items()]
    else:
        inner = [(str(at), value) for at, value in enumerate(content)] if isinstance(content, list) else []
    return [way, *(one for step, value in inner for one in pointers(value, f"{way}/{step}"))]


def holder(content: Any, pointer: str) -> tuple[Any, Any]:
    *way, last = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    for step in way:
        content = content[int(step) if isinstance(content, list) else step]
    return content, int(last) if isinstance(content, list) else last


@given(st.data(), DOCUMENTS, SCALARS, st.sampled_from([None, 1]))
def test_what_a_pointer_leads_to_becomes_another_value_or_is_left_out(
    data: st.DataObject, document: Any, value: Any, indent: int | None
) -> None:
    pointer = data.draw(st.sampled_from(pointers(document)))
    leaves = data.draw(st.booleans()) and pointer != ""
    text = json.dumps(document, indent=indent).encode("utf-8", "surrogatepass")
    changed, _ = put(text, pointer, None if leaves else json.dumps(value))
    expected = {"all": json.loads(text)}
    where, at = holder(expected, f"/all{pointer}")
    if leaves:
        del where[at]
    else:
        where[at] = value
    assert json.loads(changed) == expected["all"]


@pytest.mark.parametrize(
    ("pointer", "value", "changed"),
    [
        ("/a", "1e400", b'{"a":1e400, "b":"x\\u0026y"}'),
        ("/a", '"\\ud800"', b'{"a":"\\ud800", "b":"x\\u0026y"}'),
        ("/a", None, b'{"b":"x\\u0026y"}'),
        ("/b", None, b'{"a":[ {} ]}'),
        ("/new", "null", b'{"new":null,"a":[ {} ], "b":"x\\u0026y"}'),
        ("/a/0/c", "2", b'{"a":[ {"c":2} ], "b":"x\\u0026y"}'),
        ("/a/0", None, b'{"a":[  ], "b":"x\\u0026y"}'),
        ("/a/7", "2", b'{"a":[ {} ], "b":"x\\u0026y"}'),
        ("/b/c", "2", b'{"a":[ {} ], "b":"x\\u0026y"}'),
        ("/x/y", "2", b'{"a":[ {} ], "b":"x\\u0026y"}'),
    ],
)
def test_all_else_stays_as_it_was_written(pointer: str, value: str | None, changed: bytes) -> None:
    assert put(b'{"a":[ {} ], "b":"x\\u0026y"}', pointer, value)[0] == changed


def test_the_journal_says_what_was_changed(sandbox: RunningSandbox) -> None:
    import httpx

    from mockserver import fixtures

    sandbox.fail("ailab", "http.json_value", pointer="/data/elements", value="null")
    ailab = sandbox.ailab
    answer = httpx.post(
        f"{ailab.url}/api/cutout/portrait/avatar-extraction",
        headers={"ailabapi-api-key": ailab.api_key},
        files={"image": fixtures.path("portrait.jpg").read_bytes()},
    )
    assert answer.json()["data"] == {"elements": None}
    assert sandbox.journal[-1].notes == ["/data/elements became null"]


@pytest.mark.parametrize(
    ("options", "possible"),
    [
        ({"pointer": "data"}, "a JSON Pointer, such as '/data/state'"),
        ({"pointer": "/a~2"}, "a JSON Pointer"),
        ({"value": "{"}, "a JSON text"),
        ({"value": 5}, "a JSON text"),
    ],
)
def test_what_is_no_pointer_or_no_json_is_refused(
    sandbox: RunningSandbox, options: dict[str, Any], possible: str
) -> None:
    with pytest.raises(FaultError, match="cannot be") as refused:
        sandbox.fail("ailab", "http.json_value", **options)
    assert possible in str(refused.value)
