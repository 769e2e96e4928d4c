"""A program in a terminal that a test types into and reads from: a private tmux server."""

from __future__ import annotations

import shlex
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

SECONDS = 60.0
"""A generous end of waiting: it only makes a failure slow."""


class Terminal:
    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str], folder: Path) -> None:
        self._socket = f"breadknife-{uuid.uuid4().hex[:8]}"
        variables = [f"{name}={value}" for name, value in environment.items()]
        size = ["-x", "120", "-y", "40", "-c", str(folder)]
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

    def wait_for(self, what: str | Callable[[], bool]) -> None:
        """Wait for a text on the screen, or for a condition."""
        end = time.monotonic() + SECONDS
        while not (what in self.screen() if isinstance(what, str) else what()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {SECONDS} s for {what!r}; the screen is:\n{self.screen()}")
            time.sleep(0.05)

    def wait_for_file(self, file: Path, text: str) -> None:
        """Wait until a file holds exactly this text; editors save by renaming, so it may be briefly absent."""
        self.wait_for(lambda: file.exists() and file.read_text("utf-8") == text)

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self._socket, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
