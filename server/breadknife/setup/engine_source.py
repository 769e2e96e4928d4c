"""The engine's sources: llama-cpp-python's own, changed in the few places where breadknife's build differs.

What is made of them is called `0.3.36+breadknife2`, a local version as PEP 440 has it: the same release, with the
fixes of that number (`llama_fixes.h`) compiled in, and without what breadknife never loads.
"""

from __future__ import annotations

import re
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import breadknife.engine.llama
from breadknife.engine.models.digests import sha256_of
from breadknife.engine.models.index import download
from breadknife.errors import DownloadFailed

RELEASE = "0.3.36"
SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
"""The SHA-256 of the release's sdist: nothing else is compiled."""
SIZE = 76_589_250
"""Bytes of that sdist."""
FIXES = Path(breadknife.engine.llama.__file__).with_name("llama_fixes.h")
CMAKE = Path(__file__).with_name("engine.cmake")
_UNUSED = (
    ".git/",
    *(f"vendor/llama.cpp/{name}/" for name in ("benches", "docs", "examples", "models", "tests", "tools")),
)
"""Most of the sdist, and nothing that is compiled."""


@dataclass(frozen=True)
class Change:
    """A replacement in one file of the sources."""

    file: str
    """The path in the sdist."""
    old: str
    """A regular expression that matches exactly once; `^` and `$` match at lines."""
    new: str
    """What replaces the match, word for word."""


def local_version() -> str:
    """Return our build's version, such as `0.3.36+breadknife2`."""
    number = re.search(r'"breadknife llama fixes (\d+)"', FIXES.read_text("ascii"))
    assert number, f"{FIXES} has no number"
    return f"{RELEASE}+breadknife{number[1]}"


def changes() -> tuple[Change, ...]:
    """Return how our sources differ from the release: the version, how the library is loaded, what is installed."""
    return (
        Change("llama_cpp/__init__.py", r'^__version__ = ".*"$', f'__version__ = "{local_version()}"'),
        Change(
            "llama_cpp/llama_cpp.py",
            r"^_lib = load_shared_library\(_lib_base_name, _base_path\)$",
            # A portable build has a library for each generation of processors, which ggml looks for beside `python`.
            '_lib = load_shared_library("ggml", _base_path)\n'
            "_lib.ggml_backend_load_all_from_path.argtypes = [ctypes.c_char_p]\n"
            "_lib.ggml_backend_load_all_from_path.restype = None\n"
            "_lib.ggml_backend_reg_count.restype = ctypes.c_size_t\n"
            "if not _lib.ggml_backend_reg_count():\n"
            "    _lib.ggml_backend_load_all_from_path(os.fsencode(_base_path))\n"
            "_lib = load_shared_library(_lib_base_name, _base_path)",
        ),
        Change("PKG-INFO", r"^Version: .*$", f"Version: {local_version()}"),
        Change(
            "pyproject.toml",
            r"^sdist\.include = .*$",
            'install.components = ["engine"]\nwheel.license-files = ["LICENSE.md", "vendor/llama.cpp/LICENSE"]',
        ),
    )


def sdist_in(folder: Path) -> Path:
    """Return the path of the sdist in `folder`. It is there only once it is complete."""
    return folder / f"llama_cpp_python-{RELEASE}.tar.gz"


def fetch(folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """Return the sdist in `folder`, downloaded unless it is there. Its digest is checked each time.

    `on_bytes` is called with the bytes that have arrived so far. Raises DownloadFailed.
    """
    sdist = sdist_in(folder)
    if not sdist.exists():
        arguments = ["--no-binary=llama-cpp-python", f"llama-cpp-python=={RELEASE}"]
        download(arguments, folder / "fetching", on_bytes).replace(sdist)
        shutil.rmtree(folder / "fetching", ignore_errors=True)
    actual = sha256_of(sdist)
    if actual != SHA256:
        sdist.unlink()
        raise DownloadFailed(
            f"the index delivered a llama-cpp-python {RELEASE} whose SHA-256 is {actual}, not {SHA256}"
        )
    return sdist


def prepare(sdist: Path, folder: Path) -> Path:
    """Unpack and change the sources in `folder`, and return it. If they are there already, leave them as they are, so
    that a build goes on with the files that it has compiled. Raises DownloadFailed."""
    mark = folder / ".prepared"
    if mark.exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12's Python has none
        for member in archive:
            member.name = member.name.partition("/")[2]  # without the folder that holds the whole sdist
            if member.name and not member.name.startswith(_UNUSED):
                archive.extract(member, folder)
    for change in changes():
        path = folder / change.file
        text, count = re.subn(change.old, lambda _, new=change.new: new, path.read_text("utf-8"), flags=re.MULTILINE)
        if count != 1:
            raise DownloadFailed(f"llama-cpp-python {RELEASE} has another {change.file} than breadknife knows")
        path.write_text(text, "utf-8")
    shutil.copy(FIXES, folder)
    shutil.copy(CMAKE, folder / "CMakeLists.txt")
    mark.touch()
    return folder
