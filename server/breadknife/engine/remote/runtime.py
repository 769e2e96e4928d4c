"""Other programs that run models, as the user's settings name them (`[engines.NAME]`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from breadknife.offline import is_local

ENGINE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""Without `:`, which separates it from the model's name."""


class Api(StrEnum):
    """The API that a runtime has."""

    AUTO = "auto"
    OPENAI = "openai"
    LLAMA_SERVER = "llama-server"
    OLLAMA = "ollama"


@dataclass(frozen=True)
class Runtime:
    url: str
    """The address that it listens at, such as `http://127.0.0.1:11434`, with or without `/v1` at the end."""
    api: Api = Api.AUTO
    """`openai` (LM Studio, vLLM, llama-cpp-python and others), `llama-server` or `ollama`; `auto` asks the server."""
    model: str = ""
    """The model that `NAME:` alone stands for; empty for the server's only one."""
    key_env: str = ""
    """The environment variable that holds the key, sent as a bearer token. A key itself never stands in a file."""
    timeout: float = 60.0
    """Seconds of silence after which a request has failed. A large model that must be loaded first may take more."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("expected a URL such as `http://127.0.0.1:11434`")
        if parts.username or parts.password:
            raise ValueError("a URL with a password in it would be shown; name its environment variable in `key_env`")
        if not 0 < self.timeout <= 3600:
            raise ValueError("`timeout` is from 0 to 3600 seconds")

    @property
    def base(self) -> str:
        """The URL without `/v1`."""
        return self.url.rstrip("/").removesuffix("/v1")

    @property
    def local(self) -> bool:
        """True if it is on this machine, so that nothing leaves the machine."""
        return is_local(urlsplit(self.url).hostname or "")


def split_model(name: str) -> tuple[str, str] | None:
    """Split `ENGINE:MODEL` into (engine, model); None for the name of a model of breadknife's own engine."""
    engine, colon, model = name.partition(":")
    return (engine, model) if colon else None
