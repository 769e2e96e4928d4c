"""The models that can be asked: those of the user's catalog whose files are on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.engine.api import Part, Prompt, Trim
from breadknife.engine.kinds import ModelKind, an
from breadknife.engine.models.catalog import Catalog, ModelInfo, read_models
from breadknife.engine.models.gguf import GgufInfo, read_header
from breadknife.engine.models.store import ModelStore
from breadknife.openai.errors import ApiError


@dataclass(frozen=True)
class ResolvedModel:
    """What one name in a request means."""

    model: str
    adapter: str
    info: GgufInfo
    """Of the model, not the adapter."""


@dataclass(frozen=True)
class LocalModels:
    catalog: Callable[[], Catalog] = read_models
    """Asked each time: the user may add a model meanwhile."""
    store: ModelStore = field(default_factory=ModelStore)

    def here(self) -> list[tuple[ModelInfo, Path]]:
        paths = ((model, self.store.find(model)) for model in self.catalog().models)
        return [(model, path) for model, path in paths if path]

    def able(self, name: str, *kinds: ModelKind) -> ResolvedModel:
        """Return what `target` does. Raises ApiError, too, for a model of another kind than these."""
        target = self.target(name)
        kind = target.info.kind
        if kind not in kinds:
            what = an(kind) if kind else "no kind of model that breadknife runs"
            others = [model.name for model, _ in self.here() if model.kind in kinds and not model.base]
            here = f"here: {', '.join(others)}" if others else "`breadknife models add FILE` adds one"
            raise ApiError(f"the model {name!r} is {what}; this needs {an(kinds[0])} ({here})", "model")
        return target

    def target(self, name: str) -> ResolvedModel:
        """Raises UnknownModel, ModelMissing, ModelCorrupt, or another ModelError."""
        catalog = self.catalog()
        named = catalog.model(name)
        model = catalog.model(named.base) if named.base else named
        path = self.store.find(model) or self.store.verified(model)  # the latter says why not
        return ResolvedModel(model.name, named.name if named.base else "", read_header(path))


def completion_prompt(info: GgufInfo, prompt: str, suffix: str) -> Prompt:
    """Return what is between `prompt` and `suffix`, or follows `prompt`. Raises ApiError for a model that can't fill
    in."""
    begin = (_control(info.bos),) if info.add_bos and info.bos else ()
    if not suffix:
        return (*begin, _text(prompt))
    if info.fim is None:
        raise ApiError("this model has no tokens for filling in between; leave out suffix", "suffix")
    before, after, middle = info.fim
    if info.architecture.startswith("qwen"):  # measured: 80 % instead of 54 %; see plugins/completion/prompt.py
        return (*begin, _control(before + after), _text(suffix), _control(middle), _text(prompt))
    return (*begin, _control(before), _text(prompt), _control(after), _text(suffix), _control(middle))


def _control(text: str) -> Part:
    return Part(text, control=True, trim=Trim.NEVER)


def _text(text: str) -> Part:
    return Part(text, trim=Trim.NEVER)
