"""What jobs do, as steps: generate text, score alternatives, embed texts. The scheduler carries the steps out."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from breadknife.engine.api import (
    Calibration,
    Chunk,
    ClassifyRequest,
    Embeddings,
    EmbedRequest,
    EngineRequest,
    GenerateRequest,
    Part,
    Piece,
    Prompt,
    RerankRequest,
    ScoreRequest,
    Scores,
    Trim,
)
from breadknife.engine.daemon.lookup import Drafter
from breadknife.engine.daemon.sequences import Sequences
from breadknife.engine.kinds import Kind
from breadknife.engine.model import Evaluation, Model, Rows, Steps
from breadknife.engine.models.roles import an
from breadknife.errors import EngineError, ModelUnfit, PromptTooLong

TRIM_STEPS = 16
"""Of the context: 256 tokens of 4,096 give way at once. A window whose edge moves with each key would leave nothing
of the cache."""
BRANCHES = 8
"""Alternatives or texts that are evaluated side by side."""


@dataclass(frozen=True)
class Fitted:
    """A prompt that fits the context."""

    tokens: list[int]
    trimmed: int = 0
    keep: int = 0
    """Tokens up to the end of the last part that is worth a snapshot."""


@dataclass(eq=False)
class Work:
    """What a job's steps share with the scheduler."""

    model: Model
    cache: Sequences
    sequences: list[int] = field(default_factory=list[int])
    """The job's own; they may change between two steps, with the same content."""
    cached: int = 0
    """Tokens of the prompt that the first sequence held at the start."""
    queued: float = 0.0
    computed: float = 0.0
    calibration: Calibration | None = None
    alone: bool = True
    """No other job would share an evaluation with this one."""


@dataclass(frozen=True)
class Plan:
    """What a job needs, known before it begins."""

    prompt: Fitted
    sequences: int
    cells: int
    steps: Callable[[Work], Steps]


def make_plan(model: Model, request: EngineRequest, context: int) -> Plan:
    """Raises PromptTooLong, or EngineError for what can't be evaluated."""
    match request:
        case GenerateRequest():
            prompt = fit(model.tokenize(request.prompt), request.prompt, context, request.max_tokens)
            cells = min(len(prompt.tokens) + max(request.max_tokens, 1), context)
            return Plan(prompt, 1, cells, lambda work: generate(work, prompt, request))
        case ScoreRequest():
            alternatives = model.tokenize(tuple(map(Part, request.alternatives)))
            if not all(alternatives):
                raise EngineError("an empty alternative can't be scored; leave it out")
            longest = max(map(len, alternatives), default=0)
            prompt = fit(model.tokenize(request.prompt), request.prompt, context, longest)
            if len(prompt.tokens) + longest > context:
                raise PromptTooLong(f"an alternative of {longest} tokens; {context} are the most; score shorter ones")
            groups = _groups(list(map(len, alternatives)), model)
            cells = len(prompt.tokens) + max((sum(len(alternatives[i]) for i in group) for group in groups), default=0)
            branches = max(map(len, groups), default=0)
            return Plan(prompt, 1 + branches, cells, lambda work: score(work, prompt, alternatives, groups, request))
        case EmbedRequest():
            whole = model.tokenize(tuple(map(Part, request.texts)))
            texts = [text[:context] for text in whole]
            if not all(texts):
                raise EngineError("an empty text has no embedding; leave it out")
            groups = _groups(list(map(len, texts)), model)
            cells = max((sum(len(texts[i]) for i in group) for group in groups), default=0)
            branches = max(map(len, groups), default=0)
            return Plan(Fitted([]), branches, cells, lambda work: embed(work, texts, groups, sum(map(len, whole))))
        case _:
            raise unable(request, Kind.DECODER)


def unable(request: EngineRequest, kind: Kind) -> ModelUnfit:
    """Says what a model of this kind can't be asked, and what to do."""
    match request:
        case EmbedRequest():
            wanted, needed = "embed texts", "an encoder"
        case RerankRequest():
            wanted, needed = "rank texts", "a reranker"
        case ClassifyRequest():
            wanted, needed = "say classes", "a classifier"
        case _:
            wanted, needed = "write or score text", "a decoder"
    return ModelUnfit(
        f"the model {request.model} can't {wanted}: it is no more than {an(kind)}. Choose {needed} in [models] of your "
        "config.toml; `breadknife models list` shows what each model is"
    )


def fit(parts: Sequence[Sequence[int]], prompt: Prompt, context: int, output: int) -> Fitted:
    """Return the prompt's tokens with room for `output` more, though never for more than a quarter of the context.

    What doesn't fit is left out where `Part.trim` allows it, the first part first. Raises PromptTooLong when that
    isn't enough, EngineError when there are no tokens at all.
    """
    room = context - max(min(output, context // 4), 1)
    total = sum(map(len, parts))
    excess = max(total - room, 0)
    if not total:
        raise EngineError("the prompt is empty; there is nothing to continue")
    step = max(context // TRIM_STEPS, 1)
    left = -(-excess // step) * step
    tokens, keep, trimmed = list[int](), 0, 0
    for part, own in zip(prompt, parts, strict=True):
        cut = 0 if part.control or part.trim is Trim.NEVER else min(left, len(own))
        tokens += own[cut:] if part.trim is Trim.START else own[: len(own) - cut]
        left, trimmed = left - cut, trimmed + cut
        if part.keep:
            keep = len(tokens)
    if trimmed < excess or not tokens:
        raise PromptTooLong(f"a prompt of {total} tokens, {total - trimmed} of them fixed; {room} fit; ask for less")
    return Fitted(tokens, trimmed, keep)


def generate(work: Work, prompt: Fitted, request: GenerateRequest) -> Steps:
    """Yield a chunk for each token; the last one has `finish` set.

    Drafts never change a token: where a row that was evaluated after or beside drafted tokens is a near tie, these are
    evaluated again one by one, as plain decoding does, and that decides.
    """
    model, text = work.model, _Text(request.stop)
    total, most = len(prompt.tokens), min(max(request.max_tokens, 1), work.cache.context - len(prompt.tokens))
    written: list[int] = []
    drafted = accepted = 0

    def chunk(out: str, logprob: float, finish: str, likeliest: tuple[tuple[str, float], ...]) -> Chunk:
        return Chunk(
            out,
            logprob,
            finish,
            prompt_tokens=total,
            cached_tokens=work.cached,
            output_tokens=len(written),
            trimmed_tokens=prompt.trimmed,
            drafted_tokens=drafted,
            accepted_tokens=accepted,
            queued=work.queued,
            computed=work.computed,
            top_logprobs=likeliest,
        )

    sampler = model.sampler(request.sampling, request.grammar)
    try:
        drafter: Drafter | None = None
        fed, draft = prompt.tokens[work.cached :], list[int]()
        exact = total
        """So many tokens of the sequence are evaluated as plain decoding does it."""
        settled = False
        while True:
            rows = yield (Evaluation(work.sequences[0], fed, 1 + len(draft), request.adapter),)
            sequence = work.sequences[0]
            before = len(model.tokens[sequence]) - 1 - len(draft)
            if not draft and before <= exact:
                exact = before + 1
            for index, row in enumerate(rows[0]):
                if drafter and not settled and drafter.is_near_tie(row) and exact <= before + index:
                    again = model.tokens[sequence][exact : before + index + 1]
                    model.truncate(sequence, exact)
                    for token in again[:-1]:
                        yield (Evaluation(work.sequences[0], [token], 0, request.adapter),)
                    exact += len(again) - 1
                    fed, draft, settled = again[-1:], [], True
                    break
                likeliest = _likeliest(model, row, request.top_logprobs)
                best = sampler.choose(row)
                agreed = draft[index : index + 1] == [best.token]
                accepted += agreed
                ended = model.is_end(best.token)
                if not ended:
                    written.append(best.token)
                out, stopped = ("", True) if ended else text.push(model.piece(best.token))
                finish = "stop" if stopped else "length" if len(written) == most else ""
                if finish or not agreed:
                    model.truncate(sequence, before + index + 1)
                if ended or finish == "length":
                    out += text.rest()
                yield chunk(out, 0.0 if ended else best.logprob, finish, likeliest)
                if finish:
                    return
                if drafter:
                    drafter.push(best.token)
                if not agreed:
                    fed, draft, settled = [best.token], [], False
                    drafts = model.rolls_back and sampler.lossless and not request.grammar
                    if drafter is None and drafts and work.calibration:
                        hints = model.tokenize(tuple(map(Part, request.hints)))
                        drafter = Drafter(hints, [*prompt.tokens, *written], work.calibration)
                    if drafter and work.calibration and work.alone:
                        draft = drafter.draft(min(most - len(written), model.width, work.calibration.slice) - 1)
                        drafted += len(draft)
                        fed += draft
                    break
    finally:
        sampler.close()


def score(
    work: Work, prompt: Fitted, alternatives: list[list[int]], groups: list[list[int]], request: ScoreRequest
) -> Steps:
    """Yield how likely each alternative is after the prompt.

    An alternative's tokens are those of the text by itself: begin it with the blank that belongs to its first word. The
    prompt's last token is evaluated with each of them, which saves a decode.
    """
    *before, last = prompt.tokens
    if work.cached < len(before):
        yield (Evaluation(work.sequences[0], before[work.cached :], 0, request.adapter),)
    sums = [0.0] * len(alternatives)
    told: list[list[Piece]] = [[] for _ in alternatives]
    for group in groups:
        for branch, _ in enumerate(group, 1):
            work.cache.copy(work.sequences[0], work.sequences[branch], len(before))
        rows = yield tuple(
            Evaluation(work.sequences[branch], [last, *alternatives[i][:-1]], len(alternatives[i]), request.adapter)
            for branch, i in enumerate(group, 1)
        )
        for i, logits in zip(group, rows, strict=True):
            sums[i] = sum(float(row[t]) - _log_sum(row) for row, t in zip(logits, alternatives[i], strict=True))
            told[i] = _pieces(work.model, alternatives[i], logits, request)
    pieces = tuple(map(tuple, told)) if request.pieces else ()
    yield Scores(tuple(sums), tuple(map(len, alternatives)), len(prompt.tokens), work.cached, prompt.trimmed, pieces)


def _pieces(model: Model, tokens: Sequence[int], rows: Iterable[Rows], request: ScoreRequest) -> list[Piece]:
    if not request.pieces:
        return []
    return [
        Piece(
            model.piece(token).decode("utf-8", "replace"),
            float(row[token]) - _log_sum(row),
            _likeliest(model, row, request.top_logprobs),
        )
        for token, row in zip(tokens, rows, strict=True)
    ]


def embed(work: Work, texts: list[list[int]], groups: list[list[int]], total: int) -> Steps:
    """Yield the mean of each text's last hidden states, of length 1. Texts longer than the context lost their ends:
    `total` is their tokens before."""
    vectors: dict[int, tuple[float, ...]] = {}
    for group in groups:
        for sequence in work.sequences:
            work.model.truncate(sequence, 0)
        rows = yield tuple(
            Evaluation(work.sequences[branch], texts[i], len(texts[i]), embeddings=True)
            for branch, i in enumerate(group)
        )
        for i, states in zip(group, rows, strict=True):
            mean = states.mean(axis=0, dtype=np.float64)
            vectors[i] = tuple((mean / (np.linalg.norm(mean) or 1.0)).tolist())
    read = sum(map(len, texts))
    yield Embeddings(tuple(vectors[i] for i in range(len(texts))), read, total - read)


def _groups(lengths: list[int], model: Model) -> list[list[int]]:
    """Which are evaluated side by side: as many as fit one decode."""
    most = max(min(BRANCHES, len(model.tokens) // 2), 1)
    groups: list[list[int]] = []
    for i, length in enumerate(lengths):
        if groups and len(groups[-1]) < most and sum(lengths[j] for j in groups[-1]) + length <= model.width:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _log_sum(row: Rows) -> float:
    """The logarithm of the sum of the exponentials, which makes a logit a log-probability."""
    top = float(row.max())
    return top + float(np.log(np.exp(row - top).sum()))


def _likeliest(model: Model, row: Rows, count: int) -> tuple[tuple[str, float], ...]:
    if not count:
        return ()
    norm = _log_sum(row)
    order = np.argpartition(-row, min(count, len(row) - 1))[:count]
    best: list[int] = sorted(order.tolist(), key=lambda token: -float(row[token]))
    return tuple((model.piece(token).decode("utf-8", "replace"), float(row[token]) - norm) for token in best)


class _Text:
    """Bytes of tokens to text: whole characters only, and nothing of a stop string or of what may become one."""

    def __init__(self, stop: tuple[str, ...]) -> None:
        self._stop = stop
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def push(self, raw: bytes) -> tuple[str, bool]:
        """Return the text that is safe to show now, and whether a stop string appeared."""
        self._held += self._decoder.decode(raw)
        ends = [at for stop in self._stop if (at := self._held.find(stop)) >= 0]
        if ends:
            out, self._held = self._held[: min(ends)], ""
            return out, True
        keep = max((k for stop in self._stop for k in range(1, len(stop)) if self._held.endswith(stop[:k])), default=0)
        out, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return out, False

    def rest(self) -> str:
        return self._held + self._decoder.decode(b"", True)
