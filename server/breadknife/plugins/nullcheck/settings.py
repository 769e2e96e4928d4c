"""What users may set for the null check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from breadknife.plugins.nullcheck.values import Use
from breadknife.plugins.nullcheck.verify.oracle.tools import CheckerChoice
from breadknife.task.values import Confidence
from breadknife.text.directives import rules_named

Shown = Literal["error", "warning", "information", "hint", "off"]


@dataclass(frozen=True)
class NullCheckSettings:
    disabled_rules: tuple[str, ...] = ()
    """Codes that are not reported, such as `none-argument`."""
    oracle: CheckerChoice = "auto"
    """The checker that must agree to a fix: `pyright`, `ty`, `pyrefly`, `tsc` or `off`. `auto` takes the project's, or
    else the first that is installed."""
    oracle_seconds: float = 5.0
    """Seconds that a chosen fix waits for the checker. After that the fix is made unchecked, and says so."""
    learn: bool = True
    """Offer the fix that you last chose for a name first. Your choices stay on this machine."""
    severity_high: Shown = "warning"
    """The severity of nulls that are likely to get there, or are compared with null too late, or `off`."""
    severity_medium: Shown = "information"
    """The severity of nulls that are less likely to, or `off`."""
    severity_low: Shown = "hint"
    """The severity of nulls that callers or the order of calls may exclude, or `off`."""

    def severity_of(self, confidence: Confidence) -> Shown:
        match confidence:
            case Confidence.HIGH:
                return self.severity_high
            case Confidence.MEDIUM:
                return self.severity_medium
            case Confidence.LOW:
                return self.severity_low

    def __post_init__(self) -> None:
        for code in sorted(rules_named(self.disabled_rules) - set(Use)):
            raise ValueError(f"no code {code!r}; there are {', '.join(Use)}")
