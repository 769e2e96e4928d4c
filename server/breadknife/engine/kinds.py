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
"""What is made of the hidden states of a text's tokens, by llama.cpp's numbers (`llama_pooling_type`)."""
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
"""Architectures whose tokens see those after them too, so that nothing of a text can be kept for a longer one."""
UNKNOWN = frozenset({"dream", "llada", "llada-moe", "rnd1", "t5", "t5encoder", "wavtokenizer-dec", "clip"})
"""Architectures that work in another way than any kind here: diffusion, encoder and decoder in one, sound, pictures."""


def kind_of(
    architecture: str, pooling: str, labels: Sequence[str], *, rerank_template: bool = False
) -> ModelKind | None:
    """Return the kind of a model whose file says this of it; None for one that breadknife can't run.

    A pooling makes an encoder of an architecture that could write, too: such a model was trained to read.
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
    "embedding": (ModelKind.ENCODER, ModelKind.DECODER),
    "rerank": (ModelKind.RERANKER,),
    "classify": (ModelKind.CLASSIFIER,),
}
"""Role -> the kinds of models that can have it, the best first. A role that isn't named here is a plugin's own."""


def may_have(role: str, kind: ModelKind) -> bool:
    return role not in ROLES or kind in ROLES[role]


def check_role(role: str, model: str, kind: ModelKind) -> None:
    """Raises ModelError for a role that a model of this kind can't have."""
    if not may_have(role, kind):
        can = ", ".join(possible for possible, kinds in ROLES.items() if kind in kinds)
        raise ModelError(
            f"{model} is {an(kind)}, so it can't have the role {role}, which needs {an(ROLES[role][0])}; "
            f"it can have: {can}. `breadknife models list` shows what each model is"
        )


def an(kind: ModelKind) -> str:
    return f"an {kind}" if kind is ModelKind.ENCODER else f"a {kind}"
