"""The engine seam: the requests to a program that runs models, and its answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import IntEnum, StrEnum
from typing import Any, Protocol, TypeVar, cast

from breadknife.cancel import CancelToken
from breadknife.engine.kinds import ModelKind

_T = TypeVar("_T")
CONTEXT_SIZE = 4096
"""The most tokens that a prompt and its output may have together."""
CELLS = 2 * CONTEXT_SIZE
"""The most tokens that a model's cache holds, of all texts."""


class Trim(StrEnum):
    """Which end of a part is cut when the prompt doesn't fit the context."""

    NEVER = "never"
    START = "start"
    END = "end"


@dataclass(frozen=True)
class Part:
    """A piece of a prompt.

    Only a `control` part may become the model's control tokens. Text from a document never does, whatever it contains.
    """

    text: str
    control: bool = False
    trim: Trim = Trim.START
    """The end to cut if the prompt is too long. Parts are cut in the order of the prompt; `control` parts never are."""
    keep: bool = False
    """True if to store a snapshot of the prompt up to the end of this part on disk: it is expensive to evaluate, and
    will be needed again."""


Prompt = tuple[Part, ...]


class Lane(IntEnum):
    """The urgency of a request: a lower number pre-empts a higher one."""

    TYPING = 0
    ACTION = 1
    BACKGROUND = 2


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen: the likeliest at temperature 0; otherwise at random, reproducibly for a seed."""

    temperature: float = 0.0
    top_k: int = 0
    """Choose among the k likeliest tokens only; 0 means all tokens."""
    top_p: float = 1.0
    """Choose among the likeliest tokens whose probabilities add up to this (Holtzman et al. 2020)."""
    seed: int = 0


@dataclass(frozen=True)
class GenerateRequest:
    model: str
    """Name in the catalog, or `ENGINE:NAME` for a model of another runtime that the user's settings name."""
    prompt: Prompt
    max_tokens: int
    stop: tuple[str, ...] = ()
    """Generation ends before the first of these that appears; none of them is part of the output."""
    lane: Lane = Lane.ACTION
    sampling: Sampling = Sampling()
    grammar: str = ""
    """The grammar that the output must match: GBNF, or a JSON schema (a text that begins with `{`). An invalid, too big
    or too complex one raises EngineError (limits: docs/openai.md)."""
    adapter: str = ""
    """Catalog name of a LoRA adapter of the model."""
    place: str = ""
    """Identifies a place in a document. A newer request of the same client for the same place supersedes this one."""
    top_logprobs: int = 0
    """How many of the likeliest tokens each chunk lists in `top_logprobs`."""
    urgent: bool = True
    """If False, it is scheduled like the background lane, but its cached tokens belong to its own lane."""


@dataclass(frozen=True)
class Message:
    """One message of a chat. What it says can't become a control token, whatever it says."""

    role: str
    """`system`, `user`, `assistant` or `tool`."""
    text: str


@dataclass(frozen=True)
class ChatRequest:
    """Asks for the assistant's next message, by the template in the model's file. Fields without a docstring are as in
    GenerateRequest."""

    model: str
    messages: tuple[Message, ...]
    """In order. None of them is trimmed: if they are too long, that is PromptTooLong."""
    max_tokens: int
    stop: tuple[str, ...] = ()
    lane: Lane = Lane.ACTION
    sampling: Sampling = Sampling()
    grammar: str = ""
    adapter: str = ""
    place: str = ""
    top_logprobs: int = 0
    urgent: bool = True


@dataclass(frozen=True)
class Chunk:
    """A piece of output. `text` may be empty (a token that ends in the middle of a character; the last chunk)."""

    text: str
    logprob: float = 0.0
    """Natural logarithm of the probability of the chunk's token, before sampling and grammar."""
    finish: str = ""
    """Only in the last chunk: `stop` (end of text or a stop string) or `length` (max_tokens or a full context)."""
    prompt_tokens: int = 0
    """Tokens of the prompt, without the trimmed ones."""
    cached_tokens: int = 0
    """Tokens of the prompt that needed no evaluation."""
    output_tokens: int = 0
    """Tokens written up to this chunk."""
    trimmed_tokens: int = 0
    """Tokens that were cut from a prompt that was too long."""
    drafted_tokens: int = 0
    """Tokens that lookup proposed up to this chunk."""
    accepted_tokens: int = 0
    """How many of `drafted_tokens` the model accepted."""
    queued: float = 0.0
    """Seconds from the request to its first evaluation."""
    computed: float = 0.0
    """Seconds of evaluation up to this chunk. The time of a batch counts for each of its requests."""
    top_logprobs: tuple[tuple[str, float], ...] = ()
    """(token, log-probability) of the likeliest tokens, as many as the request asks for."""


@dataclass(frozen=True)
class ScoreRequest:
    """Asks how likely a model finds each of several continuations of a prompt. Judges use it."""

    model: str
    prompt: Prompt
    alternatives: tuple[str, ...]
    lane: Lane = Lane.ACTION
    adapter: str = ""
    place: str = ""
    pieces: bool = False
    """True if to return each token of the alternatives, too."""
    top_logprobs: int = 0
    """How many of the likeliest tokens each piece lists in `top_logprobs`."""
    fresh: bool = False
    """True if to empty the cache first, except what is in use and what the typing lane holds. Sums follow the order of
    the cache's cells, so only with an empty cache is the result the same to the bit, whatever came before."""


@dataclass(frozen=True)
class Piece:
    """A token of an alternative. If the token is only a part of a character, `text` is U+FFFD."""

    text: str
    logprob: float
    top_logprobs: tuple[tuple[str, float], ...] = ()
    """(token, log-probability) of the likeliest tokens at this position."""


@dataclass(frozen=True)
class Scores:
    logprobs: tuple[float, ...]
    """For each alternative, the sum of its tokens' log-probabilities (natural logarithm)."""
    tokens: tuple[int, ...]
    """For each alternative, the number of its tokens."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    trimmed_tokens: int = 0
    pieces: tuple[tuple[Piece, ...], ...] = ()
    """For each alternative, its tokens, if the request asks for `pieces`."""


@dataclass(frozen=True)
class EmbedRequest:
    """Asks for a vector of each text, near those of texts of a similar meaning. Any decoder or encoder makes some; an
    encoder's are better."""

    model: str
    texts: tuple[str, ...]
    lane: Lane = Lane.ACTION


@dataclass(frozen=True)
class Embeddings:
    vectors: tuple[tuple[float, ...], ...]
    """A vector of length 1 for each text. An encoder pools the last hidden states of the text's tokens to their mean or
    to one of them, as its file says; a decoder's vector is their mean."""
    prompt_tokens: int = 0
    trimmed_tokens: int = 0
    """Tokens that were cut from the ends of texts that are too long for the model."""


@dataclass(frozen=True)
class RerankRequest:
    """Asks a reranker how relevant each text is for a query."""

    model: str
    query: str
    texts: tuple[str, ...]
    lane: Lane = Lane.ACTION


@dataclass(frozen=True)
class Relevances:
    scores: tuple[float, ...]
    """The output of the model's head for each text, the higher the more relevant: for most models a logit of any sign,
    for some a probability. Compare only scores of the same query and model."""
    prompt_tokens: int = 0
    trimmed_tokens: int = 0
    """As in Embeddings. A query is never trimmed."""


@dataclass(frozen=True)
class ClassifyRequest:
    """Asks a classifier which of its classes each text belongs to."""

    model: str
    texts: tuple[str, ...]
    lane: Lane = Lane.ACTION


@dataclass(frozen=True)
class Classes:
    labels: tuple[str, ...]
    """The model's classes, by the names that its file gives them."""
    probabilities: tuple[tuple[float, ...], ...]
    """For each text the probability of each label, in the order of `labels`; they add up to 1."""
    prompt_tokens: int = 0
    trimmed_tokens: int = 0
    """As in Embeddings."""


EncodeRequest = EmbedRequest | RerankRequest | ClassifyRequest
"""A request that has texts read, and none written."""
Encoding = Embeddings | Relevances | Classes
"""The answer to an `EncodeRequest`."""
EngineRequest = GenerateRequest | ChatRequest | ScoreRequest | EncodeRequest
EngineAnswer = Chunk | Scores | Encoding


@dataclass(frozen=True)
class StatusRequest:
    """Asks for the engine's status."""


def encodable(value: _T) -> _T:
    """Return a request, or a part of one, with `?` in place of lone surrogates."""
    changed: Any = value
    if type(value) is str:
        changed = value.encode("utf-8", "replace").decode("utf-8")
    elif isinstance(value, tuple):
        changed = tuple(map(encodable, cast("tuple[Any, ...]", value)))
    elif is_dataclass(value) and not isinstance(value, type):
        changed = replace(value, **{field.name: encodable(getattr(value, field.name)) for field in fields(value)})
    return changed


@dataclass(frozen=True)
class Calibration:
    """What a model costs on this machine, measured at its first use."""

    threads: int
    slice: int
    """Tokens of a prompt that one decode evaluates."""
    cost: tuple[tuple[int, float], ...]
    """(tokens in one decode, seconds), sorted by the number of tokens."""

    def seconds(self, tokens: int) -> float:
        """Return seconds that a decode of `tokens` takes: interpolated, and in proportion beyond the table."""
        before = (0, 0.0)
        for n, seconds in self.cost:
            if tokens <= n:
                share = (tokens - before[0]) / (n - before[0])
                return before[1] + share * (seconds - before[1])
            before = (n, seconds)
        return before[1] * tokens / before[0] if before[0] else 0.0


@dataclass(frozen=True)
class ModelStatus:
    name: str
    cached_tokens: int
    cells: int
    """The most tokens that its cache can hold; 0 for a model that has none, because it only reads."""
    kind: ModelKind = ModelKind.DECODER
    sequences: int = 0
    """The number of sequences in its cache that aren't empty."""
    bytes: int = 0
    """The size of its file. Its pages in memory are shared with the system's file cache."""
    prompt_tokens: int = 0
    """Tokens of all prompts since it was loaded."""
    reused_tokens: int = 0
    """How many of `prompt_tokens` needed no evaluation."""
    output_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    tokens_per_second: float = 0.0
    """Output tokens per second of the newest request."""
    idle: float = 0.0
    """Seconds since it was last used."""
    adapters: tuple[str, ...] = ()
    calibration: Calibration | None = None
    device: str = ""
    """What computes: `CPU`, the name of a GPU, or `CPU` with the reason why the GPU doesn't."""


@dataclass(frozen=True)
class LaneStatus:
    name: str
    waiting: int
    running: int
    finished: int


@dataclass(frozen=True)
class ClientStatus:
    name: str
    pid: int
    connected: float
    """Seconds since it connected."""


@dataclass(frozen=True)
class Failure:
    at: float
    """Unix time."""
    what: str
    message: str


@dataclass(frozen=True)
class EngineStatus:
    pid: int
    version: str
    uptime: float
    """Seconds."""
    clients: tuple[ClientStatus, ...]
    resident_bytes: int
    models: tuple[ModelStatus, ...] = ()
    """The models in memory."""
    lanes: tuple[LaneStatus, ...] = ()
    failures: tuple[Failure, ...] = ()
    """The latest failures, newest first, also those of earlier daemons."""
    set_aside: tuple[str, ...] = ()
    """Models that are no longer loaded because the engine crashed over them."""


class Engine(Protocol):
    """Runs models. Each method may raise Cancelled, ModelError or EngineError (EngineDied if it ends meanwhile)."""

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        """Yield the output in chunks. The last chunk has `finish` set. Closing the iterator stops the work."""
        ...

    def chat(self, request: ChatRequest, cancel: CancelToken) -> Iterator[Chunk]:
        """Answer a chat as `generate` does. Raises ModelUnfit for a model without a chat template."""
        ...

    def score(self, request: ScoreRequest, cancel: CancelToken) -> Scores: ...

    def embed(self, request: EmbedRequest, cancel: CancelToken) -> Embeddings: ...

    def rerank(self, request: RerankRequest, cancel: CancelToken) -> Relevances:
        """Rank texts. Raises ModelError for a model that isn't a reranker."""
        ...

    def classify(self, request: ClassifyRequest, cancel: CancelToken) -> Classes:
        """Classify texts. Raises ModelError for a model that isn't a classifier."""
        ...

    def status(self) -> EngineStatus | None:
        """Return the engine's status; None if no engine runs. This starts none.

        Raises EngineUnavailable if an engine runs and doesn't answer.
        """
        ...

    def build(self) -> str:
        """Return a name of what answers depend on besides the request and the model's file; empty if it isn't known."""
        ...

    def close(self) -> None: ...
