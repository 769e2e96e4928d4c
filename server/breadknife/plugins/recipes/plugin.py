"""The recipes plugin: serves recipes in editors, as code actions, completions, hovers and findings."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadknife.plugins.recipes.results import Results
from breadknife.plugins.recipes.settings import RecipesSettings
from breadknife.recipes.folders import OWN, files_in, recipe_folders, workspace_files
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.plugin import ANY_LANGUAGE, Context
from breadknife.task.values import ActionRequest, Answer, CheckRequest, Consulted, Findings, Request, WhyRequest
from breadknife.text.extract import LANGUAGES
from breadknife.text.printable import counted

if TYPE_CHECKING:
    from breadknife.plugins.recipes.service import RecipeService

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
        self._made_service: RecipeService | None = None
        """None before the first request that needs it."""
        self._results = Results()
        self._roots: dict[Path, None] = {}
        """Trusted workspace folders that requests have come from, in order: a set that keeps it."""
        self._lock = threading.Lock()

    @property
    def serves(self) -> Mapping[type[Any], frozenset[str]]:
        """The types of requests that the known recipes answer, with their languages. If there are only recipes that
        come with breadknife, these are those of the menu, and checks, which tell what a recipe has refused.

        So the plugin isn't asked at each key for recipes that don't exist. The recipes of a workspace are known from
        its first request on.
        """
        roots = self._trusted_roots()
        if not _has_foreign_recipes(roots):
            return _ALWAYS
        served = self._service.languages(roots)
        return {**served, **_ALWAYS, CheckRequest: _ALWAYS[CheckRequest] | served.get(CheckRequest, frozenset())}

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        if context.root is not None and context.trusted:
            with self._lock:
                self._roots[context.root] = None
        elif context.root is not None and isinstance(request, CheckRequest) and request.whole:
            _tell_untrusted(context.root, context)
        if isinstance(request, CheckRequest) and not _has_foreign_recipes(self._trusted_roots()):
            return Findings(self._results.hints(request.document), consulted=Consulted())
        if isinstance(request, ActionRequest) and not request.invoked and not request.span:
            return None  # the editor asks at each move of the cursor, and nobody sees the menu
        return self._service.answer(request, context)

    def kept_with(self, settings: RecipesSettings, root: Path, language: str, /) -> str | None:
        """Return the same text while there are only breadknife's own recipes, of which none is a finding; else None."""
        return None if _has_foreign_recipes((root, *self._trusted_roots())) else ""

    def _trusted_roots(self) -> tuple[Path, ...]:
        with self._lock:
            return tuple(self._roots)

    def close(self) -> None:
        with self._lock:
            service = self._made_service
        if service is not None:
            service.close()

    @property
    def _service(self) -> RecipeService:
        from breadknife.plugins.recipes.service import RecipeService

        with self._lock:
            if self._made_service is None:
                self._made_service = RecipeService(self._results)
            return self._made_service


def _tell_untrusted(root: Path, context: Context) -> None:
    """Tell the user that a folder has recipes which don't count, since nobody trusts it."""
    if files := workspace_files(root):
        remedy = "`breadknife trust` in it counts them, too"
        context.notify(
            f"{counted(len(files), 'recipe')} of {root} left out: this folder isn't trusted; {remedy}", optional=True
        )


def _has_foreign_recipes(roots: tuple[Path, ...]) -> bool:
    """Tell whether the user, an installed package or one of these workspace folders has recipes."""
    folders = (folder for root in (None, *roots) for folder in recipe_folders(root, trusted=root is not None))
    return any(files_in(folder) for folder in folders if folder.owner != OWN)
