"""What users may set for drift."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DriftSettings:
    base: str = "HEAD"
    """The commit or branch that the text is compared with. `lint --changed-lines` uses its own."""
    disabled_rules: tuple[str, ...] = ()
    """Kinds that are not reported, such as `code-replaced`."""
    enabled_rules: tuple[str, ...] = ()
    """Kinds to report that are off by default: `page-renamed`, `page-gone`."""
