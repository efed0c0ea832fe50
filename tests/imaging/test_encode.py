import io
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from mockserver.imaging import decode, encode

Pixels = encode.Pixels

shapes = st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(
    lambda side: st.sampled_from([side, (*side, 3), (*side, 4)])
)
images = shapes.flatmap(lambda shape: arrays.arrays(np.uint8, shape))


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)


def opened(file: bytes) -> Pixels:
    with Image.open(io.BytesIO(file)) as image:
        return np.asarray(image)


@pytest.fixture
def without_isal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "isal", None)


class TestPng:
    @given(images)
    def test_reads_back_as_the_same_pixels(self, pixels: Pixels) -> None:
        assert np.array_equal(opened(encode.png(pixels)), pixels)

    @given(images.filter(lambda pixels: pixels.ndim == 3))
    def test_reads_back_with_our_own_decoder(self, pixels: Pixels) -> None:
        picture = decode.decode(encode.png(pixels))
        assert np.array_equal(picture.rgb, pixels[..., :3])
        if pixels.shape[2] == 4 and pixels[..., 3].min() < 255:
            assert picture.alpha is not None
            assert np.array_equal(picture.alpha, pixels[..., 3])
        else:
            assert picture.alpha is None

    @pytest.mark.parametrize(
        "shape", [(1500, 701), (700, 701, 3), (701, 500, 4), (2, 300_000, 4)], ids=lambda shape: str(shape)
    )
    def test_reads_back_when_it_takes_several_strips(self, shape: tuple[int, ...]) -> None:
        pixels = noise(*shape)
        assert np.array_equal(opened(encode.png(pixels)), pixels)

    @pytest.mark.parametrize(
        "view",
        [
            pytest.param(lambda pixels: pixels[::2, ::3], id="stepped"),
            pytest.param(lambda pixels: pixels[::-1, ::-1], id="turned"),
            pytest.param(lambda pixels: pixels.transpose(1, 0, 2), id="transposed"),
            pytest.param(lambda pixels: pixels[..., ::-1], id="bgr"),
            pytest.param(lambda pixels: pixels[..., 0], id="one channel"),
            pytest.param(np.asfortranarray, id="column major"),
        ],
    )
    def test_takes_arrays_that_are_not_contiguous(self, view: object) -> None:
        assert callable(view)
        pixels = view(noise(40, 30, 3))
        assert np.array_equal(opened(encode.png(pixels)), pixels)

    def test_leaves_the_pixels_alone(self) -> None:
        pixels = noise(20, 20, 4)
        before = pixels.copy()
        encode.png(pixels)
        assert np.array_equal(pixels, before)

    def test_gives_equal_bytes_for_equal_pixels(self) -> None:
        assert encode.png(noise(300, 300, 4)) == encode.png(noise(300, 300, 4).copy(order="F"))

    @pytest.mark.usefixtures("without_isal")
    def test_needs_no_isal(self) -> None:
        for shape in [(1, 1), (700, 701, 3), (9, 5, 4)]:
            assert np.array_equal(opened(encode.png(noise(*shape))), noise(*shape))

    def test_holds_little_beside_the_file(self) -> None:
        pixels = noise(1500, 1500, 4)
        encode.png(pixels[:9])
        tracemalloc.start()
        try:
            file = encode.png(pixels)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 1.15 * len(file) + 3e6

    @pytest.mark.parametrize(
        "shape", [(4,), (4, 4, 1), (4, 4, 2), (4, 4, 5), (1, 4, 4, 3), (0, 4), (4, 0, 3), ()]
    )
    def test_refuses_what_has_no_pixel_shape(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r"pixels must be \(H, W\) or"):
            encode.png(np.zeros(shape, np.uint8))

    @pytest.mark.parametrize("dtype", [np.float32, np.uint16, np.int8, np.bool_])
    def test_refuses_other_samples_than_bytes(self, dtype: type) -> None:
        with pytest.raises(ValueError, match="pixels must be uint8, not"):
            encode.png(np.zeros((4, 4), dtype))


class TestJpeg:
    @pytest.mark.parametrize(("shape", "mode"), [((33, 47), "L"), ((33, 47, 3), "RGB"), ((1, 1, 3), "RGB")])
    def test_keeps_size_and_colour_kind(self, shape: tuple[int, ...], mode: str) -> None:
        with Image.open(io.BytesIO(encode.jpeg(noise(*shape)))) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", mode, (shape[1], shape[0]))

    def test_is_close_to_a_smooth_picture(self) -> None:
        y, x = np.mgrid[0:96, 0:128]
        pixels = np.stack([x, y * 2, (x + y) // 2], -1).astype(np.uint8)
        difference = opened(encode.jpeg(pixels)).astype(int) - pixels
        assert np.abs(difference).mean() < 1.5

    def test_halves_the_resolution_of_colour(self) -> None:
        file = encode.jpeg(noise(64, 64, 3))
        frame = file.index(b"\xff\xc0")
        assert [file[frame + at] for at in (11, 14, 17)] == [0x22, 0x11, 0x11]

    def test_grows_with_quality(self) -> None:
        sizes = [len(encode.jpeg(noise(64, 64, 3), quality=quality)) for quality in (1, 50, 90, 100)]
        assert sizes == sorted(sizes)

    def test_gives_equal_bytes_for_equal_pixels(self) -> None:
        assert encode.jpeg(noise(50, 60, 3)) == encode.jpeg(noise(50, 60, 3).copy(order="F"))

    def test_takes_arrays_that_are_not_contiguous(self) -> None:
        pixels = noise(40, 30, 3)
        assert encode.jpeg(pixels[::-1]) == encode.jpeg(pixels[::-1].copy())

    @pytest.mark.parametrize("quality", [0, 101, -1])
    def test_refuses_a_quality_out_of_range(self, quality: int) -> None:
        with pytest.raises(ValueError, match="quality must be from 1 to 100"):
            encode.jpeg(noise(4, 4), quality=quality)

    @pytest.mark.parametrize("shape", [(4, 4, 4), (4, 4, 1), (0, 4), (4,)])
    def test_refuses_what_has_no_pixel_shape(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r"pixels must be \(H, W\) or \(H, W, 3\)"):
            encode.jpeg(np.zeros(shape, np.uint8))

    def test_refuses_a_side_that_the_format_cannot_hold(self) -> None:
        with pytest.raises(ValueError, match="at most 65535 pixels a side"):
            encode.jpeg(np.zeros((1, 65_536), np.uint8))
