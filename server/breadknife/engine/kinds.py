"""The kinds of models, such as one that writes text and one that reads it, and which of them a role needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from breadknife.errors import ModelError


class ModelKind(StrEnum):
    DECODER = "decoder"
    """Writes text, and says how likely a text is."""
    ENCODER = "encoder"
    """Makes a vector of a text that says what it means."""
    RERANKER = "reranker"
    """Says how relevant a text is for a query."""
    CLASSIFIER = "classifier"
    """Says which of its classes a text belongs to."""


POOLINGS = ("none", "mean", "cls", "last", "rank")
"""How the hidden states of a text's tokens become one vector. The index is llama.cpp's number
(`llama_pooling_type`)."""
ENCODERS = frozenset(
    {
        "bert",
        "jina-bert-v2",
        "jina-bert-v3",
        "nomic-bert",
        "nomic-bert-moe",
        "neo-bert",
        "eurobert",
        "modern-bert",
        "gemma-embedding",
    }
)
"""Architectures in which a token sees those after it, too, so that nothing of a text can be reused for a longer one."""
UNKNOWN = frozenset({"dream", "llada", "llada-moe", "rnd1", "t5", "t5encoder", "wavtokenizer-dec", "clip"})
"""Architectures of no `ModelKind`: for diffusion, sound or pictures, or an encoder and decoder in one."""


def kind_of(
    architecture: str, pooling: str, labels: Sequence[str], *, rerank_template: bool = False
) -> ModelKind | None:
    """Return the kind of a model by what its file says; None if breadknife can't run it.

    If a file of an architecture that writes names a pooling, the model was trained to read, so it is an encoder.
    """
    if architecture in UNKNOWN:
        return None
    if pooling == "rank":
        return ModelKind.CLASSIFIER if len(labels) > 1 and not rerank_template else ModelKind.RERANKER
    return ModelKind.ENCODER if architecture in ENCODERS or pooling in ("mean", "cls", "last") else ModelKind.DECODER


_WRITERS = (ModelKind.DECODER,)
ROLES: Mapping[str, tuple[ModelKind, ...]] = {
    "completion": _WRITERS,
    "nullcheck": _WRITERS,
    "judge": _WRITERS,
    "rewrite": _WRITERS,
    "answer": _WRITERS,
    "next-edit": _WRITERS,
    "embedding": (ModelKind.ENCODER, ModelKind.DECODER),
    "rerank": (ModelKind.RERANKER,),
    "classify": (ModelKind.CLASSIFIER,),
}
"""Role -> the kinds of models that can have it, the best first. A role that isn't named here is a plugin's own."""


FAMILIES: Mapping[str, tuple[str, ...]] = {"next-edit": ("sweep", "zeta", "instinct")}
"""Role -> the families of models that have learnt it; a model's name says of which it is. Any model of the right kind
can have a role that isn't named here."""


def may_have(role: str, model: str, kind: ModelKind) -> bool:
    """Tell whether a model of this name and kind can have a role."""
    is_known = any(family in model.lower() for family in FAMILIES.get(role, ("",)))
    return is_known and kind in ROLES.get(role, (kind,))


def check_role(role: str, model: str, kind: ModelKind) -> None:
    """Raise ModelError if a model of this name and kind can't have a role."""
    if may_have(role, model, kind):
        return
    if kind in ROLES[role]:
        raise ModelError(
            f"{model} hasn't learnt the role {role}; take a model with one of these in its name: "
            f"{', '.join(FAMILIES[role])}"
        )
    can = ", ".join(possible for possible in ROLES if may_have(possible, model, kind))
    raise ModelError(
        f"{model} is {an(kind)}, so it can't have the role {role}, which needs {an(ROLES[role][0])}; "
        f"it can have: {can}. `breadknife models list` shows what each model is"
    )


def an(kind: ModelKind) -> str:
    """Return a kind with its article."""
    return f"an {kind}" if kind is ModelKind.ENCODER else f"a {kind}"
