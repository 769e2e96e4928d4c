"""The engine's sources: the release that pyproject.toml names, changed where breadknife's build differs."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from breadknife.errors import DownloadFailed
from breadknife.setup import engine_source
from breadknife.setup.engine_source import RELEASE, changes, fetch, local_version, prepare

ROOT = Path(__file__).parents[2]
FILES = {
    "PKG-INFO": f"Metadata-Version: 2.1\nName: llama_cpp_python\nVersion: {RELEASE}\nSummary: bindings\n",
    "pyproject.toml": '[tool.scikit-build]\nwheel.py-api = "py3"\nsdist.include = [".git"]\n\n[project.urls]\n',
    "CMakeLists.txt": "project(llama_cpp)\n",
    "llama_cpp/__init__.py": f'from .llama_cpp import *\n\n__version__ = "{RELEASE}"\n',
    "llama_cpp/llama_cpp.py": "_lib = load_shared_library(_lib_base_name, _base_path)\n\nrest = 1\n",
    "vendor/llama.cpp/src/llama.cpp": "int main;\n",
    "vendor/llama.cpp/models/big.gguf": "not compiled\n",
}


def write_sdist(path: Path, files: dict[str, str] = FILES) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"llama_cpp_python-{RELEASE}/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def test_the_release_is_the_one_that_the_extra_asks_for() -> None:
    """So pip takes a wheel of ours, a local version, before any other of the release."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    [asked] = [each for each in map(Requirement, extras["engine"]) if each.name == "llama-cpp-python"]
    assert str(asked.specifier) == f"=={RELEASE}"
    assert local_version() in asked.specifier
    assert Version(local_version()) > Version(RELEASE)


def test_what_is_changed(tmp_path: Path) -> None:
    source = prepare(write_sdist(tmp_path / "sdist.tar.gz"), tmp_path / "source")
    assert (source / "CMakeLists.txt").read_bytes() == engine_source.CMAKE.read_bytes()
    assert (source / "llama_fixes.h").read_bytes() == engine_source.FIXES.read_bytes()
    assert f'__version__ = "{local_version()}"' in (source / "llama_cpp" / "__init__.py").read_text()
    assert f"\nVersion: {local_version()}\n" in (source / "PKG-INFO").read_text()
    bindings = (source / "llama_cpp" / "llama_cpp.py").read_text()
    compile(bindings, "llama_cpp.py", "exec")
    assert bindings.endswith("_lib = load_shared_library(_lib_base_name, _base_path)\n\nrest = 1\n")
    assert (source / "vendor" / "llama.cpp" / "src" / "llama.cpp").exists()
    assert not (source / "vendor" / "llama.cpp" / "models").exists()


def test_sources_that_a_build_has_begun_with_are_left_as_they_are(tmp_path: Path) -> None:
    sdist = write_sdist(tmp_path / "sdist.tar.gz")
    source = prepare(sdist, tmp_path / "source")
    (source / "vendor" / "object.o").touch()
    assert (prepare(sdist, source) / "vendor" / "object.o").exists()
    (source / ".prepared").unlink()  # as when the unpacking was interrupted
    assert not (prepare(sdist, source) / "vendor" / "object.o").exists()


@pytest.mark.parametrize("change", changes(), ids=lambda change: change.file)
def test_a_file_that_is_not_the_known_one_stops_it(tmp_path: Path, change: engine_source.Change) -> None:
    sdist = write_sdist(tmp_path / "sdist.tar.gz", FILES | {change.file: "something else\n"})
    with pytest.raises(DownloadFailed, match=f"another {change.file} than breadknife knows"):
        prepare(sdist, tmp_path / "source")


def test_only_the_release_that_is_known_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sdist = write_sdist(tmp_path / f"llama_cpp_python-{RELEASE}.tar.gz")
    with pytest.raises(DownloadFailed, match="the index delivered"):
        fetch(tmp_path, lambda count: None)
    assert not sdist.exists(), "so that the next time fetches it anew"
    write_sdist(sdist)
    monkeypatch.setattr(engine_source, "SHA256", hashlib.sha256(sdist.read_bytes()).hexdigest())
    assert fetch(tmp_path, lambda count: None) == sdist
