"""Reads files of the workspace folder as bytes, such as pictures and PDFs."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from breadknife.disk.reading import read_regular
from breadknife.errors import FileRefused
from breadknife.host.projects import holds_home
from breadknife.project.files import FolderFiles
from breadknife.task.values import Resource
from breadknife.text.document import uri_to_path

MAX_BYTES = 32 << 20
"""The largest file that is read."""
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
)


def read_resource(path: Path | str, root: Path | None) -> Resource:
    """Return a file of the workspace folder `root`: see `breadknife.task.plugin.Context.read`. Raises FileRefused."""
    if root is None:
        raise FileRefused(f"{path} isn't read, because there is no workspace folder")
    file = shared(path, root)
    if file is None:
        raise FileRefused(f"{path} isn't read: it is outside of {root}, ignored, or looks like a secret")
    try:
        data = read_regular(file, MAX_BYTES, root)
    except FileRefused as error:
        raise FileRefused(f"{path} isn't read: {error}") from error
    except (OSError, ValueError) as error:
        raise FileRefused(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from error
    return Resource(file.as_uri(), _media_type(file, data), data)


def shared(path: Path | str, root: Path) -> Path | None:
    """Return the path of a file of the folder `root` with links followed, if plugins may read it, else None.

    `path` is a path or a `file:` URI. The folder needn't be a project, but a home has no files for plugins.
    """
    if holds_home(root):
        return None
    file = uri_to_path(path) if isinstance(path, str) and path.startswith("file:") else Path(path)
    try:
        return FolderFiles(root).shared(root / file) if file is not None else None
    except ValueError:  # a NUL
        return None


def _media_type(path: Path, data: bytes) -> str:
    """Return a file's media type, by its first bytes or else its name."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    detected = next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")
    named = mimetypes.guess_type(path.name, strict=False)[0] or "application/octet-stream"
    is_package = detected == "application/zip" and "zip" not in named  # such as a document of an office program
    return named if is_package or not detected else detected
