"""How fast the user types and how fast the machine writes, and what follows from the two."""

from __future__ import annotations

import threading
from collections import deque
from statistics import median

TYPICAL_GAP = 0.24
"""Seconds between two keys while nothing is known of the user: the mean of 136 million keystrokes (Dhakal et al. 2018,
"Observations on Typing from 136 Million Keystrokes")."""
PAUSE = 1.0
"""Seconds after which a key doesn't tell how fast somebody types: they were thinking."""
BURST_GAP = 0.12
"""Seconds. A user with longer gaps isn't held back, however slow the machine is: most keys agree with what is being
written."""
PAUSED = 1.25
"""A burst of keys is over after so many gaps without a key."""
GAPS = 15
"""The newest gaps whose median counts."""
ENOUGH_GAPS = 4
"""The fewest gaps that tell how fast somebody types."""
WRITINGS = 9
"""The newest generations whose median counts."""
TYPED_TOKENS = 16
"""The most new tokens of a prompt that the user has only typed on. How long a document's first prompt takes, or one
after a jump, doesn't tell how long the next one will."""
FIRST_SECONDS, TOKEN_SECONDS = 0.06, 0.03
"""Seconds to the first token and for each further one, before anything was measured: the 0.5B model on two cores."""
FIRST_USEFUL_TOKENS = 4
"""Tokens of the shortest useful suggestion: a word and a bracket."""
SHARE_OF_GAP = 0.75
"""The part of a gap that an answer may take. The rest is the editor's, the server's and the protocol's: 50 ms of
250."""


class Pace:
    """Measures the user and the model. All times are seconds, those of events on `time.monotonic()`'s clock. Safe to
    use from several threads."""

    def __init__(self) -> None:
        self._last = float("-inf")
        """When the newest key was typed."""
        self._gaps = deque[float](maxlen=GAPS)
        self._firsts = deque[float](maxlen=WRITINGS)
        self._tokens = deque[float](maxlen=WRITINGS)
        self._lock = threading.Lock()

    def typed(self, at: float) -> None:
        """Note that the user typed a key at that time."""
        with self._lock:
            gap, self._last = at - self._last, at
            if 0 < gap < PAUSE:
                self._gaps.append(gap)

    def wrote(self, first: float, rest: float, tokens: int, new: int) -> None:
        """Note that a model with `new` tokens of a prompt to evaluate wrote its first token after `first` seconds, and
        `tokens` more in the `rest` seconds after that."""
        with self._lock:
            if new <= TYPED_TOKENS:
                self._firsts.append(first)
            if tokens:
                self._tokens.append(rest / tokens)

    @property
    def gap(self) -> float:
        """The seconds between two keys."""
        with self._lock:
            return median(self._gaps) if len(self._gaps) >= ENOUGH_GAPS else TYPICAL_GAP

    def writing(self, tokens: int) -> float:
        """Return how many seconds the first token of a new text and `tokens` more take."""
        with self._lock:
            first = median(self._firsts) if self._firsts else FIRST_SECONDS
            token = median(self._tokens) if self._tokens else TOKEN_SECONDS
        return first + tokens * token

    @property
    def delay(self) -> float:
        """The seconds by which to delay work that begins anew: until a burst of keys is over if nothing could be shown
        between two of them, else 0."""
        gap = self.gap
        return PAUSED * gap if gap < BURST_GAP and gap < self.writing(FIRST_USEFUL_TOKENS) else 0.0

    @property
    def budget(self) -> float:
        """The seconds that an answer may take: until just before the next key. If there is no text by then, the first
        piece that makes sense is shown as soon as it is there: a longer wait would begin anew with each key."""
        return SHARE_OF_GAP * self.gap
