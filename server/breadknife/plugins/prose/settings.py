"""The section `[prose]` of the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec

Dialect = Literal["en-US", "en-GB", "en-AU", "en-CA"]


@dataclass(frozen=True)
class ProseSettings:
    dialect: Dialect = "en-US"
    """The English that is checked."""
    languagetool: bool = True
    """Ask LanguageTool too, where it is installed and Java is 17 or newer."""
    languagetool_url: str = field(default="", metadata={"own_alone": True})
    """A LanguageTool that you run, such as `http://127.0.0.1:8081/v2/`, in place of one that breadknife starts. The
    text of documents is sent there; only your own config.toml may name it."""
    language: str = ""
    """The language of prose that doesn't name its own, such as `de` or `en`. If empty, the words tell it."""
    vale: bool = True
    """Ask Vale too, where it is installed, the folder has a `.vale.ini` and you trust the folder."""
    model: bool = True
    """Have the small model judge what rules say, and propose what no rule knows, where it is installed."""
    flags_per_1000_words: Annotated[float, msgspec.Meta(ge=0)] = 2.0
    """The most findings in 1,000 words of well-edited text. A lower number makes the model surer; 0 hides all that it
    judges."""
    spelling: bool = True
    """Report words that look like slips of the fingers."""
    disabled_rules: tuple[str, ...] = ()
    """Rules to switch off, by the names that findings show."""
    enabled_rules: tuple[str, ...] = ()
    """Rules to switch on that are off by default, by their names."""
