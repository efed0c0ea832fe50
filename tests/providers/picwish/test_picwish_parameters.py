"""The form of a request: what is checked, in which order, and what is let pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import catalogue
from mockserver.providers.base import Refusal
from mockserver.providers.body import Form, Part
from mockserver.providers.picwish.hints import of_form
from mockserver.providers.picwish.parameters import CHOICES, DOCUMENTED, Order, checked

IMAGE = Part(name="image_file", filename="a.jpg", content_type="image/jpeg", content=b"x")
CATALOGUE = catalogue.load("picwish")


def form(*parts: Part, **fields: str) -> Form:
    texts = [
        Part(name=name, filename=None, content_type=None, content=value.encode())
        for name, value in fields.items()
    ]
    return Form([*texts, *parts])


def order(**fields: str) -> Order:
    return checked(form(IMAGE, **fields))


def refused(**fields: str) -> str:
    with pytest.raises(Refusal) as caught:
        order(**fields)
    assert caught.value.note
    return caught.value.behaviour


def test_a_form_with_an_image_alone_asks_for_the_documented_defaults() -> None:
    found = order()
    assert (found.sync, found.image, found.image_url, found.callback_url) == (False, b"x", None, None)
    options = found.options
    assert (options.type, options.return_type, options.output_type) == ("auto", 1, 2)
    assert (options.crop, options.format, options.bg_color) == (False, "png", "ffffff")


@pytest.mark.parametrize("name", [name for name in DOCUMENTED if name != "image_file"])
def test_an_empty_value_counts_as_none(name: str) -> None:
    assert order(**{name: ""}) == order()


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize(
    "value", ["x", " 1", "1 ", "+1", "01", "1.0", "-1", "１", "true", "PNG", "Person", "\0"]
)
def test_a_value_that_is_not_in_the_table_is_refused(name: str, value: str) -> None:
    assert refused(**{name: value}) == f"error.400.{name}"


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in CHOICES for value in CHOICES[name]])
def test_every_value_of_the_table_is_taken(name: str, value: str) -> None:
    assert order(**{"sync": "1", name: value} if name != "sync" else {name: value})


@pytest.mark.parametrize("colour", ["ffffff", "FF0000", "0000Ff", "012345"])
def test_six_hex_digits_are_a_colour(colour: str) -> None:
    assert order(format="jpg", bg_color=colour).options.bg_color == colour


@pytest.mark.parametrize(
    "colour", ["#ffffff", "fff", "red", "gggggg", "ffffff00", " ffffff", "0xffff", "ｆｆｆｆｆｆ"]
)
def test_anything_else_is_no_colour_but_is_not_looked_at_in_a_png(colour: str) -> None:
    assert refused(format="jpg", bg_color=colour) == "error.400.bg_color"
    assert order(bg_color=colour).options.bg_color == "ffffff"
    assert of_form(form(IMAGE, bg_color=colour)) == ["bg_color has no effect without format=jpg"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/done?x=1", "https://example.com", "HTTP://example.com"]
)
def test_a_callback_goes_to_http_or_https(url: str) -> None:
    assert order(callback_url=url).callback_url == url


@pytest.mark.parametrize(
    "url", ["example.com", "/done", "ftp://example.com/", "http://", "http://[", "http://a:99999/"]
)
def test_a_callback_goes_nowhere_else(url: str) -> None:
    assert refused(callback_url=url) == "error.400.callback_url"


@pytest.mark.parametrize(
    ("parts", "url", "behaviour"),
    [
        ([], None, "image_missing"),
        ([Part(name="image_file", filename=None, content_type=None, content=b"x")], None, "image_missing"),
        ([Part(name="image_file", filename="", content_type=None, content=b"")], None, "image_missing"),
        ([IMAGE], "http://example.com/", "image_several"),
        ([IMAGE, IMAGE], None, "image_several"),
    ],
    ids=["none", "text", "unfilled", "both", "two"],
)
def test_there_has_to_be_one_image(parts: list[Part], url: str | None, behaviour: str) -> None:
    with pytest.raises(Refusal) as caught:
        checked(form(*parts, **({"image_url": url} if url else {})))
    assert caught.value.behaviour == f"error.400.{behaviour}"


def test_an_empty_file_is_an_image_although_a_broken_one() -> None:
    empty = Part(name="image_file", filename="a.jpg", content_type=None, content=b"")
    assert checked(form(empty)).image == b""


def test_a_url_may_come_as_a_file_part() -> None:
    part = Part(name="image_url", filename="image_url", content_type=None, content=b"http://example.com/a")
    assert checked(form(part)).image_url == "http://example.com/a"


def test_of_a_repeated_field_the_last_one_counts() -> None:
    first = Part(name="format", filename=None, content_type=None, content=b"png")
    assert checked(Form([first, *form(IMAGE, format="jpg").parts])).options.format == "jpg"


def test_the_first_wrong_field_is_the_one_that_is_told() -> None:
    wrong = {"callback_url": "x", "bg_color": "x", "format": "jpg", "crop": "x", "output_type": "x"}
    wrong |= {"return_type": "x", "type": "x", "sync": "x"}
    told = []
    while wrong:
        told.append(refused(**wrong).rpartition(".")[2])
        del wrong[told[-1]]
        if wrong.keys() <= {"format"}:
            break
    assert told == ["sync", "type", "return_type", "output_type", "crop", "bg_color", "callback_url"]


def test_notes_tell_what_has_no_effect() -> None:
    text = Part(name="image_file", filename=None, content_type=None, content=b"x")
    found = of_form(form(text, size="big", token="secret"))
    assert [note.partition(" is not read")[0] for note in found[:2]] == [
        "the field 'size'",
        "the field 'token'",
    ]
    assert "send it as a file" in found[2]


NAMES = st.sampled_from([*DOCUMENTED, "other"]) | st.text(max_size=5)
VALUES = st.sampled_from(["", "0", "1", "2", "3", "jpg", "png", "stamp", "http://a/"]) | st.text(max_size=8)
PARTS = st.builds(
    Part,
    name=NAMES,
    filename=st.none() | st.text(max_size=3),
    content_type=st.none(),
    content=VALUES.map(lambda text: text.encode(errors="surrogatepass")) | st.binary(max_size=8),
)


def answered(form: Form) -> Order | Refusal:
    try:
        return checked(form)
    except Refusal as refusal:
        return refusal


@given(parts=st.lists(PARTS, max_size=8))
def test_any_form_is_an_order_or_refused_by_the_catalogue(parts: list[Part]) -> None:
    assert all(isinstance(note, str) for note in of_form(Form(parts)))
    found = answered(Form(parts))
    if isinstance(found, Order):
        assert (found.image is None) != (found.image_url is None)
        assert found.sync or found.options.return_type != 3
    else:
        error = CATALOGUE[found.behaviour].error
        assert error is not None
        assert error.status == 400
        assert found.note
