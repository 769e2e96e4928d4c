"""How likely somebody makes a change on another line, too, by what the histories of repositories say."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from breadknife.plugins.completion.next_edit.change import Change, Kind

MARGIN = 0.4
"""What is less likely isn't shown. In commits of 24 other repositories than those that the weights come from, 82 % of
the 351 that were shown were the maintainer's own: 18.6 % of all changes. Where none followed, 1.2 % had one shown."""
_FAR, _NEAR = 120, 30
"""Lines from the change."""
_LONGEST = 20
"""Characters of what went that count."""
_DECLARES = re.compile(r"\s*(?:def|class|func|function|const|let|var|type|public|private|import|from|use)\b")

WEIGHTS = {
    "always": -2.01,
    Kind.RENAME: -0.30,
    Kind.REPLACE: -0.62,
    Kind.INSERT: 0.61,
    "twice": 0.92,
    "thrice": 0.50,
    "same line": 1.71,
    "letters": 0.69,
    "declares": 0.16,
    "near": 0.45,
    "far": 0.50,
    "one place": 0.16,
    "six places": -0.59,
}
"""Of a logistic regression on 5,075 positions in commits of 16 repositories: `bench/completion/next_edits.py --fit`.
Without that option it measures what is shown."""


@dataclass(frozen=True)
class OtherLine:
    """A line on which a change fits as well, and what is known of the two."""

    change: Change
    before: str
    """The changed line as it was."""
    after: str
    """The changed line as it is."""
    line: str
    """The other line as it is."""
    distance: int
    """Lines from the change down to the other line."""
    times: int
    """How often the same change was made lately."""
    places: int
    """How many lines it fits on."""

    @property
    def features(self) -> dict[str, float]:
        """What `WEIGHTS` has a weight for."""
        kinds = {kind: float(self.change.kind is kind) for kind in (Kind.RENAME, Kind.REPLACE, Kind.INSERT)}
        return {
            "always": 1.0,
            **kinds,
            "twice": float(self.times >= 2),
            "thrice": float(self.times >= 3),
            "same line": float(self.line.strip() == self.before.strip()),
            "letters": math.log1p(min(len(self.change.gone.strip()), _LONGEST)),
            "declares": float(_DECLARES.match(self.after) is not None),
            "near": float(self.distance < _NEAR),
            "far": float(self.distance >= _FAR),
            "one place": float(self.places == 1),
            "six places": float(self.places >= 6),
        }

    @property
    def likelihood(self) -> float:
        """The estimated probability that the change comes there next."""
        logit = sum(WEIGHTS[name] * value for name, value in self.features.items())
        return (1 + math.tanh(logit / 2)) / 2
