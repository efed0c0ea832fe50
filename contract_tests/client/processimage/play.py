"""How cases speak to clients of processimage.cn: what they ask for, and what a right result is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from contract_tests.client.pictures import sample
from contract_tests.client.processimage.looks import Area, Box, Expected, wrong_with
from contract_tests.client.shared import Play
from contract_tests.client.story import Ask, Drawn, Sample
from contract_tests.client.world import Failed, World
from mockserver.catalogue import Behaviour

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NAME, CALL = "processimage", "access"
PICTURE, SIZE, PLAIN = "watermarked.jpg", (640, 480), "portrait.jpg"
TEXTS: Mapping[str, Box] = {
    "水印图片": (267, 80, 105, 27),
    "Sample photo Not for sale": (335, 214, 116, 40),
    "去除文中水印": (42, 376, 213, 36),
}
"""What the picture says, and where, from top to bottom."""
FIRST, SECOND, THIRD = TEXTS
LETTERS: Box = (267, 80, 50, 27)
"""Half of the first text."""
SIDES = ("x", "y", "w", "h")
PASSING = ("429.qps", "500.server", "503.stopping")
OPEN = ("429.token", "401.token", "400.download")
"""Errors of which the documents do not tell whether the same request may go well later."""


def rectangles(*boxes: Box) -> Sequence[Mapping[str, int]]:
    """Boxes as the API wants them."""
    return tuple(dict(zip(SIDES, box, strict=True)) for box in boxes)


def names(*values: str, rule: str | None = None) -> str:
    """Texts as the API wants them named."""
    ruled = {} if rule is None else {"rule": rule}
    return json.dumps({"items": [{"value": value, **ruled} for value in values]}, ensure_ascii=False)


def given(*boxes: Box) -> Sequence[Area]:
    """The areas of rectangles that were given."""
    return tuple(Area(box=box, found=False) for box in boxes)


def texts(*words: str) -> Sequence[Area]:
    """The areas of some of the texts in the picture."""
    return tuple(Area(box=TEXTS[word], word=word) for word in words)


def expected(asked: Mapping[str, Any]) -> Expected:
    """What should come of a request with rectangles, without any, or with names of texts in the picture."""
    image = asked["image"]
    boxes = [tuple(one[side] for side in SIDES) for one in asked.get("rectangles", ())]
    cleared = asked.get("ocrOnly") != "true"
    if isinstance(image, Drawn):
        form, size = image.form.upper(), (image.width, image.height)
        return Expected(size=size, form=form, areas=given(*boxes) if boxes else None, cleared=cleared)
    named = json.loads(asked.get("watermarkNames", "{}"))
    words = [one["value"] for one in named.get("items", ())] or list(TEXTS)
    areas = given(*boxes) if boxes else texts(*words)
    return Expected(size=SIZE, areas=areas, cleared=cleared, source=sample(PICTURE))


def whole(asked: Mapping[str, Any], result: Any) -> str | None:
    """What is wrong with the result of a request; None when nothing is."""
    return wrong_with(result, expected(asked))


def right(world: World, operation: str = "clear", **asked: Any) -> Any:
    """Let the client clear the picture, and answer its result. Raises Failed when that is wrong."""
    result = world.succeeds(operation, **asked)
    if wrong := whole(asked, result):
        raise Failed(wrong)
    return result


def asks() -> SearchStrategy[Ask]:
    """A rectangle is to be cleared, all text, one text, or the text is to be located."""
    from hypothesis import strategies as st

    wanted: list[Mapping[str, Any]] = [
        {"rectangles": rectangles(LETTERS)},
        {},
        {"ocrOnly": "true"},
        {"watermarkNames": names(FIRST)},
    ]
    return st.sampled_from(wanted).map(
        lambda asked: Ask(operation="clear", arguments={"image": Sample(name=PICTURE), **asked})
    )


def inputs() -> SearchStrategy[Ask]:
    """Pictures of all kinds, files around 4 MB, rectangles in the picture and out of it, odd names."""
    from hypothesis import strategies as st

    largest = 4 * 1024 * 1024
    side, form = st.sampled_from([200, 64, 33, 8]), st.sampled_from(["jpeg", "png", "bmp"])
    sizes = st.sampled_from([largest - 1, largest, largest + 1])
    small = st.builds(Drawn, width=side, height=side, form=form)
    large = st.builds(Drawn, width=st.just(64), height=st.just(48), form=form, size=sizes)
    drawn = st.one_of(small, small, large)
    at, length = st.integers(-3, 210), st.integers(-1, 210)
    boxes = st.lists(st.tuples(at, at, length, length), max_size=4).map(lambda found: rectangles(*found))
    word = st.text(st.characters(codec="utf-8"), max_size=20)
    options = st.fixed_dictionaries(
        {},
        optional={
            "rectangles": boxes,
            "ocrOnly": st.sampled_from(["true", "false"]),
            "show": st.sampled_from(["true", "false"]),
            "watermarkNames": word.map(names),
            "offset": st.sampled_from(['{"+x":5}', '{"-w":9,"+h":4000}', "{}", "5"]),
        },
    )
    return st.builds(
        lambda image, asked: Ask(operation="clear", arguments={"image": image, **asked}), drawn, options
    )


def code(behaviour: Behaviour) -> str:
    """What a client sees of an error: the httpCode of its body, or the HTTP status where there is none."""
    assert behaviour.error is not None
    return str(behaviour.error.http_code or behaviour.error.status)


def retryable(behaviour: Behaviour) -> bool | None:
    """Whether an error passes; None where the documents do not tell."""
    name = behaviour.id.partition(".error.")[2]
    return None if name in OPEN else name in PASSING


PLAY = Play(
    provider=NAME,
    prefix="PRO",
    operation="clear",
    image=PICTURE,
    arguments={"rectangles": rectangles(LETTERS)},
    call=CALL,
    answers={CALL: "access.response"},
    whole=whole,
    asks=asks,
    settings={},
    inputs=inputs,
)


ASK = Ask(operation="clear", arguments={"image": Sample(name=PICTURE), "rectangles": rectangles(LETTERS)})
