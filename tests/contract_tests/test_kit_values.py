"""What goes to an executable and comes from it: values as JSON, files by their paths."""

import base64
import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.adapters import values
from contract_tests.adapters.values import Malformed, image, received, sent

PLAIN = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    label: str
    x: int
    share: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    image: bytes
    parts: Sequence[Part] = ()
    mask: bytes | None = None
    cached: bool | None = None
    other: Any = None


@given(JSON)
def test_what_has_no_files_stays_what_it_is(value: Any) -> None:
    assert sent(value, Path("/nowhere")) == value
    assert received(Any, value) == value


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5))
def test_files_are_written_once_and_hold_what_was_sent(contents: list[bytes]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        told = json.loads(json.dumps(sent({"images": [*contents, *contents]}, Path(folder))))
        assert [received(bytes, one) for one in told["images"]] == [*contents, *contents]
        assert len(list(Path(folder).iterdir())) == len(set(contents))


@given(st.binary())
def test_files_come_in_base64_too(content: bytes) -> None:
    assert received(bytes, {"base64": base64.b64encode(content).decode()}) == content


def test_an_image_is_a_file_or_a_url(tmp_path: Path) -> None:
    assert image("http://a/b", tmp_path) == {"url": "http://a/b"}
    assert received(bytes, image(b"content", tmp_path)) == b"content"


def test_a_record_is_what_its_class_says() -> None:
    told = {"image": {"base64": ""}, "parts": [{"label": "Head", "x": 3, "share": 1}], "mask": None}
    wanted = Answer(image=b"", parts=[Part(label="Head", x=3, share=1)])
    assert received(Answer, told) == wanted
    assert received(list[Answer], [told, told]) == [wanted, wanted]
    assert received(Answer | None, None) is None


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (Answer, {}, "result has no image"),
        (Answer, None, "result must be an object, and is None"),
        (Answer, {"image": None}, 'result.image must be {"path": …} or {"base64": …}, and is None'),
        (Answer, {"image": {"path": "a", "base64": ""}}, "result.image must be"),
        (Answer, {"image": {"path": 3}}, "result.image must be"),
        (Answer, {"image": {"path": "/"}}, "result.image must be the path of a file, and is '/'"),
        (Answer, {"image": {"path": "\0"}}, "result.image "),
        (Answer, {"image": {"base64": ""}, "parts": {}}, "result.parts must be an array"),
        (
            Answer,
            {"image": {"base64": ""}, "parts": [{"label": "a", "x": "1"}]},
            "result.parts[0].x must be a w",
        ),
        (
            Answer,
            {"image": {"base64": ""}, "parts": [{"label": 1, "x": 1}]},
            "result.parts[0].label must be a t",
        ),
        (Answer, {"image": {"base64": ""}, "cached": 1}, "result.cached must be true or false, and is 1"),
        (int, True, "result must be a whole number, and is True"),
        (float, "1.0", "result must be a number"),
    ],
)
def test_what_is_malformed_is_told_by_its_place(kind: Any, value: Any, told: str) -> None:
    with pytest.raises(Malformed) as caught:
        received(kind, value)
    assert told in str(caught.value)


def test_a_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "LARGEST", 3)
    (tmp_path / "file").write_bytes(b"four")
    with pytest.raises(Malformed, match="a file of at most 3 bytes"):
        received(bytes, {"path": str(tmp_path / "file")})


@given(st.sampled_from([Answer, Part, list[Part], bytes, int, bool, str, Answer | None]), JSON)
def test_whatever_comes_is_of_its_type_or_malformed(kind: Any, value: Any) -> None:
    with contextlib.suppress(Malformed):
        received(kind, value)
