"""Models whose memory can't be rolled back: recurrent ones (Mamba), and hybrids with attention (LFM2, Qwen3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from breadknife.engine.llama.checkpoints import PARTIAL, Checkpoint, Checkpoints
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.weights import Weights, llama, reason
from breadknife.engine.model import Evaluation, Rows
from breadknife.errors import EngineError

BLOCK = 64
"""The most tokens between two checkpoints of a sequence: so many are evaluated again when one token is taken away."""
STATES_BYTES = 256 << 20
"""Memory for the states that llama.cpp sets aside, one for each sequence."""
FEWEST_SEQUENCES = 6
"""There are so many sequences even if their states take more than `STATES_BYTES`."""
FEWEST_TOKENS = 8
"""Fewer tokens aren't worth a decode of their own for a checkpoint behind them: they are evaluated again as quickly."""


def open_model(weights: Weights, *, cells: int, sequences: int, threads: int, width: int) -> LlamaModel:
    """Return a `RecurrentModel` or, if the memory can be rolled back, a `LlamaModel`, which has the same parameters.
    Raises as `LlamaModel` does."""
    if not (llama.llama_model_is_recurrent(weights.handle) or llama.llama_model_is_hybrid(weights.handle)):
        return LlamaModel(weights, cells=cells, sequences=sequences, threads=threads, width=width)
    sequences = min(sequences, max(STATES_BYTES // _state_size(weights), FEWEST_SEQUENCES))
    return RecurrentModel(weights, cells=cells, sequences=sequences, threads=threads, width=width)


def _state_size(weights: Weights) -> int:
    """Return the bytes of one state. llama.cpp tells them only of a sequence that holds something, so one token is
    evaluated. If it raises, it has closed the weights."""
    params = llama.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = params.n_seq_max = params.n_threads = params.n_threads_batch = 1
    try:
        context = weights.context(params)
    except Exception:
        weights.close()
        raise
    llama.llama_decode(context, llama.llama_batch_get_one((llama.llama_token * 1)(0), 1))
    size: int = llama.llama_state_seq_get_size_ext(context, 0, PARTIAL)
    llama.llama_free(context)
    return max(size, 1)


class RecurrentModel(LlamaModel):
    """A model that has one state for all tokens of a sequence.

    It keeps a checkpoint before the last token of a prompt, and after each slice of it. `truncate` and `copy` go back
    to the newest checkpoint that there is, and the caller evaluates what is missing.

    It decodes each evaluation of a batch alone: for several sequences llama.cpp moves the states of others about, and
    a decode that is interrupted half-way would leave them mixed up.
    """

    rolls_back = False

    def __init__(self, weights: Weights, *, cells: int, sequences: int, threads: int, width: int) -> None:
        super().__init__(weights, cells=cells, sequences=sequences, threads=threads, width=width)
        self.checkpoints = Checkpoints(self._context, sequences)

    def truncate(self, sequence: int, length: int) -> None:
        if length < len(self.tokens[sequence]):
            self._return_to(sequence, self.checkpoints.newest(sequence, length))

    def copy(self, source: int, target: int, length: int) -> None:
        if source == target:
            self.truncate(source, length)
            return
        self.truncate(target, 0)
        checkpoint: Checkpoint | None = None
        if length < len(self.tokens[source]):
            checkpoint = self.checkpoints.newest(source, length)
            length = checkpoint.length if checkpoint else 0
        if not length:
            return
        super().copy(source, target, length)  # this copies the state after all tokens of the source
        self.checkpoints.copy(source, target, length)
        if checkpoint:
            self._return_to(target, checkpoint)

    def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
        if len(batch) == 1 and len(batch[0].tokens) == 1:
            return self._decode_token(batch[0])
        sequences = [evaluation.sequence for evaluation in batch]
        before = [(sequence, len(self.tokens[sequence]), self._state(sequence)) for sequence in sequences]
        rows: list[Rows] = []
        try:
            # Without memory for a state there is no way back: then nothing is interrupted.
            can_return = all(checkpoint or not length for _, length, checkpoint in before)
            with nullcontext() if can_return else self._abort.ignored():
                for evaluation in batch:
                    own_rows = self._evaluate(evaluation)
                    if own_rows is None:
                        break
                    rows.append(own_rows.copy() if len(batch) > 1 else own_rows)
        finally:
            if len(rows) < len(batch):
                for sequence, _, checkpoint in before:
                    self._return_to(sequence, checkpoint)
        if len(rows) == len(batch):
            return rows
        if any(len(self.tokens[sequence]) < length for sequence, length, _ in before):
            raise EngineError(f"llama.cpp can't restore a state of {self._path.name}: {reason()}; ask again")
        return None

    def load(self, sequence: int, path: Path) -> bool:
        is_loaded = super().load(sequence, path)
        if is_loaded:
            self.checkpoints.keep(sequence, len(self.tokens[sequence]))
        return is_loaded

    def _decode_token(self, evaluation: Evaluation) -> list[Rows] | None:
        """Decode one token. It is too quick to be interrupted, so the state before each token needn't be kept."""
        if self._abort.is_set:
            return None
        sequence = evaluation.sequence
        try:
            with self._abort.ignored():
                rows = super().decode([evaluation])
        except EngineError:
            if llama.llama_memory_seq_pos_max(self._memory, sequence) != len(self.tokens[sequence]) - 1:
                self._return_to(sequence, self.checkpoints.newest(sequence, len(self.tokens[sequence])))
            raise
        self._keep_in_time(evaluation)
        return rows

    def _evaluate(self, evaluation: Evaluation) -> Rows | None:
        """Return the rows of an evaluation; None if interrupted. Long ones are decoded in two parts, to keep a
        checkpoint before the tokens that have outputs."""
        sequence, lead = evaluation.sequence, len(evaluation.tokens) - evaluation.outputs
        if evaluation.outputs and lead >= FEWEST_TOKENS:
            if super().decode([replace(evaluation, tokens=evaluation.tokens[:lead], outputs=0)]) is None:
                return None
            self.checkpoints.keep(sequence, len(self.tokens[sequence]))
            evaluation = replace(evaluation, tokens=evaluation.tokens[lead:])
        rows = super().decode([evaluation])
        if rows is None:
            return None
        if not evaluation.outputs:
            self.checkpoints.keep(sequence, len(self.tokens[sequence]))
        self._keep_in_time(evaluation)
        return rows[0]

    def _keep_in_time(self, evaluation: Evaluation) -> None:
        """Keep a checkpoint after an evaluation if the last one is `BLOCK` tokens before it."""
        length = len(self.tokens[evaluation.sequence])
        last = max(self.checkpoints.lengths(evaluation.sequence), default=0)
        if length - last >= BLOCK and not evaluation.embeddings:
            self.checkpoints.keep(evaluation.sequence, length)

    def _state(self, sequence: int) -> Checkpoint | None:
        """Return a sequence's state, to go back to if a decode is interrupted; None if the sequence is empty or the
        memory is short."""
        length = len(self.tokens[sequence])
        if not length:
            return None
        newest = self.checkpoints.newest(sequence, length)
        if newest and newest.length == length:
            return newest
        return self.checkpoints.take(sequence, length)

    def _return_to(self, sequence: int, checkpoint: Checkpoint | None) -> None:
        """Set a sequence to a checkpoint; empty it if there is none, or llama.cpp refuses it."""
        # First restore, then truncate: llama.cpp asks its recurrent memory before it forgets a hybrid's cells.
        length = 0
        if checkpoint and self.checkpoints.restore(sequence, checkpoint):
            length = checkpoint.length
        super().truncate(sequence, length)
        llama.llama_memory_seq_rm(self._memory, sequence, length, -1)  # what `tokens` doesn't have, of a failed decode
        self.checkpoints.truncate(sequence, length)
