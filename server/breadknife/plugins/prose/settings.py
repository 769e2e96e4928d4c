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
    """The language of prose that doesn't say its own, such as `de` or `en`; empty to tell by the words."""
    vale: bool = True
    """Ask Vale too, where it is installed, the folder has a `.vale.ini` and you trust the folder."""
    model: bool = True
    """Have the small model judge what rules say, and propose what no rule knows, where it is installed."""
    flags_per_1000_words: Annotated[float, msgspec.Meta(ge=0)] = 2.0
    """How many findings of a well-edited text are too many: the lower, the surer the model must be; 0 shows none of
    those that it has a say in."""
    spelling: bool = True
    """Report words that look like slips of the fingers."""
    disabled_rules: tuple[str, ...] = ()
    """Rules to switch off, by the names that findings show."""
    enabled_rules: tuple[str, ...] = ()
    """Rules to switch on that are off by default (see `rules.py`)."""
