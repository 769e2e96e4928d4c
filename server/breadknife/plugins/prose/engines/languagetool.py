"""LanguageTool: a Java server of our own, asked through `language_tool_python` (an optional extra, under the GPL)."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from breadknife import children
from breadknife.errors import EngineAbsent, EngineDied, EngineUnavailable, NetworkForbidden
from breadknife.plugins.prose.engines.jvm import heap, jars
from breadknife.plugins.prose.engines.jvm.installed import VERSION, is_set_up, obstacle, server_jar
from breadknife.plugins.prose.engines.jvm.server import Server, launch
from breadknife.plugins.prose.engines.lint import Lint, printable
from breadknife.text.document import Span

if TYPE_CHECKING:
    from language_tool_python import LanguageTool, Match

__all__ = ["VERSION", "LanguageToolEngine", "is_set_up", "obstacle"]
_START_S = 180.0
_FAILURES_IN_A_ROW = 3
_WARM_UP = "This is an warm-up: the first check loads the dictionaries and rules."
_VARIANTS = {"de": "de-DE", "pt": "pt-PT", "ca": "ca-ES", "zh": "zh-CN", "tl": "tl-PH"}
"""Where a language alone has no dictionary."""
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")


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
        self._server: Server | None = None
        self._client: Callable[[str], LanguageTool] | None = None
        self._clients: dict[str, LanguageTool | None] = {}
        """By language; None for one that the server doesn't speak."""
        self._failures = 0
        self._files_are_right = False
        self._closed = False

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        """Raises EngineDied when the server ended or hung meanwhile (the next call starts another one),
        EngineUnavailable when it is no use to try again, and EngineAbsent where it may not be asked."""
        self._make_room(language)
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

    def close(self) -> None:
        self._closed = True
        self._stop()

    def _make_room(self, language: str) -> None:
        """Stop a server of ours that can't hold one more language: the next one begins without the others."""
        if self._server is None or not language or language in self._clients:
            return
        loaded = [tag for tag, client in self._clients.items() if client is not None]
        if not heap.fits((*loaded, language), self._server.heap_mb):
            self._stop()

    def _speaking(self, language: str, client: Callable[[str], LanguageTool]) -> LanguageTool | None:
        if language not in self._clients:
            speaker: LanguageTool | None = None
            for tag in (_VARIANTS.get(language, language), language.split("-")[0]):
                with contextlib.suppress(ValueError):  # it isn't one of the server's
                    speaker = speaker or client(tag)
            self._clients[language] = speaker
        return self._clients[language]

    def _started(self) -> Callable[[str], LanguageTool]:
        """Return clients of the first start that succeeds: what doesn't start is nothing that a paragraph could be
        blamed for. Raises EngineUnavailable."""
        while self._client is None:
            with contextlib.suppress(EngineDied):
                self._client = self._start_ours() if not self._own_url else self._ask_theirs()
        return self._client

    def _start_ours(self) -> Callable[[str], LanguageTool]:
        """Return clients of a server that is warm. Takes 4 s and more."""
        from language_tool_python.exceptions import LanguageToolError

        from breadknife.plugins.prose.engines.languagetool_client import clients_of_ours

        try:
            self._server = server = self._launch()
        except EngineDied as error:
            self._fail("LanguageTool did not start", error)
        client = clients_of_ours(server.url, server.certificate)
        deadline = time.monotonic() + _START_S
        while True:
            try:
                self._warm_up(client)
                break
            except (OSError, LanguageToolError) as error:
                # It doesn't listen yet, or has ended, or somebody else listens, who can't prove to be it.
                if self._closed or server.has_ended or time.monotonic() > deadline:
                    self._stop()
                    self._fail("LanguageTool did not start", error)
                time.sleep(0.1)
        if self._closed:
            self._stop()
        return client

    def _ask_theirs(self) -> Callable[[str], LanguageTool]:
        """Return clients of the server that the user runs."""
        from language_tool_python.exceptions import LanguageToolError

        from breadknife.plugins.prose.engines.languagetool_client import clients_of

        client = clients_of(self._own_url)
        try:
            self._warm_up(client)
        except (OSError, LanguageToolError) as error:
            if _is_forbidden(error):
                raise EngineAbsent(f"offline, the LanguageTool at {self._own_url} is not asked") from error
            raise EngineUnavailable(f"the LanguageTool at {self._own_url} does not answer") from error
        return client

    def _warm_up(self, client: Callable[[str], LanguageTool]) -> None:
        first = client(self._dialect)
        first.check(_WARM_UP)
        self._clients = {self._dialect: first}

    def _launch(self) -> Server:
        """Raises EngineDied, and EngineUnavailable where there is no use in another attempt."""
        if self._closed:
            raise EngineUnavailable("LanguageTool is stopped")
        jar, java = server_jar(), children.find_program("java")
        if jar is None or java is None:
            raise EngineUnavailable(f"LanguageTool can't start: {obstacle()}")
        if not self._files_are_right and (refused := jars.refusal(jar.parent)) is not None:
            raise EngineUnavailable(f"LanguageTool can't start: {refused}; {jars.REMEDY}")
        self._files_are_right = True
        return launch(java, jar)

    def _stop(self) -> None:
        server, self._server, self._client = self._server, None, None
        if server is not None:
            server.stop()

    def _fail(self, sentence: str, error: Exception) -> NoReturn:
        self._failures += 1
        if self._failures >= _FAILURES_IN_A_ROW:
            self._failures = _FAILURES_IN_A_ROW - 1
            raise EngineUnavailable(f"{sentence}, {_FAILURES_IN_A_ROW} times in a row: {error}") from error
        raise EngineDied(f"{sentence}: {error}") from error


def _is_forbidden(error: BaseException | None) -> bool:
    """Tell whether an error comes of `--offline`, however many others a library has wrapped it in."""
    while error is not None and not isinstance(error, NetworkForbidden):
        error = error.__cause__ or error.__context__
    return error is not None


def _lint(match: Match, length: int) -> Lint:
    start = min(match.offset, length)
    span = Span(start, min(start + match.error_length, length))
    return Lint(
        "languagetool", match.rule_id, span, match.message, tuple(dict.fromkeys(match.replacements)), match.category
    )
