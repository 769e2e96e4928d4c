"""Adds models to the user's catalog: a GGUF file, used where it is, or one of the Hugging Face hub. The SHA-256 that
the file has now is the only one that it may have later."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import Timeout

from breadknife.engine.kinds import ModelKind, check_role
from breadknife.engine.models.catalog import Catalog, ModelInfo, merged, user_catalog, user_file, write_user_catalog
from breadknife.engine.models.digests import sha256_of
from breadknife.engine.models.gguf import GgufInfo, read_gguf
from breadknife.engine.models.progress import PullProgress, Report
from breadknife.engine.models.pull import find_on_hub, pull
from breadknife.engine.models.store import ModelStore
from breadknife.errors import DownloadFailed, ModelCorrupt, ModelError
from breadknife.paths import lock_file

LOCK_SECONDS = 10.0
"""How long to wait for another program that is changing the catalog."""


@dataclass(frozen=True)
class AddRequest:
    """A model to be added."""

    source: str
    """A file's path, or `hf:OWNER/REPO/FILE`."""
    name: str = ""
    """Empty to make one of the file's name."""
    roles: tuple[str, ...] = ()
    """The roles that the model gets."""
    base: str = ""
    """For a LoRA adapter, the name of its model."""


@dataclass(frozen=True)
class AddedModel:
    model: ModelInfo
    path: Path
    new: bool
    """False if the catalog had a model with this file's SHA-256 already."""


def add_model(request: AddRequest, store: ModelStore, progress: Report, *, offline: bool) -> AddedModel:
    """Check a model, and write it and its roles into the user's catalog.

    Raises ModelError (ModelCorrupt for a file that isn't a GGUF, DownloadFailed), SettingsError for a broken catalog.
    """
    catalog = merged(user_catalog())
    _check_names(request, catalog)
    if request.source.startswith("hf:"):
        added = _from_hub(request, catalog, store, progress, offline=offline)
    else:
        added = _from_disk(request, catalog, store, progress)
    with _locked_catalog() as user:
        models = user.models
        if added.new or added.model not in merged(user).models:
            models = (*(model for model in models if model.name != added.model.name), added.model)
        write_user_catalog(Catalog(models, user.roles | dict.fromkeys(request.roles, added.model.name)))
    return added


def forget_model(name: str) -> bool:
    """Remove a model and its roles from the user's catalog; False if they aren't there."""
    with _locked_catalog() as user:
        models = tuple(model for model in user.models if model.name != name)
        roles = {role: model for role, model in user.roles.items() if model != name}
        changed = (models, roles) != (user.models, user.roles)
        if changed:
            write_user_catalog(Catalog(models, roles))
        return changed


def fetch(model: ModelInfo, store: ModelStore, progress: Report, *, offline: bool = False) -> Path:
    """Do what `pull` does. For a model that has no SHA-256 yet, the one that the hub promises now is pinned first: no
    other content ever gets this name. Raises what `pull` does, SettingsError, ModelError."""
    if not model.sha256 and not offline:
        progress(PullProgress(f"{model.name}: asking the Hugging Face hub for its SHA-256"))
        promised = find_on_hub(model.hub or "", model.file)
        model = replace(model, sha256=promised.sha256, size=promised.size)
        with _locked_catalog() as user:
            others = (known for known in user.models if known.name != model.name)
            write_user_catalog(Catalog((*others, model), user.roles))
    return pull(model, store, progress, offline=offline)


def use_model(name: str, roles: Sequence[str], store: ModelStore, progress: Report, *, offline: bool) -> Path:
    """Fetch a model of the catalog unless it is here, and give it roles. Raises ModelError, SettingsError."""
    model = merged(user_catalog()).model(name)
    if model.base:
        raise ModelError(f"{name} is an adapter, which has no role; name its model, {model.base}")
    for role in roles:
        check_role(role, name, model.kind)
    path = fetch(model, store, progress, offline=offline)
    for role in roles:
        check_fills_in(role, name, read_gguf(path))
    with _locked_catalog() as user:
        write_user_catalog(Catalog(user.models, user.roles | dict.fromkeys(roles, name)))
    return path


def check_fills_in(role: str, model: str, info: GgufInfo) -> None:
    """Raise ModelError if the role is to complete code and the model can't fill in the middle."""
    if role == "completion" and info.kind is ModelKind.DECODER and info.fim is None:
        raise ModelError(
            f"{model} has no control tokens for filling in the middle, so it can't have the role completion; take a "
            "code model (`breadknife models list`)"
        )


@contextmanager
def _locked_catalog() -> Generator[Catalog, None, None]:
    """Read the user's catalog, which nobody else changes within the `with` block. Raises ModelError, SettingsError."""
    path = user_file()
    try:
        with lock_file(path.with_suffix(".lock"), LOCK_SECONDS):
            yield user_catalog()
    except Timeout as error:
        raise ModelError(f"another program is changing {path}; try again when it has ended") from error
    except OSError as error:
        raise ModelError(f"can't write {path}: {error.strerror or error}; make its folder writable") from error


def _from_disk(request: AddRequest, catalog: Catalog, store: ModelStore, progress: Report) -> AddedModel:
    path = Path(request.source).expanduser().absolute()
    try:
        info = read_gguf(path)
        _check_fitness(info, path, request, catalog, store)
        size = path.stat().st_size
        progress(PullProgress(f"{path.name}: reading it for its SHA-256"))
        sha256 = sha256_of(path)
    except OSError as error:
        raise ModelError(
            f"can't read {path}: {error.strerror or error}; name a GGUF file, or hf:OWNER/REPO/FILE"
        ) from error
    known = _model_of_file(request, catalog, sha256)
    if known and (known_path := store.find(known)):
        return AddedModel(known, known_path, new=False)
    if known:  # not on this machine so far
        return AddedModel(replace(known, path=str(path)), path, new=False)
    name = _free_name(request, catalog, path.stem)
    unread = ModelInfo(name, path.stem, "", "", 0, request.roles, path.name, size, sha256, path=str(path))
    return AddedModel(_with_header(unread, info, request, catalog), path, new=True)


def _from_hub(
    request: AddRequest, catalog: Catalog, store: ModelStore, progress: Report, *, offline: bool
) -> AddedModel:
    hub = request.source.removeprefix("hf:")
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+){2,}\.gguf", hub, re.IGNORECASE) or ".." in hub:
        raise ModelError(f"{request.source} names no GGUF file; on the hub that is hf:OWNER/REPO/FILE.gguf")
    if offline:
        raise DownloadFailed(
            f"{request.source} is not asked for offline; add it once online, or add a file that is here"
        )
    file = hub.rpartition("/")[2]
    hub_file = find_on_hub(hub, file)
    known = _model_of_file(request, catalog, hub_file.sha256)
    if known:
        for role in request.roles:
            check_role(role, known.name, known.kind)
        path = pull(known, store, progress)
        for role in request.roles:
            check_fills_in(role, known.name, read_gguf(path))
        return AddedModel(known, path, new=False)
    name = _free_name(request, catalog, file.rpartition(".")[0])
    if any(file.lower() == model.file.lower() for model in catalog.models):
        file = f"{name}.gguf"
    unread = ModelInfo(name, name, "", "", 0, request.roles, file, hub_file.size, hub_file.sha256, hub=hub)
    path = pull(unread, store, progress)
    try:
        info = read_gguf(path)
        _check_fitness(info, path, request, catalog, store)
    except ModelError:
        store.remove(unread)
        raise
    return AddedModel(_with_header(unread, info, request, catalog), path, new=True)


def _check_names(request: AddRequest, catalog: Catalog) -> None:
    """Raise ModelError for a name that can't be one, UnknownModel for a base that isn't in the catalog."""
    roles = {*catalog.known_roles, *(role for model in catalog.models for role in model.roles)}
    for role in request.roles:
        if role not in roles:
            raise ModelError(f"there is no role {role!r}; the roles are {', '.join(sorted(roles))}")
    if request.roles and request.base:
        raise ModelError("an adapter has no role of its own: its model does; leave out --role")
    if request.base:
        catalog.model(request.base)
    if request.name and not re.fullmatch("[a-z0-9][a-z0-9._-]*", request.name):
        raise ModelError(f"{request.name!r} can't be a name; use small letters, digits and . _ - as in `qwen3-0.6b-q8`")


def _check_fitness(info: GgufInfo, path: Path, request: AddRequest, catalog: Catalog, store: ModelStore) -> None:
    """Raise ModelError for a good GGUF that isn't what the request is for."""
    if info.content == "adapter":
        if not request.base:
            raise ModelError(f"{path} is a LoRA adapter; say which model it belongs to: --adapter-of MODEL")
        base = store.find(catalog.model(request.base))
        architecture = read_gguf(base).architecture if base else info.architecture
        if architecture != info.architecture:
            raise ModelError(
                f"{path} is an adapter for the architecture {info.architecture}, and {request.base} is {architecture}; "
                "name the model that it was made for"
            )
        return
    if request.base:
        raise ModelError(f"{path} is no LoRA adapter; leave out --adapter-of")
    if info.content != "model" or not info.architecture or not info.context_size:
        what = info.content if info.content != "model" else info.architecture or "of no architecture"
        raise ModelCorrupt(f"{path} is a GGUF but no language model ({what}); take the model's main file")
    if info.kind is None:
        raise ModelError(
            f"{path} ({info.architecture}) is no kind of model that breadknife runs; take one that writes text, an "
            "encoder, a reranker or a classifier"
        )
    for role in request.roles:
        check_role(role, request.name or path.name, info.kind)
        check_fills_in(role, str(path), info)


def _model_of_file(request: AddRequest, catalog: Catalog, sha256: str) -> ModelInfo | None:
    """Return the catalog's model whose file has this SHA-256; None if there is none. Raises ModelError if the request
    has another name for it."""
    for model in catalog.models:
        if model.sha256 == sha256:
            if request.name not in ("", model.name):
                raise ModelError(f"that file is the model {model.name} already; leave out --name")
            return model
    return None


def _free_name(request: AddRequest, catalog: Catalog, stem: str) -> str:
    """Return the name of the new model, made of its file's name unless the request has one. Raises ModelError if
    another model has it."""
    name = request.name or re.sub("[^a-z0-9._-]+", "-", stem.lower()).strip("-._") or "model"
    if any(model.name == name for model in catalog.models):
        raise ModelError(f"there is another model {name}; choose another name with --name")
    return name


def _with_header(unread: ModelInfo, info: GgufInfo, request: AddRequest, catalog: Catalog) -> ModelInfo:
    """Return a model with what its file's header says of it."""
    title = "".join(c for c in info.name if c.isprintable())[:100] or unread.title
    return replace(
        unread,
        title=title,
        licence=info.licence or "unknown",
        quantisation=info.quantisation or "unknown",
        context_size=info.context_size or catalog.model(request.base).context_size,
        base=request.base,
        kind=info.kind or ModelKind.DECODER,
        cell=info.cell,
    )
