"""Instructions of object storage: which size comes of them, and what is left alone."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mockserver.imaging.decode import decode
from mockserver.imaging.headers import probe
from mockserver.imaging.resize import LONGEST_SIDE, Resize, parse, process, target

WIDE = (200, 100)


def picture(mode: str = "RGB", size: tuple[int, int] = WIDE) -> Image.Image:
    noise = np.random.default_rng(1).integers(0, 256, (5, 10, 4), dtype=np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).convert(mode)


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def sized(data: bytes | None) -> tuple[str, int, int]:
    assert data is not None
    facts = probe(data)
    return facts.format.value, facts.width, facts.height


def sizes(instruction: str, size: tuple[int, int] = WIDE) -> tuple[tuple[int, int], tuple[int, int]]:
    plan = parse(f"image/resize,{instruction}")
    assert plan is not None
    return target(size, plan.resizes[0])


class TestTarget:
    @pytest.mark.parametrize(
        ("instruction", "scaled", "frame"),
        [
            ("w_150,h_80", (150, 75), (150, 75)),
            ("w_150,h_80,m_lfit", (150, 75), (150, 75)),
            ("w_150,h_80,m_mfit", (160, 80), (160, 80)),
            ("w_150,h_80,m_fill", (160, 80), (150, 80)),
            ("w_150,h_80,m_pad", (150, 75), (150, 80)),
            ("w_150,h_80,m_fixed", (150, 80), (150, 80)),
        ],
    )
    def test_is_that_of_the_documented_example(
        self, instruction: str, scaled: tuple[int, int], frame: tuple[int, int]
    ) -> None:
        assert sizes(instruction) == (scaled, frame)

    @pytest.mark.parametrize(
        ("instruction", "size", "scaled"),
        [
            ("h_50", WIDE, (100, 50)),
            ("w_50,m_mfit", WIDE, (50, 25)),
            ("l_50", WIDE, (50, 25)),
            ("l_50", (100, 200), (25, 50)),
            ("s_50", WIDE, (100, 50)),
            ("s_50", (100, 200), (50, 100)),
            ("l_150,s_30", WIDE, (60, 30)),
            ("p_50", WIDE, (100, 50)),
            ("p_1", WIDE, (2, 1)),
            ("w_100,l_30,p_10", WIDE, (100, 50)),
            ("w_7", (21, 10), (7, 3)),
            ("w_7", (14, 1), (7, 1)),
        ],
    )
    def test_follows_the_shape_where_one_side_is_named(
        self, instruction: str, size: tuple[int, int], scaled: tuple[int, int]
    ) -> None:
        assert sizes(instruction, size) == (scaled, scaled)

    @pytest.mark.parametrize("mode", ["fill", "pad", "fixed"])
    @pytest.mark.parametrize("side", ["w_60", "h_60", "l_60", "s_60"])
    def test_is_a_square_where_a_mode_of_fixed_sides_has_one_side(self, mode: str, side: str) -> None:
        assert sizes(f"{side},m_{mode}")[1] == (60, 60)

    @pytest.mark.parametrize("instruction", ["w_400", "p_200", "s_101", "w_120,h_120,m_fill"])
    def test_that_is_larger_leaves_the_picture_as_it_is(self, instruction: str) -> None:
        assert sizes(instruction) == (WIDE, WIDE)
        assert sizes(f"{instruction},limit_1") == (WIDE, WIDE)
        assert sizes(f"{instruction},limit_0") != (WIDE, WIDE)

    def test_of_a_larger_padding_keeps_its_frame(self) -> None:
        assert sizes("w_300,h_300,m_pad") == (WIDE, (300, 300))

    @given(
        size=st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
        wide=st.integers(1, 5000),
        high=st.integers(1, 5000),
        mode=st.sampled_from(["lfit", "mfit", "fill", "pad", "fixed"]),
        limited=st.booleans(),
    )
    def test_keeps_what_its_mode_promises(
        self, size: tuple[int, int], wide: int, high: int, mode: str, limited: bool
    ) -> None:
        scaled, frame = target(size, Resize(width=wide, height=high, mode=mode, limited=limited))
        assert min(*scaled, *frame) >= 1
        if limited:
            assert scaled[0] <= size[0]
            assert scaled[1] <= size[1]
        if limited and scaled == size:
            return
        if mode in ("lfit", "pad"):
            assert scaled[0] <= wide
            assert scaled[1] <= high
        if mode in ("mfit", "fill"):
            assert scaled[0] >= wide
            assert scaled[1] >= high
        assert mode in ("lfit", "mfit") or frame == (wide, high)
        assert mode not in ("lfit", "mfit") or scaled == frame


class TestProcess:
    @pytest.mark.parametrize(
        ("kind", "name"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp"), ("BMP", "bmp")]
    )
    def test_keeps_the_format(self, kind: str, name: str) -> None:
        assert sized(process(saved(picture(), kind), "image/resize,w_100")) == (name, 100, 50)

    @pytest.mark.parametrize(
        ("name", "kind"), [("jpg", "jpeg"), ("png", "png"), ("webp", "webp"), ("bmp", "bmp")]
    )
    def test_converts_to_another_format(self, name: str, kind: str) -> None:
        assert sized(process(saved(picture("RGBA")), f"image/resize,w_100/format,{name}")) == (kind, 100, 50)

    def test_does_one_step_after_the_other(self) -> None:
        instruction = "image/resize,w_100/resize,m_fill,w_20,h_30"
        assert sized(process(saved(picture()), instruction)) == ("png", 20, 30)

    def test_keeps_alpha_and_mixes_no_colour_of_what_is_transparent_into_edges(self) -> None:
        rgba = np.zeros((100, 100, 4), np.uint8)
        rgba[..., 1] = 255
        rgba[:, 50:] = (255, 0, 0, 255)
        result = process(saved(Image.fromarray(rgba)), "image/resize,w_33")
        assert result is not None
        found = decode(result)
        assert found.alpha is not None
        assert ((found.alpha > 0) & (found.alpha < 255)).any()
        assert found.rgb[found.alpha > 20][:, 1].max() < 12

    def test_of_a_grey_picture_is_grey(self) -> None:
        result = process(saved(picture("L")), "image/resize,w_50")
        assert result is not None
        assert Image.open(io.BytesIO(result)).mode == "L"

    def test_fills_from_the_middle(self) -> None:
        striped = np.zeros((100, 300, 3), np.uint8)
        striped[:, 100:200] = 200
        result = process(saved(Image.fromarray(striped)), "image/resize,m_fill,w_100,h_100")
        assert result is not None
        assert (decode(result).rgb == 200).all()

    @pytest.mark.parametrize(("colour", "rgb"), [("", (255, 255, 255)), (",color_0a14FF", (10, 20, 255))])
    @pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
    def test_pads_with_a_colour(self, colour: str, rgb: tuple[int, int, int], mode: str) -> None:
        result = process(saved(picture(mode)), f"image/resize,m_pad,w_100,h_100{colour}")
        assert result is not None
        found = decode(result)
        assert found.rgb.shape == (100, 100, 3)
        assert tuple(found.rgb[0, 0].tolist()) == tuple(found.rgb[-1, -1].tolist()) == rgb

    def test_lays_what_is_transparent_on_white_in_a_jpeg(self) -> None:
        clear = saved(Image.new("RGBA", (40, 40), (10, 20, 30, 0)))
        result = process(clear, "image/format,jpg")
        assert result is not None
        assert decode(result).rgb.min() >= 254

    @pytest.mark.parametrize("name", ["q", "Q"])
    def test_a_lower_quality_makes_a_smaller_file(self, name: str) -> None:
        data = saved(picture(size=(400, 300)), "JPEG")
        low, high = (process(data, f"image/quality,{name}_{quality}") for quality in (20, 95))
        assert low is not None
        assert high is not None
        assert len(low) < len(high)

    def test_that_would_enlarge_gives_back_the_very_file(self) -> None:
        data = saved(picture())
        assert process(data, "image/resize,w_900") is data
        assert sized(process(data, "image/resize,w_900,limit_0")) == ("png", 900, 450)

    @pytest.mark.parametrize(
        "instruction",
        [
            "",
            "image",
            "image/",
            "video/resize,w_10",
            "image/resize",
            "image/resize,",
            "image/resize,m_fill",
            "image/resize,w_0",
            "image/resize,w_-5",
            "image/resize,w_1e3",
            "image/resize,w_16385",
            "image/resize,w_٣",
            "image/resize,p_1001",
            "image/resize,w_10,m_abc",
            "image/resize,w_10,limit_2",
            "image/resize,w_10,m_pad,color_red",
            "image/resize,w_10,x_5",
            "image/resize,w_10/format,exe",
            "image/resize,w_10/format",
            "image/resize,w_10/blur,r_3",
            "image/quality,q_0",
            "image/quality,q_101",
            "image/info",
            "image" + "/resize,p_99" * 9,
        ],
    )
    def test_is_none_for_what_is_not_known_or_makes_no_sense(self, instruction: str) -> None:
        assert process(saved(picture()), instruction) is None

    @pytest.mark.parametrize(
        "instruction",
        [
            f"image/resize,w_{LONGEST_SIDE + 1},limit_0",
            "image/resize,m_pad,w_10,h_5000",
            "image/resize,p_1000,limit_0/resize,p_1000,limit_0",
        ],
    )
    def test_is_none_for_a_result_that_is_too_large(self, instruction: str) -> None:
        assert process(saved(picture(size=(500, 20))), instruction) is None

    def test_does_not_scale_a_sliver_up_to_something_enormous(self) -> None:
        sliver = saved(picture(size=(4000, 1)))
        assert process(sliver, "image/resize,m_fill,w_4000,h_4000,limit_0") is None

    def test_is_none_for_a_file_that_is_no_image(self) -> None:
        assert process(b"no image", "image/resize,w_10") is None

    @given(st.text(alphabet="imagerszwhlpcodftjk_,/0123456789", max_size=40))
    def test_survives_any_instruction(self, text: str) -> None:
        result = process(saved(picture(size=(9, 7))), f"image/{text}")
        assert result is None or probe(result).width >= 1
