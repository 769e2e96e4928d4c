"""Puts LanguageTool's files where `installed.folder()` says. Run when the user asks for it, never by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from breadknife.errors import BreadknifeError, DownloadFailed
from breadknife.plugins.prose.engines.jvm import jars
from breadknife.plugins.prose.engines.jvm.installed import SERVER_JAR, VERSION, folder, obstacle, server_jar

_RELEASE_SHA256 = "6a7f6b67b779ae9505f7579f0c41453ea8d1bd72ae750bdc2c55ba974281467d"
"""Of LanguageTool 6.8's archive, as language_tool_python 3.4.0 has it in its `integrity.toml`."""
_MINUTES = 30
_NEEDED_BYTES = 600_000_000  # 252 MB of jars, and Maven's own copy of them


def is_whole() -> bool:
    """Whether all of it is there, and each file is the right one."""
    return server_jar() is not None and jars.refusal(folder()) is None


def install(progress: Callable[[str], None]) -> Path:
    """Fetch LanguageTool unless it is there, all of it or nothing; returns its folder.

    Each file is checked before the folder is put in its place. Raises DownloadFailed when no source has the right ones.
    """
    target = folder()
    if server_jar() is not None:
        refused = jars.refusal(target)
        if refused is None:
            progress(f"LanguageTool {VERSION} is already there")
            return target
        progress(f"LanguageTool {VERSION} is fetched anew: {refused}")
    target.parent.mkdir(parents=True, exist_ok=True)
    if (free := shutil.disk_usage(target.parent).free) < _NEEDED_BYTES:
        raise DownloadFailed(
            f"LanguageTool needs {_NEEDED_BYTES // 1_000_000} MB, but {target.parent} has {free // 1_000_000} MB free"
        )
    failures: list[str] = []
    for source in (_with_maven, _with_library):
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="partial-") as temporary:
            try:
                fetched = source(Path(temporary), progress)
                shutil.rmtree(target, ignore_errors=True)  # an installation that isn't whole or right
                fetched.rename(target)
            except DownloadFailed as error:
                failures.append(str(error))
                continue
            except OSError as error:
                if server_jar() is None:
                    raise BreadknifeError(f"{target} can't be written: {error.strerror or error}") from error
        progress(f"LanguageTool {VERSION} is installed")
        if (why := obstacle()) is not None:
            progress(f"It can't run yet: {why}")
        return target
    raise DownloadFailed("LanguageTool could not be fetched: " + "; ".join(failures))


def _with_maven(temporary: Path, progress: Callable[[str], None]) -> Path:
    maven = shutil.which("mvn")
    if maven is None:
        raise DownloadFailed("Maven (`mvn`) is not installed")
    progress(f"Fetching LanguageTool {VERSION} with Maven (252 MB) …")
    fetched = temporary / f"LanguageTool-{VERSION}"
    (temporary / "pom.xml").write_text(jars.pom(), encoding="utf-8")
    command = [
        maven, "-q", "-B", "dependency:copy-dependencies", "-Dmdep.stripVersion=true",
        f"-DoutputDirectory={fetched / 'libs'}",
    ]  # fmt: skip
    try:
        result = subprocess.run(
            command, cwd=temporary, capture_output=True, text=True, errors="replace", timeout=60 * _MINUTES
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise DownloadFailed(f"Maven failed: {error}") from error
    jar = fetched / "libs" / SERVER_JAR
    if result.returncode != 0 or not jar.is_file():
        said = [line for line in (result.stdout + result.stderr).splitlines() if "ERROR" in line]
        raise DownloadFailed(f"Maven failed: {said[0] if said else f'exit code {result.returncode}'}")
    shutil.copy2(jar, fetched / SERVER_JAR)
    if (refused := jars.refusal(fetched)) is not None:
        raise DownloadFailed(f"Maven fetched other files than breadknife knows: {refused}")
    return fetched


def _with_library(temporary: Path, progress: Callable[[str], None]) -> Path:
    try:
        from breadknife.plugins.prose.engines.jvm.release import PinnedRelease
    except ImportError as error:
        raise DownloadFailed("`breadknife[languagetool]` is not installed") from error
    progress(f"Fetching LanguageTool {VERSION} from its releases …")
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
