"""The engine seam: what is asked of a program that runs models, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from breadknife.cancel import CancelToken
from breadknife.engine.kinds import Kind

CONTEXT_SIZE = 4096
"""Tokens that one prompt and its output may have together."""


class Trim(StrEnum):
    """Which end of a part gives way when the prompt doesn't fit the context."""

    NEVER = "never"
    START = "start"
    END = "end"


@dataclass(frozen=True)
class Part:
    """A piece of a prompt.

    Only a `control` part may turn into the model's control tokens: text that comes from a document never can,
    whatever it says.
    """

    text: str
    control: bool = False
    trim: Trim = Trim.START
    """Parts give way in the order of the prompt; a `control` part never does."""
    keep: bool = False
    """The prompt up to the end of this part is dear and will come again: it is worth a snapshot on disk."""


Prompt = tuple[Part, ...]


class Lane(IntEnum):
    """Who goes first: a lower number pre-empts a higher one."""

    TYPING = 0
    ACTION = 1
    BACKGROUND = 2


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen: greedily at temperature 0, else at random, the same for the same seed."""

    temperature: float = 0.0
    top_k: int = 0
    """Only the k likeliest tokens; 0 is all of them."""
    top_p: float = 1.0
    """Only the likeliest tokens that have this probability together (Holtzman et al. 2020)."""
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
    """The output is a sentence of this grammar: GBNF, or a JSON schema (a text that begins with `{`).

    One that is none, is too big or becomes too complex is an EngineError that says so (limits: docs/openai.md)."""
    adapter: str = ""
    """Catalog name of a LoRA adapter of the model."""
    place: str = ""
    """A place in a document. A newer request of the same client for the same place supersedes this one."""
    hints: tuple[str, ...] = ()
    """Text that the output may repeat (recent edits, say), besides the prompt: only for speed, never for meaning."""
    top_logprobs: int = 0
    """How many of the likeliest tokens each chunk tells."""
    urgent: bool = True
    """False: it has its turn with the background, but what it leaves in the cache is its lane's."""


@dataclass(frozen=True)
class Chunk:
    """A piece of output. `text` may be empty (a token that ends in the middle of a character; the last chunk)."""

    text: str
    logprob: float = 0.0
    """Natural logarithm of the probability of the chunk's token, before sampling and grammar."""
    finish: str = ""
    """Only in the last chunk: `stop` (end of text or a stop string) or `length` (max_tokens or a full context)."""
    prompt_tokens: int = 0
    """As evaluated, without the trimmed ones."""
    cached_tokens: int = 0
    """Tokens of the prompt that needed no evaluation."""
    output_tokens: int = 0
    """Tokens written up to this chunk."""
    trimmed_tokens: int = 0
    """Tokens that were left out of a prompt that was too long."""
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    """Of the tokens that lookup proposed up to this chunk, those that the model agreed to."""
    queued: float = 0.0
    """Seconds from the request to its first evaluation."""
    computed: float = 0.0
    """Seconds of evaluation up to this chunk; those of a batch count for each of its requests."""
    top_logprobs: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class ScoreRequest:
    """How likely a model finds each of several continuations of a prompt: for judges."""

    model: str
    prompt: Prompt
    alternatives: tuple[str, ...]
    lane: Lane = Lane.ACTION
    adapter: str = ""
    place: str = ""
    pieces: bool = False
    """Tell each token of the alternatives too."""
    top_logprobs: int = 0
    """How many of the likeliest tokens each piece tells."""
    fresh: bool = False
    """Forget first what nobody uses (but typing's): sums are made in the order of the cache's cells, so only what
    begins with an empty cache says the same to the bit, whatever was asked before."""


@dataclass(frozen=True)
class Piece:
    """A token of an alternative; of one that is only a part of a character the text is U+FFFD."""

    text: str
    logprob: float
    top_logprobs: tuple[tuple[str, float], ...] = ()
    """What could have stood there instead."""


@dataclass(frozen=True)
class Scores:
    logprobs: tuple[float, ...]
    """For each alternative the sum of its tokens' log-probabilities, and below how many tokens that were."""
    tokens: tuple[int, ...]
    prompt_tokens: int = 0
    cached_tokens: int = 0
    trimmed_tokens: int = 0
    pieces: tuple[tuple[Piece, ...], ...] = ()
    """For each alternative its tokens, where that was asked."""


@dataclass(frozen=True)
class EmbedRequest:
    """Where texts are in a space of meanings. Any model does it; one that was made for it does it well."""

    model: str
    texts: tuple[str, ...]
    lane: Lane = Lane.ACTION


@dataclass(frozen=True)
class Embeddings:
    vectors: tuple[tuple[float, ...], ...]
    """One for each text, of length 1: what an encoder's file says is made of its tokens' last hidden states (their
    mean, or one of them: its pooling); the mean of those of a model that writes text."""
    prompt_tokens: int = 0
    trimmed_tokens: int = 0
    """Those that the ends of texts lost which are longer than the model can read."""


@dataclass(frozen=True)
class RerankRequest:
    """How relevant each text is for a query: for a reranker."""

    model: str
    query: str
    texts: tuple[str, ...]
    lane: Lane = Lane.ACTION


@dataclass(frozen=True)
class Relevances:
    scores: tuple[float, ...]
    """One for each text, the higher the more relevant: what the model's head says, of most models a logit of any sign,
    of some a probability. They compare texts for one query and one model."""
    prompt_tokens: int = 0
    trimmed_tokens: int = 0
    """As in Embeddings. A query is never trimmed."""


@dataclass(frozen=True)
class ClassifyRequest:
    """Which class each text belongs to: for a classifier, with the classes that it was made for."""

    model: str
    texts: tuple[str, ...]
    lane: Lane = Lane.ACTION


@dataclass(frozen=True)
class Classes:
    labels: tuple[str, ...]
    """The model's classes, by the names that its file gives them."""
    probabilities: tuple[tuple[float, ...], ...]
    """For each text that of each label, in the order of `labels`; 1 together."""
    prompt_tokens: int = 0
    trimmed_tokens: int = 0
    """As in Embeddings."""


ReadRequest = EmbedRequest | RerankRequest | ClassifyRequest
"""What is asked about texts of which only the whole counts: nothing is written, no token is likelier than another."""
Reading = Embeddings | Relevances | Classes
"""The answers to those."""
EngineRequest = GenerateRequest | ScoreRequest | ReadRequest


@dataclass(frozen=True)
class Calibration:
    """What one model costs on this machine, measured at first use."""

    threads: int
    slice: int
    """Tokens that one decode of a prompt takes."""
    cost: tuple[tuple[int, float], ...]
    """(tokens in one decode, seconds), by rising number of tokens."""

    def seconds(self, tokens: int) -> float:
        """The cost of a decode of `tokens`, interpolated; beyond the table in proportion."""
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
    """Tokens that its cache has room for; 0 for a model that has none, because it only reads."""
    kind: Kind = Kind.DECODER
    sequences: int = 0
    """Those that hold something."""
    bytes: int = 0
    """The file's size; the memory that its pages take is shared with the system's file cache."""
    prompt_tokens: int = 0
    """Of all requests since it was loaded."""
    reused_tokens: int = 0
    """Of `prompt_tokens`, those that needed no evaluation."""
    output_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    tokens_per_second: float = 0.0
    """Output of the newest request."""
    idle: float = 0.0
    """Seconds since it was last used."""
    adapters: tuple[str, ...] = ()
    calibration: Calibration | None = None


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
    """Seconds."""


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
    """Those in memory."""
    lanes: tuple[LaneStatus, ...] = ()
    failures: tuple[Failure, ...] = ()
    """The last ones, newest first, also of daemons that ended."""
    set_aside: tuple[str, ...] = ()
    """Models that are not loaded any more because the engine died over them."""


class Engine(Protocol):
    """Each method raises Cancelled, ModelError or EngineError (EngineDied when it ended in the middle)."""

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        """The last chunk has `finish` set; closing the iterator stops the work."""
        ...

    def score(self, request: ScoreRequest, cancel: CancelToken) -> Scores: ...

    def embed(self, request: EmbedRequest, cancel: CancelToken) -> Embeddings: ...

    def rerank(self, request: RerankRequest, cancel: CancelToken) -> Relevances:
        """ModelError for a model that is no reranker."""
        ...

    def classify(self, request: ClassifyRequest, cancel: CancelToken) -> Classes:
        """ModelError for a model that is no classifier."""
        ...

    def status(self) -> EngineStatus | None:
        """What the engine says of itself; None when none is running (and none is started).

        Raises EngineUnavailable when one is running and doesn't answer."""
        ...

    def build(self) -> str:
        """What its answers depend on besides the question and the model's file; empty where nobody knows."""
        ...

    def close(self) -> None: ...
