"""The parts that can be set up, and the names by which users and programs call them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.engine.models.catalog import Catalog
from breadknife.errors import SettingsError
from breadknife.plugins.shelf.default_models import default_models
from breadknife.setup.editors.table import EDITORS, EditorPart
from breadknife.setup.engine import EnginePart
from breadknife.setup.languagetool import LanguageToolPart
from breadknife.setup.models import ModelPart
from breadknife.setup.values import Part


@dataclass(frozen=True)
class Parts:
    """All parts. Making them fetches and changes nothing."""

    catalog: Catalog
    wheels: str = ""
    """Where wheels of the engine are looked for first: a folder, or the URL of a page with links; empty for nowhere."""
    offline: bool = False
    cuda: bool = False
    """Compile the engine for NVIDIA's GPUs, too."""

    @cached_property
    def engine(self) -> EnginePart:
        return EnginePart(self.wheels, self.offline, self.cuda)

    @cached_property
    def models(self) -> tuple[ModelPart, ...]:
        """Every model that can be fetched: a file that the user has added is here already."""
        return tuple(ModelPart(model, self.offline) for model in self.catalog.models if not model.path or model.hub)

    @property
    def pinned_models(self) -> tuple[ModelPart, ...]:
        """Those whose content is known: what nobody has tried or fetched isn't proposed to people who begin."""
        return tuple(part for part in self.models if part.model.sha256)

    @cached_property
    def default_models(self) -> tuple[ModelPart, ...]:
        """The models that something uses unless settings say otherwise."""
        usual = default_models(self.catalog)
        return tuple(part for part in self.models if part.model in usual)

    @cached_property
    def languagetool(self) -> LanguageToolPart:
        return LanguageToolPart(self.offline)

    @cached_property
    def editors(self) -> tuple[EditorPart, ...]:
        return tuple(map(EditorPart, EDITORS))

    @property
    def every(self) -> tuple[Part, ...]:
        return (self.engine, *self.models, self.languagetool, *self.editors)

    @property
    def usual(self) -> tuple[Part, ...]:
        """The parts that `--yes` sets up: the engine, the default models, and LanguageTool if a Java can run it."""
        languagetool = (self.languagetool,) if self.languagetool.status().possible else ()
        return (self.engine, *self.default_models, *languagetool)

    def named(self, names: Sequence[str]) -> list[Part]:
        """Return the parts with these names, in their order and each once.

        `model:NAME` and `editor:NAME` may be called NAME alone, and `model` is all default models. Raises SettingsError
        for a name of no part.
        """
        parts_by_name: dict[str, tuple[Part, ...]] = {"model": self.default_models, "models": self.default_models}
        for part in self.every:
            short_name = part.name.rpartition(":")[2]
            parts_by_name[part.name] = parts_by_name[short_name] = (part,)
        for name in names:
            if name not in parts_by_name:
                near = difflib.get_close_matches(name, parts_by_name, n=1) or ["engine", "model", "languagetool"]
                raise SettingsError(f"there is no part {name!r} to set up; did you mean {' or '.join(near)}?")
        return list({part.name: part for name in names for part in parts_by_name[name]}.values())
