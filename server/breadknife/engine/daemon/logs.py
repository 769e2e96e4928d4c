"""The engine's log: one JSON object a line, rotated, without text of documents."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import traceback
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, cast

from breadknife.errors import BreadknifeError
from breadknife.paths import make_folder, open_private

MAX_BYTES = 1 << 20
KEPT = 2
"""So many older files are kept beside the current one."""


class JsonLines(logging.Formatter):
    """Formats a record as a JSON object: its time, level, process, message, and what was given as `extra={"fields":
    {…}}`.

    An exception adds its type and stack. Its message is added only for breadknife's own errors and for OSError, which
    names files: any other message may quote a document, and needs `with_error_messages`.
    """

    def __init__(self, *, with_error_messages: bool = False) -> None:
        super().__init__()
        self._with_error_messages = with_error_messages

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "pid": record.process,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            entry["error"] = type(error).__name__
            entry["stack"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
            ]
            if self._with_error_messages or isinstance(error, BreadknifeError | OSError):
                entry["reason"] = str(error)
        return json.dumps(entry, default=str)


class _Handler(RotatingFileHandler):
    """A full disk costs lines of the log, and nothing else. The files are the user's alone."""

    def _open(self) -> TextIOWrapper:
        older = (f"{self.baseFilename}.{number}" for number in range(1, self.backupCount + 1))
        # An older version may have made them readable for all: opening them with `open_private` makes them private.
        for path in filter(os.path.exists, older):
            with contextlib.suppress(OSError):
                os.close(open_private(path, os.O_RDONLY))
        return cast(
            TextIOWrapper,
            open(self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=open_private),
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        pass


def open_log(path: Path, *, with_error_messages: bool = False) -> logging.Handler:
    """Return a handler that appends to a file, as `JsonLines` formats it. If the file can't be written, nothing is
    logged."""
    try:
        make_folder(path.parent)
    except OSError:
        return logging.NullHandler()
    handler = _Handler(path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(JsonLines(with_error_messages=with_error_messages))
    return handler
