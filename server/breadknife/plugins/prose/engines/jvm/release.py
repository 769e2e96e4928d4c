"""LanguageTool's release archive, as `language_tool_python` fetches it, and only if it is the one that we know."""

from __future__ import annotations

import hashlib
import zipfile
from io import BufferedReader
from typing import IO, cast

from language_tool_python.download_lt import ReleaseLocalLanguageTool
from language_tool_python.exceptions import PathError


class PinnedRelease(ReleaseLocalLanguageTool):
    """Raises PathError before anything is unpacked of an archive with another SHA-256."""

    def __init__(self, version_name: str, sha256: str) -> None:
        super().__init__(version_name)
        self._sha256 = sha256

    def _get_remote_zip(self, downloaded_file: IO[bytes], proxies: dict[str, str] | None = None) -> zipfile.ZipFile:
        archive = super()._get_remote_zip(downloaded_file, proxies)
        downloaded_file.seek(0)
        sha256 = hashlib.file_digest(cast(BufferedReader, downloaded_file), "sha256").hexdigest()
        if sha256 != self._sha256:
            raise PathError(f"the archive's SHA-256 is {sha256}, the right one {self._sha256}")
        downloaded_file.seek(0)
        return archive
