"""Logging: one line on stderr for each fault, and not more lines than a person can read.

Tracebacks are for `--log-file` alone: editors show a server's stderr to their users, or keep all of it in a file.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, cast

from breadknife.paths import open_private
from breadknife.text.printable import escaped

log = logging.getLogger("breadknife.lsp")
_MOST_LINES, _PERIOD_SECONDS = 10, 10.0
"""At most so many lines with the same wording, whatever their details, are let through in that time."""


def set_up_logging(file: Path | None, stream: TextIO | None = None) -> None:
    """Log to a file with tracebacks; without one, log warnings to stderr (`stream`) in single lines. To be called once
    in a process."""
    if file:
        handler: logging.Handler = _PrivateFile(file, encoding="utf-8", errors="backslashreplace")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    else:
        handler = logging.StreamHandler(stream or sys.stderr)
        handler.setFormatter(OneLine())
    handler.addFilter(LineThrottle())
    logging.basicConfig(handlers=[handler], level=logging.INFO if file else logging.WARNING)
    logging.raiseExceptions = False  # a stderr that nobody reads any more is no reason for a traceback
    sys.excepthook = lambda kind, error, traceback: log.critical("the server ends", exc_info=error)
    threading.excepthook = _log_thread


class _PrivateFile(logging.FileHandler):
    """A log that its user alone can read: tracebacks quote documents."""

    def _open(self) -> TextIOWrapper:
        return cast(
            TextIOWrapper,
            open(self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=open_private),
        )


def log_of_loop(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what the event loop's exception handler gets."""
    log.error("%s", context.get("message", "a fault in the event loop"), exc_info=context.get("exception"))


class OneLine(logging.Formatter):
    """Formats a record as `WARNING breadknife.lsp what happened: ValueError: why`, with control characters escaped."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname} {record.name} {record.getMessage()}"
        if record.exc_info and (error := record.exc_info[1]) is not None:
            line += f": {type(error).__name__}: {error}"
        return escaped(line)


class LineThrottle(logging.Filter):
    """Lets through the first few of many lines with the same wording, and says how many it has left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._counts: dict[tuple[str, int, str], tuple[float, int]] = {}
        """By logger, level and wording: when the current period began, and how many lines have come since."""

    def filter(self, record: logging.LogRecord) -> bool:
        key, now = (record.name, record.levelno, str(record.msg)), self._clock()
        began, count = self._counts.get(key, (now, 0))
        if now >= began + _PERIOD_SECONDS:
            if count > _MOST_LINES:
                record.msg, record.args = f"{record.getMessage()} ({count - _MOST_LINES} more like the last)", ()
            began, count = now, 0
        self._counts[key] = began, count + 1
        return count < _MOST_LINES


def _log_thread(arguments: threading.ExceptHookArgs) -> None:
    name = arguments.thread.name if arguments.thread else "a thread"
    log.error("%s ended", name, exc_info=arguments.exc_value)
