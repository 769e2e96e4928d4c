"""The engine's log: one JSON object a line, rotated, without text of documents."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from breadknife.errors import BreadknifeError

MAX_BYTES = 1 << 20
KEPT = 2
"""Older files beside the current one."""


class JsonLines(logging.Formatter):
    """A record's message, and what was given as `extra={"fields": {…}}`.

    Of exceptions that aren't breadknife's only the kind and the place are told: their message may quote a document.
    With `text` it is told too.
    """

    def __init__(self, *, text: bool = False) -> None:
        super().__init__()
        self._text = text

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
            if self._text or isinstance(error, BreadknifeError | OSError):
                entry["reason"] = str(error)
        return json.dumps(entry, default=str)


class _Handler(RotatingFileHandler):
    """A full disk costs lines of the log, and nothing else."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        pass


def open_log(path: Path, *, text: bool = False) -> logging.Handler:
    """Return a handler for a file that need not exist, nor be writable: then nothing is logged."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return logging.NullHandler()
    handler = _Handler(path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(JsonLines(text=text))
    return handler
