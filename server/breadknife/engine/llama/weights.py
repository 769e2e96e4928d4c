"""A model's file in memory, whatever kind of model it is, and its vocabulary."""

from __future__ import annotations

import ctypes
import os
import sys
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
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

from breadknife.engine.installed import version
from breadknife.engine.kinds import POOLINGS, kind_of
from breadknife.errors import EngineError, ModelError

llama: Any = _bindings  # the bindings have no usable types


class Weights:
    """A GGUF in memory. Raises ModelError when llama.cpp refuses the file, or we do.

    `gpu` is the name of the GPU that computes; empty if the CPU does. `failed` says why no GPU may be used.
    """

    def __init__(self, path: Path, gpu: str = "", failed: str = "") -> None:
        llama.llama_log_set(_listen, None)
        llama.llama_backend_init()
        params = llama.llama_model_default_params()  # its defaults map the file into memory
        # Without the extra buffer types the weights stay off the AMX kernels (and aren't repacked for others).
        params.use_extra_bufts = _may_use_amx()
        params.n_gpu_layers = 999 if gpu else 0
        no_devices = (ctypes.c_void_p * 1)(None)
        if not gpu:  # which would be given larger prompts even if it had no layer
            params.devices = ctypes.cast(no_devices, ctypes.c_void_p)
        self.device = gpu or (f"CPU; {failed}" if failed else "CPU")
        self.path = path
        _log.clear()
        self.handle = llama.llama_model_load_from_file(os.fsencode(path), params)
        if not self.handle:
            raise ModelError(f"llama.cpp can't load {path}: {reason()}; get another file or a newer breadknife")
        self.vocab = llama.llama_model_get_vocab(self.handle)
        self.bytes = path.stat().st_size
        self.context_size: int = llama.llama_model_n_ctx_train(self.handle)
        kind = kind_of(self.architecture, self.pooling, self.labels, rerank_template=bool(self.rerank_template))
        if kind is None:
            self.close()
            raise ModelError(f"{self.path} ({self.architecture}) is no kind of model that breadknife runs")
        self.kind = kind

    @cached_property
    def architecture(self) -> str:
        return self._metadata("general.architecture")

    @cached_property
    def pooling(self) -> str:
        """One of POOLINGS; empty if the file names none."""
        number = self._metadata(f"{self.architecture}.pooling_type")
        return POOLINGS[int(number)] if number.isdigit() and int(number) < len(POOLINGS) else ""

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The names of a classifier's classes; none if the file has none."""
        count: int = llama.llama_model_n_cls_out(self.handle)
        labels = (llama.llama_model_cls_label(self.handle, number) for number in range(count))
        return tuple(label.decode("utf-8", "replace") for label in labels if label is not None)

    @cached_property
    def rerank_template(self) -> str:
        """The prompt for a reranker that was made of a model that writes, with `{query}` and `{document}` in it; empty
        for any other model."""
        template: bytes | None = llama.llama_model_chat_template(self.handle, b"rerank")
        return template.decode("utf-8", "replace") if template else ""

    def _metadata(self, key: str) -> str:
        """Return the value of a key of the file's metadata; empty if it has none."""
        buffer = ctypes.create_string_buffer(256)
        length: int = llama.llama_model_meta_val_str(self.handle, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else ""

    def tokenize(self, text: str, *, control: bool = False, special: bool = False) -> list[int]:
        """Return the tokens of a text. With `control`, what looks like a control token becomes one. With `special`, the
        tokens are added that the model wants around a text. Raises EngineError."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        buffer = (llama.llama_token * room)()
        length: int = llama.llama_tokenize(self.vocab, raw, len(raw), buffer, room, special, control)
        if length < 0:
            raise EngineError(f"llama.cpp can't tokenize a text of {len(raw)} bytes")
        return buffer[:length]

    @cached_property
    def description(self) -> str:
        """Names the weights and the build of llama.cpp, since another build may lay out a state otherwise."""
        buffer = ctypes.create_string_buffer(128)
        llama.llama_model_desc(self.handle, buffer, len(buffer))
        return (
            f"{buffer.value.decode('utf-8', 'replace')}, {self.bytes} bytes, llama-cpp-python {llama_cpp.__version__}"
        )

    def context(self, params: Any) -> Any:
        """Return a new llama.cpp context of these parameters. Raises EngineError if the memory is short."""
        _log.clear()
        context = llama.llama_init_from_model(self.handle, params)
        if not context:
            raise EngineError(
                f"no memory for a context of {params.n_ctx} tokens of {self.path.name} ({reason()}); "
                "close something and try again"
            )
        return context

    def close(self) -> None:
        llama.llama_model_free(self.handle)  # and its adapters


class Abort:
    """A switch that ends what a context computes. Any thread may set it."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._flag = ctypes.create_string_buffer(2)
        # llama.cpp asks the callback before each of some 700 graph nodes. As a Python function it would take the GIL
        # each time; C's own strlen() of a flag that is "" or "1" answers the same question without Python.
        self._strlen = ctypes.cast(_libc().strlen, llama.ggml_abort_callback)
        self._arm()

    def set(self, on: bool) -> None:
        self._flag[0] = b"1" if on else b"\0"

    @property
    def is_set(self) -> bool:
        return self._flag[0] != b"\0"

    @contextmanager
    def ignored(self) -> Generator[None, None, None]:
        """Let what is computed within the `with` block run to its end."""
        llama.llama_set_abort_callback(self._context, llama.ggml_abort_callback(), None)
        try:
            yield
        finally:
            self._arm()

    def _arm(self) -> None:
        llama.llama_set_abort_callback(self._context, self._strlen, ctypes.addressof(self._flag))


def _may_use_amx() -> bool:
    """Tell whether this build of llama.cpp may use its AMX kernels, if it has any for this processor.

    GCC before 12.4 and 13.3 miscompiles them (PR 114098), so that the first evaluation ends the process. Only our own
    builds are sure to avoid that (`llama_fixes.h`).
    """
    has_amx = b"AMX_INT8 = 1" in llama.llama_print_system_info()
    return not has_amx or "+breadknife" in version()


def _libc() -> Any:
    return ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)


_log: deque[str] = deque(maxlen=4)
"""The last errors that llama.cpp logged. It has one log per process."""


@llama.llama_log_callback
def _listen(level: int, text: bytes, _data: object) -> None:
    """Keep llama.cpp's errors and drop its other messages, which it would write to stderr: hundreds for each load."""
    if level == 4:  # GGML_LOG_LEVEL_ERROR
        _log.append(text.decode("utf-8", "replace"))


def reason() -> str:
    """Return the errors that llama.cpp logged last, without the names of its functions."""
    lines = (line.strip().split(": ", 1)[-1] for line in _log)
    return "; ".join(line for line in lines if line) or "it gives no reason"


def forget_log() -> None:
    """Forget the logged errors, so that `reason` tells of the next call alone."""
    _log.clear()
