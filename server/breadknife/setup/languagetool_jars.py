"""Puts LanguageTool's jars where `languagetool.folder()` says. Run when the user asks for it, never by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from breadknife.errors import BreadknifeError, DownloadFailed
from breadknife.plugins.prose.engines.languagetool import VERSION, folder, obstacle, server_jar

_POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>breadknife</groupId>
  <artifactId>languagetool</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.languagetool</groupId>
      <artifactId>languagetool-server</artifactId>
      <version>{VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""
_SERVER_JAR = "languagetool-server.jar"
_MINUTES = 30
_NEEDED_BYTES = 600_000_000  # 252 MB of jars, and Maven's own copy of them


def install(progress: Callable[[str], None]) -> Path:
    """Fetch LanguageTool unless it is there, all of it or nothing; returns its folder.

    Raises DownloadFailed when no source has it.
    """
    target = folder()
    if server_jar() is not None:
        progress(f"LanguageTool {VERSION} is already there")
        return target
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
                shutil.rmtree(target, ignore_errors=True)  # an installation without its server's jar
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
    (temporary / "pom.xml").write_text(_POM, encoding="utf-8")
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
    jar = fetched / "libs" / _SERVER_JAR
    if result.returncode != 0 or not jar.is_file():
        said = [line for line in (result.stdout + result.stderr).splitlines() if "ERROR" in line]
        raise DownloadFailed(f"Maven failed: {said[0] if said else f'exit code {result.returncode}'}")
    shutil.copy2(jar, fetched / _SERVER_JAR)
    return fetched


def _with_library(temporary: Path, progress: Callable[[str], None]) -> Path:
    try:
        from language_tool_python.download_lt import LocalLanguageTool
    except ImportError as error:
        raise DownloadFailed("`breadknife[languagetool]` is not installed") from error
    progress(f"Fetching LanguageTool {VERSION} from its releases …")
    before = os.environ.get("LTP_PATH")
    os.environ["LTP_PATH"] = str(temporary)  # the library knows no other way
    try:
        LocalLanguageTool.from_version_name(VERSION).download()
    except Exception as error:  # it lets the errors of requests, zipfile and its own through
        raise DownloadFailed(f"the release could not be fetched: {error}") from error
    finally:
        if before is None:
            del os.environ["LTP_PATH"]
        else:
            os.environ["LTP_PATH"] = before
    fetched = temporary / f"LanguageTool-{VERSION}"
    if not (fetched / _SERVER_JAR).is_file():
        raise DownloadFailed("the release has no server in it")
    return fetched
