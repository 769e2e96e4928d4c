"""Lossless speculative decoding by lookup: what followed the same tokens before may follow them again.

Saxena 2023 (prompt lookup decoding). A model evaluates a whole draft in one decode and agrees to as much of it as it
would have written itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from breadknife.engine.api import Calibration
from breadknife.engine.model import Row

SHORTEST_MATCH = 3
"""Tokens that have to be the same before anything is proposed."""
LONGEST_MATCH = 32
CANDIDATES = 8
"""Earlier places that are compared, the most recent ones."""
WIDEST = 32
"""Tokens in one decode."""
MARGIN = 1.1
"""So much quicker than plain decoding a draft has to promise to be: what is expected is an estimate."""
FORGET = 0.95
"""How much of what was learned about drafts outlives the next token: text changes its nature."""
PRIOR = ((4, 0.4), (8, 0.6), (16, 0.75), (LONGEST_MATCH, 0.85))
"""(match up to so many tokens, share of the next tokens that are as proposed), before a job has its own figures."""
PRIOR_WEIGHT = 4.0
"""So many guesses' worth of experience is that prior."""
TIE = 0.75
"""Logits between the two best tokens. Evaluated beside others, or after tokens that were, a token's logits differ from
those that it has alone. Measured, 288 tokens of code, prose and edits, widths 2 to 32: the distance of the best ones
changes by 0.08 in the median, 0.27 at p99, 0.40 at most with Qwen2.5-Coder-0.5B Q4_K_M (SmolLM2-135M Q4_1: 0.18, 0.54,
0.72): llama.cpp's kernels for one row and for several round differently, and activations are quantized to 8 bits."""
HORIZON = 40
"""Tokens. A near tie makes plain decoding of all that was drafted before it: drafts are tried when it is likelier than
not that none comes for so long. Chosen on 27 traces of 200 tokens (Qwen2.5-Coder-0.5B), replayed with two cost tables:
edits 1.5 to 2.1 times as quick, all else 0.99 to 1.01; without this rule completions 0.86. On 27 others (SmolLM2-135M,
seldom sure): edits 1.0, all else 0.99 to 1.02; the worst single text 0.95."""
TIE_RATE = 0.02
TIE_WEIGHT = 20.0
"""So many tokens' worth of experience is that rate before a job has its own."""
TIE_FORGET = 0.98
_NO_TOKEN = -1


class Drafter:
    """Proposes tokens for one generation.

    It guesses each token, also where a guess isn't tried: so what it knows of its guesses' worth costs nothing.
    """

    def __init__(self, tokens: Sequence[int], calibration: Calibration) -> None:
        self._known = [_NO_TOKEN]
        """All tokens that may be repeated, those of the prompt and what is written, after one that is none."""
        self._last: dict[tuple[int, ...], int] = {}
        """Three tokens -> where what followed them last begins."""
        self._earlier: list[int] = []
        """For each place the one before it that the same three tokens precede; 0 for none."""
        self._guess = 0
        """Where the next token is guessed to be; 0 for no guess."""
        self._matched = 0
        """Tokens before the guess that are the same as the text's last ones."""
        # By row of `PRIOR`: how many guesses were right, and how many there were, older ones counting less.
        self._right = [rate * PRIOR_WEIGHT for _, rate in PRIOR]
        self._seen = [PRIOR_WEIGHT for _ in PRIOR]
        self._ties, self._rows = TIE_RATE * TIE_WEIGHT, TIE_WEIGHT
        self._seconds = [calibration.seconds(n) for n in range(WIDEST + 1)]
        self._append(*tokens)
        self._look()

    def push(self, token: int) -> None:
        """Add the text's next token."""
        if self._guess:
            row, right = _prior_row(self._matched), self._known[self._guess] == token
            self._right[row] = self._right[row] * FORGET + right
            self._seen[row] = self._seen[row] * FORGET + 1.0
            self._guess, self._matched = (self._guess + 1, self._matched + 1) if right else (0, 0)
        self._append(token)
        if not self._guess:
            self._look()

    def is_near_tie(self, row: Row) -> bool:
        """Tell whether plain decoding might choose another token than this row does, and count the row: if ties are
        frequent, nothing is drafted."""
        best = int(row.argmax())
        top = float(row[best])
        row[best] = -np.inf
        is_tie = top - float(row.max()) < TIE
        row[best] = top
        self._ties = self._ties * TIE_FORGET + is_tie
        self._rows = self._rows * TIE_FORGET + 1.0
        return is_tie

    def draft(self, most: int) -> list[int]:
        """Return the tokens to try, at most so many: none where plain decoding is expected to be as quick."""
        if not self._guess or (1.0 - self._ties / self._rows) ** HORIZON < 0.5:
            return []
        end, guesses = len(self._known), list[int]()
        best, length, expected, agreed = MARGIN / self._seconds[1], 0, 1.0, 1.0
        for n in range(min(most, WIDEST - 1)):
            index = self._guess + n
            guess = self._known[index] if index < end else guesses[index - end]  # a text that repeats itself
            guesses.append(guess)
            row = _prior_row(self._matched + n)
            agreed *= self._right[row] / self._seen[row]
            expected += agreed
            if (rate := expected / self._seconds[n + 2]) > best:
                best, length = rate, n + 1
        return guesses[:length]

    def _append(self, *tokens: int) -> None:
        start = max(len(self._known), SHORTEST_MATCH)
        self._known += tokens
        known, last = self._known, self._last
        self._earlier += [0] * (start - len(self._earlier))
        if len(known) <= start:
            return
        grams = zip(*(known[start - n : len(known) - n] for n in range(SHORTEST_MATCH, 0, -1)), strict=True)
        for place, gram in enumerate(grams, start):
            self._earlier.append(last.get(gram, 0))
            last[gram] = place

    def _look(self) -> None:
        """Find the longest earlier match of the text's end, of equal ones the most recent."""
        known, end = self._known, len(self._known)
        self._guess = self._matched = 0
        place = self._last.get(tuple(known[-SHORTEST_MATCH:]), 0)
        for _ in range(CANDIDATES):
            if not place:
                break
            length = SHORTEST_MATCH
            while length < min(LONGEST_MATCH, place) and known[place - 1 - length] == known[end - 1 - length]:
                length += 1
            if length > self._matched:
                self._guess, self._matched = place, length
            place = self._earlier[place]


def _prior_row(matched: int) -> int:
    """Return which row of `PRIOR` a match of so many tokens belongs to."""
    return next((row for row, (longest, _) in enumerate(PRIOR) if matched <= longest), len(PRIOR) - 1)
