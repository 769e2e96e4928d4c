"""Nothing waits or is lost in a server that is asked faster than it answers. The long run is `bench/lsp/soak.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp.soaking import Soak, scripted


@pytest.mark.parametrize("cancelled", [0.5, 1.0])
def test_each_request_of_a_busy_minute_is_answered_once(home: Path, tmp_path: Path, cancelled: float) -> None:
    with scripted(tmp_path) as client:
        soak = Soak(client, tmp_path / "work", seed=7, cancel=cancelled)
        soak.run(minutes=0.4)
        assert len(soak.sent) > 100
        assert (soak.unanswered, soak.answered_twice) == ([], [])
        assert not [line for line in client.stderr if "Traceback" in line]
        assert client.close() == 0
