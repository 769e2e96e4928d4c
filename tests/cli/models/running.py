"""`breadknife models` in a home of its own."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from breadknife.cli.models.app import app
from breadknife.engine.models.catalog import (
    builtin_catalog,
    user_file,
)
from breadknife.paths import config_dir
from engine.gguf_files import CODER, gguf

DEFAULT = builtin_catalog().model("qwen2.5-coder-0.5b")


CONTENT = gguf(CODER)


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=answer)


def rows(*arguments: str) -> list[dict]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def write(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def configure(text: str) -> None:
    write(config_dir() / "config.toml", text.encode())


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert not user_file().exists()
    return result.stderr
