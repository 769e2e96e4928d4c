"""Programs that a part is set up with: their output line by line, and their end when nobody wants it any more."""

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
END_SECONDS = 5.0
"""How long a program may take to end before it is killed."""


@dataclass(frozen=True)
class ProgramResult:
    code: int
    lines: tuple[str, ...]
    """The last of its output, stdout and stderr together."""


def run_program(
    command: Sequence[str],
    cancel: CancelToken,
    on_line: Callable[[str], None] = lambda line: None,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    gently: bool = False,
) -> ProgramResult:
    """Run it to its end. `gently`: it gives way to all other programs. Raises OSError, Cancelled."""
    cancel.raise_if_cancelled()
    process = children.start(
        command, folder=folder, environ=environment, stdout=children.PIPE, stderr=children.OUTPUT, own_group=True
    )
    if gently:
        with contextlib.suppress(psutil.Error):
            low = psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 10
            psutil.Process(process.pid).nice(low)
    family = children.Family(process)

    def end() -> None:
        family.end(END_SECONDS)

    forget = cancel.on_cancel(end)
    last: deque[str] = deque(maxlen=KEPT_LINES)
    try:
        assert process.stdout is not None
        with io.TextIOWrapper(process.stdout, encoding="utf-8", errors="replace") as output:
            for line in output:
                last.append(line.rstrip())
                on_line(last[-1])
        code = process.wait()
    finally:
        forget()
        if process.poll() is None:
            end()
    cancel.raise_if_cancelled()
    return ProgramResult(code, tuple(last))
