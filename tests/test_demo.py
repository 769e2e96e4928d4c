"""The demo checks breadknife's answers: what is wrong with them makes its exit code 1."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from rich.console import Console

EXAMPLES = Path(__file__).parents[1] / "examples"
sys.path.insert(0, str(EXAMPLES))

import demo as module  # noqa: E402
from demo import Demo  # noqa: E402
from editor import offset, position  # noqa: E402
from faults import FAULTS, LANGUAGES, Fault, mended  # noqa: E402

from breadknife.setup.editors.table import EDITORS  # noqa: E402
from breadknife.setup.editors.values import Editor  # noqa: E402


@dataclass
class FakeEditor:
    """Finds what a test says, and mends it so."""

    fixes: dict[str, str]
    """What is wrong -> what it becomes; what isn't in it isn't found."""
    texts: dict[str, str] = field(default_factory=dict[str, str])

    def open(self, name: str, text: str, language: str) -> str:
        self.texts[name] = text
        return name

    def close(self, uri: str) -> None:
        del self.texts[uri]

    async def diagnostics(self, uri: str) -> list[lsp.Diagnostic]:
        text = self.texts[uri]
        found = [(wrong, text.find(wrong)) for wrong in self.fixes]
        return [
            lsp.Diagnostic(
                lsp.Range(position(text, at), position(text, at + len(wrong))),
                wrong,
                code="nullcheck/none-attribute" if "match" in wrong else "harper/AnA",
            )
            for wrong, at in found
            if at >= 0 and self.fixes[wrong] not in text
        ]

    async def actions(self, uri: str, diagnostic: lsp.Diagnostic) -> list[lsp.CodeAction]:
        return [lsp.CodeAction(diagnostic.message)]

    async def resolve(self, action: lsp.CodeAction) -> list[lsp.TextEdit]:
        [text] = self.texts.values()
        at = text.find(action.title)
        place = lsp.Range(position(text, at), position(text, at + len(action.title)))
        return [lsp.TextEdit(place, self.fixes[action.title])]

    def edit(self, uri: str, edits: Sequence[lsp.TextEdit]) -> str:
        [edit] = edits
        text = self.texts[uri]
        start, end = offset(text, edit.range.start), offset(text, edit.range.end)
        self.texts[uri] = text[:start] + edit.new_text + text[end:]
        return self.texts[uri]

    class published:  # noqa: N801 (an event that never comes)
        @staticmethod
        def clear() -> None: ...

        @staticmethod
        async def wait() -> None:
            raise TimeoutError


RIGHT = {fault.wrong: fault.right for fault in FAULTS if not fault.model}
USEFUL = next(fault.wrong for fault in FAULTS if "useful" in fault.wrong)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.wrong.strip())
def test_the_files_have_these_faults_once(fault: Fault) -> None:
    assert (EXAMPLES / fault.file).read_text("utf-8").count(fault.wrong) == 1


@pytest.mark.parametrize(
    ("fixes", "wrong"),
    [
        pytest.param(RIGHT, [], id="all right"),
        pytest.param({**RIGHT, USEFUL: "an use"}, ["notes.md: not all is found"], id="another fix than the right one"),
        pytest.param({w: r for w, r in RIGHT.items() if w != USEFUL}, ["notes.md: not all is found"], id="left out"),
        pytest.param({**RIGHT, "Run": "Runs"}, ["notes.md:6: one finding too many: Run"], id="nothing is wrong there"),
    ],
)
async def test_answers_are_checked(fixes: dict[str, str], wrong: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RULES_SECONDS", 0.4)
    demo = Demo()
    demo.console = Console(file=StringIO(), width=80)
    demo.editor = FakeEditor(fixes)  # type: ignore[assignment]
    await demo.by_rules()
    assert len(demo.wrong) == len(wrong)
    assert all(each.startswith(expected) for each, expected in zip(demo.wrong, wrong, strict=True))


async def test_a_check_that_takes_long_says_so_and_is_right_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOLD_SECONDS", 0.0)
    demo, shown = Demo(), StringIO()
    demo.console = Console(file=shown, width=80)
    demo.editor = FakeEditor(RIGHT)  # type: ignore[assignment]
    await demo.by_rules()
    assert not demo.wrong
    for file in LANGUAGES:
        assert f"still checking {file}" in shown.getvalue()


async def test_a_suggestion_that_takes_too_long_is_wrong() -> None:
    demo = Demo()
    demo.console = Console(file=StringIO(), width=80)
    assert not demo.in_time("the next one", 0.0, module.NEXT_SECONDS)
    assert len(demo.wrong) == 1


@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.name)
def test_each_editor_has_a_line_that_is_a_command(editor: Editor) -> None:
    line = module.line_for(editor)
    assert f".venv/bin/breadknife setup {editor.name} " in line
    assert line.endswith(" --write") == (editor.place is not None)
    assert len(f"{editor.title:12} {line}") <= module.WIDTH


def test_nothing_is_wider_than_a_terminal() -> None:
    texts = [mended(file, (EXAMPLES / file).read_text("utf-8"), model=True) for file in LANGUAGES]
    assert max(len(line) + 1 for text in texts for line in text.splitlines()) <= module.WIDTH


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_its_answers_are_right_with_real_models() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "BREADKNIFE_HOME"}
    command = [sys.executable, str(EXAMPLES / "demo.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
