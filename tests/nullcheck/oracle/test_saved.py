"""What a checker is told of the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.verify.oracle import language_server
from breadknife.plugins.nullcheck.verify.oracle.language_server import SavedFiles


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_server, "_REST", 0)


def test_what_was_made_changed_and_removed(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "c.py", "sub/d.py", ".venv/e.py", "env/pyvenv.cfg", "env/f.py", "g.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1", "utf-8")
    looking = SavedFiles(tmp_path, (".py",))
    assert looking.changes() == []
    (tmp_path / "b.py").unlink()
    for name in ("a.py", "sub/d.py", "sub/new.py", ".venv/e.py", "env/f.py", "g.txt"):
        (tmp_path / name).write_text("22", "utf-8")
    told = {(str(each["uri"]).rpartition("/")[2], each["type"]) for each in looking.changes()}
    assert told == {("a.py", 2), ("d.py", 2), ("new.py", 1), ("b.py", 3)}
    assert looking.changes() == []
