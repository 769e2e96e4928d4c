"""An engine that answers by a script instead of a model, for tests of plugins and of editor clients."""

from __future__ import annotations

import json
import math
import re
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine import api

EMBEDDING_WIDTH = 64


@dataclass(frozen=True)
class Line:
    """If `when` occurs in the prompt's text, the output is `say`, after `delay` seconds, or `error` is raised.

    Each word takes `pace` seconds. `instead` maps words, with the blanks before them, to the second likeliest word in
    their place, for requests with `top_logprobs`.
    """

    when: str
    say: str = ""
    delay: float = 0.0
    pace: float = 0.0
    error: Exception | None = None
    instead: Mapping[str, str] = field(default_factory=dict[str, str])


REQUESTS = 1000
"""How many requests are kept."""


class ScriptedEngine:
    """Answers with the first line whose `when` is in the prompt, word by word; with nothing if there is none.

    It knows only grammars that say how the output begins. If a line's output doesn't begin so, that beginning is put
    before it, and looked for in the script as if it was a part of the prompt.
    """

    def __init__(self, script: Sequence[Line]) -> None:
        self._script = tuple(script)
        self.requests: list[api.EngineRequest] = []
        """The newest `REQUESTS` requests."""

    @classmethod
    def from_file(cls, path: Path) -> ScriptedEngine:
        """Read the script from a JSON list of objects with `when`, `say` and optionally `delay`, `pace`, `instead`."""
        return cls([Line(**entry) for entry in json.loads(path.read_text("utf-8"))])

    def generate(self, request: api.GenerateRequest, cancel: CancelToken) -> Iterator[api.Chunk]:
        self._keep(request)
        return self._say(_text(request.prompt), request, cancel)

    def chat(self, request: api.ChatRequest, cancel: CancelToken) -> Iterator[api.Chunk]:
        """Answer as `generate` does to the messages' texts, each on lines of its own."""
        self._keep(request)
        return self._say("\n".join(message.text for message in request.messages), request, cancel)

    def _say(
        self, prompt: str, request: api.GenerateRequest | api.ChatRequest, cancel: CancelToken
    ) -> Iterator[api.Chunk]:
        begins = _beginning(request.grammar)
        line, finish, tokens = self._line(prompt + begins, cancel), "stop", 0
        output = line.say if line.say.startswith(begins) else begins + line.say
        for stop in request.stop:
            output = output.partition(stop)[0]
        for word in re.findall(r"\s*\S+|\s+", output):
            if tokens == request.max_tokens:
                finish = "length"
                break
            _sleep(line.pace, cancel)
            tokens += 1
            instead = line.instead.get(word) if request.top_logprobs else None
            yield (
                api.Chunk(word)
                if instead is None
                else api.Chunk(word, -0.1, top_logprobs=((word, -0.1), (instead, -0.5)))
            )
        yield api.Chunk("", finish=finish, prompt_tokens=len(prompt.split()), output_tokens=tokens)

    def score(self, request: api.ScoreRequest, cancel: CancelToken) -> api.Scores:
        """Score alternatives: the line's output is certain; another one is the less likely the more words it has."""
        self._keep(request)
        certain = self._line(_text(request.prompt), cancel).say
        tokens = tuple(max(1, len(alternative.split())) for alternative in request.alternatives)
        logprobs = tuple(
            0.0 if alternative == certain else -10.0 * count
            for alternative, count in zip(request.alternatives, tokens, strict=True)
        )
        return api.Scores(logprobs, tokens, prompt_tokens=len(_text(request.prompt).split()))

    def embed(self, request: api.EmbedRequest, cancel: CancelToken) -> api.Embeddings:
        """Return counts of words, so that texts with the same words are near each other. The script doesn't matter."""
        self._keep(request)
        cancel.raise_if_cancelled()
        return api.Embeddings(tuple(map(_vector, request.texts)), prompt_tokens=_words(request.texts))

    def rerank(self, request: api.RerankRequest, cancel: CancelToken) -> api.Relevances:
        """Score texts by the words that each has in common with the query. The script doesn't matter."""
        self._keep(request)
        cancel.raise_if_cancelled()
        query = _vector(request.query)
        scores = tuple(sum(x * y for x, y in zip(query, _vector(text), strict=True)) for text in request.texts)
        return api.Relevances(scores, prompt_tokens=_words((request.query, *request.texts)))

    def classify(self, request: api.ClassifyRequest, cancel: CancelToken) -> api.Classes:
        """Classify texts. The classes are the outputs of the script's lines. A text certainly belongs to the class of
        the first line whose `when` is in it; if there is none, all classes are equally likely."""
        self._keep(request)
        labels = tuple(dict.fromkeys(line.say for line in self._script)) or ("",)
        lines = [self._line(text, cancel).say for text in request.texts]
        certain = [tuple(float(label == label_of_line) for label in labels) for label_of_line in lines]
        even = (1.0 / len(labels),) * len(labels)
        return api.Classes(
            labels,
            tuple(probabilities if any(probabilities) else even for probabilities in certain),
            _words(request.texts),
        )

    def status(self) -> api.EngineStatus | None:
        return None

    def build(self) -> str:
        """Empty: another script may answer the same otherwise."""
        return ""

    def close(self) -> None:
        pass

    def _keep(self, request: api.EngineRequest) -> None:
        self.requests.append(request)
        del self.requests[:-REQUESTS]

    def _line(self, prompt: str, cancel: CancelToken) -> Line:
        line = next((line for line in self._script if line.when in prompt), Line(""))
        _sleep(line.delay, cancel)
        if line.error is not None:
            raise line.error
        return line


def _sleep(seconds: float, cancel: CancelToken) -> None:
    end = time.monotonic() + seconds
    cancel.raise_if_cancelled()
    while time.monotonic() < end:
        cancel.raise_if_cancelled()
        time.sleep(0.005)


def _beginning(grammar: str) -> str:
    match = re.fullmatch(r'root ::= "((?:\\.|[^"\\])*)" \[\^\\x00\]\*', grammar)
    return re.sub(r"\\(.)", lambda escaped: {"t": "\t"}.get(escaped[1], escaped[1]), match[1]) if match else ""


def _words(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)


def _text(prompt: api.Prompt) -> str:
    return "".join(part.text for part in prompt)


def _vector(text: str) -> tuple[float, ...]:
    """Return the counts of a text's words, by a hash of each word, as a vector of length 1."""
    counts = [0.0] * EMBEDDING_WIDTH
    for word in text.lower().split() or [""]:
        counts[zlib.crc32(word.encode("utf-8", "replace")) % EMBEDDING_WIDTH] += 1
    length = math.hypot(*counts)
    return tuple(count / length for count in counts)
