"""What a file tells about its texts, and who reads what it does not tell."""

import io
import json
import struct
import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mockserver.imaging import notes, reading
from mockserver.imaging.decode import decode
from mockserver.imaging.headers import ImageError
from mockserver.imaging.reading import Annotation, annotated, annotation, recognised, words
from mockserver.imaging.text import Region

PIXELS = np.random.default_rng(1).integers(0, 256, (9, 13, 3), dtype=np.uint8)


def saved(kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(PIXELS).save(out, kind, **options)
    return out.getvalue()


FILES = {
    "png": saved("PNG"),
    "jpeg": saved("JPEG", comment=b"another comment"),
    "jpeg with exif": saved("JPEG", exif=Image.Exif()),
    "bmp": saved("BMP"),
}
EACH_FILE = pytest.mark.parametrize("file", FILES.values(), ids=FILES.keys())
HELLO = Annotation(x=3, y=4, width=5, height=6, text="水印 ok")

annotations = st.lists(
    st.builds(
        Annotation,
        x=st.integers(-9, 5000),
        y=st.integers(-9, 5000),
        width=st.integers(1, 5000),
        height=st.integers(1, 5000),
        text=st.text(st.characters(codec="utf-8"), max_size=20),
    ),
    max_size=5,
)


@EACH_FILE
@given(told=annotations, before=annotations)
def test_a_file_tells_what_was_written_into_it_last(
    file: bytes, told: list[Annotation], before: list[Annotation]
) -> None:
    once = annotated(file, told)
    assert annotation(once) == tuple(told)
    assert annotated(annotated(file, before), told) == once


@EACH_FILE
def test_an_annotation_leaves_the_pixels_as_they_are(file: bytes) -> None:
    assert np.array_equal(decode(annotated(file, [HELLO])).rgb, decode(file).rgb)
    with Image.open(io.BytesIO(annotated(file, [HELLO]))) as image:
        image.load()
        assert image.size == (13, 9)


@EACH_FILE
def test_a_file_without_an_annotation_tells_nothing(file: bytes) -> None:
    assert annotation(file) is None


@EACH_FILE
@given(data=st.data())
def test_a_damaged_file_tells_nothing_or_something_sensible(file: bytes, data: st.DataObject) -> None:
    whole = annotated(file, [HELLO])
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    damaged = whole[:at] if cut else whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + 1 :]
    for one in annotation(damaged) or ():
        assert type(one) is Annotation
        one.text.encode()


@given(st.binary(max_size=60))
def test_what_is_no_image_tells_nothing(data: bytes) -> None:
    assert annotation(data) is None


ITEM = {"x": 1, "y": 2, "width": 3, "height": 4, "text": "a"}


@EACH_FILE
@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b"null",
        b"[" * 50_000,
        b'["text"]',
        json.dumps([{**ITEM, "x": 1.5}]).encode(),
        json.dumps([{**ITEM, "x": True}]).encode(),
        json.dumps([{**ITEM, "y": "2"}]).encode(),
        json.dumps([{**ITEM, "width": 0}]).encode(),
        json.dumps([{**ITEM, "height": 10**9}]).encode(),
        json.dumps([{**ITEM, "text": None}]).encode(),
        json.dumps([{**ITEM, "text": "\ud800"}]).encode(),
        json.dumps([{**ITEM, "more": 1}]).encode(),
        json.dumps([{"x": 1}]).encode(),
        json.dumps([ITEM, {}]).encode(),
        b"[" + b'{"x":1,"y":2,"width":3,"height":' + b"9" * 5000 + b',"text":""}]',
    ],
)
def test_a_note_of_the_wrong_shape_tells_nothing(file: bytes, note: bytes) -> None:
    assert annotation(notes.with_note(file, note)) is None


def test_a_note_has_a_limit_and_a_kind_of_file() -> None:
    with pytest.raises(ValueError, match="60000"):
        annotated(FILES["png"], [Annotation(x=0, y=0, width=1, height=1, text="a" * 60_001)])
    with pytest.raises(ImageError, match="gif"):
        annotated(saved("GIF"), [HELLO])


def test_a_compressed_note_is_not_unpacked() -> None:
    png = annotated(FILES["png"], [HELLO])
    assert annotation(png.replace(b"mockserver.text\0\0", b"mockserver.text\0\1")) is None


def test_a_note_that_is_longer_than_its_file_tells_nothing() -> None:
    bmp = annotated(FILES["bmp"], [HELLO])
    at = bmp.index(b"mockserver.text") + 16
    assert annotation(bmp[:at] + struct.pack("<I", 2**32 - 1) + bmp[at + 4 :]) is None


def region(x: int, y: int, width: int, height: int, *, lines: int = 1, word: str = "") -> Region:
    return Region(x=x, y=y, width=width, height=height, lines=lines, word=word)


def test_the_words_of_a_region_are_those_whose_centres_lie_in_it_in_reading_order() -> None:
    told = [
        Annotation(x=10, y=60, width=40, height=20, text="坚持人民至上"),
        Annotation(x=55, y=12, width=40, height=20, text="领导"),
        Annotation(x=10, y=10, width=40, height=20, text="坚持党的"),
        Annotation(x=95, y=60, width=40, height=20, text="outside"),
    ]
    [first, second] = words([region(5, 5, 95, 80, lines=2), region(300, 5, 9, 9)], told)
    assert first == region(5, 5, 95, 80, lines=2, word="坚持党的 领导 坚持人民至上")
    assert second.word == ""


def test_a_region_of_which_nothing_is_told_keeps_its_word() -> None:
    assert words([region(0, 0, 9, 9, word="kept")], []) == (region(0, 0, 9, 9, word="kept"),)


class FakeEngine:
    """Reads the shape and the first blue value of what it is shown; counts engines made."""

    made = 0

    def __init__(self, **options: object) -> None:
        type(self).made += 1

    def __call__(
        self, crop: np.ndarray[Any, Any], use_det: bool = True, **options: bool
    ) -> tuple[list[Any] | None, float]:
        if not use_det:
            sure = crop.shape[1] > 20
            return [[f"line {crop.shape[0]}x{crop.shape[1]} {crop[0, 0, 0]}", 0.9 if sure else 0.3]], 0.1
        if crop.max() == 0:
            return None, 0.1
        lower = [[[0.0, 30.0], [9.0, 30.0], [9.0, 40.2], [0.0, 40.0]], "two", 0.9]
        upper = [[[1.0, 2.0], [9.0, 2.0], [9.0, 12.0], [1.0, 12.0]], "one", 0.9]
        return [lower, upper], 0.1


@pytest.fixture
def no_engine_yet() -> Iterator[None]:
    reading._engine.cache_clear()
    yield
    reading._engine.cache_clear()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, no_engine_yet: None) -> type[FakeEngine]:
    module = ModuleType("rapidocr_onnxruntime")
    module.RapidOCR = FakeEngine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", module)
    FakeEngine.made = 0
    return FakeEngine


def scene(height: int = 100, width: int = 200) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.full((height, width, 3), (10, 20, 30), np.uint8)


def test_a_single_line_is_read_as_a_whole_with_blue_first(engine: type[FakeEngine]) -> None:
    [read] = recognised(scene(), [region(10, 10, 50, 12)])
    assert read == region(10, 10, 50, 12, word="line 14x52 30")


@pytest.mark.parametrize("asked", [region(5, 5, 40, 60, lines=2), region(5, 5, 4, 6)])
def test_a_block_and_a_doubtful_line_are_read_line_by_line(engine: type[FakeEngine], asked: Region) -> None:
    assert recognised(scene(), [asked])[0].word == "one two"


def test_where_nothing_is_read_the_word_is_empty(engine: type[FakeEngine]) -> None:
    assert recognised(scene() * 0, [region(5, 5, 40, 60, lines=2)])[0].word == ""


def test_what_was_told_is_not_read_and_needs_no_engine(engine: type[FakeEngine]) -> None:
    told = region(5, 5, 40, 60, word="told")
    assert recognised(scene(), [told]) == (told,)
    assert engine.made == 0


def test_one_engine_serves_all_threads(engine: type[FakeEngine]) -> None:
    found: list[str] = []

    def read() -> None:
        found.append(recognised(scene(), [region(10, 10, 50, 12)])[0].word)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["line 14x52 30"] * 8
    assert engine.made == 1


def test_without_the_engine_regions_stay_as_they_were(
    monkeypatch: pytest.MonkeyPatch, no_engine_yet: None
) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    asked = region(10, 10, 50, 12)
    assert recognised(scene(), [asked]) == (asked,)


def test_the_real_engine_reads_chinese_and_latin(no_engine_yet: None) -> None:
    pytest.importorskip("rapidocr_onnxruntime")
    from mockserver.fixtures.watermarks import watermarked

    picture = watermarked(1, texts=("水印图片", "Sample photo\nNot for sale"), background="white")
    asked = [
        region(one.x, one.y, one.width, one.height, lines=1 + i) for i, one in enumerate(picture.regions)
    ]
    assert [one.word for one in recognised(picture.rgb, asked)] == ["水印图片", "Sample photo Not for sale"]
