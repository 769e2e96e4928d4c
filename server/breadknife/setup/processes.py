"""Runs programs that set up a part, such as pip and Maven: reads their output by line, and ends them on request."""

from __future__ import annotations

import contextlib
import io
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from breadknife import children
from breadknife.cancel import CancelToken

KEPT_LINES = 200
"""Lines of output that `ProgramResult` keeps."""
END_SECONDS = 5.0
"""How long a program may take to end before it is killed."""


@dataclass(frozen=True)
class ProgramResult:
    code: int
    """The exit code."""
    lines: tuple[str, ...]
    """The last `KEPT_LINES` lines of its output, stdout and stderr together."""


def run_program(
    command: Sequence[str],
    cancel: CancelToken,
    on_line: Callable[[str], None] = lambda line: None,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    gently: bool = False,
) -> ProgramResult:
    """Run a program to its end, and return its exit code and last output.

    Args:
        cancel: ends the program, and all that it has started.
        on_line: is called with each line of its output, without the end of the line.
        environment: its environment; None for that of `children.environment`.
        folder: the folder in which it runs; None for an empty one of ours.
        gently: run it with a low priority, so that it gives way to other programs.

    Raises OSError if it can't be started, and Cancelled.
    """
    cancel.raise_if_cancelled()
    process = children.start(
        command, folder=folder, environ=environment, stdout=children.PIPE, stderr=children.OUTPUT, own_group=True
    )
    if gently:
        with contextlib.suppress(psutil.Error):
            low_priority = psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 10
            psutil.Process(process.pid).nice(low_priority)
    family = children.Family(process)

    def end() -> None:
        family.end(END_SECONDS)

    remove_callback = cancel.on_cancel(end)
    kept_lines: deque[str] = deque(maxlen=KEPT_LINES)
    try:
        assert process.stdout is not None
        with io.TextIOWrapper(process.stdout, encoding="utf-8", errors="replace") as output:
            for raw_line in output:
                line = raw_line.rstrip()
                kept_lines.append(line)
                on_line(line)
        code = process.wait()
    finally:
        remove_callback()
        if process.poll() is None:  # `on_line` has raised an error
            end()
    cancel.raise_if_cancelled()
    return ProgramResult(code, tuple(kept_lines))
