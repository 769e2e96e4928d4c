"""A program in a terminal that a test types into and reads from: a private tmux server."""

from __future__ import annotations

import shlex
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.ansi import AnsiDecoder
from rich.style import Style

SECONDS = 60.0
"""A generous end of waiting: it only makes a failure slow."""
AGAIN_SECONDS = 5.0


class Terminal:
    def __init__(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        folder: Path,
        *,
        columns: int = 120,
        lines: int = 40,
    ) -> None:
        self._socket = f"breadknife-{uuid.uuid4().hex[:8]}"
        variables = [f"{name}={value}" for name, value in environment.items()]
        size = ["-x", str(columns), "-y", str(lines), "-c", str(folder)]
        program = shlex.join(["env", *variables, *map(str, command)])  # tmux's own -e leaves PATH as it was
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, program)
        self._tmux("set", "-s", "escape-time", "0")

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True, check=False)

    def press(self, *keys: str) -> None:
        """Keys by tmux's names: `Enter`, `C-x`, `Escape`."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def cells(self) -> list[list[tuple[str, Style]]]:
        """Each line's characters with their colours, as far as anything is drawn there."""
        drawn = AnsiDecoder().decode(self._tmux("capture-pane", "-p", "-e"))
        rows = list[list[tuple[str, Style]]]()
        for line in drawn:
            styles = [Style()] * len(line)
            for span in line.spans:
                styles[span.start : span.end] = [Style.parse(str(span.style))] * (span.end - span.start)
            rows.append(list(zip(line.plain, styles, strict=True)))
        return rows

    def wait_for(self, what: str | Callable[[], bool]) -> None:
        """Wait for a text on the screen, or for a condition."""
        end = time.monotonic() + SECONDS
        while not self._holds(what):
            if time.monotonic() > end:
                raise AssertionError(f"waited {SECONDS} s for {what!r}; the screen is:\n{self.screen()}")
            time.sleep(0.05)

    def press_until(self, key: str, what: str) -> None:
        """Press a key again every few seconds until a text is on the screen: a menu may lose its first key."""
        pressed = 0.0

        def shown() -> bool:
            nonlocal pressed
            if what in self.screen():
                return True
            if time.monotonic() - pressed > AGAIN_SECONDS:
                pressed = time.monotonic()
                self.press(key)
            return False

        self.wait_for(shown)

    def wait_for_file(self, file: Path, text: str) -> None:
        """Wait until a file holds exactly this text."""
        self.wait_for(lambda: file.read_text("utf-8") == text)

    def _holds(self, what: str | Callable[[], bool]) -> bool:
        try:
            return what in self.screen() if isinstance(what, str) else what()
        except FileNotFoundError:  # editors save by renaming: the file may be briefly absent
            return False

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self._socket, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
