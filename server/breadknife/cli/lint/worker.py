"""A process that checks documents for another one of ours, and ends when that one does: `python -m
breadknife.cli.lint.worker`. Both sides pickle their values: they are the same program."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from breadknife.cli.assemble import make_host
from breadknife.cli.lint.checkers import FolderState, LintTask, check
from breadknife.host.settings import Settings
from breadknife.offline import forbid_network


def main() -> None:
    """Answer each LintTask of the standard input with a LintAnswer, until the parent closes it.

    First come the folders that are projects without a mark, as the one where the command runs.
    """
    # What a library prints must not get between our values.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _work(sys.stdin.buffer, answers)


def _work(tasks: BinaryIO, answers: BinaryIO) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the parent ends us
    host = make_host()
    notices, suggestions = list[str](), list[str]()
    settings = dict[Path | None, Settings]()
    host.on_notice, host.on_suggestion = notices.append, suggestions.append
    host.settings_of = settings.__getitem__  # each root's settings arrive before its first task
    with closing(host):
        while True:
            try:
                value: Sequence[Path] | FolderState | LintTask = pickle.load(tasks)
            except (EOFError, OSError):
                return
            match value:
                case FolderState():
                    settings[value.root] = value.settings
                    if value.known is not None:
                        host.projects.adopt(value.root, value.known)
                    if value.settings.offline:
                        forbid_network()
                case LintTask():
                    answer = check(host, value)
                    pickle.dump(replace(answer, notices=tuple(notices), suggestions=tuple(suggestions)), answers)
                    answers.flush()
                    notices.clear()
                    suggestions.clear()
                case folders:
                    host.projects.folders = folders


if __name__ == "__main__":
    main()
