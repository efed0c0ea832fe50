"""Opacity of the subject: accuracy on portraits with known truth, and what must not happen."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image

import mockserver.fixtures as fixtures
from mockserver.fixtures.portraits import Portrait, portrait
from mockserver.imaging import backdrop, foreground
from mockserver.imaging.decode import Picture
from mockserver.imaging.grids import flood, grow, reduce, shrink
from mockserver.imaging.matting import matte

Bytes = NDArray[np.uint8]

PLAIN = ["white", "green", "blue", "grey", "gradient", "vignette"]
BUSY = ["busy", "flags", "furniture"]


def as_jpeg(rgb: Bytes, quality: int = 92) -> Bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def alpha_of(rgb: Bytes) -> Bytes:
    return matte(Picture(rgb=rgb))[..., 3]


def errors(alpha: Bytes, sample: Portrait) -> tuple[float, float]:
    """Mean absolute error over the frame, and over the pixels of partial opacity."""
    truth = sample.alpha / 255
    error = np.abs(alpha / 255 - truth)
    return float(error.mean()), float(error[(truth > 0.02) & (truth < 0.98)].mean())


def overlap(alpha: Bytes, truth: Bytes) -> float:
    """Intersection over union at half opacity."""
    found, real = alpha > 127, truth > 127
    return float((found & real).sum() / (found | real).sum())


def support(rgb: Bytes) -> float:
    return backdrop.fit(reduce(rgb, -(-max(rgb.shape[:2]) // 640)).astype(np.float32)).support


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_background_is_removed_to_within_the_hair(kind: str) -> None:
    found = []
    for seed in (1, 4):
        sample = portrait(seed, width=1024, height=1024, background=kind)
        found.append(errors(alpha_of(as_jpeg(sample.rgb)), sample))
    overall, band = np.mean(found, axis=0)
    assert overall <= 0.006
    assert band <= 0.14


def test_over_all_plain_kinds_the_mean_error_in_the_hair_is_small() -> None:
    found = []
    for seed, kind in enumerate(PLAIN, start=10):
        sample = portrait(seed, width=640, height=640, background=kind)
        found.append(errors(alpha_of(as_jpeg(sample.rgb)), sample))
    overall, band = np.mean(found, axis=0)
    assert overall <= 0.006
    assert band <= 0.13


@pytest.mark.parametrize(("people", "width"), [(2, 700), (4, 1000), (7, 1400)])
def test_several_people_are_all_kept(people: int, width: int) -> None:
    sample = portrait(people, width=width, height=500, people=people, background="gradient")
    assert overlap(alpha_of(sample.rgb), sample.alpha) > 0.97


@pytest.mark.parametrize(("width", "height"), [(600, 300), (300, 600), (120, 160)])
def test_frames_of_any_shape_work(width: int, height: int) -> None:
    sample = portrait(3, width=width, height=height, background="blue")
    assert overlap(alpha_of(sample.rgb), sample.alpha) > 0.95


def test_a_subject_of_a_fraction_of_the_frame_is_found() -> None:
    small = portrait(5, width=200, height=240, background="green")
    truth = np.zeros((900, 900), np.uint8)
    truth[660:, 300:500] = small.alpha
    rgb = np.full((900, 900, 3), small.rgb[2, 2], np.uint8)
    part = rgb[660:, 300:500]
    part[:] = np.where(small.alpha[..., None] > 0, small.rgb, part)
    assert overlap(alpha_of(as_jpeg(rgb)), truth) > 0.97


@pytest.mark.parametrize("kind", BUSY)
def test_a_cluttered_border_is_noticed_and_the_person_found_all_the_same(kind: str) -> None:
    found = []
    for seed in range(3):
        sample = portrait(seed, width=512, height=640, background=kind)
        assert support(sample.rgb) < 0.72
        found.append(overlap(alpha_of(as_jpeg(sample.rgb)), sample.alpha))
    assert np.mean(found) >= 0.75


def test_the_astronaut_is_cut_out_before_flag_and_shuttle_with_her_whole_head() -> None:
    rgb = np.asarray(Image.open(fixtures.path("astronaut.jpg")).convert("RGB"))
    truth = np.asarray(Image.open(fixtures.path("astronaut-mask.png")).convert("L"))
    alpha = alpha_of(rgb)
    assert overlap(alpha, truth) >= 0.75
    head = np.s_[:180, 140:310]
    assert overlap(alpha[head], truth[head]) >= 0.9


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("size", [(64, 64), (500, 400)])
def test_an_empty_wall_has_no_subject(kind: str, size: tuple[int, int]) -> None:
    wall = portrait(2, width=size[0], height=size[1], people=0, background=kind)
    assert not alpha_of(wall.rgb).any()
    assert not alpha_of(as_jpeg(wall.rgb, 70)).any()


@pytest.mark.parametrize("level", [0, 1, 128, 254, 255])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 1), (33, 33), (33, 400), (300, 300)])
def test_a_constant_picture_has_no_subject(level: int, size: tuple[int, int]) -> None:
    result = matte(Picture(rgb=np.full((*size, 3), level, np.uint8)))
    assert not result[..., 3].any()
    assert (result[..., :3] == level).all()


@pytest.mark.parametrize("sigma", [3, 25, 200])
def test_pure_noise_has_no_subject(sigma: float) -> None:
    noise = np.random.default_rng(1).normal(128, sigma, (240, 320, 3))
    assert not alpha_of(np.clip(noise, 0, 255).astype(np.uint8)).any()


def test_a_picture_with_its_own_alpha_keeps_it() -> None:
    sample = portrait(1, width=200, height=240)
    result = matte(Picture(rgb=sample.rgb, alpha=sample.alpha))
    assert np.array_equal(result[..., 3], sample.alpha)
    assert np.array_equal(result[..., :3], sample.rgb)


def test_away_from_the_outline_alpha_is_exact_and_the_colours_are_those_of_the_source() -> None:
    sample = portrait(1, width=640, height=640, background="green")
    rgb = as_jpeg(sample.rgb)
    result = matte(Picture(rgb=rgb))
    inside = shrink(sample.alpha == 255, 12)
    outside = ~grow(sample.alpha > 0, 12)
    assert (result[..., 3][inside] == 255).all()
    assert (result[..., 3][outside] == 0).all()
    certain = (result[..., 3] == 255) | (result[..., 3] == 0)
    assert np.array_equal(result[..., :3][certain], rgb[certain])


def test_in_the_hair_the_colour_is_that_of_the_hair_and_not_of_the_screen() -> None:
    sample = portrait(1, width=640, height=640, background="green")
    result = matte(Picture(rgb=sample.rgb)).astype(int)
    partial = (result[..., 3] > 60) & (result[..., 3] < 200)
    green = (2 * result[..., 1] - result[..., 0] - result[..., 2])[partial]
    before = sample.rgb.astype(int)
    assert green.mean() < (2 * before[..., 1] - before[..., 0] - before[..., 2])[partial].mean() / 2


def test_strands_beside_a_face_are_known_as_hair_by_their_direction_from_the_backdrop() -> None:
    wall, hair, skin = (np.array(c, np.float32) for c in ((60, 180, 80), (60, 35, 20), (220, 170, 140)))
    work = np.tile(wall, (160, 160, 1))
    work[20:60, 40:120] = hair
    work[60:150, 40:120] = skin
    solid = (work != wall).any(axis=-1)
    work[70:110:2, 122:140] = (wall + hair) / 2
    solid[70:110, 122:140] = True
    back = np.tile(wall, (160, 160, 1))
    gap = foreground.distance(work - back)
    found = foreground.field(work, back, gap, solid, shrink(solid, 3) & foreground.even(gap))
    assert np.abs(found[80:100, 128:138] - hair).max() < 25


def test_regular_gaps_are_not_even_but_a_shaded_surface_is() -> None:
    gap = np.full((40, 40), 100, np.float32)
    gap[:, :20] += np.arange(20)
    gap[:, 24::3] = 10
    even = foreground.even(gap)
    assert even[:, :16].all()
    assert not even[:, 22:].any()


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (33, 33), (35, 64)])
def test_a_subject_in_the_last_column_alone_has_a_finite_colour(size: tuple[int, int]) -> None:
    work = np.full((*size, 3), 200, np.float32)
    work[:, -2:] = 20
    back = np.full((*size, 3), 200, np.float32)
    solid = np.zeros(size, np.bool_)
    solid[:, -1] = True
    found = foreground.field(work, back, foreground.distance(work - back), solid, solid)
    assert found.shape == work.shape
    assert np.isfinite(found).all()


def ring(hole: int) -> Bytes:
    """A dark square on white with a white square of the given side inside."""
    rgb = np.full((400, 400, 3), 250, np.uint8)
    rgb[100:300, 100:300] = (60, 40, 120)
    low, high = 200 - hole // 2, 200 + hole // 2
    rgb[low:high, low:high] = 250
    return rgb


def test_a_small_bright_spot_inside_is_filled_and_a_large_gap_stays_open() -> None:
    assert alpha_of(ring(8))[200, 200] == 255
    assert alpha_of(ring(80))[200, 200] == 0


def test_a_subject_cut_by_left_and_right_edge_is_kept() -> None:
    rgb = np.full((400, 400, 3), 230, np.uint8)
    rgb[180:] = (40, 70, 60)
    alpha = alpha_of(as_jpeg(rgb))
    assert (alpha[190:] == 255).all()
    assert (alpha[:170] == 0).all()


def test_equal_pictures_give_equal_mattes() -> None:
    for kind in ("vignette", "flags"):
        rgb = portrait(6, width=300, height=360, background=kind).rgb
        assert np.array_equal(matte(Picture(rgb=rgb)), matte(Picture(rgb=rgb.copy())))


def test_a_grey_picture_works() -> None:
    sample = portrait(1, width=400, height=480, background="white")
    grey = np.asarray(Image.fromarray(sample.rgb).convert("L"))
    assert overlap(alpha_of(np.repeat(grey[..., None], 3, axis=2)), sample.alpha) > 0.9


def test_a_frame_larger_than_the_work_grid_is_finished_at_full_size() -> None:
    sample = portrait(1, width=1501, height=1303, background="grey")
    overall, band = errors(alpha_of(sample.rgb), sample)
    assert overall <= 0.006
    assert band <= 0.13


@settings(max_examples=40, deadline=None)
@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))),
)
def test_any_small_picture_gives_a_matte_of_its_size(rgb: Bytes) -> None:
    result = matte(Picture(rgb=rgb))
    assert result.shape == (*rgb.shape[:2], 4)
    assert result.dtype == np.uint8


@given(arrays.arrays(np.bool_, (9, 11)), arrays.arrays(np.bool_, (9, 11)))
def test_a_flood_is_what_steps_of_one_cell_reach(
    seeds: NDArray[np.bool_], allowed: NDArray[np.bool_]
) -> None:
    reached = seeds & allowed
    for _ in range(99):
        wider = reached.copy()
        wider[1:] |= reached[:-1]
        wider[:-1] |= reached[1:]
        wider[:, 1:] |= reached[:, :-1]
        wider[:, :-1] |= reached[:, 1:]
        reached = wider & allowed
    assert np.array_equal(flood(seeds, allowed), reached)


@given(arrays.arrays(np.bool_, (7, 12)), st.integers(0, 5))
def test_growing_is_the_maximum_over_a_square(mask: NDArray[np.bool_], radius: int) -> None:
    padded = np.pad(mask, radius)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * radius + 1, 2 * radius + 1))
    assert np.array_equal(grow(mask, radius), windows.any(axis=(2, 3)))
    assert np.array_equal(shrink(mask, radius), ~grow(~mask, radius))
