"""`breadknife` as people run it: a process in a folder."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

from typer.testing import CliRunner

from breadknife.cli.main import app


def breadknife(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "breadknife", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def within(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """As `breadknife`, but in this process: for tables of many rows, where to load it takes longer than all else."""
    with contextlib.chdir(folder):
        result = CliRunner().invoke(app, arguments, input=given, catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def read(folder: Path, name: str) -> str:
    return (folder / name).read_bytes().decode()


def in_terminal(folder: Path, *arguments: str, columns: int = 60) -> tuple[subprocess.CompletedProcess[str], str]:
    """With stderr as a terminal, and what was written there."""
    import fcntl  # Windows has none of these
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-m", "breadknife", *arguments]
    with (
        os.fdopen(ours, "rb", 0) as screen,
        subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        os.close(theirs)
        shown = b""
        while piece := _read(screen):
            shown += piece
        output, _ = process.communicate(timeout=120)
    return subprocess.CompletedProcess(command, process.returncode, output), shown.decode()


def shown_lines(screen: str) -> list[str]:
    """All that stood in a terminal's last line, one after the other."""
    return [each.strip("\n").removeprefix("\x1b[K") for each in screen.split("\r")]


def _read(screen: IO[bytes]) -> bytes:
    try:
        return screen.read(1 << 16) or b""
    except OSError:  # so Linux says that nobody writes any more
        return b""
