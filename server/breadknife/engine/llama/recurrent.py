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
"""Tokens between two checkpoints of a sequence at most: so many are evaluated again when one is taken away."""
ROOM = 256 << 20
"""Bytes for the states that llama.cpp sets aside, one for each sequence."""
FEWEST = 6
"""Sequences, whatever their states take."""
SHORT = 8
"""Fewer tokens aren't worth a decode of their own for a checkpoint behind them: they are evaluated again as quickly."""


def open_model(weights: Weights, *, cells: int, sequences: int, threads: int, width: int) -> LlamaModel:
    """Return the model that writes, of the class that its memory needs. Raises as `LlamaModel` does."""
    if not (llama.llama_model_is_recurrent(weights.handle) or llama.llama_model_is_hybrid(weights.handle)):
        return LlamaModel(weights, cells=cells, sequences=sequences, threads=threads, width=width)
    sequences = min(sequences, max(ROOM // _state_size(weights), FEWEST))
    return RecurrentModel(weights, cells=cells, sequences=sequences, threads=threads, width=width)


def _state_size(weights: Weights) -> int:
    """Return the bytes of one state. llama.cpp tells them only of a sequence that holds something."""
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

    A checkpoint is kept where a prompt ends, before its last token, and after each slice of it. `truncate` and `copy`
    go back to the newest one that there is, and the caller evaluates what is missing.

    Each evaluation of a batch is decoded alone: for several sequences llama.cpp moves the states of others about, and
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
        super().copy(source, target, length)  # of the state that of the whole source
        self.checkpoints.copy(source, target, length)
        if checkpoint:
            self._return_to(target, checkpoint)

    def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
        if len(batch) == 1 and len(batch[0].tokens) == 1:
            return self._decode_token(batch[0])
        before = [(each.sequence, len(self.tokens[each.sequence]), self._state(each.sequence)) for each in batch]
        rows: list[Rows] = []
        try:
            # Without memory for a state there is no way back: then nothing is interrupted.
            can_return = all(checkpoint or not length for _, length, checkpoint in before)
            with nullcontext() if can_return else self._abort.ignored():
                for evaluation in batch:
                    done = self._evaluate(evaluation)
                    if done is None:
                        break
                    rows.append(done.copy() if len(batch) > 1 else done)
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
        done = super().load(sequence, path)
        if done:
            self.checkpoints.keep(sequence, len(self.tokens[sequence]))
        return done

    def _decode_token(self, evaluation: Evaluation) -> list[Rows] | None:
        """It takes so little time that it isn't interrupted: so nobody has to keep the state before each token."""
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
        """Evaluate in two decodes where there is a place for a checkpoint: before the tokens whose rows are wanted."""
        sequence, lead = evaluation.sequence, len(evaluation.tokens) - evaluation.outputs
        if evaluation.outputs and lead >= SHORT:
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
        length = len(self.tokens[evaluation.sequence])
        last = max(self.checkpoints.lengths(evaluation.sequence), default=0)
        if length - last >= BLOCK and not evaluation.embeddings:
            self.checkpoints.keep(evaluation.sequence, length)

    def _state(self, sequence: int) -> Checkpoint | None:
        """Return the state to go back to if a decode is interrupted; None where it is empty, or the memory short."""
        length = len(self.tokens[sequence])
        if not length:
            return None
        newest = self.checkpoints.newest(sequence, length)
        if newest and newest.length == length:
            return newest
        return self.checkpoints.take(sequence, length)

    def _return_to(self, sequence: int, checkpoint: Checkpoint | None) -> None:
        """Restore a state, then truncate: llama.cpp asks its recurrent memory before it forgets a hybrid's cells."""
        length = 0
        if checkpoint and self.checkpoints.restore(sequence, checkpoint):
            length = checkpoint.length
        super().truncate(sequence, length)
        llama.llama_memory_seq_rm(self._memory, sequence, length, -1)  # what `tokens` doesn't have, of a failed decode
        self.checkpoints.truncate(sequence, length)
