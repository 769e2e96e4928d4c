"""Standard streams that are closed, and a disk that is full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = ("models list", "config show", "lint a.md", "null triage a.py")


@pytest.fixture(autouse=True)
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("This is an useful one.\n", "utf-8")
    (tmp_path / "a.py").write_text("def f(x=None):\n    return x.y\n", "utf-8")
    (tmp_path / "breadknife.toml").write_text("[prose]\nlanguagetool = false\nmodel = false\n", "utf-8")
    monkeypatch.chdir(tmp_path)


def shell(command: str, streams: str) -> subprocess.CompletedProcess[str]:
    line = f'"{sys.executable}" -m breadknife {command} {streams}'
    return subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="its shell can't close a stream")
@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("command", COMMANDS)
def test_closed_streams(command: str, streams: str) -> None:
    usual = shell(command, "")
    assert usual.stdout
    closed = shell(command, streams)
    assert closed.returncode == usual.returncode
    assert closed.stdout == ("" if ">&- " in f"{streams} " and not streams.startswith("2") else usual.stdout)
    assert "Traceback" not in closed.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device to write to")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_said(command: str) -> None:
    full = shell(command, ">/dev/full")
    assert full.returncode == 2
    assert full.stderr.splitlines()[-1] == "breadknife: standard output: No space left on device"
    assert "Traceback" not in full.stderr
