"""`breadknife shelf add` and `remove`."""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing
from pathlib import Path

import typer

from breadknife import arrivals
from breadknife.cancel import CancelToken
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.output import INTERRUPTED, LogFilter, cancelled_by_signals, counted, megabytes, progress, tell
from breadknife.cli.shelf.embedding import ROLE, EngineEmbedder
from breadknife.cli.shelf.showing import show
from breadknife.engine.installed import is_installed
from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.pull import PullProgress, pull
from breadknife.engine.models.store import ModelStore
from breadknife.engine.remote.runtime import split_model
from breadknife.errors import Cancelled, EngineMissing, ModelError, ShelfError
from breadknife.host.host import Host
from breadknife.plugins.shelf.adding import NO_FOLDER, alone, fill, folder_to_add
from breadknife.plugins.shelf.index.database import index_of, remove_index
from breadknife.plugins.shelf.index.filling import FillProgress
from breadknife.plugins.shelf.index.shelves import added_folders

_SHOWN_SECONDS = 0.1
"""Between two lines of progress on a terminal."""


def run(folder: Path | None, *, as_json: bool, offline: bool, engine_script: Path | None) -> int:
    """Raises ShelfError."""
    folders = (folder_to_add(folder),) if folder is not None else added_folders()
    if not folders:
        raise ShelfError(NO_FOLDER)
    with closing(make_host(engine_script)) as host:
        host.settings = settings_for(host, offline, folders[0])
        wanted = None if engine_script else _wanted_model(host, may_ask=not as_json)
        with cancelled_by_signals() as cancel:
            embedders = list[EngineEmbedder]()

            def embedder() -> EngineEmbedder:
                if engine_script is None and split_model(host.model_name(ROLE)) is None and not is_installed():
                    raise EngineMissing  # before vectors of another model go
                if wanted is not None:
                    _fetch(wanted, cancel)
                embedders.append(EngineEmbedder(host))
                return embedders[0]

            try:
                filled = fill(folders, _model_name(host), embedder, _ProgressLine().tell, cancel)
            except Cancelled:
                tell("stopped; `breadknife shelf add` goes on from here")
                return INTERRUPTED
            finally:
                tell("", fleeting=True)
    for problem in (*filled.problems, *([filled.words_only] if filled.words_only else [])):
        tell(problem)
    if sent := sum(embedder_used.bytes_sent for embedder_used in embedders):
        tell(f"{sent:,} bytes went to the engine that your settings name")
    show(filled.folders, as_json=as_json, words_only=filled.words_only)
    return 2 if filled.problems else 0


def _model_name(host: Host) -> str:
    """Return the model's name; empty where no model has the role: the reason is told when vectors are to be made."""
    try:
        return host.model_name(ROLE)
    except ModelError:
        return ""


def _wanted_model(host: Host, *, may_ask: bool) -> ModelInfo | None:
    """Return the model that compares meanings, if it isn't here and the user agrees to fetch it. Nobody is asked where
    nobody can answer, nor before there is an engine for it."""
    name = _model_name(host)
    model = next((info for info in host.catalog.models if info.name == name), None)
    if model is None or not model.fetchable or ModelStore().find(model) is not None or not is_installed():
        return None
    if host.settings.offline or not (may_ask and is_interactive()):
        return None
    size = megabytes(model.convert.size if model.convert else model.size)
    question = f"To search meanings, too, fetch the model {model.name} ({size})? All of it stays on this machine."
    return model if typer.confirm(question, default=True, err=True) else None


def is_interactive() -> bool:
    """Tell whether somebody can be asked a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _fetch(model: ModelInfo, cancel: CancelToken) -> None:
    """Raises DownloadFailed and Cancelled."""
    with progress() as report:

        def reporting(now: PullProgress) -> None:
            cancel.raise_if_cancelled()
            report(now)

        pull(model, ModelStore(), reporting)
    arrivals.announce()


def remove(folder: Path) -> int:
    """Raises ShelfError."""
    wanted = Path(os.path.realpath(folder))
    known = {wanted, Path(os.path.abspath(folder))} & set(added_folders())  # a link may have taken its place
    if not known:
        raise ShelfError(f"{folder} is not on the shelf; `breadknife shelf status` says what is")
    for added in known:
        with alone(added):
            remove_index(index_of(added))
    return 0


class _ProgressLine:
    """Progress on stderr: a line that changes on a terminal, a line for each tenth elsewhere."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._log = LogFilter()
        self._next = 0.0

    def tell(self, progress: FillProgress) -> None:
        if not progress.total:
            return
        now = time.monotonic()
        if self._is_live and (now >= self._next or progress.done == progress.total):
            self._next = now + _SHOWN_SECONDS
            tell(_line(progress), fleeting=True)
        elif not self._is_live and self._log.is_new("", progress.phase, progress.done / progress.total):
            tell(_line(progress))


def _line(progress: FillProgress) -> str:
    pages = f", {counted(progress.pages, 'page')} so far" if progress.phase == "read" else ""
    name = f": {progress.name}" if progress.name else ""
    return f"{progress.words}{pages}{name}"
