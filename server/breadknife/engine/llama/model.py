"""One model in memory, driven through llama.cpp's low-level API: tokens in, rows of logits out."""

from __future__ import annotations

import ctypes
import os
import sys
from collections import deque
from collections.abc import Sequence
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

# Idle OpenMP threads that spin make decoding erratic on a busy machine; read once, when libgomp is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Threads that sleep at once lose half of the speed, though: decoding has hundreds of short parallel parts, and waking
# takes longer than most. So many turns (microseconds) bridge them. Tokens a second on two cores with 0, 300, 1,000 and
# 100,000 turns: Qwen2.5-Coder-0.5B 19, 21, 29, 32, SmolLM2-135M 30, 44, 188, 225.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import llama_cpp
import llama_cpp.llama_cpp as _bindings
import numpy as np
from numpy.typing import NDArray

from breadknife.engine.api import Prompt, Sampling
from breadknife.engine.grammars.constraint import Beginning, Grammar, Vocabulary
from breadknife.engine.grammars.grammar import beginning_of
from breadknife.engine.llama.sampling import Constraint, TokenSampler
from breadknife.engine.llama.state_file import read_state, write_state
from breadknife.engine.model import Evaluation, Rows
from breadknife.errors import EngineError, ModelError

llama: Any = _bindings  # the bindings have no usable types


class LlamaModel:
    """A GGUF and its KV cache of `cells` tokens, shared by `sequences` token sequences. Implements `model.Model`.

    `width` is how many tokens one `decode` takes at most: an interruption loses what it was evaluating (64 tokens
    are about 0.3 s on two slow cores with a 0.5B model). `amx` says whether AMX kernels may be used where the processor
    has them: not every compiler makes ones that work (see `amx`). Raises ModelError when llama.cpp refuses the file,
    EngineError when the memory is short.
    """

    def __init__(self, path: Path, *, cells: int, sequences: int, threads: int, width: int, amx: bool = False) -> None:
        _start_backend()
        model_params = llama.llama_model_default_params()  # its defaults map the file into memory
        # Without the extra buffer types the weights stay off the AMX kernels (and aren't repacked for others).
        model_params.use_extra_bufts = amx or not has_amx()
        model_params.n_gpu_layers = 999 if llama.llama_supports_gpu_offload() else 0
        _log.clear()
        self._model = llama.llama_model_load_from_file(os.fsencode(path), model_params)
        if not self._model:
            raise ModelError(f"llama.cpp can't load {path}: {_reason()}; get another file or a newer breadknife")
        self._vocab = llama.llama_model_get_vocab(self._model)
        self.width = width
        self.bytes = path.stat().st_size
        self._path = path
        self._context = self._new_context(cells, sequences, threads)
        self._memory = llama.llama_get_memory(self._context)
        self.cells: int = llama.llama_n_ctx(self._context)
        self.tokens: list[list[int]] = [[] for _ in range(sequences)]
        self._cells: list[list[int]] = [[] for _ in range(sequences)]
        """For each token the identity of the cell that it is in."""
        self._holders: dict[int, int] = {}
        """How many sequences hold a cell."""
        self._new_cells = count()
        self._adapters: dict[str, Any] = {}
        self._batch = _Batch(width)
        self._vocab_size: int = llama.llama_vocab_n_tokens(self._vocab)
        self._hidden_size: int = llama.llama_model_n_embd(self._model)
        self._abort_flag = ctypes.create_string_buffer(2)
        # llama.cpp asks the callback before each of some 700 graph nodes. As a Python function it would take the GIL
        # each time; C's own strlen() of a flag that is "" or "1" answers the same question without Python.
        self._strlen = ctypes.cast(_libc().strlen, llama.ggml_abort_callback)
        llama.llama_set_abort_callback(self._context, self._strlen, ctypes.addressof(self._abort_flag))

    def _new_context(self, cells: int, sequences: int, threads: int) -> Any:
        try:
            if llama.llama_model_is_recurrent(self._model) or llama.llama_model_is_hybrid(self._model):
                raise ModelError(
                    f"{self._path} has a recurrent memory, which can't be rolled back; choose a plain transformer"
                )
            params = llama.llama_context_default_params()
            params.n_ctx = min(cells, llama.llama_model_n_ctx_train(self._model))
            # llama.cpp ends the process when its batch has less room than one output for each sequence.
            params.n_batch = params.n_ubatch = max(self.width, sequences)
            params.n_seq_max = sequences
            params.kv_unified = True  # sequences share cells, and no part of the cache is set apart for one of them
            # Flash attention is left to llama.cpp, which turns it on: it skips other sequences' cells. Without it a
            # cache that is full of them makes decoding 1.6 times, prompts 2.1 times slower.
            params.pooling_type = llama.LLAMA_POOLING_TYPE_NONE
            params.no_perf = True
            params.n_threads = params.n_threads_batch = threads
            _log.clear()
            context = llama.llama_init_from_model(self._model, params)
            if not context:
                raise EngineError(
                    f"no memory for a context of {params.n_ctx} tokens of {self._path.name} ({_reason()}); "
                    "close something and try again"
                )
            if llama.llama_model_has_encoder(self._model) or not llama.llama_get_memory(context):
                llama.llama_free(context)
                raise ModelError(f"{self._path} is an encoder; choose a model that writes text")
        except Exception:
            llama.llama_model_free(self._model)
            raise
        return context

    def interrupt(self, on: bool) -> None:
        self._abort_flag[0] = b"1" if on else b"\0"

    def set_threads(self, threads: int) -> None:
        llama.llama_set_n_threads(self._context, threads, threads)

    def tokenize(self, prompt: Prompt) -> list[list[int]]:
        return [self._tokenize(part.text.encode("utf-8", "replace"), part.control) for part in prompt]

    def _tokenize(self, raw: bytes, control: bool) -> list[int]:
        room = len(raw) + 8
        buffer = (llama.llama_token * room)()
        length: int = llama.llama_tokenize(self._vocab, raw, len(raw), buffer, room, False, control)
        if length < 0:
            raise EngineError(f"llama.cpp can't tokenize a text of {len(raw)} bytes")
        return buffer[:length]

    def piece(self, token: int) -> bytes:
        """The bytes of a token; control tokens have none."""
        buffer = ctypes.create_string_buffer(64)
        length: int = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        return buffer.raw[:length]

    def is_end(self, token: int) -> bool:
        return self.is_end_of_generation(token) or bool(llama.llama_vocab_is_control(self._vocab, token))

    def is_end_of_generation(self, token: int) -> bool:
        """Whether a model says with a token that its text ends; `is_end` counts all control tokens."""
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    def used(self) -> int:
        return len(self._holders)

    def truncate(self, sequence: int, length: int) -> None:
        if length >= len(self.tokens[sequence]):
            return
        llama.llama_memory_seq_rm(self._memory, sequence, length, -1)
        del self.tokens[sequence][length:]
        self._hold(self._cells[sequence][length:], -1)
        del self._cells[sequence][length:]

    def copy(self, source: int, target: int, length: int) -> None:
        if source == target:
            self.truncate(source, length)
            return
        self.truncate(target, 0)
        llama.llama_memory_seq_cp(self._memory, source, target, 0, length)
        self.tokens[target] = self.tokens[source][:length]
        self._cells[target] = self._cells[source][:length]
        self._hold(self._cells[target], 1)

    def _append(self, sequence: int, tokens: Sequence[int]) -> None:
        cells = [next(self._new_cells) for _ in tokens]
        self.tokens[sequence] += tokens
        self._cells[sequence] += cells
        self._hold(cells, 1)

    def _hold(self, cells: Sequence[int], change: int) -> None:
        holders = self._holders
        for cell in cells:
            held = holders.get(cell, 0) + change
            if held:
                holders[cell] = held
            else:
                del holders[cell]

    def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
        rows = self._batch.fill(batch, [len(self.tokens[evaluation.sequence]) for evaluation in batch])
        self._use_adapter(batch[0].adapter)
        llama.llama_set_embeddings(self._context, batch[0].embeddings)
        _log.clear()
        status: int = llama.llama_decode(self._context, self._batch.struct)
        if status == 0:
            for evaluation in batch:
                self._append(evaluation.sequence, evaluation.tokens)
            return self._hidden_states(batch) if batch[0].embeddings else self._logits(batch, rows)
        # llama.cpp takes back the batch in most cases; in none may it stay.
        for evaluation in batch:
            llama.llama_memory_seq_rm(self._memory, evaluation.sequence, len(self.tokens[evaluation.sequence]), -1)
        if status == 2:  # interrupted
            return None
        why = f"{self.used()} of {self.cells} cells are in use" if status == 1 else _reason()
        raise EngineError(f"llama.cpp can't evaluate a batch for {self._path.name}: {why} (llama_decode: {status})")

    def _logits(self, batch: Sequence[Evaluation], rows: int) -> list[Rows]:
        shape = (rows, self._vocab_size)
        all_rows: Rows = np.empty(shape, np.float32)
        if rows:
            all_rows = np.ctypeslib.as_array(llama.llama_get_logits(self._context), shape)
        split: list[Rows] = []
        at = 0
        for evaluation in batch:
            outputs = min(evaluation.outputs, len(evaluation.tokens))
            split.append(all_rows[at : at + outputs])
            at += outputs
        return split

    def _hidden_states(self, batch: Sequence[Evaluation]) -> list[Rows]:
        """llama.cpp gives them for each token, wanted or not."""
        shape = (sum(len(evaluation.tokens) for evaluation in batch), self._hidden_size)
        all_rows = np.ctypeslib.as_array(llama.llama_get_embeddings(self._context), shape)
        split: list[Rows] = []
        end = 0
        for evaluation in batch:
            end += len(evaluation.tokens)
            split.append(all_rows[end - min(evaluation.outputs, len(evaluation.tokens)) : end])
        return split

    def sampler(self, sampling: Sampling, grammar: str) -> TokenSampler:
        return TokenSampler(sampling, self._constraint(grammar) if grammar else None)

    def _constraint(self, grammar: str) -> Constraint:
        if beginning := beginning_of(grammar):
            return Beginning(self, beginning)
        return Grammar(self._vocabulary, grammar)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._vocab)

    def attach(self, adapter: str, path: Path) -> None:
        if adapter in self._adapters:
            return
        _log.clear()
        handle = llama.llama_adapter_lora_init(self._model, os.fsencode(path))
        if not handle:
            raise ModelError(f"{path} can't be used as an adapter of {self._path.name}: {_reason()}")
        self._adapters[adapter] = handle

    def _use_adapter(self, adapter: str) -> None:
        if adapter and adapter not in self._adapters:
            raise EngineError(f"the adapter {adapter} was not attached to {self._path.name}")
        handles = [self._adapters[adapter]] if adapter else []
        llama.llama_set_adapters_lora(
            self._context,
            (llama.llama_adapter_lora_p_ctypes * 1)(*handles),
            len(handles),
            (ctypes.c_float * 1)(1.0),
        )

    @cached_property
    def _owner(self) -> str:
        """Whose a state is, besides what its keeper knows of the model: another llama.cpp may lay it out otherwise."""
        buffer = ctypes.create_string_buffer(128)
        llama.llama_model_desc(self._model, buffer, len(buffer))
        return (
            f"{buffer.value.decode('utf-8', 'replace')}, {self.bytes} bytes, llama-cpp-python {llama_cpp.__version__}"
        )

    def save(self, sequence: int, path: Path) -> None:
        size: int = llama.llama_state_seq_get_size(self._context, sequence)
        buffer = (ctypes.c_uint8 * size)()
        if llama.llama_state_seq_get_data(self._context, buffer, size, sequence) != size:
            raise OSError(f"llama.cpp can't give away the state of sequence {sequence}: {_reason()}")
        write_state(path, self._owner, self.tokens[sequence], memoryview(buffer))

    def load(self, sequence: int, path: Path) -> bool:
        self.truncate(sequence, 0)
        read = read_state(path, self._owner)
        if read is None:
            return False
        tokens, state = read
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        done: int = llama.llama_state_seq_set_data(self._context, buffer, len(state), sequence)
        if done and llama.llama_memory_seq_pos_max(self._memory, sequence) == len(tokens) - 1:
            self._append(sequence, tokens)
            return True
        llama.llama_memory_seq_rm(self._memory, sequence, -1, -1)  # no room in the cache
        return False

    def close(self) -> None:
        llama.llama_free(self._context)
        llama.llama_model_free(self._model)  # and its adapters


class _Batch:
    """A `llama_batch` whose arrays are numpy's: filled by slices, not by 5 assignments a token."""

    def __init__(self, width: int) -> None:
        self._token = np.zeros(width, np.int32)
        self._position = np.zeros(width, np.int32)
        self._sequence = np.zeros(width, np.int32)
        self._wanted = np.zeros(width, np.int8)
        # llama.cpp takes a list of sequences for each token: here lists of one, by pointers into `_sequence`.
        self._arrays: dict[str, NDArray[Any]] = {
            "token": self._token,
            "pos": self._position,
            "n_seq_id": np.ones(width, np.int32),
            "seq_id": self._sequence.ctypes.data + self._sequence.itemsize * np.arange(width, dtype=np.uintp),
            "logits": self._wanted,
        }
        kinds: dict[str, Any] = dict(llama.llama_batch._fields_)
        pointers = {name: ctypes.cast(array.ctypes.data, kinds[name]) for name, array in self._arrays.items()}
        self.struct = llama.llama_batch(n_tokens=0, **pointers)

    def fill(self, batch: Sequence[Evaluation], starts: Sequence[int]) -> int:
        """Returns the number of outputs. `starts` is each sequence's length."""
        at = outputs = 0
        for evaluation, start in zip(batch, starts, strict=True):
            end = at + len(evaluation.tokens)
            if end > len(self._token):
                raise EngineError(f"a batch has more than {len(self._token)} tokens")  # llama.cpp would abort
            wanted = min(evaluation.outputs, end - at)
            self._token[at:end] = evaluation.tokens
            self._position[at:end] = np.arange(start, start + end - at)
            self._sequence[at:end] = evaluation.sequence
            self._wanted[at : end - wanted] = 0
            self._wanted[end - wanted : end] = 1
            outputs += wanted
            at = end
        self.struct.n_tokens = at
        return outputs


def has_amx() -> bool:
    """Whether this build of llama.cpp has kernels for AMX, and the processor the instructions."""
    return b"AMX_INT8 = 1" in llama.llama_print_system_info()


def _libc() -> Any:
    return ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)


_log: deque[str] = deque(maxlen=4)
"""The last errors that llama.cpp wrote; it has one log per process."""


@llama.llama_log_callback
def _listen(level: int, text: bytes, _data: object) -> None:
    """llama.cpp would write hundreds of lines to stderr on each load."""
    if level == 4:  # GGML_LOG_LEVEL_ERROR
        _log.append(text.decode("utf-8", "replace"))


def _reason() -> str:
    """What llama.cpp said, without the names of its functions."""
    lines = (line.strip().split(": ", 1)[-1] for line in _log)
    return "; ".join(line for line in lines if line) or "it gives no reason"


def _start_backend() -> None:
    llama.llama_log_set(_listen, None)
    llama.llama_backend_init()
