"""*Why nothing here?* at places of four kinds, asked of a host with the real plugins: each row's text is what is shown.

A row says what stands where (`⟦|⟧` is the cursor, `⟦…⟧` what is selected), and what a person reads there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Engine, GenerateRequest
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import EngineMissing, ModelMissing
from breadknife.host.host import Host
from breadknife.host.plugins.registry import discover
from breadknife.host.report.why import explain_nothing
from breadknife.host.settings import Author, Layer, load
from breadknife.text.document import Document, Span
from project.folders import write
from support import marked_spans

Engines = Callable[[], Engine]


class Unsure(ScriptedEngine):
    """Each of its words is one of many that might come."""

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        return (replace(each, logprob=-4.0) for each in super().generate(request, cancel))


def says(text: str) -> Engines:
    return lambda: ScriptedEngine([Line("", text)])


def raises(error: Callable[[], Exception]) -> Engines:
    return lambda: ScriptedEngine([Line("", error=error())])


def a_missing_model() -> Exception:
    with pytest.raises(ModelMissing) as caught:
        ModelStore().verified(builtin_catalog().for_role("completion"))
    return caught.value


@dataclass(frozen=True)
class Row:
    file: str
    language: str
    text: str
    expected: str
    said: str
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Others of the folder."""
    engine: Engines = lambda: ScriptedEngine([])


NO_TOOLS = {"prose": {"languagetool": False, "model": False}}
PROSE = {
    "nothing is wrong": Row(
        "a.md", "markdown", "A loaf of bread⟦|⟧ is on the table.\n", "prose",
        "Harper finds nothing wrong here. "
        "→ If something is wrong, select it and choose “Fix this text” in the menu.",
        settings=NO_TOOLS,
    ),
    "LanguageTool isn't set up": Row(
        "a.md", "markdown", "A loaf of bread⟦|⟧ is on the table.\n", "prose",
        "Harper finds nothing wrong here, and LanguageTool, which knows more rules, isn't set up. "
        "→ Run `breadknife setup languagetool`.",
        settings={"prose": {"model": False}},
    ),
    "another language": Row(
        "a.md", "markdown", "Das Brot liegt⟦|⟧ auf dem Tisch und wird nicht von den Kindern gegessen.\n", "prose",
        "This isn't English, and LanguageTool, which reads other languages, isn't set up. "
        "→ Run `breadknife setup languagetool`.",
    ),
    "an unknown language": Row(
        "a.md", "markdown", "ফাংশনটি একটি⟦|⟧ তালিকা ফেরত দেয়।\n", "prose",
        "Nobody can tell which language this is in, so it isn't checked. "
        '→ Say it in front matter (`lang: de`), or set `language = "de"` in `[prose]`.',
    ),
    "ignored by a comment": Row(
        "a.md", "markdown", "<!-- breadknife: ignore AnA -->\nThis is an⟦|⟧ useful option.\n", "prose",
        "The comment in line 1 ignores AnA here. → Remove that comment.",
        settings=NO_TOOLS,
    ),
    "the model still reads": Row(
        "a.md", "markdown", "All of it depends of⟦|⟧ the bread.\n", "prose",
        "The model is still reading this text. → Wait: what is found appears by itself.",
        settings={"prose": {"languagetool": False}},
    ),
    "ignored in this project": Row(
        "a.md", "markdown", "This is an⟦|⟧ useful option.\n", "prose",
        "This project ignores AnA in this sentence. → Remove its line from `.breadknife/ignores.txt`.",
        settings=NO_TOOLS, files={".breadknife/ignores.txt": "AnA\t*\tan useful\tit is right\n"},
    ),
    "off in the settings": Row(
        "a.md", "markdown", "This is an⟦|⟧ useful option.\n", "prose",
        "Your settings turn the prose check off. → Remove `enabled = false` from `[prose]`.",
        settings={"prose": {"enabled": False}},
    ),
    "something else in the line is marked": Row(
        "a.md", "markdown", "This is an useful option.⟦|⟧\n", "prose",
        "Something in this line is marked: Incorrect indefinite article. → Open the menu at the mark.",
        settings=NO_TOOLS,
    ),
    "something else in the paragraph is marked, in another sentence": Row(
        "a.md", "markdown", "This is an useful option. A loaf⟦|⟧ is on the table.\n", "prose",
        "Harper finds nothing wrong here. "
        "→ If something is wrong, select it and choose “Fix this text” in the menu.",
        settings=NO_TOOLS,
    ),
    "behind the blank of a sentence that is being typed": Row(
        "a.md", "markdown", "A heading\n\nPlease do not hesitate to ⟦|⟧\n", "prose",
        "Harper finds nothing wrong here. "
        "→ If something is wrong, select it and choose “Fix this text” in the menu.",
        settings=NO_TOOLS,
    ),
    "too long": Row(
        "a.md", "markdown", "⟦|⟧" + "A loaf of bread is on the table. " * 700 + "\n", "prose",
        "The paragraph has more than 20,000 characters, and isn't checked. → Split it.",
        settings=NO_TOOLS,
    ),
    "below one that is too long": Row(
        "a.md", "markdown", "A loaf of bread is on the table. " * 700 + "\n\n```text\nA loaf⟦|⟧\n```\n", "prose",
        "No prose is read here: this is markup or code. → Put the cursor into a sentence.",
        settings=NO_TOOLS,
    ),
    "in a comment of code": Row(
        "a.py", "python", "x = 1  # a loaf of bread⟦|⟧ is on the table\n", "prose",
        "Harper finds nothing wrong here. "
        "→ If something is wrong, select it and choose “Fix this text” in the menu.",
        settings=NO_TOOLS,
    ),
}  # fmt: skip
COMPLETION = {
    "the engine isn't installed": Row(
        "a.py", "python", "def add(a, b):\n    return ⟦|⟧\n", "completion",
        "The engine that runs the models isn't installed. → `breadknife setup` installs it.",
        engine=raises(EngineMissing),
    ),
    "the model is missing": Row(
        "a.py", "python", "def add(a, b):\n    return ⟦|⟧\n", "completion",
        "The model qwen2.5-coder-0.5b is not on this machine, and completion needs it. "
        "→ `breadknife models pull qwen2.5-coder-0.5b` fetches it (491 MB).",
        engine=raises(a_missing_model),
    ),
    "inside a word": Row(
        "a.py", "python", "def add(a, b):\n    ret⟦|⟧urn\n", "completion",
        "The cursor is inside a word. → Move the cursor to its end.",
    ),
    "not sure enough": Row(
        "a.py", "python", "def add(a, b):\n    return ⟦|⟧\n", "completion",
        "The model isn't sure enough of what comes here. → Write a little more.",
        engine=lambda: Unsure([Line("", "a + b")]),
    ),
    "identical to the next line": Row(
        "a.py", "python", "def add(a, b):\n    ⟦|⟧\n    print(a, b)\n    return a + b\n", "completion",
        "The model only repeated the text after the cursor. → Write a little more.",
        engine=says("print(a, b)\n"),
    ),
    "a file of secrets": Row(
        ".env", "shellscript", "HOST=⟦|⟧\n", "completion",
        "The file is ignored, or looks like a file that holds secrets. "
        "→ If it holds none, rename it or take it out of `.breadknifeignore`.",
    ),
    "inside a string": Row(
        "a.py", "python", "x = 'bread ⟦|⟧and butter'\n", "completion",
        "Text follows the cursor on its line. → Move to the end of the line, or ask by hand.",
    ),
}  # fmt: skip
SELECTION = {
    "the folder isn't trusted": Row(
        "a.md", "markdown", "⟦A loaf of bread is on the table.⟧\n", "recipes",
        "You don't trust this folder, so its own actions are left out. → Run `breadknife trust` in it if you do.",
        files={".breadknife/recipes/own.toml": 'name = "own"\n'},
    ),
    "no action fits": Row(
        "a.yaml", "yaml", "⟦bread: 1⟧\n", "recipes",
        "None of the actions fits this selection: the cursor is in no paragraph. "
        "→ Select a whole sentence or a whole function.",
    ),
    "an action fits": Row(
        "a.md", "markdown", "⟦A loaf of bread is on the table.⟧\n", "recipes",
        "The menu has an entry for this selection: “Fix this text”. → Open the editor's menu of code actions.",
    ),
}  # fmt: skip
NULLS = {
    "never null": Row(
        "a.py", "python", "def f(x: str):\n    return x⟦|⟧.upper()\n", "nullcheck",
        "Nothing shows that `x` can be null here. → If it can, declare that where `x` comes from.",
    ),
    "a language that isn't covered": Row(
        "a.rs", "rust", "fn f(x: Option<i32>) -> i32 {\n    x⟦|⟧.unwrap()\n}\n", "nullcheck",
        "The null check doesn't cover rust. → Run `breadknife plugins list` to see what it covers.",
    ),
    "generated": Row(
        "a.go", "go",
        "// Code generated by protoc. DO NOT EDIT.\npackage a\n\nfunc f(x *T) int {\n\treturn x⟦|⟧.y\n}\n", "nullcheck",
        "The file says that a program has written it, so nulls aren't looked for. "
        "→ Correct what it is generated from.",
    ),
    "ignored by a comment": Row(
        "a.py", "python",
        "import re\n\nm = re.match('a', 'b')\nprint(m⟦|⟧.group())  # breadknife: ignore none-attribute\n", "nullcheck",
        "The comment in line 4 ignores nulls here. → Remove that comment.",
    ),
    "the same cause": Row(
        "a.py", "python", "import re\n\n\ndef f(s):\n    m = re.match('a', s)\n    if s:\n        print(m.group())\n"
        "    else:\n        print(m⟦|⟧.group())\n", "nullcheck",
        "The same null is reported at the first place that it gets to. → Go to line 7.",
    ),
    "a syntax error": Row(
        "a.py", "python", "def f(x: str):\n    return x⟦|⟧.upper()\n\ndef (:\n", "nullcheck",
        "Line 4 has a syntax error, and nulls are looked for in whole code. → Correct that line.",
    ),
}  # fmt: skip
ROWS = {
    f"{kind}: {name}": row
    for kind, rows in (("prose", PROSE), ("completion", COMPLETION), ("selection", SELECTION), ("null", NULLS))
    for name, row in rows.items()
}


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def hosted(row: Row, folder: Path) -> Host:
    registry = discover()
    settings, problems = load(folder, registry.settings_types, Layer("a test", dict(row.settings), author=Author.USER))
    assert not problems
    return Host(registry, row.engine(), builtin_catalog(), settings)


def asked(row: Row, folder: Path) -> tuple[Document, Span]:
    write(folder, dict(row.files))
    if "⟦|⟧" in row.text:
        before, _, after = row.text.partition("⟦|⟧")
        text, span = before + after, Span(len(before), len(before))
    else:
        text, [span] = marked_spans(row.text)
    path = write(folder, {row.file: text}) / row.file
    return Document(path.as_uri(), row.language, text, 1), span


@pytest.mark.parametrize("name", ROWS)
def test_explain_nothing_is_here(name: str, folder: Path) -> None:
    row = ROWS[name]
    document, span = asked(row, folder)
    host = hosted(row, folder)
    try:
        found = explain_nothing(host, document, span, folder)
        assert (found.expected, " ".join(found.lines)) == (row.expected, row.said)
    finally:
        host.close()
