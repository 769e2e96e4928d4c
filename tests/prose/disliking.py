"""A language model of the test's choice: it dislikes some words, and everything else is likely."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from breadknife.cancel import CancelToken
from breadknife.engine.api import Piece, Prompt, ScoreRequest, Scores
from breadknife.engine.scripted import ScriptedEngine

PIECE = re.compile(r"\s*(?:\w{1,3}|[^\w\s])|\s+")


@dataclass
class Disliking:
    """Log-probabilities of words, by the word and the one before it (`the use`), or by the word alone; else -3."""

    words: Mapping[str, float]
    name: str = "disliking"
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list[tuple[str, tuple[str, ...]]])

    def score(
        self,
        prompt: Prompt,
        alternatives: tuple[str, ...],
        *,
        pieces: bool = False,
        top_logprobs: int = 0,
        fresh: bool = False,
        cancel: CancelToken | None = None,
    ) -> Scores:
        before = "".join(part.text for part in prompt)
        self.asked.append((before, alternatives))
        told = tuple(tuple(self._pieces(before, alternative)) for alternative in alternatives)
        sums = tuple(sum(piece.logprob for piece in each) for each in told)
        return Scores(sums, tuple(map(len, told)), pieces=told if pieces else ())

    def _pieces(self, before: str, text: str) -> list[Piece]:
        """A token is three letters at most; a word's first has all of its probability."""
        found: list[Piece] = []
        for match in PIECE.finditer(text):
            piece = match[0]
            starts = piece[0].isspace() or not match.start()
            word = re.findall(r"[\w']+", piece + text[match.end() :])[:1] if starts else []
            last = re.findall(r"[\w']+", before + text[: match.start()])[-1:]
            likely = {f" {each}": self._logprob(last, each) for each in {key.split()[-1] for key in self.words}}
            ranked = sorted(likely.items(), key=lambda item: (-item[1], item[0]))
            found.append(Piece(piece, self._logprob(last, word[0]) if word else 0.0, tuple(ranked)))
        return found

    def _logprob(self, last: list[str], word: str) -> float:
        return self.words.get(" ".join((*last, word)), self.words.get(word, -3.0))


class DislikingEngine(ScriptedEngine):
    """The same behind the engine's seam."""

    def __init__(self, words: Mapping[str, float]) -> None:
        super().__init__([])
        self.model = Disliking(words)

    def score(self, request: ScoreRequest, cancel: CancelToken) -> Scores:
        self.requests.append(request)
        return self.model.score(request.prompt, request.alternatives, pieces=request.pieces)
