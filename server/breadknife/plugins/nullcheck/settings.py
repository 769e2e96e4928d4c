"""What users may set for the null check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from breadknife.plugins.nullcheck.values import Use
from breadknife.plugins.nullcheck.verify.oracle.tools import Choice
from breadknife.task.values import Confidence
from breadknife.text.directives import rules_named

Shown = Literal["error", "warning", "information", "hint", "off"]


@dataclass(frozen=True)
class NullCheckSettings:
    disabled_rules: tuple[str, ...] = ()
    """Codes that are not reported, such as `none-argument`."""
    oracle: Choice = "auto"
    """The installed checker that must agree to a fix: `pyright`, `ty`, `pyrefly`, `tsc`, or `off`; `auto` takes the one
    that the project is configured for, else the first that there is."""
    oracle_seconds: float = 5.0
    """How long a chosen fix waits for the checker. Without its answer the fix is made, and says so; once a tenth of it
    is used, no more of the files that import it are asked about."""
    learn: bool = True
    """Which fix you choose for a name is kept, on this machine only, and comes first where it may be null again."""
    severity_high: Shown = "warning"
    """How a null is shown that can probably happen: of the findings that people have judged, half could;
    `off`: not."""
    severity_medium: Shown = "information"
    """The same where it may well not happen: of those that people have judged, a third could."""
    severity_low: Shown = "hint"
    """The same where it is unlikely: of those that people have judged, one in eight could."""

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
