"""Which parts there are, by the names that users and programs say."""

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
    """All of them; nothing has been fetched or changed yet."""

    catalog: Catalog
    wheels: str = ""
    offline: bool = False

    @cached_property
    def engine(self) -> EnginePart:
        return EnginePart(self.wheels, self.offline)

    @cached_property
    def models(self) -> tuple[ModelPart, ...]:
        return tuple(ModelPart(model, self.offline) for model in self.catalog.models if not model.path or model.hub)

    @cached_property
    def default_models(self) -> tuple[ModelPart, ...]:
        """Those that do something unless settings say otherwise."""
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
        """What is set up when nothing is named: LanguageTool where there is a Java for it. Editors' settings are for
        those who ask for them."""
        tool = self.languagetool.status()
        return (self.engine, *self.default_models, *((self.languagetool,) if tool.possible else ()))

    def named(self, names: Sequence[str]) -> list[Part]:
        """Returns the named parts in that order, each once. Raises SettingsError for a name that nothing has."""
        meanings: dict[str, tuple[Part, ...]] = {"model": self.default_models, "models": self.default_models}
        for part in self.every:
            meanings[part.name] = meanings[part.name.rpartition(":")[2]] = (part,)
        for name in names:
            if name not in meanings:
                near = difflib.get_close_matches(name, meanings, n=1) or ["engine", "model", "languagetool"]
                raise SettingsError(f"there is no part {name!r} to set up; did you mean {' or '.join(near)}?")
        return list({part.name: part for name in names for part in meanings[name]}.values())
