"""Which files LanguageTool consists of, and whether those on this machine are them.

`languagetool.lock` names each jar of Maven Central with its SHA-256. The archive that LanguageTool releases has other
files, pinned by the archive's own SHA-256; what came out of it is summed when it is installed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from breadknife import paths
from breadknife.plugins.prose.engines.jvm.installed import SERVER_JAR, VERSION

LOCK = Path(__file__).with_name("languagetool.lock")
REMEDY = "run `breadknife setup languagetool`, which fetches it anew"
_RECORD = ".verified.json"
"""In LanguageTool's folder. Files whose names begin with a dot are no part of it: Java loads none of them."""
_EXACTLY = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
"""Maven resolves nothing itself: it fetches what the lock names, whichever Maven it is."""


@dataclass(frozen=True)
class Pin:
    sha256: str
    size: int
    """The file's size in bytes."""


@dataclass(frozen=True)
class Artifact:
    """A jar of Maven Central; `classifier` may be empty."""

    group: str
    name: str
    version: str
    classifier: str
    pin: Pin

    @property
    def file(self) -> str:
        return f"{self.name}-{self.classifier}.jar" if self.classifier else f"{self.name}.jar"

    @property
    def dependency(self) -> str:
        """The artifact as a dependency of a POM."""
        classifier = f"<classifier>{self.classifier}</classifier>" if self.classifier else ""
        return (
            f"<dependency><groupId>{self.group}</groupId><artifactId>{self.name}</artifactId>"
            f"<version>{self.version}</version>{classifier}{_EXACTLY}</dependency>"
        )


class _FileSum(msgspec.Struct, frozen=True):
    """A file as it was when its sum was taken."""

    sha256: str
    size: int
    modified_ns: int


class _Record(msgspec.Struct):
    """What was found in a folder. `released`: the files came out of the pinned archive, so they are right by record."""

    released: bool = False
    files: dict[str, _FileSum] = {}


def artifacts() -> tuple[Artifact, ...]:
    lines = LOCK.read_text("ascii").splitlines()
    return tuple(_artifact(*line.split()) for line in lines if not line.startswith("#"))


def pom() -> str:
    """Return the POM with which Maven fetches the locked jars and nothing else."""
    dependencies = "\n".join(artifact.dependency for artifact in artifacts())
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>\n'
        "<groupId>breadknife</groupId><artifactId>languagetool</artifactId><version>1</version>\n"
        f"<dependencies>\n{dependencies}\n</dependencies></project>\n"
    )


def record_release(folder: Path) -> None:
    """Take the sums of all files that came out of the release's archive, whose own sum was right."""
    files = {path.relative_to(folder).as_posix(): _sum_up(path) for path in _files(folder)}
    _write(folder, _Record(released=True, files=files))


def refusal(folder: Path) -> str | None:
    """Return why what lies in `folder` must not run, or None if each file is the pinned one. `REMEDY` is what to do
    then.

    Takes a second for 250 MB, but only milliseconds while size and time of each file are as they were when it was
    summed last.
    """
    record = _read(folder)
    pinned = _locked() if not record.released else {name: Pin(f.sha256, f.size) for name, f in record.files.items()}
    paths_of = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    if unknown := sorted(paths_of.keys() - pinned.keys()):
        return f"{folder / unknown[0]} isn't part of LanguageTool {VERSION}, so breadknife doesn't run it"
    files = dict[str, _FileSum]()
    for name, pin in pinned.items():
        try:
            files[name] = file = _sum_up(paths_of[name], record.files.get(name))
        except (KeyError, OSError) as error:
            why = "is missing" if isinstance(error, KeyError) else f"can't be read ({error.strerror or error})"
            return f"{folder / name} {why}, so breadknife doesn't run it"
        if file.sha256 != pin.sha256:
            return (
                f"{folder / name} is not the file of LanguageTool {VERSION}, so breadknife doesn't run it: "
                f"its SHA-256 is {file.sha256}, the right one {pin.sha256}"
            )
    if files != record.files:
        _write(folder, _Record(record.released, files))
    return None


def _artifact(coordinates: str, sha256: str, size: str) -> Artifact:
    group, name, version, *classifier = coordinates.split(":")
    return Artifact(group, name, version, "".join(classifier), Pin(sha256, int(size)))


def _locked() -> dict[str, Pin]:
    """Return the locked files by their paths in LanguageTool's folder."""
    files = {f"libs/{artifact.file}": artifact.pin for artifact in artifacts()}
    return {SERVER_JAR: files[f"libs/{SERVER_JAR}"], **files}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _sum_up(path: Path, before: _FileSum | None = None) -> _FileSum:
    """Raises OSError."""
    stat = path.stat()
    if before is not None and (before.size, before.modified_ns) == (stat.st_size, stat.st_mtime_ns):
        return before
    with path.open("rb") as file:
        return _FileSum(hashlib.file_digest(file, "sha256").hexdigest(), stat.st_size, stat.st_mtime_ns)


def _read(folder: Path) -> _Record:
    try:
        return msgspec.json.decode((folder / _RECORD).read_bytes(), type=_Record)
    except (OSError, msgspec.MsgspecError):
        return _Record()


def _write(folder: Path, record: _Record) -> None:
    """Write the record; where it can't be written, the sums are taken again the next time."""
    try:
        paths.write_atomically(folder / _RECORD, msgspec.json.encode(record))
    except OSError:
        return
