"""How likely a row of components is a line of text: a small network over the row's figures.

One hidden layer of rectified units and a logistic output. The weights were fitted to rows found in drawn
pictures: Latin and Chinese text of many fonts, sizes, colours and opacities, over plain, noisy, regular and
photographic backgrounds, and the same backgrounds without text.
"""

import numpy as np

from mockserver.imaging.lines import FIGURES
from mockserver.imaging.pieces import Figures

# The lowest and the highest value that is told apart, the mean and the standard deviation.
_RANGES: dict[str, tuple[float, float, float, float]] = {
    "aspect": (-0.223, 3.9, 0.499, 0.601),
    "glyphs": (0.136, 3.08, 0.986, 0.457),
    "density": (0.0687, 1, 0.378, 0.223),
    "crossings": (0.202, 4.19, 1.15, 0.533),
    "contrast": (2.42, 5.16, 3.08, 0.621),
    "contrast_spread": (0, 0.362, 0.044, 0.0557),
    "colour_spread": (0, 0.753, 0.11, 0.139),
    "grain": (0.028, 0.628, 0.214, 0.0984),
    "sharpness": (0.204, 1.82, 0.763, 0.311),
    "stroke": (0.0522, 1.42, 0.376, 0.25),
    "stroke_spread": (0, 0.426, 0.0978, 0.0964),
    "heights_spread": (0, 0.3, 0.0424, 0.0731),
    "feet_spread": (0, 0.3, 0.0569, 0.0902),
    "tops_spread": (0, 0.3, 0.0582, 0.0911),
    "areas_spread": (0, 0.981, 0.126, 0.208),
    "above": (0, 2.15, 0.26, 0.404),
    "below": (0, 2.17, 0.264, 0.407),
    "aside": (0, 4.21, 0.57, 0.832),
    "opposite": (0, 0.778, 0.2, 0.189),
    "height": (1.95, 3.78, 2.52, 0.488),
    "majors": (0, 3.99, 0.379, 0.576),
    "outlier": (0.267, 1, 0.914, 0.14),
    "rival": (0, 2, 0.5, 0.489),
    "valley": (0.0815, 1.26, 0.725, 0.239),
    "crown": (0.137, 2.12, 0.847, 0.321),
    "foot": (0.123, 2.17, 0.867, 0.323),
}
# The weight in each hidden unit, in hundredths.
_WEIGHTS: dict[str, tuple[int, ...]] = {
    "aspect": (-18, 6, 14, -45, -36, -44, -22, 17, 63, -7, 16, 3, 1, -15, 0, -75, -107, -13, -30, -1),
    "glyphs": (11, 6, 1, -6, 33, 2, -10, -1, -9, -12, 10, 31, -14, 5, -5, 13, 34, -7, 2, 6),
    "density": (-61, 16, 24, 15, 25, 61, -2, 19, -7, -77, 85, 29, 25, -64, 31, -8, -58, -32, -7, 49),
    "crossings": (-1, 12, -12, -39, 5, 2, 24, 6, 103, 27, 2, 32, 54, -133, 30, -67, -54, 3, -2, -13),
    "contrast": (28, -21, 14, -3, 4, -3, 5, -19, -47, 9, 27, -28, 3, 32, 31, -77, 39, -48, 44, -31),
    "contrast_spread": (-10, 5, -8, 11, 16, 7, -39, 21, 0, -9, -12, 12, -10, 11, -11, 13, -5, -7, 1, -2),
    "colour_spread": (35, 18, 9, -27, 8, -20, -12, -3, -29, 15, 8, -8, -20, 8, 14, -3, 18, -40, -13, 23),
    "grain": (53, -30, -34, -47, 33, -10, -22, 46, 1, 75, 10, -36, 15, -7, 23, -4, 0, 34, 14, -47),
    "sharpness": (4, -7, 10, 1, 20, 20, 6, 5, -8, -40, 26, 25, -122, -40, 11, 48, -46, -108, 8, -58),
    "stroke": (18, -22, -54, -35, -75, 25, -77, -8, -18, -37, 36, 107, -77, 116, 19, -6, 64, -83, -29, 34),
    "stroke_spread": (37, -11, -16, 37, -12, -23, -19, -15, -16, 29, -5, -7, 2, -36, 24, -12, -6, 3, 8, 3),
    "heights_spread": (8, 3, 12, 10, 3, -8, 2, -4, -20, 8, 2, -27, 11, -7, -11, -4, 5, -1, -4, 1),
    "feet_spread": (-13, -34, 3, -5, -31, -4, -13, 10, 10, 23, 9, 6, 17, -4, 9, 11, -20, 4, 19, -6),
    "tops_spread": (-6, -18, 15, -8, -22, 23, -3, 9, 5, 18, 7, -22, 5, -11, 17, 1, -13, 8, 3, 0),
    "areas_spread": (5, 10, -3, 0, 7, 23, 15, -3, -47, 42, -2, 24, -4, -39, 12, -4, -13, 14, 14, -5),
    "above": (17, -74, -101, 0, -8, 7, -10, -49, 23, -10, -29, -3, -3, -16, 32, 17, 4, -7, 28, -52),
    "below": (10, -82, -84, -20, -16, -3, -7, -74, 7, -14, -4, 4, 2, -19, 27, 22, -17, 0, 24, -50),
    "aside": (-17, -2, -8, 2, 34, -107, 5, 13, 7, 22, 10, -3, -11, -26, 25, 2, -9, 40, 10, -25),
    "opposite": (-103, -18, 2, 38, 29, 0, 16, -44, -9, -34, 30, -7, -10, 22, 6, -47, 42, 17, 0, 14),
    "height": (-5, -38, 19, 35, 44, 13, 17, -37, -15, -65, -33, 28, -53, 5, -68, 41, 1, -87, -4, 35),
    "majors": (-19, 17, 22, 25, 52, -61, 40, -27, -18, -30, -6, 57, -14, 52, -19, -18, 13, 1, -16, 15),
    "outlier": (39, 1, -6, -6, 24, -14, 78, -13, -23, 9, -52, -3, -39, 61, -38, 12, 2, -1, -10, -22),
    "rival": (6, 18, 30, -103, -51, -35, -19, 73, 8, -4, -31, 31, -24, 14, -1, 27, 10, 15, 8, -22),
    "valley": (10, 21, 6, 24, -7, -9, 7, 11, -39, -29, 29, -5, 29, 11, 58, 21, 48, 29, 14, 16),
    "crown": (-4, 8, -6, 12, 5, 1, 14, -5, 23, 18, -63, 39, -10, 1, 3, -16, -10, 16, 11, -8),
    "foot": (-15, 0, 3, 11, 0, -10, 8, -10, -2, 6, -28, 34, 7, 7, -6, -20, -14, 1, 20, -19),
}
_HIDDEN_BIAS = (
    0.89,
    -0.16,
    -0.67,
    -0.52,
    -0.6,
    -0.6,
    -0.9,
    -0.12,
    0.77,
    0.71,
    -0.9,
    -1.48,
    1.33,
    0.28,
    -0.61,
    0.55,
    1.05,
    0.86,
    -0.82,
    0.39,
)
_OUTPUT = (
    -0.88,
    0.86,
    0.94,
    1.02,
    0.78,
    -1.16,
    0.84,
    0.94,
    -0.81,
    -0.89,
    0.91,
    -1.33,
    -1.12,
    -1.76,
    0.79,
    -1.06,
    -1.21,
    -1.36,
    0.41,
    0.92,
)
_OUTPUT_BIAS = -0.26


def likelihood(figures: Figures) -> Figures:
    """For (N, F) figures, in the order of FIGURES, (N,) values from 0 to 1."""
    low, high, mean, deviation = np.array([_RANGES[name] for name in FIGURES]).T
    weights = np.array([_WEIGHTS[name] for name in FIGURES]) / 100
    hidden = np.maximum((figures.clip(low, high) - mean) / deviation @ weights + _HIDDEN_BIAS, 0)
    result: Figures = 1 / (1 + np.exp(-(hidden @ np.array(_OUTPUT) + _OUTPUT_BIAS)))
    return result
