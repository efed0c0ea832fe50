"""How fast, how lean and how exact decode, matting and encode are.

Speed is on one core and in medians. The floor is what no matting can undercut: decoding the picture and
writing it as lossless PNG with the fastest writer at hand. Compare ratios within one run; the milliseconds
depend on the machine.
"""

import argparse
import io
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mockserver import fixtures
from mockserver.fixtures.portraits import portrait
from mockserver.imaging.decode import decode, probe
from mockserver.imaging.encode import jpeg, png
from mockserver.imaging.matting import matte

Pixels = NDArray[np.uint8]

SECTIONS = ("speed", "codec", "accuracy")
PLAIN = ("white", "green", "blue", "grey", "gradient", "vignette")
BUSY = ("busy", "flags", "furniture")
SEEDS = range(4)
HEIGHT = 1024
HAIR = (0.02, 0.98)

MATTING_AIMS_MS = {1024: 80, 2000: 130}
RATIO_AIMS = {2000: 4.5}
MEMORY_AIMS_MB = {4096: 270}

COLUMNS = "{:>6} {:>8} {:>14} {:>8} {:>9} {:>8} {:>13} {:>9} {:>14}"
HEADINGS = ("side", "decode", "matting", "encode", "together", "floor", "x floor", "Pillow 6", "adds MB")


def main() -> None:
    parser = _parser()
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    _use_one_core()
    if "speed" in arguments.sections:
        report_speed(arguments.sizes, arguments.repeat)
    if "codec" in arguments.sections:
        report_codec(arguments.repeat)
    if "accuracy" in arguments.sections:
        report_accuracy()


def report_speed(sizes: Iterable[int], repeat: int) -> None:
    say("Speed: ms, medians of {} rounds on one core; an aim stands in brackets behind its figure", repeat)
    say(COLUMNS, *HEADINGS)
    for side in sizes:
        say(COLUMNS, *_speed_row(side, repeat))
    say("")


def _speed_row(side: int, repeat: int) -> tuple[object, ...]:
    file = sample(side)
    picture = decode(file)
    cutout = matte(picture)
    times = interleaved_ms(
        {
            "decode": lambda: decode(file),
            "matting": lambda: matte(picture),
            "encode": lambda: png(cutout),
            "together": lambda: png(matte(decode(file))),
            "stored": lambda: pillow_png(cutout, level=0),
        },
        repeat,
    )
    floors = times["decode"] + np.minimum(times["encode"], times["stored"])
    middle = {step: float(np.median(taken)) for step, taken in times.items()}
    return (
        side,
        f"{middle['decode']:.1f}",
        aimed(f"{middle['matting']:.1f}", MATTING_AIMS_MS.get(side)),
        f"{middle['encode']:.1f}",
        f"{middle['together']:.1f}",
        f"{np.median(floors):.1f}",
        aimed(f"{np.median(times['together'] / floors):.2f}", RATIO_AIMS.get(side)),
        f"{median_ms(lambda: pillow_png(cutout, level=6), 1):.0f}",
        aimed(f"{added_megabytes(file):.0f}", MEMORY_AIMS_MB.get(side)),
    )


def report_codec(repeat: int) -> None:
    small = fixtures.path("portrait.jpg").read_bytes()
    say("Codec: median of {} on one core", repeat)
    for name, file in {"JPEG": small, "PNG": png(decode(small).rgb)}.items():
        times = interleaved_ms({"ours": partial(probe, file), "theirs": partial(pillow_size, file)}, 1000)
        ours, theirs = np.median(times["ours"]) * 1000, np.median(times["theirs"]) * 1000
        say(
            "  probe {:4} of {:3.0f} KB   {:6.1f} us, Pillow's open {:6.1f} us",
            name,
            len(file) / 1e3,
            ours,
            theirs,
        )
    large = sample(2000)
    for name, file in {"JPEG": large, "PNG": png(matte(decode(large)))}.items():
        times = interleaved_ms(
            {"ours": partial(decode, file), "theirs": partial(pillow_pixels, file)}, repeat
        )
        ours, theirs = np.median(times["ours"]), np.median(times["theirs"])
        say("  decode {:4} of 2000 x 2000 {:6.1f} ms, Pillow {:6.1f} ms", name, ours, theirs)
    say("")


def report_accuracy() -> None:
    say(
        "Accuracy: mean absolute error of alpha (0 to 1), all over and in the hair band ({} to {}), and",
        *HAIR,
    )
    say("intersection over union; synthetic portraits {} pixels high, JPEG quality 92", HEIGHT)
    say("{:>12} {:>8} {:>8} {:>8} {:>8}", "background", "error", "hair", "IoU", "worst")
    for background in (*PLAIN, *BUSY):
        scores = np.array([_score(seed, background) for seed in SEEDS])
        say("{:>12} {:8.4f} {:8.4f} {:8.4f} {:8.4f}", background, *scores.mean(0), scores[:, 2].min())
    photograph = decode(fixtures.path("astronaut.jpg").read_bytes())
    mask = decode(fixtures.path("astronaut-mask.png").read_bytes()).rgb[..., 0]
    say("{:>12} {:>8} {:>8} {:8.4f}", "astronaut", "", "", overlap(matte(photograph)[..., 3], mask))


def _score(seed: int, background: str) -> tuple[float, float, float]:
    truth = portrait(seed, width=HEIGHT * 4 // 5, height=HEIGHT, background=background)
    found = matte(decode(jpeg(truth.rgb, quality=92)))[..., 3]
    error = np.abs(found.astype(np.float32) - truth.alpha) / 255
    hair = (truth.alpha > HAIR[0] * 255) & (truth.alpha < HAIR[1] * 255)
    return float(error.mean()), float(error[hair].mean()), overlap(found, truth.alpha)


def overlap(found: Pixels, truth: Pixels) -> float:
    """Intersection over union of what is at least half opaque."""
    one, other = found >= 128, truth >= 128
    return float((one & other).sum() / max(1, (one | other).sum()))


def sample(side: int) -> bytes:
    """A portrait of side x side as a JPEG of quality 92: drawn at 1024 and resized."""
    drawn = Image.fromarray(portrait(1, width=1024, height=1024).rgb)
    return jpeg(np.asarray(drawn.resize((side, side), Image.Resampling.BICUBIC)), quality=92)


def interleaved_ms(steps: dict[str, Callable[[], object]], repeat: int) -> dict[str, NDArray[np.float64]]:
    """Wall times in ms of each step, taken in turn, so that a busy machine slows all of them alike.

    One more round goes before, to warm up.
    """
    rounds = [[_elapsed_ms(step) for step in steps.values()] for _ in range(repeat + 1)][1:]
    return dict(zip(steps, np.array(rounds).T, strict=True))


def median_ms(call: Callable[[], object], repeat: int) -> float:
    return float(np.median(interleaved_ms({"call": call}, repeat)["call"]))


def _elapsed_ms(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def added_megabytes(file: bytes) -> float:
    """What one picture adds to the peak memory of a fresh process, over decode, matting and encode."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_grown_megabytes, file).result()


def _grown_megabytes(file: bytes) -> float:
    png(matte(decode(jpeg(np.zeros((64, 64, 3), np.uint8)))))
    before = peak_megabytes()
    png(matte(decode(file)))
    return peak_megabytes() - before


def peak_megabytes() -> float:
    """Peak resident memory of this process alone.

    On Linux ru_maxrss starts at the size of the parent that spawned the process, so VmHWM is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024 / 1e6
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6


def pillow_png(pixels: Pixels, *, level: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=level)
    return file.getvalue()


def pillow_size(file: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(file)) as image:
        return image.size


def pillow_pixels(file: bytes) -> Pixels:
    with Image.open(io.BytesIO(file)) as image:
        return np.asarray(image)


def aimed(figure: str, aim: float | None) -> str:
    return figure if aim is None else f"{figure} (<={aim})"


def say(line: str, *values: object) -> None:
    sys.stdout.write(line.format(*values) + "\n")
    sys.stdout.flush()


def _use_one_core() -> None:
    """Threads of numpy's libraries stay on that core too."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _sides(text: str) -> list[int]:
    return [int(side) for side in text.split(",")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n"
        "  python benchmarks/images.py                          everything, about two minutes\n"
        "  python benchmarks/images.py --sizes 2000 --repeat 21 one size, more exactly\n"
        "  python benchmarks/images.py accuracy                 only how exact the alpha is",
    )
    parser.add_argument(
        "sections",
        nargs="*",
        default=list(SECTIONS),
        metavar="section",
        help="speed (with memory), codec (probe and decode against Pillow), accuracy; all by default",
    )
    parser.add_argument(
        "--sizes",
        type=_sides,
        default=[512, 1024, 2000, 4096],
        help="sides of the square pictures, with commas",
    )
    parser.add_argument("--repeat", type=int, default=7, help="how often each step is timed (default 7)")
    return parser


if __name__ == "__main__":
    main()
