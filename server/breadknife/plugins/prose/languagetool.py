"""LanguageTool: a Java server of our own, asked through `language_tool_python` (an optional extra, under the GPL)."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from breadknife import paths
from breadknife.errors import EngineDied, EngineUnavailable
from breadknife.plugins.prose import guard
from breadknife.plugins.prose.engine import Lint, printable
from breadknife.text.document import Span

if TYPE_CHECKING:
    from language_tool_python import LanguageTool, Match

VERSION = "6.8"
OLDEST_JAVA = 17
_JAVA_OPTIONS = "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dsun.net.httpserver.nodelay=true"
_SERVER_OPTIONS = {"pipelineCaching": "true", "maxPipelinePoolSize": "10", "cacheSize": "5000"}
_START_S, _CHECK_S = 60.0, 30
_FAILURES_IN_A_ROW = 3
_WARM_UP = "This is an warm-up: the first check loads the dictionaries and rules."
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")


def folder() -> Path:
    """Where `languagetool-server.jar` lies beside `libs/`, once it is installed."""
    return paths.data_dir() / "languagetool" / f"LanguageTool-{VERSION}"


def server_jar() -> Path | None:
    jar = folder() / "languagetool-server.jar"
    return jar if jar.is_file() else None


def obstacle() -> str | None:
    """Why LanguageTool can't run here and what to do, or None when it can."""
    if importlib.util.find_spec("language_tool_python") is None:
        return "its optional part is not installed (`pip install 'breadknife[languagetool]'`)"
    if server_jar() is None:
        return "it is not installed (`breadknife setup languagetool`)"
    version = java_version()
    if version is None:
        return f"there is no Java (install version {OLDEST_JAVA} or newer)"
    if version < OLDEST_JAVA:
        return f"Java {version} is too old (install version {OLDEST_JAVA} or newer)"
    return None


def java_version() -> int | None:
    """The major version of the `java` on the path, or None without a working one."""
    java = shutil.which("java")
    if java is None:
        return None
    try:
        shown = subprocess.run(
            [java, "-version"], capture_output=True, text=True, errors="replace", timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', shown.stderr + shown.stdout)
    return int(match[1]) if match else None


class LanguageToolEngine:
    """Starts its server at the first check, again after it died, and gives up after three failures in a row.

    For one thread at a time; `close` may be called from any.
    """

    name = "languagetool"

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._process: subprocess.Popen[bytes] | None = None
        self._client: LanguageTool | None = None
        self._failures = 0
        self._closed = False

    def check(self, text: str, /) -> tuple[Lint, ...]:
        """Raises EngineDied when the server ended or hung meanwhile (the next call starts another one), and
        EngineUnavailable when it is no use to try again."""
        client = self._client or self._start()
        # The server counts in UTF-16 units: without astral characters these are our code points.
        plain = _ASTRAL.sub("\u263a", printable(text))
        try:
            matches = client.check(plain)
        except Exception as error:  # the library lets the errors of requests, json and its own through
            self._stop()
            self._fail("LanguageTool ended or hung while it checked a paragraph", error)
        self._failures = 0
        return tuple(_lint(match, len(plain)) for match in matches)

    def close(self) -> None:
        self._closed = True
        self._stop()

    def _start(self) -> LanguageTool:
        """A client of a new server, warm. Takes 4 s and more."""
        import requests
        from language_tool_python import LanguageTool
        from language_tool_python.exceptions import LanguageToolError

        class Client(LanguageTool):
            _TIMEOUT = _CHECK_S  # type: ignore[assignment]  # 300 s in the library, and no place to set it

        if self._closed or self._failures >= _FAILURES_IN_A_ROW:
            raise EngineUnavailable("LanguageTool is stopped")
        process, url = self._launch()
        deadline = time.monotonic() + _START_S
        while True:
            try:
                client = Client(self._dialect, remote_server=url, proxies={"no_proxy": "127.0.0.1"})
                client.check(_WARM_UP)
                break
            except (requests.RequestException, LanguageToolError) as error:
                if self._closed or process.poll() is not None or time.monotonic() > deadline:
                    self._stop()
                    self._fail("LanguageTool did not start", error)
                time.sleep(0.1)
        self._client = client
        return client

    def _launch(self) -> tuple[subprocess.Popen[bytes], str]:
        jar, java = server_jar(), shutil.which("java")
        if jar is None or java is None:
            raise EngineUnavailable(f"LanguageTool can't start: {obstacle()}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options, name = tempfile.mkstemp(suffix=".properties", text=True)
        with os.fdopen(options, "w", encoding="utf-8") as file:
            file.writelines(f"{key}={value}\n" for key, value in _SERVER_OPTIONS.items())
        self._options = Path(name)
        command = [java, *_JAVA_OPTIONS.split(), "-cp", str(jar), "org.languagetool.server.HTTPServer"]
        process = subprocess.Popen(
            [sys.executable, "-I", guard.__file__, *command, "--port", str(port), "--config", name],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._process = process
        return process, f"http://127.0.0.1:{port}/"

    def _stop(self) -> None:
        process, self._process, self._client = self._process, None, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
            self._options.unlink(missing_ok=True)

    def _fail(self, sentence: str, error: Exception) -> NoReturn:
        self._failures += 1
        if self._failures >= _FAILURES_IN_A_ROW:
            raise EngineUnavailable(f"{sentence}, {self._failures} times in a row: {error}") from error
        raise EngineDied(f"{sentence}: {error}") from error


def _lint(match: Match, length: int) -> Lint:
    start = min(match.offset, length)
    span = Span(start, min(start + match.error_length, length))
    return Lint(
        "languagetool", match.rule_id, span, match.message, tuple(dict.fromkeys(match.replacements)), match.category
    )
