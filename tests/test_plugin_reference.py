"""The reference for plugins says what the docstrings say, and each name has one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from breadknife import api

DOCS = Path(__file__).parents[1] / "docs"


def test_the_page_is_what_the_docstrings_say() -> None:
    """If this fails, run `python docs/reference.py`."""
    command = [sys.executable, str(DOCS / "reference.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr


def test_every_request_and_answer_is_on_it() -> None:
    page = (DOCS / "plugin-reference.md").read_text("utf-8")
    members = [*api.Request.__args__, *api.Answer.__args__]
    assert [each.__name__ for each in members if f"### `{each.__name__}`" not in page] == []
    assert "### `Context`" in page
    assert "### `Model`" in page
