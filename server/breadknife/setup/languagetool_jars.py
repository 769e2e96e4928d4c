"""Puts LanguageTool's jars where the prose plugin looks for them (`installed.folder`)."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import ProgressAmount, PullProgress
from breadknife.errors import BreadknifeError, DownloadFailed
from breadknife.paths import make_folder
from breadknife.plugins.prose.engines.jvm import jars
from breadknife.plugins.prose.engines.jvm.installed import SERVER_JAR, VERSION, folder, server_jar
from breadknife.setup.processes import run_program

_RELEASE_SHA256 = "6a7f6b67b779ae9505f7579f0c41453ea8d1bd72ae750bdc2c55ba974281467d"
"""The SHA-256 of LanguageTool 6.8's archive, as language_tool_python 3.4.0 has it in its `integrity.toml`."""
BYTES = 252_000_000
"""The size of all jars, about."""
_NEEDED_BYTES = 600_000_000  # the jars, and Maven's own copy of them
_FETCHING = f"fetching LanguageTool {VERSION}"
_DOWNLOADED = re.compile(r"Downloaded from .*\.jar \(([\d.]+) ([kMG]?)B at ")
_UNITS = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}
Report = Callable[[PullProgress], None]


def is_whole() -> bool:
    """Tell whether all of LanguageTool is there, and each file is the right one."""
    return server_jar() is not None and jars.refusal(folder()) is None


def install(report: Report, cancel: CancelToken) -> Path:
    """Fetch LanguageTool unless it is there, and return its folder.

    Each file is checked before the folder is put in its place, so all of it is there or nothing. What Maven has fetched
    before an interruption serves the next time. Raises DownloadFailed if no source has the right files, Cancelled.
    """
    target = folder()
    if is_whole():
        return target
    make_folder(target.parent)
    if (free := shutil.disk_usage(target.parent).free) < _NEEDED_BYTES:
        raise DownloadFailed(
            f"LanguageTool needs {_NEEDED_BYTES // 1_000_000} MB, but {target.parent} has {free // 1_000_000} MB free"
        )
    failures: list[str] = []
    for source in (_with_maven, _with_library):
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="partial-") as temporary:
            try:
                fetched = source(Path(temporary), report, cancel)
                shutil.rmtree(target, ignore_errors=True)  # an installation that isn't whole or right
                fetched.rename(target)
            except DownloadFailed as error:
                failures.append(str(error))
                continue
            except OSError as error:
                if not is_whole():  # otherwise another process has put it there
                    raise BreadknifeError(f"{target} can't be written: {error.strerror or error}") from error
        return target
    raise DownloadFailed("LanguageTool could not be fetched: " + "; ".join(failures))


def _with_maven(temporary: Path, report: Report, cancel: CancelToken) -> Path:
    """Have Maven fetch each jar into a folder in `temporary`; check and return it. Raises DownloadFailed, Cancelled."""
    maven = children.find_program("mvn")
    if maven is None:
        raise DownloadFailed("Maven (`mvn`) is not installed")
    fetched = temporary / f"LanguageTool-{VERSION}"
    (temporary / "pom.xml").write_text(jars.pom(), encoding="utf-8")
    command = [
        maven, "-B", "dependency:copy-dependencies", "-Dmdep.stripVersion=true",
        f"-DoutputDirectory={fetched / 'libs'}",
    ]  # fmt: skip
    downloaded_bytes = 0

    def on_line(line: str) -> None:
        nonlocal downloaded_bytes
        downloaded_bytes += downloaded(line)
        done = min(downloaded_bytes, BYTES)  # BYTES is only about right
        report(PullProgress(_FETCHING, ProgressAmount(done / BYTES, done, BYTES)))

    report(PullProgress(_FETCHING, ProgressAmount(0.0, 0, BYTES)))
    try:
        result = run_program(command, cancel, on_line, folder=temporary)
    except OSError as error:
        raise DownloadFailed(f"Maven failed: {error}") from error
    jar = fetched / "libs" / SERVER_JAR
    if result.code != 0 or not jar.is_file():
        errors = [line for line in result.lines if "ERROR" in line]
        raise DownloadFailed(f"Maven failed: {errors[0] if errors else f'exit code {result.code}'}")
    shutil.copy2(jar, fetched / SERVER_JAR)
    if (refused := jars.refusal(fetched)) is not None:
        raise DownloadFailed(f"Maven fetched other files than breadknife knows: {refused}")
    return fetched


def downloaded(line: str) -> int:
    """Return the size in bytes of the jar that a line of Maven's output says is downloaded; 0 for any other line."""
    match = _DOWNLOADED.search(line)
    return round(float(match[1]) * _UNITS[match[2]]) if match else 0


def _with_library(temporary: Path, report: Report, cancel: CancelToken) -> Path:
    """Have language_tool_python fetch LanguageTool's release into `temporary`; return the folder in it. Raises
    DownloadFailed, Cancelled."""
    try:
        from breadknife.plugins.prose.engines.jvm.release import PinnedRelease
    except ImportError as error:
        raise DownloadFailed("`breadknife[languagetool]` is not installed") from error
    cancel.raise_if_cancelled()
    report(PullProgress(f"{_FETCHING} from its releases"))
    before = os.environ.get("LTP_PATH")
    os.environ["LTP_PATH"] = str(temporary)  # the library knows no other way
    try:
        PinnedRelease(VERSION, _RELEASE_SHA256).download()
    except Exception as error:  # it lets the errors of requests, zipfile and its own through
        raise DownloadFailed(f"the release could not be fetched: {error}") from error
    finally:
        if before is None:
            del os.environ["LTP_PATH"]
        else:
            os.environ["LTP_PATH"] = before
    fetched = temporary / f"LanguageTool-{VERSION}"
    if not (fetched / SERVER_JAR).is_file():
        raise DownloadFailed("the release has no server in it")
    jars.record_release(fetched)
    return fetched
