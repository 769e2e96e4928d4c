"""The engine's log: one JSON object a line, rotated, without text of documents, and never in the way."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from breadknife import paths
from breadknife.engine.daemon import logs
from breadknife.errors import EngineError
from engine.daemons import Daemons, say, until


def write(path: Path, *records: tuple[str, BaseException | None], text: bool = False) -> list[dict[str, Any]]:
    handler = logs.open_log(path, with_error_messages=text)
    for message, error in records:
        info = (type(error), error, error.__traceback__) if error else None
        handler.handle(logging.LogRecord("engine", logging.INFO, "", 1, message, (), info))
    handler.close()
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def test_a_line_is_an_object_whatever_is_in_it(tmp_path: Path) -> None:
    lines = write(tmp_path / "a" / "log", ("one\ntwo \udc80 “x”", None), ("", None))
    assert [line["message"] for line in lines] == ["one\ntwo \udc80 “x”", ""]
    assert {"at", "level", "pid"} <= set(lines[0])


@pytest.mark.parametrize(
    ("error", "text", "reason"),
    [
        (ValueError("in 'my secret'"), False, None),
        (ValueError("in 'my secret'"), True, "in 'my secret'"),
        (EngineError("no room"), False, "no room"),
        (OSError("disk full"), False, "disk full"),
    ],
)
def test_an_exceptions_words_may_be_a_documents(
    tmp_path: Path, error: Exception, text: bool, reason: str | None
) -> None:
    try:
        raise error
    except Exception as raised:
        (line,) = write(tmp_path / "log", ("failed", raised), text=text)
    assert line.get("reason") == reason
    assert line["error"] == type(error).__name__
    assert "test_logs.py" in line["stack"][0]


def test_it_is_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 1000)
    write(tmp_path / "log", *[("x" * 200, None)] * 50)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "log.1", "log.2"]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())


def test_a_file_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert write(tmp_path / "file" / "log", ("x", None)) == []
    (tmp_path / "folder").mkdir()
    assert write(tmp_path / "folder", ("x", None)) == []


@pytest.mark.parametrize("log_text", [False, True])
def test_the_daemons_log_has_no_text_unless_asked(daemons: Daemons, log_text: bool) -> None:
    paths.config_dir().mkdir(parents=True)
    (paths.config_dir() / "config.toml").write_text(f"[engine]\nlog_text = {str(log_text).lower()}\n", "utf-8")
    assert say(daemons.client("editor"), "my secret t") == "uvwxyz"
    file = paths.state_dir() / "engine.log"
    until(lambda: file.exists() and "answered" in file.read_text("utf-8"))
    log = file.read_text("utf-8")
    answered = next(line for line in map(json.loads, log.splitlines()) if line["message"] == "answered")
    assert (answered["client"], answered["model"], answered["finish"]) == ("editor", "fake", "stop")
    assert ("my secret" in log, "uvwxyz" in log) == (log_text, log_text)
