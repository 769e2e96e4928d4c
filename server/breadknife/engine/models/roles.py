"""What models are used for, and which kind of model can do it."""

from __future__ import annotations

from collections.abc import Mapping

from breadknife.engine.kinds import Kind
from breadknife.errors import ModelError

_WRITERS = (Kind.DECODER,)
ROLES: Mapping[str, tuple[Kind, ...]] = {
    "completion": _WRITERS,
    "nullcheck": _WRITERS,
    "judge": _WRITERS,
    "rewrite": _WRITERS,
    "embedding": (Kind.ENCODER, Kind.DECODER),
    "rerank": (Kind.RERANKER,),
    "classify": (Kind.CLASSIFIER,),
}
"""Role -> the kinds of models that can have it, the best first. A role that isn't named here is a plugin's own."""


def may_have(role: str, kind: Kind) -> bool:
    return role not in ROLES or kind in ROLES[role]


def check_role(role: str, model: str, kind: Kind) -> None:
    """Raises ModelError for a role that a model of this kind can't have."""
    if not may_have(role, kind):
        can = ", ".join(other for other, kinds in ROLES.items() if kind in kinds)
        raise ModelError(
            f"{model} is {an(kind)}, so it can't have the role {role}, which needs {an(ROLES[role][0])}; "
            f"it can have: {can}. `breadknife models list` shows what each model is"
        )


def an(kind: Kind) -> str:
    return f"an {kind}" if kind is Kind.ENCODER else f"a {kind}"
