"""The recipes plugin: serves recipes in editors, as code actions, completions, hovers and findings."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadknife.plugins.recipes.results import Results
from breadknife.plugins.recipes.settings import RecipesSettings
from breadknife.recipes.places import OWN, files_in, recipe_folders
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.plugin import ANY_LANGUAGE, Context
from breadknife.task.values import ActionRequest, Answer, CheckRequest, Findings, Request, WhyRequest
from breadknife.text.extract import LANGUAGES

if TYPE_CHECKING:
    from breadknife.plugins.recipes.serving import Serving

_ALWAYS: Mapping[type[Any], frozenset[str]] = {
    RecipeRequest: frozenset({ANY_LANGUAGE}),
    ActionRequest: frozenset({ANY_LANGUAGE}),
    WhyRequest: frozenset({ANY_LANGUAGE}),
    CheckRequest: LANGUAGES,
}


class RecipesPlugin:
    api = 2
    name = "recipes"
    settings: type[Any] = RecipesSettings

    def __init__(self) -> None:
        self._made: Serving | None = None
        self._results = Results()
        self._roots: dict[Path, None] = {}
        """Trusted folders that have been asked about."""
        self._lock = threading.Lock()

    @property
    def serves(self) -> Mapping[type[Any], frozenset[str]]:
        """What the recipes that are known need: nobody is asked at each key for recipes that don't exist. Those of a
        workspace are known from the first request for a menu on. The shipped ones begin in the menu, all of them.
        A check tells what they refused."""
        roots = self._known_roots()
        if not _has_others(roots):
            return _ALWAYS
        found = self._serving.languages(roots)
        return {**found, **_ALWAYS, CheckRequest: _ALWAYS[CheckRequest] | found.get(CheckRequest, frozenset())}

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        if isinstance(request, CheckRequest) and not _has_others(self._known_roots()):
            hints = self._results.hints(request.document)
            return Findings(hints) if hints else None
        if context.root is not None and context.trusted:
            with self._lock:
                self._roots[context.root] = None
        if isinstance(request, ActionRequest) and not request.invoked and not request.span:
            return None  # the editor asks at each move of the cursor, and nobody sees the menu
        return self._serving.answer(request, context)

    def _known_roots(self) -> tuple[Path, ...]:
        with self._lock:
            return tuple(self._roots)

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
                self._made = Serving(self._results)
            return self._made


def _has_others(roots: tuple[Path, ...]) -> bool:
    """Whether there are recipes that don't come with breadknife."""
    found = (each for root in (None, *roots) for each in recipe_folders(root, trusted=root is not None))
    return any(files_in(each) for each in found if each.owner != OWN)
