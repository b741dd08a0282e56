"""What a confidence is worth: of the findings shown with 0.9, nine in ten are right.

The rules' own confidences order findings well and are too modest in the middle. The knots below were read off the
labelled applications in `tests/discovery` (share of right findings by raw confidence) and a test holds them there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Knots = Sequence[tuple[float, float]]

COLUMNS: Knots = (
    (0.0, 0.0),
    (0.4, 0.45),
    (0.5, 0.72),
    (0.55, 0.78),
    (0.6, 0.89),
    (0.7, 0.92),
    (0.8, 0.95),
    (0.9, 0.97),
    (1.0, 0.99),
)
LINKS: Knots = ((0.0, 0.0), (0.5, 0.7), (0.6, 0.82), (0.7, 0.88), (0.8, 0.9), (0.9, 0.95), (1.0, 0.98))


def calibrated(raw: float, knots: Knots) -> float:
    """The share of findings with this raw confidence that were right, between the measured knots (0 to 1)."""
    for (low, worth), (high, more) in pairwise(knots):
        if raw <= high:
            return round(worth + (more - worth) * (raw - low) / (high - low), 2)
    return knots[-1][1]
