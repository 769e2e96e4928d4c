"""Tells whether the engine is installed: llama-cpp-python, which `breadknife` alone doesn't depend on."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "llama-cpp-python"


def is_installed() -> bool:
    """Tell whether llama-cpp-python can be imported now; it may have been installed while this process ran."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("llama_cpp") is not None


def version() -> str:
    """Return the version of llama-cpp-python that is installed now; empty if there is none."""
    importlib.invalidate_caches()
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""


def gpu_libraries() -> tuple[Path, ...]:
    """Return llama.cpp's libraries for GPUs. They have a folder of their own, so that nothing loads them by itself."""
    found = importlib.util.find_spec("llama_cpp")
    folders = found.submodule_search_locations or [] if found else []
    return tuple(sorted(path for folder in folders for path in Path(folder, "lib", "gpu").glob("*ggml-*")))


def has_cuda() -> bool:
    """Tell whether one of these libraries is for NVIDIA's GPUs by CUDA."""
    return any("ggml-cuda" in path.name for path in gpu_libraries())


def llama_build() -> str:
    """Return the version of llama-cpp-python, with a digest that tells one build of it from another; empty if there is
    none."""
    try:
        installed = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""
    record = installed.read_text("RECORD") or ""  # it has the sums of the libraries
    return f"{installed.version}+{hashlib.sha256(record.encode()).hexdigest()[:12]}"
