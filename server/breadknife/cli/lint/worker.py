"""A process that checks documents for another one of ours. It ends when that one does."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from breadknife.cli.assemble import make_host
from breadknife.cli.lint.asking import Answer, Task, ask
from breadknife.host.settings import Settings
from breadknife.offline import forbid_network


@dataclass(frozen=True)
class Folder:
    """Comes before the first task in the folder."""

    root: Path
    settings: Settings
    known: bytes | None
    """What is known of its files, as `Projects.known` gives it."""


@dataclass(frozen=True)
class Reply:
    answer: Answer
    notices: tuple[str, ...]
    """What the user should read."""


def work(parent: Connection, folders: Sequence[Path]) -> None:
    """Answer each Task that comes with a Reply, until the other end is closed.

    `folders` are projects without a mark, as the one where the command runs.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the parent ends us
    host = make_host()
    notices = list[str]()
    settings = dict[Path | None, Settings]()
    host.on_notice = notices.append
    host.settings_of = settings.__getitem__
    host.projects.folders = folders
    with closing(host):
        while True:
            try:
                told: Folder | Task = parent.recv()
            except (EOFError, OSError):
                return
            if isinstance(told, Folder):
                settings[told.root] = told.settings
                if told.known is not None:
                    host.projects.adopt(told.root, told.known)
                if told.settings.offline:
                    forbid_network()
                continue
            answer = ask(host, told)
            parent.send(Reply(answer, tuple(notices)))
            notices.clear()
