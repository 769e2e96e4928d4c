"""What kind of model a file holds: one that writes text, or one that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Kind(StrEnum):
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


def kind_of(architecture: str, pooling: str, labels: Sequence[str], *, rerank_template: bool = False) -> Kind | None:
    """Return the kind of a model whose file says this of it; None for one that breadknife can't run.

    A pooling makes an encoder of an architecture that could write, too: such a model was trained to read.
    """
    if architecture in UNKNOWN:
        return None
    if pooling == "rank":
        return Kind.CLASSIFIER if len(labels) > 1 and not rerank_template else Kind.RERANKER
    return Kind.ENCODER if architecture in ENCODERS or pooling in ("mean", "cls", "last") else Kind.DECODER
