"""The models that requests may name: those of the user's catalog whose files are on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from breadknife.engine.api import Part, Prompt, Trim
from breadknife.engine.fim import FimForm
from breadknife.engine.kinds import ModelKind, an
from breadknife.engine.models.catalog import Catalog, ModelInfo, read_models
from breadknife.engine.models.gguf import GgufInfo, read_header
from breadknife.engine.models.store import ModelStore
from breadknife.openai.errors import ApiError
from breadknife.openai.raw_prompts import Gap, gap_of, written_tokens


@dataclass(frozen=True)
class ResolvedModel:
    """The model of a name in a request, which may be an adapter's."""

    model: str
    """The model's name in the catalog; for an adapter, that of its base."""
    adapter: str
    """The adapter's name in the catalog; empty if the name is a model's."""
    info: GgufInfo
    """The header of the model's file, not of the adapter's."""


@dataclass(frozen=True)
class LocalModels:
    catalog: Callable[[], Catalog] = read_models
    """Is called for each request: the user may have added a model."""
    store: ModelStore = field(default_factory=ModelStore)

    def available(self) -> list[ModelInfo]:
        """Return the models and adapters whose files are on this machine."""
        return [model for model in self.catalog().models if self.store.find(model)]

    def resolve_kind(self, name: str, *kinds: ModelKind) -> ResolvedModel:
        """Return what `resolve` does. Raises ApiError, too, for a model of another kind than these."""
        resolved = self.resolve(name)
        kind = resolved.info.kind
        if kind not in kinds:
            what = an(kind) if kind else "no kind of model that breadknife runs"
            others = [model.name for model in self.available() if model.kind in kinds and not model.base]
            remedy = f"here: {', '.join(others)}" if others else "`breadknife models add FILE` adds one"
            raise ApiError(f"the model {name!r} is {what}; this needs {an(kinds[0])} ({remedy})", "model")
        return resolved

    def resolve(self, name: str) -> ResolvedModel:
        """Return the model of a name. Raises UnknownModel, ModelMissing, ModelCorrupt, or another ModelError."""
        catalog = self.catalog()
        named = catalog.model(name)
        model = catalog.model(named.base) if named.base else named
        path = self.store.find(model) or self.store.verified(model)  # `verified` raises an error that says why
        return ResolvedModel(model.name, named.name if named.base else "", read_header(path))


def completion_prompt(info: GgufInfo, prompt: str, suffix: str, *, raw: bool = False) -> Prompt:
    """Return the prompt for a text that follows `prompt` and comes before `suffix`, unless that is empty. With `raw`, a
    prompt with the model's own control tokens is one for what it asks to fill in, and trimmed if it is too long.

    Raises ApiError for a suffix if the model can't fill in the middle, and for control tokens without `raw`.
    """
    if suffix and info.fim is None:
        raise ApiError("this model has no tokens for filling in between; leave out suffix", "suffix")
    if suffix and info.fim:
        return info.fim.prompt(_text(prompt), _text(suffix))
    if info.fim and (gap := _raw_gap(info.fim, prompt, allowed=raw)):
        return info.fim.prompt(Part(gap.prefix), Part(gap.suffix, trim=Trim.END))
    begin = (Part(info.bos, control=True, trim=Trim.NEVER),) if info.add_bos and info.bos else ()
    return (*begin, _text(prompt))


def _raw_gap(form: FimForm, prompt: str, *, allowed: bool) -> Gap | None:
    """Return what a raw prompt asks for; None for any other prompt. Raises ApiError."""
    if allowed:
        try:
            return gap_of(prompt, form)
        except ValueError as error:
            raise ApiError(str(error), "prompt") from error
    tokens = written_tokens(prompt, form)
    if tokens and prompt.startswith(tokens[0]):
        raise ApiError(
            f"the prompt begins with the control token {tokens[0]}, which is only text here; use suffix, or start "
            "`breadknife engine serve-openai --raw-prompts`",
            "prompt",
        )
    return None


def _text(text: str) -> Part:
    return Part(text, trim=Trim.NEVER)
