"""`make demo`: the real server at work on the files beside this one, and the real model as soon as there is one.

Everything goes through the language server protocol, as it would from an editor. The answers are checked: a fix that
isn't the right one, a fault that isn't found, one that is found and isn't there, and a suggestion that takes too long
each make the exit code 1. A check on a busy machine may take long: it says so, and is right all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import shutil
import time
from pathlib import Path

from editor import Editor, position
from faults import COMPLETED, FAULTS, LANGUAGES, Fault, mended, without_messages
from lsprotocol import types as lsp
from questions import QUESTIONS, Question
from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.syntax import Syntax
from setting_up import SettingUp, run_breadknife

from breadknife.setup.editors.table import EDITORS
from breadknife.setup.editors.values import Editor as EditorOnPath

HERE = Path(__file__).parent
WIDTH = 80
SETTINGS = {"prose": {"languagetool": False}}
"""The answers that are expected are those of a machine that has no LanguageTool."""
RULES_SECONDS = 180.0
"""After which a fault isn't found. Harper reads its dictionary before the first answer (0.7 s of the processor), and
the engine may be compiled meanwhile."""
MODEL_SECONDS = 300.0
"""The same. The model is loaded (a second or two, and 500 MB are summed), then reads both files."""
TOLD_SECONDS = 10.0
"""So often a check that isn't done says that it goes on."""
SETTLED_SECONDS = 5.0
"""Without another publication after these, what was published last counts."""
FIRST_SECONDS, NEXT_SECONDS = 60.0, 3.0
"""A suggestion: the first may wait until the model is loaded and the prompt is read, the next may not."""


SHELF = HERE / "shelf"
ASK_SHELF = "Answer from my shelf"
ASKED_SECONDS = 10.0
"""A question: the first one loads the model that finds meanings."""


class Demo:
    def __init__(self) -> None:
        self.console = Console(highlight=False, width=min(WIDTH, Console().width))
        self.editor = Editor(HERE)
        self.wrong: list[str] = []

    async def run(self) -> int:
        began = time.monotonic()
        async with SettingUp(self.console, ("engine", "model")) as setting_up:
            await self.editor.start("--no-learn", settings=SETTINGS)
            self.say(f"[bold]breadknife[/bold] answered `initialize` after {_ms(began)} ms.")
            await self.by_rules()
            if failure := await setting_up.wait():
                self.note(failure)
            else:
                await self.by_model()
                await self.complete()
                await self.ask_shelf()
        await self.say_goodbye()
        return 1 if self.wrong else 0

    async def by_rules(self) -> None:
        self.heading("Rules: prose and null checks, without any model")
        for file in LANGUAGES:
            await self.mend(file, (HERE / file).read_text("utf-8"), model=False, seconds=RULES_SECONDS)

    async def by_model(self) -> None:
        self.heading("A small model: what no rule knows")
        for file in LANGUAGES:
            text = mended(file, (HERE / file).read_text("utf-8"), model=False)
            await self.mend(file, text, model=True, seconds=MODEL_SECONDS)

    async def mend(self, file: str, text: str, *, model: bool, seconds: float) -> None:
        """Make the first fix of each finding, and look at what has become of the file."""
        began = time.monotonic()
        uri = self.editor.open(file, text, LANGUAGES[file])
        faults = [fault for fault in FAULTS if fault.file == file and fault.model == model]
        told = began
        while faults and time.monotonic() - began < seconds:
            if time.monotonic() - told > TOLD_SECONDS:
                told = time.monotonic()
                self.say(f"[dim]still checking {file} after {told - began:.0f} s[/dim]")
            self.editor.published.clear()
            if fault := await self.fix_one(uri, faults):
                faults.remove(fault)
                continue
            with contextlib.suppress(TimeoutError):  # some findings come later: the server says when
                await asyncio.wait_for(self.editor.published.wait(), 1)
        await self.compare(file, uri, model=model)
        self.editor.close(uri)

    async def fix_one(self, uri: str, faults: list[Fault]) -> Fault | None:
        """Make the first fix that is offered for one of these faults, whatever it is; None when none is found."""
        for diagnostic in await self.editor.diagnostics(uri):
            text = self.editor.texts[uri]
            fault = next((each for each in faults if _is_about(diagnostic, text, each)), None)
            if fault is None:
                continue
            actions = [action for action in await self.editor.actions(uri, diagnostic) if action.command is None]
            edits = await self.editor.resolve(actions[0]) if actions else []
            if not edits:  # an installed checker objects to it
                continue
            after = self.editor.edit(uri, edits)
            self.say(f"[yellow]{fault.file}:{diagnostic.range.start.line + 1}[/yellow] {diagnostic.message}")
            self.show_diff(text, after)
            return fault
        return None

    async def complete(self) -> None:
        self.heading("Code completion")
        text = mended("inventory.py", (HERE / "inventory.py").read_text("utf-8"), model=True)
        at = position(text, len(text.rstrip("\n")))
        uri = self.editor.open("inventory.py", text, "python")
        kinds = lsp.InlineCompletionTriggerKind
        for word, kind, seconds in (
            ("the first suggestion", kinds.Invoked, FIRST_SECONDS),
            ("the next one, a key later", kinds.Automatic, NEXT_SECONDS),
        ):
            began = time.monotonic()
            items = await self.suggest(uri, at, kind, seconds)
            if self.in_time(word, began, seconds):
                self.say(f"[dim]{word}: {_ms(began)} ms[/dim]")
            suggested = str(items[0].insert_text) if items else ""
            if not any(each in suggested for each in COMPLETED):
                self.note(f"{word} has nothing to do with the function: {suggested!r}")
            if word.startswith("the first"):
                key = lsp.TextEdit(lsp.Range(at, at), suggested[:1])
                self.editor.edit(uri, [key])
                at = lsp.Position(at.line, at.character + 1)
            elif items:
                edit = lsp.TextEdit(items[0].range or lsp.Range(at, at), suggested)
                self.show_diff(text, self.editor.edit(uri, [edit]))
        self.editor.close(uri)

    async def suggest(
        self, uri: str, at: lsp.Position, kind: lsp.InlineCompletionTriggerKind, seconds: float
    ) -> list[lsp.InlineCompletionItem]:
        """Ask until there is a suggestion or the time is up: a busy machine may need longer than the server waits."""
        began = time.monotonic()
        while not (items := await self.editor.suggest(uri, at, kind)):
            if time.monotonic() - began > seconds:
                break
            await asyncio.sleep(0.5)
        return items

    async def ask_shelf(self) -> None:
        """Two PDFs, one of them a scan, are put on the user's shelf and asked, then taken from it again."""
        self.heading("Ask my shelf: two PDFs, one of them a scan")
        began = time.monotonic()
        with self.console.status("reading both PDFs"):
            pulled = await run_breadknife("models", "pull", "all-minilm-l6-v2")
            failure = pulled or await run_breadknife("shelf", "add", str(SHELF))
        if failure:
            self.note(failure)
            return
        self.say(f"[dim]read and indexed in {_ms(began)} ms[/dim]")
        try:
            for question in QUESTIONS:
                if not question.is_scanned or shutil.which("tesseract"):
                    await self.ask(question)
                else:
                    self.say("[dim]The scan is left out: tesseract, which reads it, is not installed.[/dim]")
        finally:
            await run_breadknife("shelf", "remove", str(SHELF))

    async def ask(self, question: Question) -> None:
        began = time.monotonic()
        text = f"?? {question.text}\n"
        uri = self.editor.open("questions.md", text, "markdown")
        self.editor.messages.clear()
        offered = await self.editor.menu(uri, lsp.Position(0, 3))
        chosen = [action for action in offered if action.title == ASK_SHELF]
        edits = await self.editor.resolve(chosen[0]) if chosen else []
        self.in_time(question.text, began, ASKED_SECONDS)
        answer = self.editor.edit(uri, edits).removeprefix(text).strip() if edits else ""
        self.say(f"\n[bold]{text.strip()}[/bold]")
        quoted = f"\n{answer}".split("\n*")[0].strip()  # a line in italics heads what is near, but no answer
        first, *others = (quoted or answer or "; ".join(self.editor.messages)).split("\n\n> ")
        self.say(escape(first))
        if others:
            self.say(
                f"[dim]and {len(others)} more[/dim]" if quoted else escape("".join(f"\n> {each}" for each in others))
            )
        self.say(f"[dim]{_ms(began)} ms[/dim]")
        if not chosen:
            self.note(f"the menu lacks “{ASK_SHELF}”")
        elif not question.page and quoted:
            self.note("nothing on the shelf says that")
        elif not (question.page in quoted and question.quoted in quoted):
            self.note(f"the answer is on {question.page}: {question.quoted}")
        self.editor.close(uri)

    async def say_goodbye(self) -> None:
        status = await self.editor.command("breadknife.status")
        await self.editor.stop()
        self.heading("Your editor")
        self.say(f"Bytes sent off this machine by any of this: [bold]{status['bytes_sent']}[/bold]")
        found = [editor for editor in EDITORS if editor.found]
        for editor in found:
            self.say(f"{editor.title:12} {line_for(editor)}")
        if not found:
            names = ", ".join(editor.name for editor in EDITORS)
            self.say(f"None is on your PATH; `.venv/bin/breadknife setup EDITOR` prints settings for {names}.")
        self.say("In a terminal: `.venv/bin/breadknife lint PATH`")
        for each in self.wrong:
            self.say(f"[red]{each}[/red]")
        if self.wrong:
            self.say("[red]`.venv/bin/breadknife doctor` says what is missing.[/red]")

    async def compare(self, file: str, uri: str, *, model: bool) -> None:
        """What the first fixes have made of a file, with what it should be; and nothing else may be found."""
        while await self.list_others(uri, model=model):  # what was published first may be from before the last fix
            self.editor.published.clear()
            try:
                await asyncio.wait_for(self.editor.published.wait(), SETTLED_SECONDS)
            except TimeoutError:
                break
        for diagnostic in await self.list_others(uri, model=model):
            self.note(f"{file}:{diagnostic.range.start.line + 1}: one finding too many: {diagnostic.message}")
        expected, now = mended(file, (HERE / file).read_text("utf-8"), model=model), self.editor.texts[uri]
        if without_messages(now) != without_messages(expected):
            self.note(f"{file}: not all is found, or a fix isn't the right one (-: right, +: now):")
            self.show_diff(without_messages(expected), without_messages(now))

    async def list_others(self, uri: str, *, model: bool) -> list[lsp.Diagnostic]:
        """Return the findings that aren't one of the faults that a model finds later."""
        later = [fault for fault in FAULTS if fault.model and not model]
        text = self.editor.texts[uri]
        found = await self.editor.diagnostics(uri)
        return [each for each in found if not any(_is_about(each, text, fault) for fault in later)]

    def in_time(self, what: str, began: float, seconds: float) -> bool:
        taken = time.monotonic() - began
        if taken > seconds:
            self.note(f"{what} took {taken:.1f} s, which is more than {seconds:.0f} s")
        return taken <= seconds

    def note(self, wrong: str) -> None:
        self.wrong.append(wrong)
        self.say(f"[red]{wrong}[/red]")

    def say(self, text: str) -> None:
        self.console.print(text)

    def heading(self, title: str) -> None:
        self.console.print("", Rule(f"[bold]{title}[/bold]", align="left"), sep="\n")

    def show_diff(self, before: str, after: str) -> None:
        lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[3:]
        self.console.print(Syntax("\n".join(lines), "diff", background_color="default", word_wrap=True))


def line_for(editor: EditorOnPath) -> str:
    """What connects an editor with this checkout."""
    setup = f".venv/bin/breadknife setup {editor.name}"
    if editor.place:
        return f"{setup} --write"
    # Its extension is built first. `-v` also shows the line that is for the user's settings.
    return f"make dist-vscode && {setup} | sh -v"


def _is_about(diagnostic: lsp.Diagnostic, text: str, fault: Fault) -> bool:
    """True if it touches what is wrong, and is of that plugin."""
    at = text.find(fault.wrong)
    if at < 0 or str(diagnostic.code).startswith("nullcheck/") != (fault.by == "nullcheck"):
        return False
    start, end = position(text, at), position(text, at + len(fault.wrong))
    return _key(start) <= _key(diagnostic.range.start) and _key(diagnostic.range.end) <= _key(end)


def _key(position: lsp.Position) -> tuple[int, int]:
    return position.line, position.character


def _ms(began: float) -> str:
    return f"{(time.monotonic() - began) * 1000:.0f}"


if __name__ == "__main__":
    raise SystemExit(asyncio.run(Demo().run()))
