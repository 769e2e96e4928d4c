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
from breadknife.cli.output import INTERRUPTED, LogFilter, cancelled_by_signals, megabytes, progress, tell
from breadknife.cli.shelf.embedding import ROLE, EngineEmbedder
from breadknife.cli.shelf.showing import show
from breadknife.engine.installed import is_installed
from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.progress import PullProgress
from breadknife.engine.models.pull import pull
from breadknife.engine.models.store import ModelStore
from breadknife.engine.remote.runtime import split_model
from breadknife.errors import Cancelled, EngineMissing, ModelError, ShelfError
from breadknife.host.host import Host
from breadknife.plugins.shelf.adding import NO_FOLDER, alone, fill, folder_to_add
from breadknife.plugins.shelf.index.database import index_of, remove_index
from breadknife.plugins.shelf.index.filling import FillProgress
from breadknife.plugins.shelf.index.shelves import added_folders
from breadknife.text.printable import counted

_SHOWN_SECONDS = 0.1
"""The least time between two updates of the progress on a terminal."""


def run(folder: Path | None, *, as_json: bool, offline: bool, engine_script: Path | None) -> int:
    """Index a folder, or all folders of the shelf, and print their state.

    Return the exit code: 0 if all is done, 2 if a folder could not be read, 130 after Ctrl-C. Raises ShelfError.
    """
    folders = (folder_to_add(folder),) if folder is not None else added_folders()
    if not folders:
        raise ShelfError(NO_FOLDER)
    with closing(make_host(engine_script)) as host:
        host.settings = settings_for(host, offline, folders[0])
        model_to_fetch = None if engine_script else _ask_for_model(host, may_ask=not as_json)
        with cancelled_by_signals() as cancel:
            embedders = list[EngineEmbedder]()

            def make_embedder() -> EngineEmbedder:
                """Fetch the model if need be; called once all words are indexed, if vectors are to be made."""
                needs_engine = engine_script is None and split_model(host.model_name(ROLE)) is None
                if needs_engine and not is_installed():
                    raise EngineMissing  # before the vectors of another model are deleted
                if model_to_fetch is not None:
                    _fetch(model_to_fetch, cancel)
                embedders.append(EngineEmbedder(host))
                return embedders[0]

            try:
                filled = fill(folders, _model_name(host), make_embedder, _ProgressLine().tell, cancel)
            except Cancelled:
                tell("stopped; `breadknife shelf add` goes on from here")
                return INTERRUPTED
            finally:
                tell("", fleeting=True)
    for problem in (*filled.problems, *([filled.words_only] if filled.words_only else [])):
        tell(problem)
    if sent := sum(embedder.bytes_sent for embedder in embedders):
        tell(f"{sent:,} bytes went to the engine that your settings name")
    show(filled.folders, as_json=as_json, words_only=filled.words_only)
    return 2 if filled.problems else 0


def _model_name(host: Host) -> str:
    """Return the name of the model that makes vectors; empty if no model has that role, which is told when vectors are
    to be made."""
    try:
        return host.model_name(ROLE)
    except ModelError:
        return ""


def _ask_for_model(host: Host, *, may_ask: bool) -> ModelInfo | None:
    """Return the model that makes vectors if it is to be fetched: it isn't here, and the user agrees; else None.

    The user is asked only on a terminal, online, and if the engine that runs the model is installed.
    """
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
    """Download a model, with its progress on stderr. Raises DownloadFailed and Cancelled."""
    with progress() as report:

        def on_progress(pull_progress: PullProgress) -> None:
            cancel.raise_if_cancelled()
            report(pull_progress)

        pull(model, ModelStore(), on_progress)
    arrivals.announce()  # so that running servers use it


def remove(folder: Path) -> int:
    """Delete the index of a folder. Raises ShelfError if the folder isn't on the shelf."""
    # Folders are added by their real paths. If a link has taken the place of one since, it is known by its own path.
    paths = {Path(os.path.realpath(folder)), Path(os.path.abspath(folder))}
    known = paths & set(added_folders())
    if not known:
        raise ShelfError(f"{folder} is not on the shelf; `breadknife shelf status` says what is")
    for added in known:
        with alone(added):
            remove_index(index_of(added))
    return 0


class _ProgressLine:
    """Shows progress on stderr: on a terminal as a line that changes, elsewhere as a line for each tenth."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._log = LogFilter()
        self._next = 0.0
        """When the line may be updated next, as `time.monotonic` has it."""

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
