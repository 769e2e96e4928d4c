"""Files of evaluated tokens are read only when they are whole and of the right model."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breadknife.engine.llama.state_file import read_state, write_state

TOKENS, STATE = [3, 1, 4, 1, 5], b"state of five tokens"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.state"
    write_state(path, "qwen", TOKENS, memoryview(STATE))
    return path


def test_what_was_written_is_read_by_its_owner_only(file: Path) -> None:
    assert read_state(file, "qwen") == (TOKENS, STATE)
    assert read_state(file, "llama") is None
    assert read_state(file.with_name("missing"), "qwen") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_file_is_refused(file: Path, data: st.DataObject) -> None:
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = data.draw(
        st.sampled_from([whole[:at], whole + b"x", whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]])
    )
    path = file.with_name("damaged")
    path.write_bytes(damaged)
    assert read_state(path, "qwen") is None


def test_a_file_that_cannot_be_written_leaves_the_old_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        write_state(file, "qwen", [9], memoryview(b""))
    assert read_state(file, "qwen") == (TOKENS, STATE)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes: the folder is the user's own")
def test_it_is_the_users_own(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
