"""Whether LanguageTool can run here: its files, its Python client and Java."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path

from breadknife import children, paths

VERSION = "6.8"
OLDEST_JAVA = 17
SERVER_JAR = "languagetool-server.jar"


def folder() -> Path:
    """Return the folder where `languagetool-server.jar` lies beside `libs/`, once it is installed."""
    return paths.data_dir() / "languagetool" / f"LanguageTool-{VERSION}"


def server_jar() -> Path | None:
    jar = folder() / SERVER_JAR
    return jar if jar.is_file() else None


def is_set_up(url: str = "") -> bool:
    """Tell whether the user wants LanguageTool: it is installed, or their settings name a server of theirs."""
    return bool(url) or server_jar() is not None


def obstacle(url: str = "") -> str | None:
    """Return why LanguageTool can't run here and what to do, or None when it can; `url` is of a server that the user
    runs.

    Whether the jars are the right ones is not looked at: that may take a second, so it is done before a start.
    """
    importlib.invalidate_caches()  # it may have been installed while we run
    if importlib.util.find_spec("language_tool_python") is None or (not url and server_jar() is None):
        return "it is not installed (`breadknife setup languagetool`)"
    return None if url else java_obstacle()


def java_obstacle() -> str | None:
    """Return why the `java` on the path can't run LanguageTool and what to do, or None when it can."""
    version = java_version()
    if version is None:
        return f"there is no Java (install version {OLDEST_JAVA} or newer)"
    if version < OLDEST_JAVA:
        return f"Java {version} is too old (install version {OLDEST_JAVA} or newer)"
    return None


def java_version() -> int | None:
    """Return the major version of the `java` on the path, or None without a working one."""
    java = children.find_program("java")
    if java is None:
        return None
    try:
        shown = children.run([java, "-version"], seconds=20)
    except OSError:
        return None
    match = re.search(rb'version "(?:1\.)?(\d+)', shown.stderr + shown.stdout)
    return int(match[1]) if match and not shown.returncode else None
