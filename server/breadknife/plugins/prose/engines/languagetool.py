"""LanguageTool: a Java server of our own, asked through `language_tool_python` (an optional extra, under the GPL)."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from breadknife import paths
from breadknife.errors import EngineAbsent, EngineDied, EngineUnavailable, NetworkForbidden
from breadknife.plugins.prose.engines import guard
from breadknife.plugins.prose.engines.lint import Lint, printable
from breadknife.text.document import Span

if TYPE_CHECKING:
    from language_tool_python import LanguageTool, Match

VERSION = "6.8"
OLDEST_JAVA = 17
_JAVA_OPTIONS = (
    "-Xms64m -Xmn48m -Xmx512m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=25 -XX:+UseSerialGC "
    "-XX:TieredStopAtLevel=1 -Dsun.net.httpserver.nodelay=true"
)
"""By itself Java begins with 1/64 of the machine's memory, soon touches all of it, and keeps what it freed: with these
sizes English takes 80 MB less, for a tenth more work."""
_SERVER_OPTIONS = {"pipelineCaching": "true", "maxPipelinePoolSize": "10", "cacheSize": "5000"}
_START_S, _CHECK_S = 60.0, 30
_FAILURES_IN_A_ROW = 3
_MOST_LANGUAGES = 3
"""A server's memory holds the dictionaries of so many; with English, French, Spanish and German it does nothing but
collect garbage. It starts anew instead."""
_WARM_UP = "This is an warm-up: the first check loads the dictionaries and rules."
_VARIANTS = {"de": "de-DE", "pt": "pt-PT", "ca": "ca-ES", "zh": "zh-CN", "tl": "tl-PH"}
"""Where a language alone has no dictionary."""
_OWN_MACHINE = frozenset(("localhost", "127.0.0.1", "::1"))
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")


def folder() -> Path:
    """Where `languagetool-server.jar` lies beside `libs/`, once it is installed."""
    return paths.data_dir() / "languagetool" / f"LanguageTool-{VERSION}"


def server_jar() -> Path | None:
    jar = folder() / "languagetool-server.jar"
    return jar if jar.is_file() else None


def is_set_up(url: str = "") -> bool:
    """Whether the user wants it: it is installed, or they name a server of theirs."""
    return bool(url) or server_jar() is not None


def obstacle(url: str = "") -> str | None:
    """Why LanguageTool can't run here and what to do, or None when it can; `url` is of a server that the user runs."""
    importlib.invalidate_caches()  # it may have been installed while we run
    if importlib.util.find_spec("language_tool_python") is None or (not url and server_jar() is None):
        return "it is not installed (`breadknife setup languagetool`)"
    return None if url else java_obstacle()


def java_obstacle() -> str | None:
    """Why the `java` on the path can't run it and what to do, or None when it can."""
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


def free_port() -> int:
    """A port of this machine that nobody listens at, just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LanguageToolEngine:
    """Starts its server at the first check, again after it died, and gives up after three failures in a row; then each
    check is one more attempt.

    With a `url` it is a server that the user runs, which is not ours to start. For one thread at a time; `close` may be
    called from any.
    """

    name = "languagetool"

    def __init__(self, dialect: str, url: str = "") -> None:
        self._dialect = dialect
        self._own_url = url and url.rstrip("/").removesuffix("/v2") + "/"  # the library adds `v2/` itself
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Callable[[str], LanguageTool] | None = None
        self._clients: dict[str, LanguageTool | None] = {}
        """By language; None for one that the server doesn't speak."""
        self._failures = 0
        self._closed = False

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        """Raises EngineDied when the server ended or hung meanwhile (the next call starts another one), and
        EngineUnavailable when it is no use to try again."""
        speaks = [each for each in self._clients.values() if each is not None]
        if self._process is not None and language and language not in self._clients and len(speaks) >= _MOST_LANGUAGES:
            self._stop()
        client_of = self._client or self._started()
        # The server counts in UTF-16 units: without astral characters these are our code points.
        plain = _ASTRAL.sub("\u263a", printable(text))
        try:
            client = self._speaking(language or self._dialect, client_of)
            matches = client.check(plain) if client is not None else []
        except Exception as error:  # the library lets the errors of requests, json and its own through
            self._stop()
            self._fail("LanguageTool ended or hung while it checked a paragraph", error)
        self._failures = 0
        return tuple(_lint(match, len(plain)) for match in matches)

    def _speaking(self, language: str, client: Callable[[str], LanguageTool]) -> LanguageTool | None:
        if language not in self._clients:
            found: LanguageTool | None = None
            for tag in (_VARIANTS.get(language, language), language.split("-")[0]):
                with contextlib.suppress(ValueError):  # it isn't one of the server's
                    found = found or client(tag)
            self._clients[language] = found
        return self._clients[language]

    def close(self) -> None:
        self._closed = True
        self._stop()

    def _started(self) -> Callable[[str], LanguageTool]:
        """A client, of the first start that succeeds: what doesn't start is nothing that a paragraph could be blamed
        for. Raises EngineUnavailable."""
        while self._client is None:
            with contextlib.suppress(EngineDied):
                self._client = self._start()
        return self._client

    def _start(self) -> Callable[[str], LanguageTool]:
        """Makes clients of a server that is warm. Takes 4 s and more where it is our own."""
        import requests
        from language_tool_python import LanguageTool
        from language_tool_python.exceptions import LanguageToolError

        class Client(LanguageTool):
            _warm = False

            @property
            def _TIMEOUT(self) -> float:  # noqa: N802  # type: ignore[override]  # 300 s in the library
                return _CHECK_S if self._warm else _START_S

            def check(self, text: str) -> list[Match]:
                found = super().check(text)  # the first one loads the language's dictionary and rules
                self._warm = True
                return found

        if self._closed:
            raise EngineUnavailable("LanguageTool is stopped")
        process, url = (None, self._own_url) if self._own_url else self._launch()
        host = urlsplit(url).hostname or ""
        proxies = {"no_proxy": host} if host in _OWN_MACHINE else None
        deadline = time.monotonic() + (_START_S if process is not None else 0)

        def client(language: str) -> LanguageTool:
            return Client(language, remote_server=url, proxies=proxies)

        while True:
            try:
                first = client(self._dialect)
                first.check(_WARM_UP)
                if process is None or process.poll() is None:
                    break
                raise LanguageToolError("its port was taken")  # whoever answered isn't ours
            except (requests.RequestException, LanguageToolError) as error:
                if self._closed or time.monotonic() > deadline or (process is not None and process.poll() is not None):
                    self._stop()
                    if process is None and _is_forbidden(error):
                        raise EngineAbsent(f"offline, the LanguageTool at {url} is not asked") from error
                    if process is None:
                        raise EngineUnavailable(f"the LanguageTool at {url} does not answer") from error
                    self._fail("LanguageTool did not start", error)
                time.sleep(0.1)
        self._clients = {self._dialect: first}
        return client

    def _launch(self) -> tuple[subprocess.Popen[bytes], str]:
        jar, java = server_jar(), shutil.which("java")
        if jar is None or java is None:
            raise EngineUnavailable(f"LanguageTool can't start: {obstacle()}")
        port = free_port()
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
            self._failures = _FAILURES_IN_A_ROW - 1
            raise EngineUnavailable(f"{sentence}, {_FAILURES_IN_A_ROW} times in a row: {error}") from error
        raise EngineDied(f"{sentence}: {error}") from error


def _is_forbidden(error: BaseException | None) -> bool:
    """Whether an error comes of `--offline`, however many others a library has wrapped it in."""
    while error is not None and not isinstance(error, NetworkForbidden):
        error = error.__cause__ or error.__context__
    return error is not None


def _lint(match: Match, length: int) -> Lint:
    start = min(match.offset, length)
    span = Span(start, min(start + match.error_length, length))
    return Lint(
        "languagetool", match.rule_id, span, match.message, tuple(dict.fromkeys(match.replacements)), match.category
    )
