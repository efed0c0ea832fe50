import json
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageFilter

from mockserver.fixtures import path
from mockserver.fixtures.portraits import Portrait, portrait
from mockserver.imaging.portrait import Box, Part, Person, find_people, head_cutout, part_box, part_mask

FEATURES = (
    Part.LEFT_EYEBROW, Part.RIGHT_EYEBROW, Part.LEFT_EYE, Part.RIGHT_EYE, Part.NOSE, Part.UPPER_LIP,
    Part.LOWER_LIP, Part.TOOTH, Part.MOUTH, Part.LEFT_EAR, Part.RIGHT_EAR,
)  # fmt: skip
SHAPES = [(640, 800), (600, 400), (300, 400), (900, 330)]


def rgba_of(truth: Portrait) -> np.ndarray:
    return np.dstack([truth.rgb, truth.alpha])


@cache
def picture(seed: int, people: int, width: int = 640, height: int = 800) -> np.ndarray:
    return rgba_of(portrait(seed, width=width, height=height, people=people))


@cache
def astronaut() -> np.ndarray:
    with Image.open(path("astronaut.jpg")) as colours, Image.open(path("astronaut-mask.png")) as mask:
        return np.dstack([np.asarray(colours.convert("RGB")), np.asarray(mask.convert("L"))])


def overlap(one: Box, two: tuple[int, int, int, int]) -> float:
    """Intersection over union."""
    x, y, width, height = two
    across = min(one.right, x + width) - max(one.x, x)
    down = min(one.bottom, y + height) - max(one.y, y)
    common = max(0, across) * max(0, down)
    return common / (one.width * one.height + width * height - common)


@pytest.mark.parametrize("size", SHAPES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("people", range(1, 8))
def test_every_head_of_a_group_is_found_where_it_is(people: int, size: tuple[int, int]) -> None:
    for seed in (people, people + 40):
        truth = portrait(seed, width=size[0], height=size[1], people=people)
        found = find_people(rgba_of(truth))
        assert len(found) == people
        assert [person.head.x for person in found] == sorted(person.head.x for person in found)
        overlaps = [overlap(person.head, head.box) for person, head in zip(found, truth.heads, strict=True)]
        assert min(overlaps) >= 0.6, (seed, overlaps)


@pytest.mark.parametrize("people", [1, 3, 6])
@pytest.mark.parametrize(
    "damage",
    [ImageFilter.MinFilter(5), ImageFilter.MaxFilter(5), ImageFilter.GaussianBlur(3)],
    ids=["eroded", "dilated", "blurred"],
)
def test_an_imperfect_matte_shows_as_many_people(people: int, damage: ImageFilter.Filter) -> None:
    for seed in range(3):
        rgba = picture(seed, people).copy()
        rgba[..., 3] = np.asarray(Image.fromarray(rgba[..., 3]).filter(damage))
        assert len(find_people(rgba)) == people


@pytest.mark.parametrize("people", [1, 2, 5])
def test_specks_are_nobody(people: int) -> None:
    rgba = picture(7, people).copy()
    rng = np.random.default_rng(0)
    for y, x in rng.integers(0, 600, (40, 2)):
        rgba[y : y + 6, x : x + 5, 3] = 255
    rgba[rng.random(rgba.shape[:2]) < 0.004, 3] = 255
    assert len(find_people(rgba)) == people


def test_the_background_alone_holds_nobody() -> None:
    assert find_people(picture(0, 0)) == ()


def test_a_head_without_a_body_is_a_person_to_its_chin() -> None:
    truth = portrait(5)
    (head,) = truth.heads
    found = find_people(np.dstack([truth.rgb, head.alpha]))
    assert len(found) == 1
    assert overlap(found[0].head, head.box) >= 0.75


def test_the_astronaut_is_one_person_and_her_helmet_no_head() -> None:
    (person,) = find_people(astronaut())
    head = person.head
    assert head.x <= 173
    assert head.y <= 67
    assert head.right >= 173 + 105
    assert head.bottom >= 67 + 105
    assert head.height < 230
    assert person.body.bottom >= 500


def test_a_person_survives_json() -> None:
    for person in find_people(picture(3, 3)):
        assert Person.from_json(json.loads(json.dumps(person.to_json()))) == person


def test_the_same_picture_gives_the_same_people() -> None:
    assert find_people(picture(2, 4)) == find_people(picture(2, 4).copy())


@pytest.fixture(params=[(11, 1, 640, 800), (4, 3, 640, 800), (8, 2, 300, 200), (-1, 1, 512, 512)], ids=str)
def rgba(request: pytest.FixtureRequest) -> np.ndarray:
    seed, people, width, height = request.param
    return astronaut() if seed < 0 else picture(seed, people, width, height)


@pytest.fixture
def masks(rgba: np.ndarray) -> dict[Part, np.ndarray]:
    people = find_people(rgba)
    return {part: part_mask(rgba, people, part).astype(int) for part in Part}


def test_masks_share_out_alpha_without_a_gap(rgba: np.ndarray, masks: dict[Part, np.ndarray]) -> None:
    alpha = rgba[..., 3].astype(int)
    assert np.array_equal(masks[Part.BACKGROUND], 255 - alpha)
    assert np.array_equal(masks[Part.HEAD] + masks[Part.BODY], alpha)
    inside = [masks[part] for part in (*FEATURES, Part.FACE, Part.HAIR)]
    assert np.array_equal(sum(inside), masks[Part.HEAD])


def test_no_mask_exceeds_alpha(rgba: np.ndarray, masks: dict[Part, np.ndarray]) -> None:
    for part in set(Part) - {Part.BACKGROUND}:
        assert (masks[part] <= rgba[..., 3]).all(), part


def test_every_option_shows_something_of_its_own(masks: dict[Part, np.ndarray]) -> None:
    for part, mask in masks.items():
        assert mask.max() > 100, part
    for one, two in combinations(Part, 2):
        assert not np.array_equal(masks[one], masks[two]), (one, two)


def test_parts_of_the_head_do_not_overlap(masks: dict[Part, np.ndarray]) -> None:
    firm = {part: masks[part] > 127 for part in (*FEATURES, Part.FACE, Part.HAIR, Part.BODY)}
    for one, two in combinations(firm, 2):
        assert not (firm[one] & firm[two]).any(), (one, two)


def test_left_is_the_persons_own_left(rgba: np.ndarray) -> None:
    for person in find_people(rgba):
        for side in ("Eye", "Eyebrow", "Ear"):
            left, right = (part_box(rgba, person, Part(own + side)) for own in ("Left", "Right"))
            assert left is not None
            assert right is not None
            assert left.x > right.x


def test_a_part_lies_within_its_box(rgba: np.ndarray) -> None:
    for person in find_people(rgba):
        for part in set(Part) - {Part.BACKGROUND}:
            box, mask = part_box(rgba, person, part), part_mask(rgba, [person], part)
            assert box is not None
            rows, columns = np.nonzero(mask > 8)
            assert (columns.min(), rows.min()) == (box.x, box.y), part
            assert (columns.max() + 1, rows.max() + 1) == (box.right, box.bottom), part


@pytest.mark.parametrize("seed", range(6))
def test_a_cutout_is_that_head_and_nothing_else(seed: int) -> None:
    truth = portrait(seed, people=2)
    rgba = rgba_of(truth)
    for person, head in zip(find_people(rgba), truth.heads, strict=True):
        box, cutout = head_cutout(rgba, person)
        true = head.alpha[box.y : box.bottom, box.x : box.right]
        assert cutout.shape == (*true.shape, 4)
        assert not cutout[cutout[..., 3] == 0].any()
        assert np.abs(cutout[..., 3].astype(int) - true).mean() / 255 < 0.08
        above = round(person.face.y) - box.y
        loose = true[:above] != cutout[:above, :, 3]
        assert loose.mean() < 0.01, "the head has the silhouette's own edge"


def test_a_cutout_is_tight() -> None:
    rgba = picture(9, 1)
    _, cutout = head_cutout(rgba, find_people(rgba)[0])
    seen = cutout[..., 3] > 8
    assert seen[0].any()
    assert seen[-1].any()
    assert seen[:, 0].any()
    assert seen[:, -1].any()


def test_nobody_gives_empty_masks() -> None:
    rgba = picture(0, 0)
    assert (part_mask(rgba, (), Part.BACKGROUND) == 255).all()
    for part in set(Part) - {Part.BACKGROUND}:
        assert not part_mask(rgba, (), part).any()


@st.composite
def blobs(draw: st.DrawFn) -> np.ndarray:
    """RGBA of a few filled rectangles, or of raw noise."""
    height, width = draw(st.integers(1, 90)), draw(st.integers(1, 90))
    if draw(st.booleans()):
        rgba: np.ndarray = draw(arrays.arrays(np.uint8, (min(height, 12), min(width, 12), 4)))
        return np.repeat(np.repeat(rgba, draw(st.integers(1, 40)), 0), draw(st.integers(1, 40)), 1)
    rgba = np.zeros((height, width, 4), np.uint8)
    for _ in range(draw(st.integers(0, 6))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        size = draw(st.integers(1, 60)), draw(st.integers(1, 60))
        rgba[top : top + size[0], left : left + size[1]] = draw(st.tuples(*[st.integers(0, 255)] * 4))
    return rgba


@settings(max_examples=80, deadline=None)
@given(blobs())
def test_any_blob_gives_masks_within_bounds(rgba: np.ndarray) -> None:
    height, width = alpha_shape = rgba.shape[:2]
    people = find_people(rgba)
    masks = {part: part_mask(rgba, people, part) for part in Part}
    for part, mask in masks.items():
        assert mask.shape == alpha_shape
        assert mask.dtype == np.uint8
        assert part is Part.BACKGROUND or (mask <= rgba[..., 3]).all()
    if people:
        assert np.array_equal(masks[Part.HEAD] + masks[Part.BODY], rgba[..., 3])
    for person in people:
        for box in (person.head, person.body, head_cutout(rgba, person)[0]):
            assert 0 <= box.x < box.right <= width
            assert 0 <= box.y < box.bottom <= height
        for part in Part:
            part_box(rgba, person, part)
