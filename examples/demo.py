"""`make demo`: the real server and the real model at work on the files beside this one.

Everything goes through the language server protocol, as it would from an editor.
"""

from __future__ import annotations

import asyncio
import difflib
import time
from pathlib import Path
from typing import Any

from editor import Editor, position
from lsprotocol import types as lsp
from rich.console import Console
from rich.rule import Rule
from rich.syntax import Syntax

HERE = Path(__file__).parent
console = Console(highlight=False)
LANGUAGETOOL_SECONDS = 60


async def main() -> int:
    editor = Editor(HERE)
    began = time.monotonic()
    await editor.start()
    console.print(f"[bold]breadknife[/bold] answered `initialize` after {(time.monotonic() - began) * 1000:.0f} ms\n")
    shown = [
        await complete(editor),
        await fix(editor, "inventory.py", "python", "nullcheck", "A null check found and fixed"),
        await fix(editor, "notes.md", "markdown", "prose", "A mistake in Markdown found and fixed"),
        await fix(editor, "inventory.py", "python", "prose", "A mistake in a docstring found and fixed"),
    ]
    for message in dict.fromkeys(editor.messages):
        console.print(f"[yellow]{message}[/yellow]")
    status = await editor.command("breadknife.status")
    await editor.stop()
    console.print(Rule())
    console.print(f"Bytes sent off this machine: [bold]{status['bytes_sent']}[/bold]\n")
    console.print("Connect your editor (this server is `.venv/bin/breadknife serve`):")
    for name in ("neovim", "vscode", "helix", "emacs"):
        console.print(f"  {name:8} docs/editors/{name}.md")
    console.print("Or without one: `.venv/bin/breadknife lint PATH…`")
    if not all(shown):
        console.print("[red]Something above did not come; `.venv/bin/breadknife doctor` says why.[/red]")
    return 0 if all(shown) else 1


async def complete(editor: Editor) -> bool:
    text = (HERE / "inventory.py").read_text("utf-8")
    uri = editor.open("inventory.py", text, "python")
    at = position(text, len(text.rstrip("\n")))
    heading("Code completion", f"inventory.py:{at.line + 1}, at the end of the empty function")
    began = time.monotonic()
    items = await editor.suggest(uri, at)
    if items:
        item = items[0]
        edit = lsp.TextEdit(item.range or lsp.Range(at, at), str(item.insert_text))
        show_diff(text, editor.edit(uri, [edit]), "inventory.py")
    await receipt(editor, uri, "completion", began)
    editor.close(uri)
    return bool(items)


async def fix(editor: Editor, name: str, language: str, plugin: str, title: str) -> bool:
    """Show the first finding of a plugin that comes with a fix, and apply that."""
    text = (HERE / name).read_text("utf-8")
    uri = editor.open(name, text, language)
    began = time.monotonic()
    end = began + (LANGUAGETOOL_SECONDS if plugin == "prose" else 5)
    heading(title, name)
    while True:
        editor.refreshed.clear()
        for diagnostic in await editor.diagnostics(uri):
            if (diagnostic.source == "nullcheck") != (plugin == "nullcheck"):
                continue
            for action in await editor.actions(uri, diagnostic):
                edits = await editor.resolve(action) if action.command is None else []
                if not edits:
                    continue
                line = diagnostic.range.start.line + 1
                console.print(f"[yellow]{name}:{line}[/yellow] {diagnostic.message}")
                console.print(f"[dim]rule {diagnostic.source}/{diagnostic.code}; fix:[/dim] {action.title}")
                show_diff(text, editor.edit(uri, edits), name)
                await receipt(editor, uri, "resolve" if plugin == "nullcheck" else "check", began, plugin)
                editor.close(uri)
                return True
        try:  # LanguageTool's findings come later: the server asks to be asked again
            await asyncio.wait_for(editor.refreshed.wait(), max(0.1, end - time.monotonic()))
        except TimeoutError:
            console.print("[red]no finding with a fix came[/red]")
            editor.close(uri)
            return False


def heading(title: str, where: str) -> None:
    console.print(Rule(f"[bold]{title}[/bold]", align="left"))
    console.print(f"[dim]asked:[/dim] {where}")


def show_diff(before: str, after: str, name: str) -> None:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=1)
    console.print(Syntax("\n".join(lines), "diff", background_color="default"))


async def receipt(editor: Editor, uri: str, kind: str, began: float, plugin: str = "completion") -> None:
    """The server's own account of the newest request of that kind."""
    milliseconds = (time.monotonic() - began) * 1000
    receipts: list[dict[str, Any]] = await editor.command("breadknife.why", uri)
    mine = next((r for r in receipts if r["request"] == kind and r["plugin"] == plugin), None)
    if mine is None:
        return
    by = mine["model"] or "rules: " + ", ".join(mine["rules"])
    tokens = f", {mine['prompt_tokens']} + {mine['output_tokens']} tokens" if mine["model"] else ""
    why = f" — {mine['reason']}: {mine['sentence']}" if mine["reason"] else ""
    console.print(
        f"[dim]{mine['outcome']} by {by}{tokens}, {mine['milliseconds']:.0f} ms in the server, "
        f"{milliseconds:.0f} ms in all, {mine['bytes_sent']} bytes off the machine{why}[/dim]\n"
    )


raise SystemExit(asyncio.run(main()))
