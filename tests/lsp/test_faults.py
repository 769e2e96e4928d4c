"""What the server says on stderr: single lines, not too many, without tracebacks."""

from __future__ import annotations

import io
import logging

from breadknife.lsp.boundary.faults import LineThrottle, OneLine


def logger(name: str, now: list[float]) -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    handler.addFilter(LineThrottle(lambda: now[0]))
    log = logging.getLogger(f"test.{name}")
    log.propagate = False
    log.handlers = [handler]
    return log, stream


def test_an_error_is_one_line_without_its_traceback() -> None:
    log, stream = logger("line", [0.0])
    try:
        raise ValueError("two\nlines\x1b[31m\u202e")
    except ValueError:
        log.exception("what failed")
    assert stream.getvalue() == "ERROR test.line what failed: ValueError: two\\nlines\\x1b[31m\\u202e\n"


def test_many_lines_of_one_wording_are_counted_instead() -> None:
    now = [0.0]
    log, stream = logger("many", now)
    for number in range(1_000):
        log.warning("fault %d", number)
    log.warning("another one")
    now[0] = 11.0
    log.warning("fault %d", 1_000)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 12
    assert lines[-1] == "WARNING test.many fault 1000 (990 more like the last)"
