"""The section `[prose]` of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Dialect = Literal["en-US", "en-GB", "en-AU", "en-CA"]


@dataclass(frozen=True)
class ProseSettings:
    dialect: Dialect = "en-US"
    """The English that is checked."""
    languagetool: bool = True
    """Ask LanguageTool too, where it is installed and Java is 17 or newer."""
    model: bool = True
    """Have the small model judge what rules say, and propose what no rule knows, where it is installed."""
    flags_per_1000_words: float = 2.0
    """How many findings of a well-edited text are too many: the lower, the surer the model must be; 0 shows none of
    those that it has a say in."""
    spelling: bool = True
    """Report words that look like slips of the fingers."""
    disabled_rules: tuple[str, ...] = ()
    """Rules to switch off, by the names that findings show."""
    enabled_rules: tuple[str, ...] = ()
    """Rules to switch on that are off by default (see `rules.py`)."""
