"""What everybody who looks at a download may rely on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from breadknife.engine.models.progress import ProgressAmount


def assert_advancing(amounts: Sequence[ProgressAmount]) -> None:
    """No amount is less than the one before; what was known once stays known; nothing is more than all."""
    for now in amounts:
        assert now.fraction is None or 0 <= now.fraction <= 1
        assert now.done is None or 0 <= now.done <= (now.total or 0)
    for before, after in pairwise(now for now in amounts if now.fraction is not None):
        assert (before.fraction or 0) <= (after.fraction or 0)
    known = [now.fraction is not None for now in amounts]
    assert known == sorted(known), "a fraction that was known stays known"
    counted = [(now.done or 0, now.total or 0) for now in amounts if now.done is not None]
    for (done, total), (later_done, later_total) in pairwise(counted):
        assert done <= later_done
        assert total <= later_total
