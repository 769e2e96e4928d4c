"""The steps of jobs: generate text, score alternatives, embed texts. The scheduler carries the steps out."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from breadknife.engine import api
from breadknife.engine.daemon.kv_cache import KvCache
from breadknife.engine.daemon.speculative import Drafter
from breadknife.engine.kinds import ModelKind, an
from breadknife.engine.model import Evaluation, JobSteps, Model, Row, Sampler
from breadknife.errors import EngineError, ModelUnfit, PromptTooLong

TRIM_STEPS = 16
"""A prompt is trimmed by whole sixteenths of the context: of 4,096 tokens, 256 give way at once. If the edge moved with
each key, no prompt would begin as the one before, and nothing of the cache could be used."""
BRANCHES = 8
"""Alternatives or texts that are evaluated side by side."""


@dataclass(frozen=True)
class FittedPrompt:
    """A prompt that fits the context."""

    tokens: list[int]
    trimmed: int = 0
    """Tokens that were left out."""
    keep: int = 0
    """Tokens up to the end of the last part that is worth a snapshot."""


@dataclass(eq=False, kw_only=True)
class JobState:
    """What a job's steps share with the scheduler."""

    model: Model
    cache: KvCache
    sequences: list[int] = field(default_factory=list[int])
    """The numbers of the job's own sequences; the numbers may change between two steps, the content doesn't."""
    cached: int = 0
    """Tokens of the prompt that the first sequence held at the start."""
    queued: float = 0.0
    """Seconds that the job waited for its first evaluation."""
    computed: float = 0.0
    """Seconds of its evaluations so far."""
    calibration: api.Calibration | None = None
    alone: bool = True
    """True if no other job would share an evaluation with this one."""


@dataclass(frozen=True)
class JobPlan:
    """What a job needs, known before it begins."""

    prompt: FittedPrompt
    sequences: int
    """How many sequences it uses at once."""
    cells: int
    """The most cells of the cache that it uses at once."""
    steps: Callable[[JobState], JobSteps]


def make_plan(model: Model, request: api.EngineRequest, context: int) -> JobPlan:
    """Return the plan of a job for a decoder whose sequences hold `context` tokens each. Raises PromptTooLong,
    ModelUnfit for what only an encoder answers, and EngineError for what can't be evaluated."""
    match request:
        case api.GenerateRequest():
            prompt = fit_prompt(model.tokenize(request.prompt), request.prompt, context, request.max_tokens)
            cells = min(len(prompt.tokens) + max(request.max_tokens, 1), context)
            return JobPlan(prompt, 1, cells, lambda state: generate(state, prompt, request))
        case api.ScoreRequest():
            alternatives = model.tokenize(tuple(map(api.Part, request.alternatives)))
            if not all(alternatives):
                raise EngineError("an empty alternative can't be scored; leave it out")
            longest = max(map(len, alternatives), default=0)
            prompt = fit_prompt(model.tokenize(request.prompt), request.prompt, context, longest)
            if len(prompt.tokens) + longest > context:
                raise PromptTooLong(f"an alternative of {longest} tokens; {context} are the most; score shorter ones")
            groups = _groups(alternatives, model)
            return JobPlan(
                prompt,
                1 + max(map(len, groups), default=0),
                len(prompt.tokens) + _most_tokens(groups, alternatives),
                lambda state: score(state, prompt, alternatives, groups, request),
            )
        case api.EmbedRequest():
            tokenized = model.tokenize(tuple(map(api.Part, request.texts)))
            texts = [text[:context] for text in tokenized]
            if not all(texts):
                raise EngineError("an empty text has no embedding; leave it out")
            groups = _groups(texts, model)
            return JobPlan(
                FittedPrompt([]),
                max(map(len, groups), default=0),
                _most_tokens(groups, texts),
                lambda state: embed(state, texts, groups, sum(map(len, tokenized))),
            )
        case _:
            raise unfit_error(request, ModelKind.DECODER)


def unfit_error(request: api.EngineRequest, kind: ModelKind) -> ModelUnfit:
    """Return the error for a request that a model of this kind can't answer."""
    match request:
        case api.EmbedRequest():
            task, needed = "embed texts", "an encoder"
        case api.RerankRequest():
            task, needed = "rank texts", "a reranker"
        case api.ClassifyRequest():
            task, needed = "say classes", "a classifier"
        case _:
            task, needed = "write or score text", "a decoder"
    return ModelUnfit(
        f"the model {request.model} can't {task}: it is no more than {an(kind)}. Choose {needed} in [models] of your "
        "config.toml; `breadknife models list` shows what each model is"
    )


def fit_prompt(parts: Sequence[Sequence[int]], prompt: api.Prompt, context: int, output: int) -> FittedPrompt:
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
    to_trim = -(-excess // step) * step
    tokens, keep, trimmed = list[int](), 0, 0
    for part, own in zip(prompt, parts, strict=True):
        cut = 0 if part.control or part.trim is api.Trim.NEVER else min(to_trim, len(own))
        tokens += own[cut:] if part.trim is api.Trim.START else own[: len(own) - cut]
        to_trim, trimmed = to_trim - cut, trimmed + cut
        if part.keep:
            keep = len(tokens)
    if trimmed < excess or not tokens:
        raise PromptTooLong(f"a prompt of {total} tokens, {total - trimmed} of them fixed; {room} fit; ask for less")
    return FittedPrompt(tokens, trimmed, keep)


def generate(state: JobState, prompt: FittedPrompt, request: api.GenerateRequest) -> JobSteps:
    """Yield a chunk for each token; the last one has `finish` set.

    Drafts never change a token: where a row that was evaluated after or beside drafted tokens is a near tie, these are
    evaluated again one by one, as plain decoding does, and that decides.
    """
    model, writer = state.model, _Writer(state, prompt, request)
    drafter: Drafter | None = None
    fed, draft = prompt.tokens[state.cached :], list[int]()
    plainly_evaluated = len(prompt.tokens)
    """The number of the sequence's first tokens that are evaluated as plain decoding does it."""
    is_tie_counted = False
    """True if the next row repeats a near tie, plainly evaluated, which the drafter must not count twice."""
    while True:
        rows = yield (Evaluation(state.sequences[0], fed, 1 + len(draft), request.adapter),)
        sequence = state.sequences[0]
        first_end = len(model.tokens[sequence]) - len(draft)
        """Tokens of the sequence up to the one that the first row belongs to, this one included."""
        if not draft and first_end <= plainly_evaluated + 1:
            plainly_evaluated = first_end
        # The last row comes after the whole draft, so no drafted token can agree with it: it ends this loop.
        for end, (row, drafted) in enumerate(zip(rows[0], (*draft, None), strict=True), first_end):
            is_near_tie = drafter and not is_tie_counted and drafter.is_near_tie(row)
            if is_near_tie and plainly_evaluated < end:
                *again, last = model.tokens[sequence][plainly_evaluated:end]
                yield from _evaluate_plainly(state, again, plainly_evaluated, request.adapter)
                plainly_evaluated += len(again)
                fed, draft, is_tie_counted = [last], [], True
                break
            token, chunk = writer.write(row, drafted)
            if chunk.finish or token != drafted:
                model.truncate(sequence, end)
            yield chunk
            if chunk.finish:
                return
            if drafter:
                drafter.push(token)
            if token != drafted:
                drafter = drafter or _make_drafter(state, writer.sampler, request, [*prompt.tokens, *writer.tokens])
                draft = _next_draft(state, drafter, writer.most - len(writer.tokens))
                writer.drafted += len(draft)
                fed, is_tie_counted = [token, *draft], False
                break


class _Writer:
    """Chooses the tokens of one generation, and makes a chunk of each."""

    def __init__(self, state: JobState, prompt: FittedPrompt, request: api.GenerateRequest) -> None:
        self.sampler = state.model.sampler(request.sampling, request.grammar)
        self.tokens: list[int] = []
        """The tokens that are written, without the one that ends the text."""
        self.most = min(max(request.max_tokens, 1), state.cache.context - len(prompt.tokens))
        """The most tokens to write."""
        self.drafted = 0
        """The number of drafted tokens so far."""
        self._accepted = 0
        self._text = _OutputText(request.stop)
        self._state, self._prompt, self._top_logprobs = state, prompt, request.top_logprobs

    def write(self, row: Row, drafted: int | None) -> tuple[int, api.Chunk]:
        """Return the token of a row of logits, and its chunk. `drafted` is the token of the draft in its place."""
        model = self._state.model
        likeliest = _likeliest(model, row, self._top_logprobs)
        best = self.sampler.choose(row)
        self._accepted += best.token == drafted
        if model.is_end(best.token):
            text, logprob, finish = self._text.rest(), 0.0, "stop"
        else:
            self.tokens.append(best.token)
            text, stopped = self._text.push(model.piece(best.token))
            logprob, finish = best.logprob, "stop" if stopped else "length" if len(self.tokens) == self.most else ""
            if finish == "length":
                text += self._text.rest()
        return best.token, api.Chunk(
            text,
            logprob,
            finish,
            prompt_tokens=len(self._prompt.tokens),
            cached_tokens=self._state.cached,
            output_tokens=len(self.tokens),
            trimmed_tokens=self._prompt.trimmed,
            drafted_tokens=self.drafted,
            accepted_tokens=self._accepted,
            queued=self._state.queued,
            computed=self._state.computed,
            top_logprobs=likeliest,
        )


def _evaluate_plainly(state: JobState, tokens: Sequence[int], length: int, adapter: str) -> JobSteps:
    """Cut the job's sequence to `length` tokens, then append `tokens` with an evaluation of its own for each."""
    state.model.truncate(state.sequences[0], length)
    for token in tokens:
        yield (Evaluation(state.sequences[0], [token], 0, adapter),)


def _make_drafter(
    state: JobState, sampler: Sampler, request: api.GenerateRequest, tokens: Sequence[int]
) -> Drafter | None:
    """Return what proposes drafts after `tokens`, the prompt and what is written. None where drafts could change the
    text, or where the model's speed isn't measured yet."""
    is_lossless = state.model.rolls_back and sampler.lossless and not request.grammar
    if not is_lossless or not state.calibration:
        return None
    return Drafter(tokens, state.calibration)


def _next_draft(state: JobState, drafter: Drafter | None, left: int) -> list[int]:
    """Return the tokens to evaluate together with the one just chosen, of the `left` that may still be written."""
    if not drafter or not state.calibration or not state.alone:
        return []
    return drafter.draft(min(left, state.model.width, state.calibration.slice) - 1)


def score(
    state: JobState,
    prompt: FittedPrompt,
    alternatives: list[list[int]],
    groups: list[list[int]],
    request: api.ScoreRequest,
) -> JobSteps:
    """Yield how likely each alternative is after the prompt.

    An alternative's tokens are those of the text by itself: begin it with the blank that belongs to its first word. The
    prompt's last token is evaluated with each of them, which saves a decode.
    """
    *before, last = prompt.tokens
    if state.cached < len(before):
        yield (Evaluation(state.sequences[0], before[state.cached :], 0, request.adapter),)
    sums = [0.0] * len(alternatives)
    pieces: list[tuple[api.Piece, ...]] = [() for _ in alternatives]
    for group in groups:
        for branch, _ in enumerate(group, 1):
            state.cache.copy(state.sequences[0], state.sequences[branch], len(before))
        rows = yield tuple(
            Evaluation(state.sequences[branch], [last, *alternatives[i][:-1]], len(alternatives[i]), request.adapter)
            for branch, i in enumerate(group, 1)
        )
        for i, logits in zip(group, rows, strict=True):
            sums[i] = sum(float(row[t]) - _log_sum(row) for row, t in zip(logits, alternatives[i], strict=True))
            if request.pieces:
                pieces[i] = _pieces(state.model, alternatives[i], logits, request.top_logprobs)
    yield api.Scores(
        tuple(sums),
        tuple(map(len, alternatives)),
        len(prompt.tokens),
        state.cached,
        prompt.trimmed,
        tuple(pieces) if request.pieces else (),
    )


def _pieces(model: Model, tokens: Sequence[int], rows: Iterable[Row], top_logprobs: int) -> tuple[api.Piece, ...]:
    """Return what the tokens of a scored text say, and how likely each was."""
    return tuple(
        api.Piece(_text(model, token), float(row[token]) - _log_sum(row), _likeliest(model, row, top_logprobs))
        for token, row in zip(tokens, rows, strict=True)
    )


def _text(model: Model, token: int) -> str:
    return model.piece(token).decode("utf-8", "replace")


def embed(state: JobState, texts: list[list[int]], groups: list[list[int]], total: int) -> JobSteps:
    """Yield the mean of each text's last hidden states, scaled to length 1. Texts longer than the context have lost
    their ends: `total` is the number of tokens of all texts before that."""
    vectors: dict[int, tuple[float, ...]] = {}
    for group in groups:
        for sequence in state.sequences:
            state.model.truncate(sequence, 0)
        rows = yield tuple(
            Evaluation(state.sequences[branch], texts[i], len(texts[i]), embeddings=True)
            for branch, i in enumerate(group)
        )
        for i, states in zip(group, rows, strict=True):
            mean = states.mean(axis=0, dtype=np.float64)
            vectors[i] = tuple((mean / (np.linalg.norm(mean) or 1.0)).tolist())
    read = sum(map(len, texts))
    yield api.Embeddings(tuple(vectors[i] for i in range(len(texts))), read, total - read)


def _groups(texts: Sequence[Sequence[int]], model: Model) -> list[list[int]]:
    """Return the texts' indices in groups that are evaluated side by side: as many as fit one decode."""
    most = max(min(BRANCHES, len(model.tokens) // 2), 1)
    groups: list[list[int]] = []
    room = 0
    for index, text in enumerate(texts):
        if groups and len(groups[-1]) < most and len(text) <= room:
            groups[-1].append(index)
        else:
            groups.append([index])
            room = model.width
        room -= len(text)
    return groups


def _most_tokens(groups: list[list[int]], texts: Sequence[Sequence[int]]) -> int:
    """Return the tokens of the largest group."""
    return max((sum(len(texts[index]) for index in group) for group in groups), default=0)


def _log_sum(row: Row) -> float:
    """Return the logarithm of the sum of the exponentials, which makes a logit a log-probability."""
    top = float(row.max())
    return top + float(np.log(np.exp(row - top).sum()))


def _likeliest(model: Model, row: Row, count: int) -> tuple[tuple[str, float], ...]:
    """Return the `count` likeliest tokens as (text, log-probability), the likeliest first."""
    if not count:
        return ()
    norm = _log_sum(row)
    left, best = row.copy(), list[int]()
    for _ in range(min(count, len(row))):  # a hundred times faster than a partition
        best.append(int(left.argmax()))
        left[best[-1]] = -np.inf
    return tuple((_text(model, token), float(row[token]) - norm) for token in best)


class _OutputText:
    """Turns the bytes of tokens into text: whole characters only, and nothing of a stop string or of what may become
    one."""

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
        """Return what was held back: no stop string came of it. The last bytes may be part of a character only."""
        return self._held + self._decoder.decode(b"", True)
