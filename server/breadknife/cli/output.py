"""Writes what commands say: lines and JSON on stdout, messages and progress on stderr; also ends them by signals."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from types import FrameType
from typing import TypeVar

import typer

from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import ProgressAmount, PullProgress, Report
from breadknife.paths import state_dir, write_atomically, written_at
from breadknife.text.printable import escaped

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""

_SUGGESTED_AGAIN = 30 * 24 * 3600.0
"""Seconds until a suggestion is told again."""
_ENDING_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")

_Item = TypeVar("_Item")


def say(line: str = "") -> None:
    """Print on stdout, as one line whatever is in it."""
    typer.echo(escaped(line))


def tell(message: str, *, fleeting: bool = False) -> None:
    """Print a message on stderr, as one line whatever is in it.

    Args:
        message: what to print.
        fleeting: the message is progress. Only a terminal shows it, and the next message takes its place; an empty one
            only clears it.
    """
    message = escaped(message)
    has_control = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not _is_legacy_windows()
    clear = "\x1b[K" if has_control else ""
    if not fleeting:
        print(f"{clear}breadknife: {message}", file=sys.stderr)
    elif has_control:
        print(f"{clear}{_fitting(message)}", end="\r", file=sys.stderr, flush=True)


def suggest(message: str) -> None:
    """Tell of an optional part that isn't set up: once a month on this machine, since people may do without."""
    mark = state_dir() / "suggested" / hashlib.sha256(message.encode("utf-8", "replace")).hexdigest()[:16]
    told = written_at(mark)
    if told is None or time.time() - told[0] / 1e9 > _SUGGESTED_AGAIN:
        tell(message)
        with suppress(OSError):
            write_atomically(mark, b"", durable=False)


def _is_legacy_windows() -> bool:
    """Tell whether the console takes no control sequences, as an old one of Windows."""
    if sys.platform != "win32":
        return False
    from rich.console import Console

    return Console(stderr=True).legacy_windows


def tell_progress(message: str, fraction: float | None) -> None:
    """Tell progress where a terminal shows it."""
    tell(message if fraction is None else f"{message} ({fraction:.0%})", fleeting=True)


def shown(items: Sequence[_Item], what: Callable[[_Item], str]) -> Iterator[_Item]:
    """Yield the items; before each, tell its number and `what(item)` as progress."""
    try:
        for at, item in enumerate(items, 1):
            tell(f"{at} of {len(items)}: {what(item)}", fleeting=True)
            yield item
    finally:
        tell("", fleeting=True)


def _fitting(message: str) -> str:
    """Cut a message to the terminal's width: a line that is folded can't be taken back."""
    from rich.cells import cell_len, set_cell_size

    try:
        width = os.get_terminal_size(sys.stderr.fileno()).columns - 1
    except OSError:
        return message
    return message if width < 1 or cell_len(message) <= width else set_cell_size(message, width - 1) + "…"


def print_columns(columns: Mapping[str, Sequence[str]], *, right: Container[str] = ()) -> None:
    """Print a table, cells below their headings, as wide as the terminal; elsewhere each row is a line. What doesn't
    fit is folded, not cut. The headings in `right` are those of numbers."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for at, heading in enumerate(columns):
        side = "right" if heading in right else "left"
        table.add_column(heading, no_wrap=at == 0, overflow="fold", justify=side)
    for cells in zip(*columns.values(), strict=True):
        table.add_row(*cells)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@contextmanager
def progress() -> Generator[Report, None, None]:
    """Show progress on stderr: a bar on a terminal, and lines for a log elsewhere."""
    if not sys.stderr.isatty():
        log = LogFilter()

        def write(now: PullProgress) -> None:
            if log.is_new("", now.message, now.amount.fraction):
                typer.echo(escaped(now.message + of_bytes(now.amount)), err=True)

        yield write
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def report(now: PullProgress) -> None:
            if now.amount.fraction is None:
                bar.console.print(escaped(now.message), highlight=False, markup=False)
            else:
                description = escaped(now.message + of_bytes(now.amount))
                bar.update(task, description=description, completed=now.amount.fraction, total=1.0, visible=True)

        yield report


class LogFilter:
    """Passes progress on to a log: once for each new message and for each tenth."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, int]] = {}

    def is_new(self, subject: str, message: str, fraction: float | None) -> bool:
        """Tell whether a subject has another message or tenth than the last time."""
        now = (message, int((fraction or 0.0) * 10))
        is_new = self._last.get(subject) != now
        self._last[subject] = now
        return is_new


def of_bytes(amount: ProgressAmount) -> str:
    """Return the bytes that are counted, such as `, 212 MB of 491 MB`; empty where none are."""
    if amount.done is None or amount.total is None:
        return ""
    return f", {megabytes(amount.done)} of {megabytes(amount.total)}"


def megabytes(size: int) -> str:
    """Return a number of bytes in megabytes: `1,212 MB`."""
    return f"{size / 1e6:,.0f} MB"


def print_json(value: object, *, indent: int | None = 2) -> None:
    """Print a value as JSON on stdout, in ASCII, so that no text in it can control a terminal."""
    print(json.dumps(value, indent=indent), flush=True)


def offline_by_settings() -> bool:
    """Tell whether the user's `config.toml` sets `offline`. Raises SettingsError when the file isn't TOML."""
    from breadknife.host.settings import file_layers

    layers, unreadable = file_layers(None)
    for problem in unreadable:
        raise problem
    return any(layer.values.get("offline") is True for layer in layers)


@contextmanager
def cancelled_by_signals(*names: str, second_raises: bool = False) -> Generator[CancelToken, None, None]:
    """Yield a token that Ctrl-C and the other signals that end a program cancel, so that the command can end in order.

    Args:
        names: the signals, such as `SIGINT`; by default all that end a program.
        second_raises: for a command that may take long to notice the token, and that tests call from any thread. A
            second signal raises KeyboardInterrupt; an ignored signal stays ignored, as Ctrl-C is in a job that a shell
            runs in the background; and outside of the main thread, which alone may handle signals, none is handled.
    """
    cancel = CancelToken()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if second_raises and cancel.cancelled:
            raise KeyboardInterrupt
        cancel.cancel()

    numbers = [getattr(signal, name) for name in names or _ENDING_SIGNALS if hasattr(signal, name)]
    if second_raises:
        is_main = threading.current_thread() is threading.main_thread()
        numbers = [number for number in numbers if is_main and signal.getsignal(number) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield cancel
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def use_utf8(newline: str | None = None) -> None:
    """Write UTF-8 on both streams: one that is redirected isn't UTF-8 everywhere, and the name of a file isn't valid
    Unicode everywhere. `newline` is how lines end; by default as the system has it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline=newline)
