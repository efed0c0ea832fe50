"""Each parameter, what it can be, and the message for what it cannot."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watermark_caller import PLAIN, RECTANGLE, Caller

from mockserver import RunningSandbox, catalogue
from mockserver.providers.base import Refusal
from mockserver.providers.processimage import SETTINGS
from mockserver.providers.processimage.geometry import KEYS, Box, Shift
from mockserver.providers.processimage.parameters import Parameters, parse
from mockserver.providers.processimage.received import Received
from mockserver.providers.processimage.wording import Name, Rule
from mockserver.settings import defaults

DEFAULTS = defaults(SETTINGS)
ARGUMENTS = "ExceptionHandler[ArgumentsOverwriteException.class]"
JSON_MESSAGE = "FAILED::无法解析提供的 json 字符串，请检查语法是否有误"
NO_TREE = "FAILED::无效或空的 Json 树，请参照 API 接入文档并检查 json 语法错误"
NO_ITEM = "FAILED::在参数 items 中，发现无效或空项"
EMPTY = "FAILED::空的 Json 树"
BAD_BOX = "FAILED::提供了不正确的矩阵坐标"
BAD_KEY = "FAILED::offset 坐标的 key 只能为 +x -x +y -y +w -w +h -h"
BAD_VALUE = "FAILED::offer 坐标的 value 为空或不是整形"
TOO_MANY = "FAILED::参数过多"
NAMES = ("rectangles", "watermarkNames", "excludeKeywords", "offset", "sync", "callback", "ocrOnly", "show")
MEMBERS = ["x", "y", "w", "h", "items", "value", "rule", *KEYS]
BOX = {"x": 1, "y": 2, "w": 3, "h": 4}


def wanted(settings: Any = None, **parameters: str) -> Parameters:
    return parse(Received(parameters=parameters), {**DEFAULTS, **(settings or {})})


def refusal(settings: Any = None, **parameters: str) -> str:
    """The message of what is wrong."""
    with pytest.raises(Refusal) as caught:
        wanted(settings, **parameters)
    assert caught.value.note
    error = catalogue.load("processimage")[caught.value.behaviour].error
    assert error is not None
    return error.message()


WRONG_SIDES: list[Any] = ["3", None, True, [], {}]
WRONG: list[tuple[str, str, str]] = [
    *(("rectangles", text, JSON_MESSAGE) for text in ("[", "{]", "x", "[{x:1}]", "[NaN]", '{"a":\ud800}')),
    *(("rectangles", text, EMPTY) for text in ("[]", "{}", "null")),
    ("rectangles", json.dumps(BOX), BAD_BOX),
    ("rectangles", "7", BAD_BOX),
    ("rectangles", "[7]", BAD_BOX),
    ("rectangles", "[null]", BAD_BOX),
    *(("rectangles", json.dumps([{**BOX, "w": wrong}]), BAD_BOX) for wrong in WRONG_SIDES),
    *(
        ("rectangles", json.dumps([BOX, {side: 1 for side in BOX if side != missing}]), BAD_BOX)
        for missing in BOX
    ),
    ("rectangles", json.dumps([BOX] * 1001), TOO_MANY),
    *(
        (name, text, message)
        for name in ("watermarkNames", "excludeKeywords")
        for text, message in (
            ("{", JSON_MESSAGE),
            ("name", JSON_MESSAGE),
            ("[]", NO_TREE),
            ("{}", NO_TREE),
            ("null", NO_TREE),
            ('{"items":[]}', NO_TREE),
            ('{"items":{}}', NO_TREE),
            ('{"items":null}', NO_TREE),
            ('{"keywords":["a"]}', NO_TREE),
            ('{"items":["a"]}', NO_ITEM),
            ('{"items":[{}]}', NO_ITEM),
            ('{"items":[{"value":""}]}', NO_ITEM),
            ('{"items":[{"value":"  "}]}', NO_ITEM),
            ('{"items":[{"value":7}]}', NO_ITEM),
            ('{"items":[{"value":"a"},{"rule":"similar"}]}', NO_ITEM),
            (json.dumps({"items": [{"value": "a"}] * 101}), TOO_MANY),
        )
    ),
    ("offset", "{", JSON_MESSAGE),
    ("offset", "{}", EMPTY),
    ("offset", "[]", EMPTY),
    ("offset", "null", EMPTY),
    *(("offset", text, BAD_KEY) for text in ('{"x":1}', '{"+X":1}', '{"+ x":1}', '{"+x+":1}', "[1]", "7")),
    *(
        ("offset", f'{{"+x":{value}}}', BAD_VALUE)
        for value in ("1.5", '"1"', "null", "true", "[]", "2147483648")
    ),
    ("offset", json.dumps(dict.fromkeys(KEYS[:5], 1)), TOO_MANY),
    *(("show", text, "FAILED::参数 show 只能为 true 或 false") for text in ("1", "yes", "truee")),
    *(("ocrOnly", text, "FAILED::参数 showOnly 只能为 true 或 false") for text in ("0", "no")),
    *(("sync", text, "FAILED::参数 sync 只能设置为 true 或 false") for text in ("True", "FALSE", "1")),
    ("sync", "true", "FAILED::当参数 sync 为 true 时，必须设置 callback 回调接口"),
]


@pytest.mark.parametrize(("name", "text", "message"), WRONG)
def test_a_wrong_parameter_has_its_message(name: str, text: str, message: str) -> None:
    assert refusal(**{name: text}) == message


@pytest.mark.parametrize("callback", ["x", "example.com/cb", "http:/x", "http://", "file:///x", "http://a b"])
def test_a_callback_is_a_url(callback: str) -> None:
    message = "FAILED::提供的 callback 不是一个有效的回调接口"
    assert refusal(sync="true", callback=callback) == message


@pytest.mark.parametrize("callback", ["http://a", "https://a/b?c=d", "ftp://a/b", "FTPS://a"])
def test_a_callback_may_have_one_of_four_schemes(callback: str) -> None:
    assert wanted(sync="true", callback=callback).callback == callback


@pytest.mark.parametrize(("name", "text", "message"), WRONG[:: len(WRONG) // 8])
def test_the_message_comes_over_http(caller: Caller, name: str, text: str, message: str) -> None:
    text = text.encode(errors="replace").decode()
    answer = caller.send(**{name: text})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["httpCode"], body["httpMsg"], body["msgInnerReferer"]) == (400, message, ARGUMENTS)


def test_the_samples_of_the_document_are_taken() -> None:
    rectangles = '[{"x":120,"y":76,"w":100,"h":173},{"x":114,"y":80,"w":132,"h":206}]'
    assert wanted(rectangles=rectangles).rectangles == (
        Box(x=120, y=76, width=100, height=173),
        Box(x=114, y=80, width=132, height=206),
    )
    names = (
        '{"items":[{"value":"去除水印名称1","rule":"similar"},{"value":"去除水印名称2","rule":"absolute"},'
        '{"value":"去除水印名称3","rule":"default"}]}'
    )
    expected = tuple(
        Name(value=f"去除水印名称{number}", rule=rule) for number, rule in enumerate(Rule, start=1)
    )
    assert wanted(watermarkNames=names).names == expected
    assert wanted(excludeKeywords=names).excluded == expected
    assert wanted(offset='{"+x":5,"-y":8,"-w":3,"+h":4}').offset == (
        Shift(key="+x", value=5),
        Shift(key="-y", value=8),
        Shift(key="-w", value=3),
        Shift(key="+h", value=4),
    )


@pytest.mark.parametrize("rule", ["fuzzy", "", None, 7, "SIMILAR"])
def test_another_rule_is_the_default_one(rule: object) -> None:
    names = json.dumps({"items": [{"value": "a", "rule": rule}]})
    assert wanted(watermarkNames=names).names == (Name(value="a", rule=Rule.DEFAULT),)


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_parameter_is_absent(blank: str) -> None:
    assert wanted(**dict.fromkeys(NAMES, blank)) == Parameters()


def test_rectangles_may_have_any_numbers() -> None:
    sides = '[{"x":-5,"y":1e3,"w":2.9,"h":1e300}]'
    assert wanted(rectangles=sides).rectangles == (Box(x=-5, y=1000, width=2, height=2**31 - 1),)


def test_rectangles_come_before_names_and_names_before_keywords() -> None:
    names = '{"items":[{"value":"a"}]}'
    both = wanted(watermarkNames=names, excludeKeywords="[")
    assert (len(both.names), both.excluded) == (1, ())
    alone = wanted(rectangles=json.dumps([BOX]), watermarkNames="[", excludeKeywords="[", offset="[")
    assert alone == Parameters(rectangles=(Box(x=1, y=2, width=3, height=4),))


def test_an_offset_can_count_beside_rectangles_by_a_quirk() -> None:
    quirk = {"offset_with_rectangles": "applied"}
    both = wanted(quirk, rectangles=json.dumps([BOX]), offset='{"+x":1}')
    assert both.offset == (Shift(key="+x", value=1),)


def test_by_position_an_offset_needs_all_four_keys() -> None:
    quirk = {"offset_keys": "by_position"}
    assert refusal(quirk, offset='{"+x":5,"-y":8,"-w":3}') == "FAILED::服务端异常"
    assert len(wanted(quirk, offset='{"+x":5,"-y":8,"-w":3,"+h":0}').offset) == 4


def test_without_sync_the_callback_is_not_even_looked_at() -> None:
    assert wanted(sync="false", callback="nonsense") == Parameters()


def test_what_has_no_effect_is_told(caller: Caller, sandbox: RunningSandbox) -> None:
    caller.send(rectangles=RECTANGLE, watermarkNames="[", offset="[", callback="http://127.0.0.1:1/")
    assert sandbox.journal.last.notes == [
        "offset has no effect beside rectangles",
        "watermarkNames has no effect beside rectangles",
        "callback has no effect without sync=true, which means asynchronous",
    ]
    caller.send(watermarkNames='{"items":[{"value":"a"}]}', excludeKeywords="[")
    assert "excludeKeywords has no effect beside watermarkNames" in sandbox.journal.last.notes


def test_a_rectangle_beyond_the_picture_is_told_and_cleared_as_far_as_it_goes(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    boxes = [{"x": -20, "y": 10, "w": 60, "h": 20}, {"x": 5000, "y": 0, "w": 1, "h": 1}, {**BOX, "w": 0}, BOX]
    data = caller.body(PLAIN, rectangles=json.dumps(boxes))["data"]
    assert (data["processStatus"], data["processCount"], data["processLocation"]) == (0, 4, boxes)
    assert sandbox.journal.last.notes[0].startswith("3 of 4 rectangles are empty or reach out of the picture")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=5),
    max_leaves=12,
)
TEXTS = st.text(max_size=20) | JSON.map(json.dumps) | st.sampled_from(["true", "false"])


@given(st.dictionaries(st.sampled_from(NAMES), TEXTS), st.sampled_from(["by_name", "by_position"]))
def test_anything_is_taken_or_refused_with_a_message_and_survives_storage(
    parameters: dict[str, str], offset_keys: str
) -> None:
    quirks = {"offset_keys": offset_keys, "offset_with_rectangles": "applied"}
    found, refused = Parameters(), None
    try:
        found = wanted(quirks, **parameters)
    except Refusal as refusal:
        refused = refusal
    assert Parameters.of(json.loads(json.dumps(found.record()))) == found
    if refused is not None:
        assert refused.behaviour in catalogue.load("processimage")
        assert refused.note
