"""The GPU that llama.cpp may use: one that this build is made for, as on a Mac, or one of a library beside the CPU's.

Such a library is loaded only by who means to use it: a driver may crash, or hang, as soon as it is looked at.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any

import llama_cpp._ggml as _ggml_bindings
import llama_cpp.llama_cpp as _bindings

from breadknife.engine.installed import gpu_libraries

_llama: Any = _bindings
_libggml: Any = _ggml_bindings.libggml
_GPUS = (1, 2)
"""GGML_BACKEND_DEVICE_TYPE_GPU and _IGPU."""


def load_gpu_libraries() -> None:
    """Load the libraries for GPUs. One that finds no driver, or no loader of drivers, isn't there."""
    load = _libggml.ggml_backend_load
    load.argtypes, load.restype = [ctypes.c_char_p], ctypes.c_void_p
    for path in gpu_libraries():
        load(os.fsencode(path))


def gpu_name() -> str:
    """Return the name of the first GPU that llama.cpp can use; empty if there is none."""
    if not _llama.llama_supports_gpu_offload():
        return ""
    describe = _libggml.ggml_backend_dev_description
    _libggml.ggml_backend_dev_by_type.restype = describe.restype = ctypes.c_void_p
    for kind in _GPUS:
        if device := _libggml.ggml_backend_dev_by_type(kind):
            return (ctypes.string_at(describe(ctypes.c_void_p(device))) or b"GPU").decode("utf-8", "replace")
    return "GPU"
