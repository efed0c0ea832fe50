"""Who or what is cut out of a picture, and the pieces that a result is made of."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image

import mockserver.fixtures as fixtures
from mockserver.fixtures.backgrounds import BUSY, Background
from mockserver.fixtures.objects import Kind, thing
from mockserver.fixtures.portraits import portrait
from mockserver.fixtures.stamps import Ink, Paper, stamp
from mockserver.imaging.decode import Picture
from mockserver.imaging.matting import matte
from mockserver.imaging.person import Box
from mockserver.imaging.portrait import find_people
from mockserver.imaging.studio import Cutout
from mockserver.imaging.subject import Subject, box, cut_out, find, mask, on_colour, recognise

Bytes = NDArray[np.uint8]


def as_jpeg(rgb: Bytes, quality: int = 90) -> Picture:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return Picture(rgb=np.asarray(Image.open(file).convert("RGB")))


def person(seed: int, *, background: str = "gradient", people: int = 1) -> Picture:
    return as_jpeg(portrait(seed, width=300, height=360, background=background, people=people).rgb)


def object_of(kind: str, seed: int = 1, *, background: str = "white") -> Picture:
    return as_jpeg(thing(seed, width=240, height=240, kind=kind, background=background).rgb)


def wall() -> Picture:
    return as_jpeg(portrait(2, width=300, height=240, people=0, background="grey").rgb)


def photograph() -> Picture:
    return Picture(rgb=np.asarray(Image.open(fixtures.path("astronaut.jpg")).convert("RGB")))


def grey(picture: Picture) -> Picture:
    level = np.asarray(Image.fromarray(picture.rgb).convert("L"))
    return Picture(rgb=np.repeat(level[..., None], 3, axis=2))


def overlap(rgba: Bytes | None, truth: Bytes) -> float:
    """Intersection over union at half opacity."""
    assert rgba is not None
    found, real = rgba[..., 3] > 127, truth > 127
    return float((found & real).sum() / (found | real).sum())


class TestPerson:
    @pytest.mark.parametrize("background", list(Background))
    @pytest.mark.parametrize("seed", [11, 12])
    def test_is_found_before_any_background(self, background: str, seed: int) -> None:
        assert cut_out(person(seed, background=background), Subject.PERSON) is not None

    @pytest.mark.parametrize("people", [2, 4, 7])
    def test_a_group_is_found_and_nobody_is_lost(self, people: int) -> None:
        sample = portrait(people, width=900, height=420, people=people)
        assert overlap(cut_out(as_jpeg(sample.rgb), Subject.PERSON), sample.alpha) > 0.97

    def test_a_photograph_of_one_shows_a_person(self) -> None:
        assert recognise(photograph()) is Subject.PERSON

    def test_is_found_in_a_grey_picture_by_the_shape(self) -> None:
        assert cut_out(grey(person(3)), Subject.PERSON) is not None

    def test_is_found_by_the_head_alone_when_shirt_and_wall_are_of_one_colour(self) -> None:
        rgb = portrait(725, width=300, height=300, background="grey").rgb
        assert cut_out(as_jpeg(rgb), Subject.PERSON) is not None

    def test_fine_noise_does_not_hide_skin(self) -> None:
        rgb = portrait(3, width=700, height=700, noise=9).rgb
        assert cut_out(Picture(rgb=rgb), Subject.PERSON) is not None

    @pytest.mark.parametrize("kind", list(Kind))
    @pytest.mark.parametrize("background", ["blue", "vignette"])
    def test_a_thing_before_a_wall_is_none(self, kind: str, background: str) -> None:
        assert cut_out(object_of(kind, background=background), Subject.PERSON) is None

    def test_a_grey_thing_is_none(self) -> None:
        assert cut_out(grey(object_of("pawn")), Subject.PERSON) is None

    def test_clutter_without_colour_is_none_although_the_matte_looks_like_one(self) -> None:
        picture = grey(Picture(rgb=portrait(2, width=360, height=360, people=0, background="busy").rgb))
        assert matte(picture)[..., 3].any()
        assert cut_out(picture, Subject.PERSON) is None

    def test_an_empty_wall_has_none(self) -> None:
        assert cut_out(wall(), Subject.PERSON) is None

    def test_a_ball_beside_somebody_is_left_behind(self) -> None:
        sample = portrait(4, width=640, height=480, background="white", noise=0)
        rows, columns = np.ogrid[:480, :640]
        ball = (rows - 90) ** 2 + (columns - 70) ** 2 < 45**2
        assert not (ball & (sample.alpha > 0)).any()
        rgb = sample.rgb.copy()
        rgb[ball] = (30, 60, 200)
        together = matte(Picture(rgb=rgb))
        assert (together[..., 3][ball] == 255).mean() > 0.9
        alone = cut_out(Picture(rgb=rgb), Subject.PERSON)
        assert alone is not None
        assert not alone[..., 3][ball].any()
        assert overlap(alone, sample.alpha) > 0.97


class TestObject:
    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CHAIR])
    @pytest.mark.parametrize("background", ["white", "green", "vignette"])
    def test_of_any_kind_is_cut_out_before_a_wall(self, kind: str, background: str) -> None:
        sample = thing(5, width=240, height=240, kind=kind, background=background)
        assert overlap(cut_out(as_jpeg(sample.rgb), Subject.OBJECT), sample.alpha) > 0.93

    def test_several_are_kept(self) -> None:
        sample = thing(8, width=700, height=320, count=3, background="grey")
        assert overlap(cut_out(as_jpeg(sample.rgb), Subject.OBJECT), sample.alpha) > 0.95

    def test_at_the_edge_of_the_frame_is_kept_up_to_it(self) -> None:
        sample = thing(5, width=320, height=320, kind="mug", background="white", cut=True)
        assert sample.alpha[:, -1].any()
        assert overlap(cut_out(as_jpeg(sample.rgb), Subject.OBJECT), sample.alpha) > 0.97

    @pytest.mark.parametrize("background", BUSY)
    def test_before_clutter_most_of_it_is_found(self, background: str) -> None:
        found = []
        for seed in (61, 62, 63):
            sample = thing(seed, width=400, height=400, kind="ball", background=background)
            found.append(overlap(cut_out(as_jpeg(sample.rgb), Subject.OBJECT), sample.alpha))
        assert np.mean(found) > 0.6

    def test_people_are_objects_as_well(self) -> None:
        sample = portrait(3, width=360, height=440)
        assert overlap(cut_out(as_jpeg(sample.rgb), Subject.OBJECT), sample.alpha) > 0.97

    def test_an_empty_wall_has_none(self) -> None:
        assert cut_out(wall(), Subject.OBJECT) is None


class TestAutomatic:
    @pytest.mark.parametrize(
        ("picture", "subject"),
        [
            (person(4), Subject.PERSON),
            (person(5, background="furniture"), Subject.PERSON),
            (object_of("mug"), Subject.OBJECT),
            (object_of("chair", background="grey"), Subject.OBJECT),
            (object_of("plant"), Subject.OBJECT),
            (object_of("cat", background="vignette"), Subject.OBJECT),
            (wall(), None),
        ],
        ids=["person", "before furniture", "mug", "chair", "plant", "cat", "wall"],
    )
    def test_takes_what_there_is(self, picture: Picture, subject: Subject | None) -> None:
        assert recognise(picture) is subject

    @pytest.mark.parametrize("ink", list(Ink))
    @pytest.mark.parametrize("seal", ["round", "carved"])
    def test_knows_a_stamp_on_paper(self, ink: Ink, seal: str) -> None:
        sheet = stamp(6, width=360, height=300, ink=ink, seal=seal, paper=Paper.YELLOW)
        assert recognise(as_jpeg(sheet.rgb)) is Subject.STAMP

    @pytest.mark.parametrize("subject", [Subject.PERSON, Subject.OBJECT])
    def test_gives_what_the_subject_itself_gives(self, subject: Subject) -> None:
        picture = person(4) if subject is Subject.PERSON else object_of("shoe")
        found = find(picture, Subject.AUTO)
        asked = cut_out(picture, subject)
        assert found is not None
        assert asked is not None
        assert found.subject is subject
        assert np.array_equal(found.rgba, asked)


class TestAlphaOfItsOwn:
    def test_is_the_matte_of_an_object(self) -> None:
        sample = thing(2, width=200, height=200, kind="cat")
        result = cut_out(Picture(rgb=sample.rgb, alpha=sample.alpha), Subject.OBJECT)
        assert result is not None
        assert np.array_equal(result[..., 3], sample.alpha)
        assert np.array_equal(result[..., :3], sample.rgb)

    def test_shows_a_person(self) -> None:
        sample = portrait(3, width=300, height=360, background="busy")
        result = cut_out(Picture(rgb=sample.rgb, alpha=sample.alpha), Subject.PERSON)
        assert result is not None
        assert np.array_equal(result[..., 3], sample.alpha)

    def test_of_zero_everywhere_is_nothing(self) -> None:
        clear = Picture(rgb=person(3).rgb, alpha=np.zeros((360, 300), np.uint8))
        assert all(cut_out(clear, subject) is None for subject in Subject)


class TestKnownMatte:
    """What somebody else has matted already is taken as it is."""

    @pytest.fixture
    def known(self) -> Callable[[], Cutout]:
        rgba = matte(person(6))
        return lambda: Cutout(rgba=rgba, people=find_people(rgba))

    @pytest.mark.parametrize("subject", [Subject.PERSON, Subject.AUTO, Subject.OBJECT])
    def test_is_handed_on_without_a_copy(self, known: Callable[[], Cutout], subject: Subject) -> None:
        found = find(person(6), subject, cutout=known)
        assert found is not None
        assert found.rgba is known().rgba

    def test_is_not_asked_for_by_a_stamp(self) -> None:
        def never() -> Cutout:
            raise AssertionError

        assert find(wall(), Subject.STAMP, cutout=never) is None


class TestBox:
    def test_is_that_of_the_subject_with_all_its_hair(self) -> None:
        sample = portrait(3, width=400, height=500)
        rgba = np.dstack([sample.rgb, sample.alpha])
        found = box(rgba)
        rows, columns = (np.flatnonzero((sample.alpha >= 26).any(axis=axis)) for axis in (1, 0))
        assert found is not None
        assert found.x <= columns[0] <= columns[-1] < found.right
        assert found.y <= rows[0] <= rows[-1] < found.bottom
        bounds = [np.flatnonzero((sample.alpha > 8).any(axis=axis)) for axis in (1, 0)]
        assert found.height <= np.ptp(bounds[0]) + 1
        assert found.width <= np.ptp(bounds[1]) + 1

    def test_leaves_stray_specks_and_faint_levels_out(self) -> None:
        rgba = np.zeros((900, 900, 4), np.uint8)
        rgba[300:600, 400:500, 3] = 255
        rgba[10:12, 880:883, 3] = 255
        rgba[700:800, :, 3] = 8
        assert box(rgba) == Box(x=400, y=300, width=100, height=300)

    def test_of_something_tiny_is_exact(self) -> None:
        rgba = np.zeros((900, 700, 4), np.uint8)
        rgba[450, 123, 3] = 255
        assert box(rgba) == Box(x=123, y=450, width=1, height=1)

    def test_of_nothing_is_none(self) -> None:
        assert box(np.zeros((40, 30, 4), np.uint8)) is None

    @settings(max_examples=60, deadline=None)
    @given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(4))))
    def test_lies_in_the_frame_and_its_edges_show_something(self, rgba: Bytes) -> None:
        found = box(rgba)
        if found is None:
            assert rgba[..., 3].max() < 26
            return
        part = rgba[found.y : found.bottom, found.x : found.right, 3]
        assert part.shape == (found.height, found.width)
        assert all(edge.max() > 8 for edge in (part[0], part[-1], part[:, 0], part[:, -1]))


class TestMask:
    @given(arrays.arrays(np.uint8, (5, 7, 4)))
    def test_is_white_from_half_opacity_on_and_else_black(self, rgba: Bytes) -> None:
        white = mask(rgba) == 255
        assert np.array_equal(white, rgba[..., 3] >= 128)
        assert (mask(rgba)[~white] == 0).all()


class TestOnColour:
    @given(
        arrays.arrays(np.uint8, (6, 3, 4)),
        st.tuples(*[st.integers(0, 255)] * 3),
    )
    def test_is_the_mixture_by_opacity_to_the_nearest_level(
        self, rgba: Bytes, colour: tuple[int, int, int]
    ) -> None:
        share = rgba[..., 3:].astype(float) / 255
        expected = rgba[..., :3] * share + np.array(colour) * (1 - share)
        result = on_colour(rgba, colour)
        assert result.dtype == np.uint8
        assert np.abs(result - expected).max() <= 0.5 + 1e-9

    def test_of_many_strips_is_complete(self) -> None:
        rgba = np.zeros((700, 900, 4), np.uint8)
        rgba[-1, -1] = (9, 8, 7, 255)
        result = on_colour(rgba, (255, 0, 10))
        assert (result[:-1] == (255, 0, 10)).all()
        assert result[-1, -1].tolist() == [9, 8, 7]


@settings(max_examples=40, deadline=None)
@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))),
    st.sampled_from(Subject),
)
def test_any_small_picture_gives_a_result_of_its_size_or_none(rgb: Bytes, subject: Subject) -> None:
    result = cut_out(Picture(rgb=rgb), subject)
    assert result is None or (result.shape == (*rgb.shape[:2], 4) and result.dtype == np.uint8)
