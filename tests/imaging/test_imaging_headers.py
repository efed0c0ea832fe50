import subprocess
import sys

import pytest
from hypothesis import example, given
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

from mockserver.imaging.headers import Facts, Format, ImageError, NotAnImage, Undecodable, probe

PROBE_IN_A_FRESH_INTERPRETER = """
import sys
from mockserver.imaging.headers import probe
print(probe(sys.stdin.buffer.read()).format, *sorted({"numpy", "PIL"} & set(sys.modules)))
"""


class TestProbe:
    @EACH_FILE
    def test_tells_format_and_size(self, kind: Format, file: bytes) -> None:
        assert probe(file) == Facts(format=kind, width=WIDTH, height=HEIGHT)

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", TURNABLE)
    def test_tells_the_displayed_size(self, kind: str, orientation: int) -> None:
        facts = probe(saved(colours(), kind, exif=turned(orientation), **TURNABLE[kind]))
        expected = (WIDTH, HEIGHT) if orientation < 5 else (HEIGHT, WIDTH)
        assert (facts.width, facts.height) == expected

    @pytest.mark.parametrize("orientation", [0, 9, 65_535])
    def test_tells_the_stored_size_when_the_orientation_is_unknown(self, orientation: int) -> None:
        assert probe(saved(colours(), "JPEG", exif=turned(orientation))).width == WIDTH

    def test_finds_the_orientation_behind_the_pixels_of_a_png(self) -> None:
        file = saved(colours(), "PNG")
        exif = chunk(b"eXIf", turned(6).tobytes().removeprefix(b"Exif\0\0"))
        assert probe(file[:-12] + exif + file[-12:]).width == HEIGHT

    def test_reads_a_jpeg_whose_header_is_all_there_is(self) -> None:
        file = FILES["jpeg"][1]
        end_of_frame = file.index(b"\xff\xc0") + 9
        assert probe(file[:end_of_frame]).width == WIDTH
        with pytest.raises(Undecodable):
            probe(file[: end_of_frame - 1])

    def test_skips_fill_bytes_and_junk_between_jpeg_segments(self) -> None:
        assert probe(padded_jpeg(FILES["jpeg"][1])).width == WIDTH

    def test_reads_a_bitmap_stored_top_down(self) -> None:
        assert probe(top_down_bmp_header()) == Facts(format=Format.BMP, width=WIDTH, height=HEIGHT)

    def test_counts_a_gif_frame_that_is_larger_than_its_screen(self) -> None:
        file = gif_of_small_screen(FILES["gif"][1])
        assert (probe(file).width, probe(file).height) == (WIDTH, HEIGHT)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xff\xd8",
            b"GIF88a" + bytes(20),
            b"<svg/>",
            b"RIFF\0\0\0\0WAVE",
            b"BMX is a bike, not a BMP",
        ],
    )
    def test_refuses_what_is_no_image(self, data: bytes) -> None:
        with pytest.raises(NotAnImage):
            probe(data)

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"\xff\xd8\xff\xd9", id="jpeg without a frame"),
            pytest.param(b"\x89PNG\r\n\x1a\n", id="png without a chunk"),
            pytest.param(png((1, 1), 8, 0, b"")[:12] + b"JHDR" + bytes(20), id="png without IHDR"),
            pytest.param(png((0, 7), 8, 0, b""), id="png of no width"),
            pytest.param(b"GIF89a\1\0\1\0\0\0\0;", id="gif without an image"),
            pytest.param(b"RIFF\0\0\0\0WEBPVP8 " + bytes(30), id="webp without a frame"),
            pytest.param(b"BM" + bytes(12) + b"\x29\0\0\0" + bytes(40), id="bmp of no known header"),
            pytest.param(b"II*\0\xff\xff\xff\xff", id="tiff whose directory is elsewhere"),
            pytest.param(b"MM\0+\0\x08\0\0" + b"\xff" * 8, id="big tiff whose directory is elsewhere"),
        ],
    )
    def test_refuses_a_header_that_tells_no_size(self, data: bytes) -> None:
        with pytest.raises(Undecodable):
            probe(data)

    @given(st.sampled_from([b"", *(file[:20] for _, file in FILES.values())]), st.binary(max_size=200))
    @example(b"II*\0", b"\x08\0\0\0\1\0\0\1\4\0\1\0\0\0")
    def test_raises_nothing_but_image_errors(self, start: bytes, rest: bytes) -> None:
        try:
            facts = probe(start + rest)
        except ImageError:
            return
        assert facts.width > 0
        assert facts.height > 0

    def test_needs_no_image_library(self) -> None:
        command = [sys.executable, "-c", PROBE_IN_A_FRESH_INTERPRETER]
        done = subprocess.run(command, input=FILES["png rgb"][1], stdout=subprocess.PIPE, check=True)
        assert done.stdout.split() == [b"png"]
