"""docs/plugins.md and docs/plugin-models.md, done as they say: files, commands, and what is printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from plugin_packages import install, run

PAGE, NEXT_PAGE = (Path(__file__).parents[1] / "docs" / name for name in ("plugins.md", "plugin-models.md"))
SNIPPET = re.compile(r"(?:^`([\w./-]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Reader:
    """Somebody who does what the page says, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "breadknife-dates"
        self.site = folder.parent / "site"
        self.printed = ""

    def reads(self, file: str, kind: str, text: str) -> None:
        if file.startswith("examples/"):
            assert text in (PAGE.parents[1] / file).read_text("utf-8")
        elif file:
            path = self.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        elif kind == "sh":
            for line in text.splitlines():
                self.types(shlex.split(line))
        elif kind == "text":
            assert text in self.printed
        else:
            pytest.fail(f"nothing says which file this is:\n{text}")

    def types(self, words: list[str]) -> None:
        match words:
            case ["cd", name]:
                self.folder = self.folder / name
            case ["pip", "install", "-e", ".[dev]"]:
                install(self.package, self.site)
            case ["pip", "wheel", *rest]:
                run(["pip", "wheel", "--no-index", "--no-build-isolation", *rest], self.package, self.site)
            case _:
                code = 1 if words[:2] == ["breadknife", "lint"] else 0
                self.printed = run(words, self.package, self.site, cwd=self.folder, code=code)


def test_every_snippet(tmp_path: Path, home: Path) -> None:
    reader = Reader(tmp_path / "work")
    reader.folder.mkdir()
    for page in (PAGE, NEXT_PAGE):
        snippets = SNIPPET.findall(page.read_text("utf-8"))
        assert len(snippets) > 5
        for file, kind, text in snippets:
            reader.reads(file, kind, text)
        run(["ruff", "check", "--isolated", "--line-length", "120", "."], reader.package, reader.site)
    assert [wheel.name for wheel in (reader.package / "dist").iterdir()] == ["breadknife_dates-0.1.0-py3-none-any.whl"]
