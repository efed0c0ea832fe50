"""Ink from paper: how much of it is found, and that nothing else comes with it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mockserver.fixtures import path
from mockserver.fixtures.canvas import Colour
from mockserver.fixtures.objects import thing
from mockserver.fixtures.portraits import portrait
from mockserver.fixtures.stamps import Ink, Paper, Stamp, stamp
from mockserver.imaging.decode import Picture
from mockserver.imaging.ink import find_ink
from mockserver.imaging.paper import lay_out
from mockserver.imaging.stamp import is_stamped, lift

Bytes = NDArray[np.uint8]

DARK: dict[str, Colour] = {"black": (28, 26, 30), "grey": (112, 112, 114), "navy": (26, 34, 84)}
SEALS = ["round", "name", "carved", "word"]


def as_jpeg(rgb: Bytes, quality: int = 88) -> Picture:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return Picture(rgb=np.asarray(Image.open(file).convert("RGB")))


def sheet(seed: int, *, width: int = 640, height: int = 480, **how: object) -> Stamp:
    return stamp(seed, width=width, height=height, **how)  # type: ignore[arg-type]


def ink_of(picture: Picture) -> Bytes:
    result = lift(picture)
    assert result is not None
    return result


def overlap(alpha: Bytes, truth: Bytes) -> float:
    """Intersection over union at half density."""
    found, real = alpha >= 128, truth >= 128
    return float((found & real).sum() / (found | real).sum())


def error(alpha: Bytes, truth: Bytes) -> float:
    return float(np.abs(alpha.astype(float) - truth).mean() / 255)


class TestDensity:
    @pytest.mark.parametrize("ink", list(Ink))
    @pytest.mark.parametrize("seal", SEALS)
    def test_is_that_of_the_stamp_over_print(self, ink: Ink, seal: str) -> None:
        picture = sheet(21, ink=ink, seal=seal)
        alpha = ink_of(as_jpeg(picture.rgb))[..., 3]
        assert overlap(alpha, picture.alpha) >= 0.9
        assert error(alpha, picture.alpha) <= 0.015

    @pytest.mark.parametrize("paper", list(Paper))
    def test_does_not_depend_on_the_paper(self, paper: Paper) -> None:
        picture = sheet(22, seal="round", paper=paper, signed=True)
        alpha = ink_of(as_jpeg(picture.rgb))[..., 3]
        assert overlap(alpha, picture.alpha) >= 0.9
        assert error(alpha, picture.alpha) <= 0.015

    @pytest.mark.parametrize("shading", [0.0, 0.3, 0.5])
    def test_does_not_depend_on_the_light(self, shading: float) -> None:
        picture = sheet(23, seal="name", shading=shading)
        assert overlap(ink_of(as_jpeg(picture.rgb))[..., 3], picture.alpha) >= 0.93

    @pytest.mark.parametrize("quality", [60, 75, 95])
    def test_stays_crisp_where_a_jpeg_has_blurred_the_colours(self, quality: int) -> None:
        picture = sheet(24, seal="round", printed=False)
        assert overlap(ink_of(as_jpeg(picture.rgb, quality))[..., 3], picture.alpha) >= 0.93

    def test_of_a_picture_that_is_lossless_is_nearly_exact(self) -> None:
        picture = sheet(25, seal="word", printed=False, noise=0)
        assert overlap(ink_of(Picture(rgb=picture.rgb))[..., 3], picture.alpha) >= 0.97

    @pytest.mark.parametrize(("width", "height"), [(160, 120), (1500, 1100), (300, 900)])
    def test_is_found_at_any_size_of_the_frame(self, width: int, height: int) -> None:
        picture = sheet(26, width=width, height=height, seal="carved", noise=2)
        assert overlap(ink_of(as_jpeg(picture.rgb, 92))[..., 3], picture.alpha) >= 0.9

    def test_is_zero_on_paper_and_print_away_from_the_stamp(self) -> None:
        picture = sheet(27, seal="round")
        near = np.asarray(Image.fromarray(picture.alpha).resize((64, 48), Image.Resampling.BOX)) > 0
        away = ~np.asarray(Image.fromarray(near).resize((640, 480), Image.Resampling.NEAREST))
        assert away.mean() > 0.4
        assert (ink_of(as_jpeg(picture.rgb))[..., 3][away] == 0).mean() > 0.998

    def test_goes_on_beneath_a_black_signature(self) -> None:
        crossed = sheet(28, seal="carved", printed=False, signed=True, noise=0)
        black = (crossed.rgb.max(axis=2) < 45) & (crossed.alpha > 150)
        assert black.sum() > 30
        assert ink_of(Picture(rgb=crossed.rgb))[..., 3][black].mean() > 150

    def test_is_that_of_the_stamp_alone_where_somebody_signed_in_another_colour(self) -> None:
        picture = sheet(29, seal="name", ink=Ink.RED, printed=False)
        signed = Image.fromarray(picture.rgb)
        ImageDraw.Draw(signed).line([(20, 30), (200, 60), (620, 20)], fill=(40, 60, 180), width=4)
        alpha = ink_of(as_jpeg(np.asarray(signed)))[..., 3]
        assert overlap(alpha, picture.alpha) >= 0.93
        assert not alpha[:15].any()


class TestColour:
    @pytest.mark.parametrize("ink", list(Ink))
    def test_is_the_ink_s_on_white_paper_and_one_throughout(self, ink: Ink) -> None:
        picture = sheet(31, ink=ink, seal="carved", paper=Paper.YELLOW)
        result = ink_of(as_jpeg(picture.rgb))
        assert (result[..., :3] == result[0, 0, :3]).all()
        assert np.abs(result[0, 0, :3].astype(int) - picture.ink).max() < 50

    def test_puts_the_stamp_back_when_laid_on_paper(self) -> None:
        picture = sheet(32, seal="round", printed=False, shading=0.0, noise=0)
        result = ink_of(Picture(rgb=picture.rgb)).astype(float)
        share = result[..., 3:] / 255
        again = result[..., :3] * share + 250 * (1 - share)
        assert np.abs(again - picture.rgb).mean() < 4


class TestNoInk:
    @pytest.mark.parametrize("paper", list(Paper))
    @pytest.mark.parametrize("printed", [True, False])
    def test_is_on_blank_or_printed_paper(self, paper: Paper, printed: bool) -> None:
        picture = sheet(41, ink=None, paper=paper, printed=printed)
        assert lift(as_jpeg(picture.rgb, 70)) is None

    @pytest.mark.parametrize(("width", "height"), [(240, 180), (900, 1200)])
    def test_is_in_black_print_of_any_size(self, width: int, height: int) -> None:
        assert lift(as_jpeg(sheet(42, width=width, height=height, ink=None, shading=0.4).rgb)) is None

    @pytest.mark.parametrize("level", [0, 128, 255])
    def test_is_in_a_constant_picture(self, level: int) -> None:
        assert lift(Picture(rgb=np.full((80, 90, 3), level, np.uint8))) is None

    def test_is_where_there_is_no_paper(self) -> None:
        dark = np.full((200, 200, 3), (40, 30, 60), np.uint8)
        dark[50:150, 50:150] = (200, 40, 40)
        assert lift(Picture(rgb=dark)) is None


def redrawn(picture: Stamp, colour: Colour) -> Bytes:
    """A stamp without print in ink of another colour on yellowish paper, darker to the right."""
    light = np.linspace(1.0, 0.6, picture.alpha.shape[1])[:, None] * (246, 238, 214)
    density = picture.alpha[..., None] / 255
    return np.rint(light * (1 - density * (1 - np.array(colour) / 255))).astype(np.uint8)


class TestDarkInk:
    @pytest.mark.parametrize("seal", SEALS)
    @pytest.mark.parametrize("colour", DARK.values(), ids=DARK)
    @pytest.mark.parametrize("quality", [60, 92])
    def test_is_taken_from_paper_that_is_neither_white_nor_evenly_lit(
        self, colour: Colour, seal: str, quality: int
    ) -> None:
        picture = sheet(71, seal=seal, ink=Ink.RED, printed=False)
        result = ink_of(as_jpeg(redrawn(picture, colour), quality))
        assert overlap(result[..., 3], picture.alpha) >= 0.9
        assert error(result[..., 3], picture.alpha) <= 0.02
        assert np.abs(result[0, 0, :3].astype(int) - colour).max() < 50

    @pytest.mark.parametrize("colour", DARK.values(), ids=DARK)
    def test_leaves_the_print_around_the_stamp_on_the_paper(self, colour: Colour) -> None:
        stamped = sheet(72, seal="name", printed=False)
        printed = sheet(72, ink=None, seal="name", shading=0.0, noise=0)
        print_light = printed.rgb / printed.rgb.max()
        alpha = ink_of(as_jpeg(np.rint(redrawn(stamped, colour) * print_light).astype(np.uint8)))[..., 3]
        rows, columns = (np.flatnonzero(stamped.alpha.any(axis=axis)) for axis in (1, 0))
        outside = np.ones(alpha.shape, np.bool_)
        outside[rows[0] - 20 : rows[-1] + 20, columns[0] - 20 : columns[-1] + 20] = False
        print_outside = outside & (print_light.max(axis=2) < 0.5)
        assert print_outside.sum() > 5000
        assert (alpha[print_outside] == 0).mean() > 0.97
        assert (alpha[stamped.alpha > 150] > 128).mean() > 0.95

    def test_gives_way_to_coloured_ink(self) -> None:
        picture = sheet(73, seal="round", ink=Ink.RED, signed=True)
        alpha = ink_of(as_jpeg(picture.rgb))[..., 3]
        black = (picture.rgb.max(axis=2) < 60) & (picture.alpha == 0)
        assert black.sum() > 1000
        assert (alpha[black] < 128).mean() > 0.98

    @pytest.mark.parametrize("printed", [True, False])
    def test_of_a_signature_is_taken(self, printed: bool) -> None:
        plain, signed = (
            sheet(74, ink=None, printed=printed, signed=signed, noise=0) for signed in (False, True)
        )
        pen = (plain.rgb.astype(int) - signed.rgb).max(axis=2) > 120
        alpha = ink_of(as_jpeg(signed.rgb))[..., 3]
        assert (alpha[pen] > 128).mean() > 0.95

    @pytest.mark.parametrize("desk", [(90, 60, 40), (40, 42, 48)], ids=["wood", "black"])
    @pytest.mark.parametrize(
        "colour", [(28, 26, 30), (205, 35, 42), (40, 66, 176)], ids=["black", "red", "blue"]
    )
    def test_like_any_other_is_taken_from_a_sheet_on_a_desk(self, colour: Colour, desk: Colour) -> None:
        picture = sheet(75, seal="round", printed=False, noise=0)
        page = Image.fromarray(np.dstack([redrawn(picture, colour), np.full_like(picture.alpha, 255)]))
        density = Image.fromarray(picture.alpha)
        turned, truth = (image.rotate(6, Image.Resampling.BICUBIC, expand=True) for image in (page, density))
        photograph = Image.new("RGB", (turned.width + 90, turned.height + 80), desk)
        photograph.paste(turned, (45, 40), turned)
        alpha = ink_of(as_jpeg(np.asarray(photograph)))[..., 3]
        assert overlap(alpha[40:-40, 45:-45], np.asarray(truth)) >= 0.9
        assert not alpha[:20].any()

    def test_is_no_rule_and_no_shadow_at_the_edge(self) -> None:
        rgb = np.full((300, 400, 3), 240, np.uint8)
        rgb[120:123, 20:380] = 30
        rgb[:, 330:] = rgb[:, 330:] // 10 * 7
        assert lift(as_jpeg(rgb)) is None


class TestPhotograph:
    """What is no paper has no stamp, whatever colours are in it."""

    @pytest.mark.parametrize("background", ["white", "grey", "gradient", "vignette", "busy", "furniture"])
    def test_of_people_has_none(self, background: str) -> None:
        for seed in (81, 82):
            picture = portrait(seed, width=240, height=300, background=background)
            assert lift(as_jpeg(picture.rgb)) is None

    @pytest.mark.parametrize(
        "name", ["portrait.jpg", "group.jpg", "object.jpg", "astronaut.jpg", "empty.jpg"]
    )
    def test_that_is_ready_made_has_none(self, name: str) -> None:
        assert lift(Picture(rgb=np.asarray(Image.open(path(name)).convert("RGB")))) is None

    @pytest.mark.parametrize("kind", ["mug", "ball", "car", "shoe", "cat", "bottle"])
    def test_of_a_thing_before_a_wall_has_none(self, kind: str) -> None:
        for background in ("white", "grey"):
            assert (
                lift(as_jpeg(thing(83, width=260, height=260, kind=kind, background=background).rgb)) is None
            )

    def test_of_hills_under_a_pale_sky_has_none(self) -> None:
        rgb = np.full((300, 400, 3), (226, 230, 238), np.uint8)
        hills = np.arange(300)[:, None] > 170 + 30 * np.sin(np.arange(400) / 40)
        rgb[hills] = (60, 110, 60)
        rgb[240:, 100:140] = (190, 50, 50)
        assert lift(as_jpeg(rgb)) is None


def test_a_picture_with_alpha_lies_on_white_paper() -> None:
    picture = sheet(51, seal="round")
    ink = np.empty_like(picture.rgb)
    ink[:] = picture.ink
    result = ink_of(Picture(rgb=ink, alpha=picture.alpha))
    assert overlap(result[..., 3], picture.alpha) >= 0.95


class TestIsStamped:
    @pytest.mark.parametrize("seal", SEALS)
    @pytest.mark.parametrize("ink", list(Ink))
    def test_knows_every_kind_of_stamp(self, seal: str, ink: Ink) -> None:
        assert is_stamped(as_jpeg(sheet(61, width=400, height=300, seal=seal, ink=ink).rgb))

    @pytest.mark.parametrize("kind", ["mug", "ball", "chair", "lamp", "pawn", "plant", "car"])
    @pytest.mark.parametrize("background", ["white", "grey", "gradient"])
    def test_does_not_take_a_thing_for_one(self, kind: str, background: str) -> None:
        for seed in (62, 63):
            picture = thing(seed, width=260, height=260, kind=kind, background=background)
            assert not is_stamped(as_jpeg(picture.rgb))

    def test_does_not_take_a_red_disc_for_one(self) -> None:
        image = Image.new("RGB", (300, 300), "white")
        ImageDraw.Draw(image).ellipse((80, 80, 220, 220), fill=(200, 30, 40))
        assert not is_stamped(Picture(rgb=np.asarray(image)))

    @pytest.mark.parametrize("colours", [1, 3], ids=["one colour", "three colours"])
    @pytest.mark.parametrize("upright", [True, False])
    def test_does_not_take_bars_for_one(self, colours: int, upright: bool) -> None:
        image = Image.new("RGB", (480, 480), "white")
        for number, long in enumerate((120, 300, 200, 360, 240, 160)):
            box = (40 + 65 * number, 420 - long, 75 + 65 * number, 420)
            fill = ((208, 32, 40), (40, 60, 190), (30, 130, 70))[number % colours]
            ImageDraw.Draw(image).rectangle(box, fill=fill)
        turned = image if upright else image.rotate(90)
        assert not is_stamped(Picture(rgb=np.asarray(turned)))

    def test_does_not_take_a_drawing_in_many_colours_for_one(self) -> None:
        image = Image.new("RGB", (480, 300), "white")
        for number, colour in enumerate(((208, 32, 40), (40, 60, 190), (30, 130, 70), (130, 50, 160))):
            left, top = 60 + 90 * number, 90 + 40 * (number % 2)
            ImageDraw.Draw(image).ellipse((left, top, left + 90, top + 90), outline=colour, width=8)
        assert not is_stamped(Picture(rgb=np.asarray(image)))

    def test_knows_one_beside_a_signature_in_another_colour(self) -> None:
        signed = Image.fromarray(sheet(65, seal="round", printed=False).rgb)
        ImageDraw.Draw(signed).line([(20, 30), (200, 60), (300, 20), (420, 50)], fill=(40, 60, 180), width=4)
        assert is_stamped(as_jpeg(np.asarray(signed)))

    def test_does_not_take_black_print_for_one(self) -> None:
        assert not is_stamped(as_jpeg(sheet(64, ink=None).rgb))


@settings(max_examples=60, deadline=None)
@given(
    paper=st.tuples(*[st.integers(150, 255)] * 3).filter(lambda paper: max(paper) - min(paper) < 40),
    ink=st.tuples(*[st.integers(0, 255)] * 3).filter(lambda ink: max(ink) - min(ink) > 120),
    print_level=st.floats(0.1, 1.0),
)
def test_hue_and_density_of_ink_do_not_depend_on_paper_or_print(
    paper: tuple[int, int, int], ink: tuple[int, int, int], print_level: float
) -> None:
    through = np.array(ink) / 255
    picture = np.empty((64, 64, 3))
    picture[:] = paper
    picture[20:44, 20:44] *= through
    picture[30:34, 20:44] *= print_level
    found = find_ink(lay_out(np.rint(picture).astype(np.uint8)))
    assert found is not None
    assert np.abs(found.through - through).max() < 0.03
    seen = picture[32, 32] / paper
    assert abs(float(found.direction @ seen) - print_level) < 0.05


def test_coloured_balls_before_a_blue_sky_are_no_stamp() -> None:
    rgb = np.full((400, 600, 3), (175, 209, 239), np.uint8)
    rows, columns = np.ogrid[:400, :600]
    for number in range(12):
        ball = np.hypot(rows - 60 - 90 * (number % 4), columns - 80 - 200 * (number // 4)) < 14
        rgb[ball] = ((220, 40, 60), (240, 120, 150), (230, 60, 90))[number % 3]
    assert not is_stamped(Picture(rgb=rgb))
