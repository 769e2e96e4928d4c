"""The recipes plugin: serves recipes in editors, as code actions, completions, hovers and findings."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadknife.plugins.recipes.settings import RecipesSettings
from breadknife.recipes.places import Shelf, files_on, shelves
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.plugin import ANY_LANGUAGE, Context
from breadknife.task.values import ActionRequest, Answer, Request

if TYPE_CHECKING:
    from breadknife.plugins.recipes.serving import Serving

_ALWAYS: Mapping[type[Any], frozenset[str]] = {
    RecipeRequest: frozenset({ANY_LANGUAGE}),
    ActionRequest: frozenset({ANY_LANGUAGE}),
}


class RecipesPlugin:
    api = 2
    name = "recipes"
    settings: type[Any] = RecipesSettings

    def __init__(self) -> None:
        self._made: Serving | None = None
        self._roots: dict[Path, None] = {}
        """Trusted folders that have been asked about."""
        self._lock = threading.Lock()

    @property
    def serves(self) -> Mapping[type[Any], frozenset[str]]:
        """What the recipes that are known need: nobody is asked at each key for recipes that don't exist. Those of a
        workspace are known from the first request for a menu on. The shipped ones begin in the menu, all of them."""
        with self._lock:
            roots = tuple(self._roots)
        if not any(files_on(shelf) for shelf in _others(roots)):
            return _ALWAYS
        return {**self._serving.languages(roots), **_ALWAYS}

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        if context.root is not None and context.trusted:
            with self._lock:
                self._roots[context.root] = None
        return self._serving.answer(request, context)

    def close(self) -> None:
        with self._lock:
            made = self._made
        if made is not None:
            made.close()

    @property
    def _serving(self) -> Serving:
        from breadknife.plugins.recipes.serving import Serving

        with self._lock:
            if self._made is None:
                self._made = Serving()
            return self._made


def _others(roots: tuple[Path, ...]) -> list[Shelf]:
    """The folders of recipes that don't come with breadknife."""
    found = (shelf for root in (None, *roots) for shelf in shelves(root, trusted=root is not None))
    return [shelf for shelf in found if shelf.owner != "breadknife"]
