"""Finds models on this machine: in our own folder, then in those of other programs, where they are used in place.

A file's name only says where to look. Its SHA-256 says whether it is the model.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.digests import sha256_of
from breadknife.errors import ModelCorrupt, ModelError, ModelMissing
from breadknife.paths import data_dir, lock_file

if TYPE_CHECKING:
    from filelock import BaseFileLock


class ModelStore:
    """The models in `folder`, and the ones that other programs have already fetched."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_dir() / "models"

    def path(self, model: ModelInfo) -> Path:
        """Return where our own file of a model is, or would be."""
        return self.folder / model.file

    def partial(self, model: ModelInfo) -> Path:
        """Return where an unfinished download is kept."""
        return self.folder / ".partial" / model.name

    def lock(self, model: ModelInfo) -> BaseFileLock:
        """Return the lock that a program holds while it changes the model's files."""
        return lock_file(self.folder / ".partial" / f"{model.name}.lock")

    def find(self, model: ModelInfo) -> Path | None:
        """Return the first file that may be the model, without reading it: good for a list, but not for loading."""
        return next(self._candidates(model), None)

    def verified(self, model: ModelInfo, sha256_of: Callable[[Path], str] = sha256_of) -> Path:
        """Return the model's file after checking its SHA-256. Raises ModelMissing or ModelCorrupt."""
        problem = ""
        for path in self._candidates(model):
            try:
                actual = sha256_of(path)
            except OSError:
                continue  # gone since we looked, or not ours to read
            if actual == model.sha256:
                return path
            problem = problem or (
                f"{path} is not the model {model.name}, so it is not loaded: its SHA-256 is {actual}, "
                f"the catalog's is {model.sha256}; {_remedy(model, path)}"
            )
        if problem:
            raise ModelCorrupt(problem)
        raise _missing(model)

    def require(self, model: ModelInfo) -> None:
        """Raise ModelMissing if no file may be the model. None is read."""
        if self.find(model) is None:
            raise _missing(model)

    def remove(self, model: ModelInfo) -> int:
        """Delete our own file of a model and any unfinished download, and return the bytes freed. Other programs' files
        stay. Raises ModelError."""
        partial = self.partial(model)
        files = [path for path in (self.path(model), *partial.rglob("*")) if path.is_file()]
        if not files:
            return 0
        from filelock import Timeout  # as in `paths`, most commands need no lock

        freed = sum(path.stat().st_size for path in files)
        try:
            with self.lock(model).acquire(timeout=0):
                self.path(model).unlink(missing_ok=True)
                shutil.rmtree(partial, ignore_errors=True)
        except Timeout as error:
            raise ModelError(
                f"{model.name} is being pulled by another program; remove it when that has ended"
            ) from error
        except OSError as error:
            raise ModelError(
                f"can't remove {model.name}: {error}; close what uses it, or see to its permissions"
            ) from error
        return freed

    def _candidates(self, model: ModelInfo) -> Iterator[Path]:
        """Yield the files that may be the model, without reading them. None may while no sum is pinned."""
        if not model.sha256:
            return
        if model.path and _readable(Path(model.path)):
            yield Path(model.path)
        own = self.path(model)
        if _readable(own):  # of any size: if it is truncated, that must be reported
            yield own
        for path in _other_programs_files(model):
            if _readable(path) and path.stat().st_size == model.size:
                yield path


def _missing(model: ModelInfo) -> ModelMissing:
    if model.path and not model.hub:
        return ModelMissing(
            f"{model.path}, the file of the model {model.name}, is gone; put it back, or run "
            f"`breadknife models remove {model.name}` and add it from where it is now"
        )
    return ModelMissing(
        f"the model {model.name} is not on this machine; `breadknife models pull {model.name}` fetches it "
        f"({model.download_size / 1e6:.0f} MB)"
    )


def _remedy(model: ModelInfo, path: Path) -> str:
    if str(path) == model.path:
        again = f"`breadknife models remove {model.name}`, then `breadknife models add {path}`"
        return f"if you changed it yourself, take it as it is now: {again}"
    return f"`breadknife models pull {model.name}` fetches a good one"


def _readable(path: Path) -> bool:
    return os.access(path, os.R_OK) and path.is_file()  # in this order: is_file raises in a folder that is not ours


def _other_programs_files(model: ModelInfo) -> Iterator[Path]:
    """Yield where Ollama, LM Studio and the Hugging Face hub's library may have the model."""
    home = Path.home()
    ollama = Path(os.environ.get("OLLAMA_MODELS") or home / ".ollama/models")
    for folder in ollama, Path("/usr/share/ollama/.ollama/models"):  # the user's own, the system service's
        yield folder / "blobs" / f"sha256-{model.sha256}"
    for folder in home / ".lmstudio/models", home / ".cache/lm-studio/models":
        yield from sorted(folder.glob(f"*/*/{model.file}"))
    yield from sorted(_hub_cache(home).glob(f"models--*/blobs/{model.sha256}"))


def _hub_cache(home: Path) -> Path:
    """Return the folder of huggingface_hub's cache, without the time that importing that library takes."""
    if cache := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(cache)
    xdg = os.environ.get("XDG_CACHE_HOME")
    default = Path(xdg) / "huggingface" if xdg else home / ".cache/huggingface"
    return Path(os.environ.get("HF_HOME") or default) / "hub"
