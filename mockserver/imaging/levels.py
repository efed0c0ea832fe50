"""Levels that part values into groups."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def parting(values: NDArray[Any]) -> float:
    """The highest of the lower group where two groups vary least within themselves (Otsu, 1979).

    One value alone is its own. Raises IndexError where there are no values.
    """
    levels = np.sort(values, axis=None).astype(np.float64)
    if levels.size == 1:
        return float(levels[0])
    below = np.arange(1, levels.size)
    sums = np.cumsum(levels)
    means = sums[:-1] / below, (sums[-1] - sums[:-1]) / below[::-1]
    return float(levels[int(np.argmax(below * below[::-1] * (means[1] - means[0]) ** 2))])
