"""Whether the engine is installed. It is llama-cpp-python, which `breadknife` alone doesn't bring."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from importlib import metadata

DISTRIBUTION = "llama-cpp-python"


def is_installed() -> bool:
    """Tell whether it can be imported now: it may have been installed while this process ran."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("llama_cpp") is not None


def version() -> str:
    """Return the build that is installed now; empty where there is none."""
    importlib.invalidate_caches()
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""


def llama_build() -> str:
    """Return which llama.cpp this is: version, and what tells one build of it from another; empty where there is
    none."""
    try:
        installed = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""
    record = installed.read_text("RECORD") or ""  # it has the sums of the libraries
    return f"{installed.version}+{hashlib.sha256(record.encode()).hexdigest()[:12]}"
