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
"""Seconds that a server may take until it answers."""
_FAILURES_IN_A_ROW = 3
_WARM_UP = "This is an warm-up: the first check loads the dictionaries and rules."
_VARIANTS = {"de": "de-DE", "pt": "pt-PT", "ca": "ca-ES", "zh": "zh-CN", "tl": "tl-PH"}
"""What is asked for in place of a language that has a dictionary only with a country."""
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")
"""Characters that are two units in UTF-16."""


_ClientFactory = Callable[[str], "LanguageTool"]
"""Returns a client for a language (a tag such as `de-AT`). Raises ValueError for one that the server doesn't speak."""


class LanguageToolEngine:
    """Starts its server at the first check, again after it died, and gives up after three failures in a row; then each
    check is one more attempt.

    With a `url` it asks the server there, which the user runs, and starts none. For one thread at a time; `close` may
    be called from any.
    """

    name = "languagetool"

    def __init__(self, dialect: str, url: str = "") -> None:
        self._dialect = dialect
        self._user_url = url and url.rstrip("/").removesuffix("/v2") + "/"  # the library adds `v2/` itself
        self._server: Server | None = None
        self._make_client: _ClientFactory | None = None
        """Set while there is a server that has answered."""
        self._clients: dict[str, LanguageTool | None] = {}
        """By language; None for one that the server doesn't speak."""
        self._failures = 0
        """In a row."""
        self._jars_are_right = False
        """The jars are the pinned ones, which is looked at once."""
        self._closed = False

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        """Raises EngineDied when the server ended or hung meanwhile (the next call starts another one),
        EngineUnavailable when it is no use to try again, and EngineAbsent where it may not be asked."""
        self._make_room(language)
        make_client = self._make_client or self._connect()
        # The server counts in UTF-16 units: without astral characters these are our code points.
        plain = _ASTRAL.sub("\u263a", printable(text))
        try:
            client = self._find_client(language or self._dialect, make_client)
            matches = client.check(plain) if client is not None else []
        except Exception as error:  # the library lets the errors of requests, json and its own through
            self._stop()
            self._fail("LanguageTool ended or hung while it checked a paragraph", error)
        self._failures = 0
        return tuple(_convert(match, len(plain)) for match in matches)

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

    def _find_client(self, language: str, make_client: _ClientFactory) -> LanguageTool | None:
        """Return the client for a language, perhaps without its country; None if the server doesn't speak it."""
        if language not in self._clients:
            client: LanguageTool | None = None
            for tag in (_VARIANTS.get(language, language), language.split("-")[0]):
                with contextlib.suppress(ValueError):
                    client = client or make_client(tag)
            self._clients[language] = client
        return self._clients[language]

    def _connect(self) -> _ClientFactory:
        """Start our server or ask the user's, until that succeeds: no paragraph is to blame for a failed start.

        Raises EngineUnavailable after three failures in a row, or at once if another attempt is no use.
        """
        while self._make_client is None:
            with contextlib.suppress(EngineDied):
                self._make_client = self._connect_to_user_server() if self._user_url else self._start_server()
        return self._make_client

    def _start_server(self) -> _ClientFactory:
        """Start a server of ours and wait until it has loaded its rules, which takes 4 s and more.

        Raises EngineDied and EngineUnavailable.
        """
        from language_tool_python.exceptions import LanguageToolError

        from breadknife.plugins.prose.engines.languagetool_client import clients_of_ours

        try:
            self._server = server = self._launch()
        except EngineDied as error:
            self._fail("LanguageTool did not start", error)
        make_client = clients_of_ours(server.url, server.certificate)
        deadline = time.monotonic() + _START_S
        while True:
            try:
                self._warm_up(make_client)
                break
            except (OSError, LanguageToolError) as error:
                # It doesn't listen yet, or has ended, or somebody else listens, who can't prove to be it.
                if self._closed or server.has_ended or time.monotonic() > deadline:
                    self._stop()
                    self._fail("LanguageTool did not start", error)
                time.sleep(0.1)
        if self._closed:
            self._stop()
        return make_client

    def _connect_to_user_server(self) -> _ClientFactory:
        """Ask the server that the user runs. Raises EngineUnavailable, and EngineAbsent where it may not be asked."""
        from language_tool_python.exceptions import LanguageToolError

        from breadknife.plugins.prose.engines.languagetool_client import clients_of

        make_client = clients_of(self._user_url)
        try:
            self._warm_up(make_client)
        except (OSError, LanguageToolError) as error:
            if _is_forbidden(error):
                raise EngineAbsent(f"offline, the LanguageTool at {self._user_url} is not asked") from error
            raise EngineUnavailable(f"the LanguageTool at {self._user_url} does not answer") from error
        return make_client

    def _warm_up(self, make_client: _ClientFactory) -> None:
        """Ask a server for the first time. Raises OSError and LanguageToolError."""
        client = make_client(self._dialect)
        client.check(_WARM_UP)
        self._clients = {self._dialect: client}

    def _launch(self) -> Server:
        """Start a server's process. Raises EngineDied, and EngineUnavailable where another attempt is no use."""
        if self._closed:
            raise EngineUnavailable("LanguageTool is stopped")
        jar, java = server_jar(), children.find_program("java")
        if jar is None or java is None:
            raise EngineUnavailable(f"LanguageTool can't start: {obstacle()}")
        if not self._jars_are_right and (refusal := jars.refusal(jar.parent)) is not None:
            raise EngineUnavailable(f"LanguageTool can't start: {refusal}; {jars.REMEDY}")
        self._jars_are_right = True
        return launch(java, jar)

    def _stop(self) -> None:
        server, self._server, self._make_client = self._server, None, None
        if server is not None:
            server.stop()

    def _fail(self, sentence: str, error: Exception) -> NoReturn:
        """Count a failure. Raises EngineUnavailable at the third in a row and at each after it, else EngineDied."""
        self._failures += 1
        if self._failures >= _FAILURES_IN_A_ROW:
            self._failures = _FAILURES_IN_A_ROW - 1  # so that the next failure is one too many again
            raise EngineUnavailable(f"{sentence}, {_FAILURES_IN_A_ROW} times in a row: {error}") from error
        raise EngineDied(f"{sentence}: {error}") from error


def _is_forbidden(error: BaseException | None) -> bool:
    """Tell whether an error comes of `--offline`, however many others a library has wrapped it in."""
    while error is not None and not isinstance(error, NetworkForbidden):
        error = error.__cause__ or error.__context__
    return error is not None


def _convert(match: Match, length: int) -> Lint:
    """Return what LanguageTool says of a text of `length` characters in the form that all engines share."""
    start = min(match.offset, length)
    span = Span(start, min(start + match.error_length, length))
    return Lint(
        "languagetool", match.rule_id, span, match.message, tuple(dict.fromkeys(match.replacements)), match.category
    )
