"""How LanguageTool is asked: as `language_tool_python` does it, but over a session of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
from language_tool_python import LanguageTool, Match
from language_tool_python.exceptions import LanguageToolError

CONNECT_S, FIRST_S, CHECK_S = 10.0, 180.0, 30.0
"""The first check of a language loads its dictionary and rules: German's took 70 s where eight programs shared two
cores."""
_OWN_MACHINE = frozenset(("localhost", "127.0.0.1", "::1"))


class LanguageToolClient(LanguageTool):
    """Of one language. The library's own requests have no place for a certificate, wait for 300 s, and are sent twice
    when the first one fails."""

    def __init__(
        self, language: str, url: str, request: Callable[..., requests.Response], proxies: dict[str, str] | None = None
    ) -> None:
        """`request` is that of a session, or `requests.request`."""
        self._request = request
        self._is_loaded = False
        super().__init__(language, remote_server=url, proxies=proxies)

    def check(self, text: str) -> list[Match]:
        matches = super().check(text)
        self._is_loaded = True
        return matches

    def _query_server(
        self,
        url: str,
        params: dict[str, str] | None = None,
        num_tries: int = 1,
        method: Literal["get", "post"] = "get",
    ) -> Any:
        """Raises requests.RequestException and LanguageToolError."""
        query, body = (params, None) if method == "get" else (None, params)
        timeout = CONNECT_S, CHECK_S if self._is_loaded else FIRST_S
        with self._request(method, url, params=query, data=body, timeout=timeout, proxies=self._proxies) as reply:
            if not reply.ok:
                raise LanguageToolError(reply.text)
            return reply.json()


def clients_of_ours(url: str, certificate: Path) -> Callable[[str], LanguageTool]:
    """Return clients, by language, of a server that proves with each connection that it has the certificate's key."""
    session = requests.Session()
    session.verify = str(certificate)
    session.trust_env = False  # no proxy, no password out of ~/.netrc, no other certificates
    return lambda language: LanguageToolClient(language, url, session.request)


def clients_of(url: str) -> Callable[[str], LanguageTool]:
    """Return clients, by language, of a server that the user runs: it may close a connection at any time, so each
    request has one of its own."""
    host = urlsplit(url).hostname or ""
    proxies = {"no_proxy": host} if host in _OWN_MACHINE else None
    return lambda language: LanguageToolClient(language, url, requests.request, proxies)
