"""Tells what `breadknife setup` does: as JSON for programs, as a bar for each part on a terminal, else as lines."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from types import TracebackType
from typing import Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from breadknife.cli.output import LogFilter, of_bytes, print_json
from breadknife.engine.models.progress import ProgressAmount
from breadknife.setup.editors.files import Written
from breadknife.setup.editors.table import server_command
from breadknife.setup.editors.values import Editor
from breadknife.setup.values import Event, Part
from breadknife.text.printable import escaped

_MARKS = {"done": "✓", "failed": "✗", "skipped": "–"}


class Events(Protocol):
    """Tells the user or a program of events, inside a `with` block."""

    def __enter__(self) -> Events: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def tell(self, event: Event) -> None:
        """Tell of an event. May be called from several threads."""
        ...


class _WithLock:
    """Events that are told one at a time, and need nothing at the beginning and end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, event: Event) -> None:
        raise NotImplementedError


class JsonEvents(_WithLock):
    """On stdout, one object a line."""

    def tell(self, event: Event) -> None:
        with self._lock:
            print_json(asdict(event), indent=None)


class LineEvents(_WithLock):
    """On stderr, a line for each new message of a part and for each tenth of its work."""

    def __init__(self) -> None:
        super().__init__()
        self._log = LogFilter()

    def tell(self, event: Event) -> None:
        words = event.message.partition(":")[0]  # without counts of files and minutes, which change all the time
        with self._lock:
            if self._log.is_new(event.part, words, event.fraction) or event.state != "running":
                mark = _MARKS.get(event.state, " ")
                typer.echo(escaped(f"{mark} {event.part}: {event.message}{_amount(event)}"), err=True)


class LiveEvents:
    """On stderr, a bar for each part. When a part is done, its bar is replaced by a line of text above the others."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._console = Console(stderr=True, highlight=False)
        narrow = self._console.width < 100
        self._bars = Progress(
            TextColumn("{task.fields[title]}", markup=False),
            BarColumn(12 if narrow else 30),
            TaskProgressColumn(),
            TextColumn("{task.description}", markup=False),
            *(() if narrow else (TimeElapsedColumn(),)),
            console=self._console,
        )
        width = max(len(part.title) for part in parts)
        self._titles = {part.name: part.title for part in parts}
        self._tasks: dict[str, TaskID] = {
            part.name: self._bars.add_task("waiting", total=None, title=part.title.ljust(width)) for part in parts
        }

    def __enter__(self) -> Events:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def tell(self, event: Event) -> None:
        task = self._tasks[event.part]
        if event.state == "running":
            amount = f"{event.message}{_amount(event)}"
            message = amount.removeprefix(f"{self._titles[event.part]}: ")
            self._bars.update(task, description=message, completed=event.fraction or 0.0, total=_total(event))
            return
        self._bars.remove_task(task)
        colour = {"done": "green", "failed": "red", "skipped": "yellow"}[event.state]
        self._bars.console.print(Text.assemble((_MARKS[event.state], colour), f" {escaped(event.message)}"))


def _total(event: Event) -> float | None:
    return None if event.fraction is None else 1.0


def _amount(event: Event) -> str:
    return of_bytes(ProgressAmount(event.fraction, event.bytes_done, event.bytes_total))


def looked(part: Part, *, usual: bool) -> Event:
    """Return an event that says what there is of a part, before anything is done. `usual`: see `Event.usual`."""
    status = part.status()
    state = "done" if status.ready else "skipped"
    return Event(part.name, state, status.state, bytes_total=status.size or None, usual=usual)


def tell_editor(editor: Editor) -> None:
    """Print the settings alone on stdout, so that they can be put into a file; what to do with them on stderr."""
    where = f"put this into {editor.file}" if editor.file else "run this"
    by_itself = f", or run `breadknife setup {editor.name} --write`" if editor.place else ""
    print(f"{editor.title}: {where}{by_itself}; more in docs/editors/{editor.page}", file=sys.stderr, flush=True)
    print(editor.settings(server_command()), flush=True)


def tell_written(editor: Editor, written: Written) -> None:
    """Tell what was put where, and what is left to do."""
    print(f"{editor.title}: breadknife is in {written.file} now.")
    for language in written.left_out:
        print(f'  It configures {language} already: add "breadknife" to the `language-servers` of that.')
    if editor.next_step:
        print(f"  {editor.next_step} See docs/editors/{editor.page}.")
    print(f"  `breadknife setup {editor.name} --undo` takes it out again.")


def tell_undone(editor: Editor, written: Written) -> None:
    print(f"{editor.title}: what breadknife had written into {written.file} is out again.")
