"""One model in memory, driven through llama.cpp's low-level API: tokens in, the next token out.

The only module that imports llama_cpp. Not thread-safe, but for `interrupt`.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Idle OpenMP threads that spin make decoding erratic on a busy machine; read once, when libgomp is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import llama_cpp.llama_cpp as _bindings
import numpy as np

from breadknife.engine.api import Prompt
from breadknife.errors import EngineError

llama: Any = _bindings  # the bindings have no usable types


@dataclass(frozen=True)
class Next:
    token: int
    logprob: float


class LlamaModel:
    """A model and its KV cache of `cells` tokens, shared by `sequences` independent token sequences.

    `slice` is how many tokens one `evaluate` takes at most: an interruption loses what it was evaluating (64 tokens
    are about 0.3 s on two slow cores with a 0.5B model).
    `tokens[sequence]` is what the cache holds for it. Raises EngineError when llama.cpp refuses the file.
    """

    def __init__(self, path: Path, *, cells: int, sequences: int, threads: int, slice: int = 64) -> None:
        _start_backend()
        model_params = llama.llama_model_default_params()
        # GCC 12 miscompiles llama.cpp's AMX kernels (it drops stores to the tile configuration): SIGSEGV at the first
        # evaluation. Without the extra buffer types the weights stay off them. `make setup` builds without AMX.
        model_params.use_extra_bufts = b"AMX_INT8 = 1" not in llama.llama_print_system_info()
        self._model = llama.llama_model_load_from_file(os.fsencode(path), model_params)
        if not self._model:
            raise EngineError(f"llama.cpp can't load {path}: not a model that this version knows, or out of memory")
        self._vocab = llama.llama_model_get_vocab(self._model)
        params = llama.llama_context_default_params()
        params.n_ctx = min(cells, llama.llama_model_n_ctx_train(self._model))
        params.n_batch = params.n_ubatch = slice
        params.n_seq_max = sequences
        params.kv_unified = True
        params.no_perf = True
        params.n_threads = params.n_threads_batch = threads
        self._context = llama.llama_init_from_model(self._model, params)
        if not self._context:
            llama.llama_model_free(self._model)
            raise EngineError(
                f"no memory for a context of {cells} tokens of {path.name}; close something and try again"
            )
        self._memory = llama.llama_get_memory(self._context)
        self._batch = llama.llama_batch_init(slice, 0, 1)
        self.cells: int = llama.llama_n_ctx(self._context)
        self.slice = slice
        self.tokens: list[list[int]] = [[] for _ in range(sequences)]
        self._vocab_size: int = llama.llama_vocab_n_tokens(self._vocab)
        self._abort_flag = ctypes.create_string_buffer(2)
        # llama.cpp asks the callback before each of some 700 graph nodes. As a Python function it would take the GIL
        # each time; C's own strlen() of a flag that is "" or "1" answers the same question without Python.
        self._strlen = ctypes.cast(_libc().strlen, llama.ggml_abort_callback)
        llama.llama_set_abort_callback(self._context, self._strlen, ctypes.addressof(self._abort_flag))

    def interrupt(self, on: bool) -> None:
        """Make the running and all later evaluations end early, or let them run again. From any thread."""
        self._abort_flag[0] = b"1" if on else b"\0"

    def tokenize(self, prompt: Prompt) -> list[int]:
        tokens: list[int] = []
        for part in prompt:
            raw = part.text.encode("utf-8", "replace")
            room = len(raw) + 8
            buffer = (llama.llama_token * room)()
            count: int = llama.llama_tokenize(self._vocab, raw, len(raw), buffer, room, False, part.control)
            if count < 0:
                raise EngineError(f"llama.cpp can't tokenize a text of {len(raw)} bytes")
            tokens += buffer[:count]
        return tokens

    def piece(self, token: int) -> bytes:
        """The bytes of a token; control tokens have none."""
        buffer = ctypes.create_string_buffer(64)
        length: int = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = llama.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        return buffer.raw[:length]

    def is_end(self, token: int) -> bool:
        return bool(llama.llama_vocab_is_eog(self._vocab, token)) or bool(
            llama.llama_vocab_is_control(self._vocab, token)
        )

    def truncate(self, sequence: int, length: int) -> None:
        """Forget all but the first `length` tokens of a sequence."""
        if length < len(self.tokens[sequence]):
            llama.llama_memory_seq_rm(self._memory, sequence, length, -1)
            del self.tokens[sequence][length:]

    def used(self) -> int:
        return sum(map(len, self.tokens))

    def evaluate(self, sequence: int, tokens: Sequence[int]) -> bool:
        """Append up to `slice` tokens to a sequence. False when interrupted: then none of them was appended."""
        start = len(self.tokens[sequence])
        batch = self._batch
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i] = token
            batch.pos[i] = start + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = sequence
            batch.logits[i] = i == len(tokens) - 1
        status: int = llama.llama_decode(self._context, batch)
        if status == 0:
            self.tokens[sequence] += tokens
            return True
        llama.llama_memory_seq_rm(self._memory, sequence, start, -1)
        if status == 2:  # interrupted
            return False
        raise EngineError(f"llama_decode failed with status {status} ({self.used()} of {self.cells} cells in use)")

    def greedy(self) -> Next:
        """The likeliest token after what `evaluate` appended last."""
        pointer = llama.llama_get_logits_ith(self._context, -1)
        logits = np.ctypeslib.as_array(pointer, shape=(self._vocab_size,))
        token = int(logits.argmax())
        top = float(logits[token])
        return Next(token, -float(np.log(np.exp(logits - top).sum())))

    def close(self) -> None:
        llama.llama_batch_free(self._batch)
        llama.llama_free(self._context)
        llama.llama_model_free(self._model)


def _libc() -> Any:
    return ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)


@llama.llama_log_callback
def _quiet(_level: int, _text: bytes, _data: object) -> None:
    """llama.cpp writes hundreds of lines to stderr on each load."""


def _start_backend() -> None:
    llama.llama_log_set(_quiet, None)
    llama.llama_backend_init()
