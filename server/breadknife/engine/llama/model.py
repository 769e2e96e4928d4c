"""A model that writes, driven through llama.cpp's low-level API: tokens in, rows of logits out."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from breadknife.engine.api import Prompt, Sampling
from breadknife.engine.grammars.constraint import GrammarConstraint, PrefixConstraint, Vocabulary
from breadknife.engine.grammars.grammar import prefix_of
from breadknife.engine.kinds import ModelKind
from breadknife.engine.llama.sampling import Constraint, TokenSampler
from breadknife.engine.llama.state_file import read_state, write_state
from breadknife.engine.llama.weights import Abort, Weights, forget_log, llama, reason
from breadknife.engine.model import Evaluation, Rows
from breadknife.errors import EngineError, ModelError


class LlamaModel:
    """A model that writes, and its KV cache of `cells` tokens, shared by `sequences` token sequences. Implements
    `model.Model`.

    `width` is how many tokens one `decode` takes at most: an interruption loses what it was evaluating (64 tokens
    are about 0.3 s on two slow cores with a 0.5B model). The model owns the weights. Raises ModelError for a file that
    writes no text, EngineError if the memory is short.

    Its memory can be rolled back to any token. `recurrent.open_model` chooses the class that a file needs.
    """

    rolls_back = True

    def __init__(self, weights: Weights, *, cells: int, sequences: int, threads: int, width: int) -> None:
        self._weights = weights
        self._model, self._vocab, self._path = weights.handle, weights.vocab, weights.path
        self.width = width
        self.bytes, self.device = weights.bytes, weights.device
        self._context = self._new_context(cells, sequences, threads)
        self._memory = llama.llama_get_memory(self._context)
        self.cells: int = llama.llama_n_ctx(self._context)
        self.tokens: list[list[int]] = [[] for _ in range(sequences)]
        self.cell_ids: list[list[int]] = [[] for _ in range(sequences)]
        self._holders: dict[int, int] = {}
        """Cell -> the number of sequences that hold it, at least 1."""
        self._new_cells = count()
        self._adapters: dict[str, Any] = {}
        """Catalog name -> llama.cpp's handle."""
        self._batch = _Batch(width)
        self._vocab_size: int = llama.llama_vocab_n_tokens(self._vocab)
        self._hidden_size: int = llama.llama_model_n_embd(self._model)
        self._abort = Abort(self._context)

    def _new_context(self, cells: int, sequences: int, threads: int) -> Any:
        """Return llama.cpp's context: the cache and what computes. If it raises, it has closed the weights."""
        try:
            if self._weights.kind is not ModelKind.DECODER:
                raise ModelError(f"{self._path} is no decoder ({self._weights.kind}): it writes no text")
            params = llama.llama_context_default_params()
            params.n_ctx = min(cells, self._weights.context_size)
            # llama.cpp ends the process when its batch has less room than one output for each sequence.
            params.n_batch = params.n_ubatch = max(self.width, sequences)
            params.n_seq_max = sequences
            params.kv_unified = True  # sequences share cells, and no part of the cache is set apart for one of them
            # Flash attention is left to llama.cpp, which turns it on: it skips other sequences' cells. Without it a
            # cache that is full of them makes decoding 1.6 times, prompts 2.1 times slower.
            params.pooling_type = llama.LLAMA_POOLING_TYPE_NONE
            params.no_perf = True
            params.n_threads = params.n_threads_batch = threads
            context = self._weights.context(params)
            if llama.llama_model_has_encoder(self._model) or not llama.llama_get_memory(context):
                llama.llama_free(context)
                raise ModelError(f"{self._path} keeps nothing of what it reads; choose a model that writes text")
        except Exception:
            self._weights.close()
            raise
        return context

    def interrupt(self, on: bool) -> None:
        self._abort.set(on)

    def set_threads(self, threads: int) -> None:
        llama.llama_set_n_threads(self._context, threads, threads)

    def tokenize(self, prompt: Prompt) -> list[list[int]]:
        return [self._weights.tokenize(part.text, control=part.control) for part in prompt]

    def piece(self, token: int) -> bytes:
        """Return the bytes of a token; control tokens have none."""
        buffer = ctypes.create_string_buffer(64)
        length: int = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        return buffer.raw[:length]

    def is_end(self, token: int) -> bool:
        return self.is_end_of_generation(token) or bool(llama.llama_vocab_is_control(self._vocab, token))

    def is_end_of_generation(self, token: int) -> bool:
        """Tell whether a token says that the text ends. `is_end` says so of every other control token, too."""
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    def used(self) -> int:
        return len(self._holders)

    def truncate(self, sequence: int, length: int) -> None:
        if length >= len(self.tokens[sequence]):
            return
        llama.llama_memory_seq_rm(self._memory, sequence, length, -1)
        del self.tokens[sequence][length:]
        self._hold(self.cell_ids[sequence][length:], -1)
        del self.cell_ids[sequence][length:]

    def copy(self, source: int, target: int, length: int) -> None:
        if source == target:
            self.truncate(source, length)
            return
        self.truncate(target, 0)
        llama.llama_memory_seq_cp(self._memory, source, target, 0, length)
        self.tokens[target] = self.tokens[source][:length]
        self.cell_ids[target] = self.cell_ids[source][:length]
        self._hold(self.cell_ids[target], 1)

    def _append(self, sequence: int, tokens: Sequence[int]) -> None:
        """Note that a sequence holds more tokens, each in a cell of its own."""
        cells = [next(self._new_cells) for _ in tokens]
        self.tokens[sequence] += tokens
        self.cell_ids[sequence] += cells
        self._hold(cells, 1)

    def _hold(self, cells: Sequence[int], change: int) -> None:
        """Note that `change` more sequences hold each of the cells; -1 is one less."""
        holders = self._holders
        for cell in cells:
            count = holders.get(cell, 0) + change
            if count:
                holders[cell] = count
            else:
                del holders[cell]

    def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
        outputs = self._batch.fill(batch, [len(self.tokens[evaluation.sequence]) for evaluation in batch])
        self._use_adapter(batch[0].adapter)
        llama.llama_set_embeddings(self._context, batch[0].embeddings)
        forget_log()
        status: int = llama.llama_decode(self._context, self._batch.struct)
        if status == 0:
            for evaluation in batch:
                self._append(evaluation.sequence, evaluation.tokens)
            return self._hidden_states(batch) if batch[0].embeddings else self._logits(batch, outputs)
        # llama.cpp takes back a failed batch in most cases; we make sure of it.
        for evaluation in batch:
            llama.llama_memory_seq_rm(self._memory, evaluation.sequence, len(self.tokens[evaluation.sequence]), -1)
        if status == 2:  # interrupted
            return None
        why = f"{self.used()} of {self.cells} cells are in use" if status == 1 else reason()
        raise EngineError(f"llama.cpp can't evaluate a batch for {self._path.name}: {why} (llama_decode: {status})")

    def _logits(self, batch: Sequence[Evaluation], count: int) -> list[Rows]:
        """Return each evaluation's logits, of `count` outputs together."""
        shape = (count, self._vocab_size)
        all_rows: Rows = np.empty(shape, np.float32)
        if count:
            all_rows = np.ctypeslib.as_array(llama.llama_get_logits(self._context), shape)
        split: list[Rows] = []
        at = 0
        for evaluation in batch:
            outputs = min(evaluation.outputs, len(evaluation.tokens))
            split.append(all_rows[at : at + outputs])
            at += outputs
        return split

    def _hidden_states(self, batch: Sequence[Evaluation]) -> list[Rows]:
        """Return each evaluation's hidden states. llama.cpp has them of each token, be it an output or not."""
        shape = (sum(len(evaluation.tokens) for evaluation in batch), self._hidden_size)
        all_rows = np.ctypeslib.as_array(llama.llama_get_embeddings(self._context), shape)
        split: list[Rows] = []
        end = 0
        for evaluation in batch:
            end += len(evaluation.tokens)
            split.append(all_rows[end - min(evaluation.outputs, len(evaluation.tokens)) : end])
        return split

    def sampler(self, sampling: Sampling, grammar: str) -> TokenSampler:
        constraint: Constraint | None = None
        if beginning := prefix_of(grammar):
            constraint = PrefixConstraint(self, beginning)
        elif grammar:
            constraint = GrammarConstraint(self._vocabulary, grammar)
        return TokenSampler(sampling, constraint)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._vocab)

    def attach(self, adapter: str, path: Path) -> None:
        if adapter in self._adapters:
            return
        forget_log()
        handle = llama.llama_adapter_lora_init(self._model, os.fsencode(path))
        if not handle:
            raise ModelError(f"{path} can't be used as an adapter of {self._path.name}: {reason()}")
        self._adapters[adapter] = handle

    def _use_adapter(self, adapter: str) -> None:
        if adapter and adapter not in self._adapters:
            raise EngineError(f"the adapter {adapter} was not attached to {self._path.name}")
        handles = [self._adapters[adapter]] if adapter else []
        llama.llama_set_adapters_lora(
            self._context, (llama.llama_adapter_lora_p_ctypes * 1)(*handles), len(handles), (ctypes.c_float * 1)(1.0)
        )

    def save(self, sequence: int, path: Path) -> None:
        size: int = llama.llama_state_seq_get_size(self._context, sequence)
        buffer = (ctypes.c_uint8 * size)()
        if llama.llama_state_seq_get_data(self._context, buffer, size, sequence) != size:
            raise OSError(f"llama.cpp can't give the state of sequence {sequence}: {reason()}")
        write_state(path, self._weights.description, self.tokens[sequence], memoryview(buffer))

    def load(self, sequence: int, path: Path) -> bool:
        self.truncate(sequence, 0)
        saved = read_state(path, self._weights.description)
        if saved is None:
            return False
        tokens, state = saved
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        loaded_bytes: int = llama.llama_state_seq_set_data(self._context, buffer, len(state), sequence)
        if loaded_bytes and llama.llama_memory_seq_pos_max(self._memory, sequence) == len(tokens) - 1:
            self._append(sequence, tokens)
            return True
        llama.llama_memory_seq_rm(self._memory, sequence, -1, -1)  # no room in the cache
        return False

    def close(self) -> None:
        llama.llama_free(self._context)
        self._weights.close()


class _Batch:
    """A `llama_batch` whose arrays are numpy's, so that it is filled by slices instead of 5 assignments a token."""

    def __init__(self, width: int) -> None:
        self._token = np.zeros(width, np.int32)
        self._position = np.zeros(width, np.int32)
        self._sequence = np.zeros(width, np.int32)
        self._is_output = np.zeros(width, np.int8)
        # llama.cpp takes a list of sequences for each token: here lists of one, by pointers into `_sequence`.
        self._arrays: dict[str, NDArray[Any]] = {
            "token": self._token,
            "pos": self._position,
            "n_seq_id": np.ones(width, np.int32),
            "seq_id": self._sequence.ctypes.data + self._sequence.itemsize * np.arange(width, dtype=np.uintp),
            "logits": self._is_output,
        }
        kinds: dict[str, Any] = dict(llama.llama_batch._fields_)
        pointers = {name: ctypes.cast(array.ctypes.data, kinds[name]) for name, array in self._arrays.items()}
        self.struct = llama.llama_batch(n_tokens=0, **pointers)

    def fill(self, batch: Sequence[Evaluation], starts: Sequence[int]) -> int:
        """Fill the batch with evaluations, and return the number of their outputs. `starts` has the length of each
        evaluation's sequence."""
        at = outputs = 0
        for evaluation, start in zip(batch, starts, strict=True):
            end = at + len(evaluation.tokens)
            if end > len(self._token):
                raise EngineError(f"a batch has more than {len(self._token)} tokens")  # llama.cpp would abort
            own_outputs = min(evaluation.outputs, end - at)
            self._token[at:end] = evaluation.tokens
            self._position[at:end] = np.arange(start, start + end - at)
            self._sequence[at:end] = evaluation.sequence
            self._is_output[at : end - own_outputs] = 0
            self._is_output[end - own_outputs : end] = 1
            outputs += own_outputs
            at = end
        self.struct.n_tokens = at
        return outputs
