import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_files import (
    EACH_FILE,
    FILES,
    HEIGHT,
    TURNABLE,
    WIDTH,
    chunk,
    colours,
    gif_of_small_screen,
    padded_jpeg,
    png,
    saved,
    top_down_bmp_header,
    turned,
)
from PIL import Image, ImageOps, TiffTags

from mockserver.fixtures.hostile import HostileFile, Outcome, hostile_files
from mockserver.imaging import decode as decoding
from mockserver.imaging import tiff
from mockserver.imaging.decode import (
    Format,
    ImageError,
    NotAnImage,
    Picture,
    TooManyPixels,
    Undecodable,
    decode,
    probe,
)


def reference(file: bytes) -> Image.Image:
    with Image.open(io.BytesIO(file)) as image:
        return ImageOps.exif_transpose(image)


def outcome(file: bytes) -> Outcome:
    try:
        decode(file)
    except ImageError as error:
        return {
            NotAnImage: Outcome.NOT_AN_IMAGE,
            Undecodable: Outcome.UNDECODABLE,
            TooManyPixels: Outcome.TOO_MANY_PIXELS,
        }[type(error)]
    return Outcome.FINE


def alpha_of(picture: Picture) -> list[list[int]]:
    assert picture.alpha is not None
    rows: list[list[int]] = picture.alpha.tolist()
    return rows


class TestPixels:
    @EACH_FILE
    def test_are_those_that_pillow_reads(self, kind: Format, file: bytes) -> None:
        picture, expected = decode(file), reference(file)
        clear = expected.convert("RGBA").getchannel("A")
        assert picture.rgb.dtype == np.uint8
        assert np.array_equal(picture.rgb, np.asarray(expected.convert("RGBA").convert("RGB")))
        if clear.getextrema() == (255, 255):
            assert picture.alpha is None
        else:
            assert np.array_equal(alpha_of(picture), np.asarray(clear))

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", TURNABLE)
    def test_are_upright(self, kind: str, orientation: int) -> None:
        file = saved(colours(), kind, exif=turned(orientation), **TURNABLE[kind])
        picture, facts = decode(file), probe(file)
        assert np.array_equal(picture.rgb, np.asarray(reference(file)))
        assert picture.rgb.shape == (facts.height, facts.width, 3)

    def test_of_a_jpeg_are_not_changed_by_fill_bytes_and_junk(self) -> None:
        file = FILES["jpeg"][1]
        assert np.array_equal(decode(padded_jpeg(file)).rgb, decode(file).rgb)

    def test_of_a_bitmap_stored_top_down_are_upright(self) -> None:
        rows = [bytes([2 * y, y, 0, 0]) * WIDTH for y in range(HEIGHT)]  # blue, green, red, nothing
        rgb = decode(top_down_bmp_header() + b"".join(rows)).rgb
        assert rgb[:, 0].tolist() == [[0, y, 2 * y] for y in range(HEIGHT)]

    def test_of_a_gif_frame_that_is_larger_than_its_screen_are_all_there(self) -> None:
        file = FILES["gif"][1]
        assert np.array_equal(decode(gif_of_small_screen(file)).rgb, decode(file).rgb)

    def test_of_many_strips_are_complete(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(decoding, "_STRIP_PIXELS", 3 * WIDTH)
        picture = decode(FILES["png rgba"][1])
        assert np.array_equal(np.dstack([picture.rgb, alpha_of(picture)]), np.asarray(colours("RGBA")))

    def test_may_be_written_to(self) -> None:
        picture = decode(FILES["png rgb"][1])
        picture.rgb[0, 0] = 1, 2, 3
        assert picture.rgb[0, 0].tolist() == [1, 2, 3]

    def test_have_no_alpha_when_all_is_opaque(self) -> None:
        opaque = colours("RGBA")
        opaque.putalpha(255)
        assert decode(saved(opaque, "PNG")).alpha is None

    @pytest.mark.parametrize("transform", [0, 2], ids=["CMYK", "YCCK"])
    def test_of_adobe_four_colour_jpegs_are_inverted(self, transform: int) -> None:
        """Samples (200, 128, 128, 255): light cyan-blue as inverted CMYK, a dark grey as YCCK."""
        samples = Image.merge(
            "CMYK", [Image.new("L", (16, 16), 255 - value) for value in (200, 128, 128, 255)]
        )
        file = bytearray(saved(samples, "JPEG", quality=100))
        file[file.index(b"Adobe") + 11] = transform
        expected = [200, 128, 128] if transform == 0 else [55, 55, 55]
        assert np.abs(decode(bytes(file)).rgb.astype(int) - expected).max() <= 2

    @pytest.mark.parametrize("kind", ["PNG", "TIFF"])
    def test_of_sixteen_bit_grey_are_the_upper_byte(self, kind: str) -> None:
        grey = np.array([[0, 255, 256], [0x1234, 0xFF00, 0xFFFF]], np.uint16)
        picture = decode(saved(Image.fromarray(grey), kind))
        assert picture.rgb[..., 0].tolist() == [[0, 0, 1], [0x12, 0xFF, 0xFF]]

    def test_of_sixteen_bit_colour_are_the_upper_byte(self) -> None:
        picture = decode(png((1, 1), 16, 6, b"\0" + bytes([10, 255, 20, 0, 30, 9, 40, 0])))
        assert picture.rgb.tolist() == [[[10, 20, 30]]]
        assert alpha_of(picture) == [[40]]

    @pytest.mark.parametrize("mode", ["F", "I"])
    def test_of_unknown_range_are_refused(self, mode: str) -> None:
        with pytest.raises(Undecodable, match="no defined range"):
            decode(saved(Image.new(mode, (4, 4), 1), "TIFF"))

    @pytest.mark.parametrize(
        ("depth", "row", "key", "alpha"),
        [
            (1, b"\x40", 1, [255, 0]),
            (2, b"\x90", 2, [0, 255]),
            (4, b"\x1b", 11, [255, 0]),
            (8, b"\x1b\x05", 5, [255, 0]),
            (16, b"\x1b\x05\x80\x01", 0x8001, [255, 0]),
        ],
    )
    def test_of_a_grey_png_are_clear_where_it_says_so(
        self, depth: int, row: bytes, key: int, alpha: list[int]
    ) -> None:
        file = png((2, 1), depth, 0, b"\0" + row, chunk(b"tRNS", struct.pack(">H", key)))
        assert alpha_of(decode(file)) == [alpha]

    @pytest.mark.parametrize(
        ("depth", "row"), [(8, b"\1\2\3\4\5\6"), (16, b"\1\0\2\0\3\0\4\0\5\0\6\0")], ids=["8 bits", "16 bits"]
    )
    def test_of_a_colour_png_are_clear_where_it_says_so(self, depth: int, row: bytes) -> None:
        shift = depth - 8
        key = struct.pack(">HHH", 4 << shift, 5 << shift, 6 << shift)
        picture = decode(png((2, 1), depth, 2, b"\0" + row, chunk(b"tRNS", key)))
        assert picture.rgb.tolist() == [[[1, 2, 3], [4, 5, 6]]]
        assert alpha_of(picture) == [[255, 0]]

    def test_of_an_interlaced_png_are_in_their_place(self) -> None:
        passes = b"\0\x0a" + b"\0\x14" + b"\0\x1e\x28"  # of a 2 x 2 picture: passes 1, 6 and 7
        assert decode(png((2, 2), 8, 0, passes, interlaced=1)).rgb[..., 0].tolist() == [[10, 20], [30, 40]]

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
    def test_of_several_frames_are_the_first(self, kind: str) -> None:
        frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
        file = saved(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
        assert np.abs(decode(file).rgb.astype(int) - [255, 0, 0]).max() <= 1

    def test_are_the_same_from_many_threads(self) -> None:
        files = [file for _, file in FILES.values()]
        expected = [decode(file).rgb for file in files]
        with ThreadPoolExecutor(8) as pool:
            for picture, rgb in zip(pool.map(decode, files * 8), expected * 8, strict=True):
                assert np.array_equal(picture.rgb, rgb)


class TestLimit:
    @EACH_FILE
    def test_is_inclusive(self, kind: Format, file: bytes) -> None:
        assert decode(file, max_pixels=WIDTH * HEIGHT).rgb.shape == (HEIGHT, WIDTH, 3)
        with pytest.raises(TooManyPixels, match="50 x 40 is above 1999 pixels"):
            decode(file, max_pixels=WIDTH * HEIGHT - 1)

    def test_counts_before_anything_is_decoded(self) -> None:
        file = png((30_000, 30_000), 8, 6, b"")
        assert probe(file).width == 30_000
        tracemalloc.start()
        try:
            with pytest.raises(TooManyPixels):
                decode(file)
            assert tracemalloc.get_traced_memory()[1] < 100_000
        finally:
            tracemalloc.stop()

    def test_holds_for_a_tile_that_is_larger_than_its_image(self) -> None:
        entries = [(256, 10), (257, 10), (322, 60_000), (323, 60_000)]
        body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        with pytest.raises(TooManyPixels):
            decode(b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + bytes(4))


class TestBrokenFiles:
    @EACH_FILE
    def test_raise_when_half_is_missing(self, kind: Format, file: bytes) -> None:
        with pytest.raises(Undecodable):
            decode(file[: len(file) // 2])

    @EACH_FILE
    def test_raise_wherever_they_are_cut_unless_only_padding_is_missing(
        self, kind: Format, file: bytes
    ) -> None:
        for length in range(0, len(file), 1 + len(file) // 150):
            try:
                picture = decode(file[:length])
            except (NotAnImage, Undecodable):
                continue
            assert len(file) - length < 70
            assert np.array_equal(picture.rgb, decode(file).rgb)

    @pytest.mark.parametrize("name", ["png rgb", "png palette"])
    def test_raise_when_a_checksum_is_wrong(self, name: str) -> None:
        file = bytearray(FILES[name][1])
        file[-20] ^= 1
        with pytest.raises(Undecodable, match="checksum"):
            decode(bytes(file))

    def test_raise_when_a_png_lacks_its_end(self) -> None:
        with pytest.raises(Undecodable, match="cut off"):
            decode(FILES["png rgb"][1][:-12])

    def test_raise_when_a_jpeg_repeats_its_scans_without_end(self) -> None:
        file = FILES["jpeg progressive"][1]
        last_scan = file[file.rindex(b"\xff\xda") : -2]
        with pytest.raises(Undecodable, match="scans"):
            decode(file[:-2] + last_scan * 100 + file[-2:])

    def test_raise_when_a_bigtiff_is_of_big_endian_order(self) -> None:
        """Pillow would warn of a corrupt file."""
        entries = [(256, 4), (257, 4), (262, 1), (273, 16), (279, 16)]
        body = b"".join(struct.pack(">HHQI4x", tag, 4, 1, value) for tag, value in entries)
        start = struct.pack(">2sHHHQQ", b"MM", 43, 8, 0, 32, len(entries)).ljust(32, b"\0")
        file = start[:16] + bytes(16) + struct.pack(">Q", len(entries)) + body + bytes(8)
        assert probe(file).width == 4
        with pytest.raises(Undecodable, match="big-endian"):
            decode(file)

    @settings(max_examples=300, deadline=None)
    @given(
        st.sampled_from([file for kind, file in FILES.values() if kind is not Format.TIFF]),
        st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6),
    )
    def test_raise_nothing_but_image_errors(self, file: bytes, changes: list[tuple[int, int]]) -> None:
        broken = bytearray(file)
        for at, value in changes:
            broken[at % len(broken)] = value
        try:
            facts, picture = probe(bytes(broken)), decode(bytes(broken), max_pixels=1_000_000)
        except ImageError:
            return
        assert picture.rgb.shape == (facts.height, facts.width, 3)

    @settings(max_examples=200, deadline=None)
    @given(st.integers(0, 250), st.integers(0, 255))
    def test_raise_nothing_but_image_errors_for_a_tiff_directory(self, at: int, value: int) -> None:
        file = bytearray(FILES["tiff"][1])
        start = struct.unpack_from("<I", file, 4)[0]
        file[start + at % (len(file) - start)] = value
        try:
            decode(bytes(file), max_pixels=1_000_000)
        except ImageError:
            return


class TestHostileFiles:
    @pytest.mark.parametrize("file", hostile_files().values(), ids=hostile_files().keys())
    def test_have_an_acceptable_outcome(self, file: HostileFile) -> None:
        assert outcome(file.data) in file.outcomes

    @pytest.mark.parametrize("file", hostile_files().values(), ids=hostile_files().keys())
    def test_cost_no_memory(self, file: HostileFile) -> None:
        tracemalloc.start()
        try:
            outcome(file.data)
            assert tracemalloc.get_traced_memory()[1] < 2_000_000
        finally:
            tracemalloc.stop()


class TestMetadata:
    @pytest.mark.parametrize(
        "bomb",
        [
            pytest.param(lambda packed: chunk(b"zTXt", b"note\0\0" + packed), id="zTXt"),
            pytest.param(lambda packed: chunk(b"iCCP", b"icc\0\0" + packed), id="iCCP"),
            pytest.param(lambda packed: chunk(b"iTXt", b"note\0\1\0\0\0" + packed), id="iTXt"),
        ],
    )
    def test_that_unpacks_to_very_much_costs_nothing(self, bomb: Callable[[bytes], bytes]) -> None:
        file = FILES["png rgb"][1]
        packed = zlib.compress(bytes(40_000_000))
        bombed = file[:33] + bomb(packed) * 20 + file[33:]
        tracemalloc.start()
        try:
            picture = decode(bombed)
            assert tracemalloc.get_traced_memory()[1] < 1_000_000
        finally:
            tracemalloc.stop()
        assert np.array_equal(picture.rgb, decode(file).rgb)

    @pytest.mark.parametrize(
        "exif", [b"", b"II", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x09", b"junk" * 9]
    )
    def test_that_is_broken_leaves_the_image_as_stored(self, exif: bytes) -> None:
        file = saved(colours(), "JPEG", exif=b"Exif\0\0" + exif)
        assert np.array_equal(decode(file).rgb, decode(saved(colours(), "JPEG")).rgb)

    def test_of_a_tiff_that_points_nowhere_is_ignored(self) -> None:
        file = bytearray(saved(colours(), "TIFF", software="x" * 30))
        entry = file.index(struct.pack("<HH", 305, 2))
        struct.pack_into("<II", file, entry + 4, 1 << 30, 1 << 30)
        assert np.array_equal(decode(bytes(file)).rgb, np.asarray(colours()))

    def test_of_a_tiff_is_kept_where_it_makes_the_pixels(self) -> None:
        """Pillow warns about single-valued tags with several values, so those must be known here."""
        single = {tag for tag in tiff._TAGS if TiffTags.lookup(tag).length == 1} - {
            262,
            347,
            530,
            532,
        }
        assert single <= tiff._SCALARS
