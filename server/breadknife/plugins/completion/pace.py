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
"""Who types slower isn't held back, however slow the machine is: most keys agree with what is being written."""
PAUSED = 1.25
"""So many gaps without a key end a burst."""
GAPS = 15
ENOUGH_GAPS = 4
WRITINGS = 9
"""Generations."""
TYPED_TOKENS = 16
"""New ones of a prompt that somebody has typed on, at most. How long a document's first prompt takes, or one after a
jump, doesn't tell how long the next one will."""
FIRST_SECONDS, TOKEN_SECONDS = 0.06, 0.03
"""The 0.5B model on two cores, before anything was measured."""
FIRST_USEFUL_TOKENS = 4
"""A word and a bracket."""
SHARE_OF_GAP = 0.75
"""The rest is the editor's, the server's and the protocol's: 50 ms of 250."""


class Pace:
    """All times are seconds, on `time.monotonic()`'s clock. Safe to use from several threads."""

    def __init__(self) -> None:
        self._last = float("-inf")
        self._gaps = deque[float](maxlen=GAPS)
        self._firsts = deque[float](maxlen=WRITINGS)
        self._tokens = deque[float](maxlen=WRITINGS)
        self._lock = threading.Lock()

    def typed(self, at: float) -> None:
        """The user typed a key."""
        with self._lock:
            gap, self._last = at - self._last, at
            if 0 < gap < PAUSE:
                self._gaps.append(gap)

    def wrote(self, first: float, rest: float, tokens: int, new: int) -> None:
        """A model began `first` seconds after it was asked, with `new` tokens of the prompt, and wrote `tokens` more in
        `rest`."""
        with self._lock:
            if new <= TYPED_TOKENS:
                self._firsts.append(first)
            if tokens:
                self._tokens.append(rest / tokens)

    @property
    def gap(self) -> float:
        """Between two keys."""
        with self._lock:
            return median(self._gaps) if len(self._gaps) >= ENOUGH_GAPS else TYPICAL_GAP

    def writing(self, tokens: int) -> float:
        """Return what so many tokens of a new text take."""
        with self._lock:
            first = median(self._firsts) if self._firsts else FIRST_SECONDS
            token = median(self._tokens) if self._tokens else TOKEN_SECONDS
        return first + tokens * token

    @property
    def delay(self) -> float:
        """Return how many seconds to hold back work that begins anew: until a burst of keys is over that leaves no
        time to show anything between two of them, else not at all."""
        gap = self.gap
        return PAUSED * gap if gap < BURST_GAP and gap < self.writing(FIRST_USEFUL_TOKENS) else 0.0

    @property
    def budget(self) -> float:
        """Return how many seconds an answer may take: until just before the next key. Where no text can be there by
        then the first piece that makes sense is shown when it is: a longer wait would begin anew with each key."""
        return SHARE_OF_GAP * self.gap
