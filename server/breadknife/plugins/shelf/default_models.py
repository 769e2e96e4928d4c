"""Which models are set up when nothing is named."""

from __future__ import annotations

from breadknife.engine.models.info import Catalog, ModelInfo
from breadknife.plugins.shelf.index.database import all_indexes

_ROLE = "embedding"


def default_models(catalog: Catalog) -> tuple[ModelInfo, ...]:
    """Return the catalog's usual models; once there is a shelf, the one that compares meanings is among them."""
    meanings = [catalog.model(catalog.roles[_ROLE])] if _ROLE in catalog.roles and all_indexes() else []
    return (*catalog.defaults, *(model for model in meanings if model not in catalog.defaults))
