"""`breadknife engine serve-openai`."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from contextlib import closing
from pathlib import Path

import uvicorn

from breadknife.cli.engine.http import config_of
from breadknife.cli.engine.recipes import HostedRecipes
from breadknife.cli.output import say
from breadknife.engine.api import Engine
from breadknife.engine.client import DaemonEngine
from breadknife.engine.installed import is_installed
from breadknife.errors import EngineMissing, SettingsError
from breadknife.offline import forbid_network
from breadknife.openai.app import make_app
from breadknife.openai.local_models import LocalModels
from breadknife.openai.workers import Workers

HOST = "127.0.0.1"


def run(
    port: int,
    token_file: Path | None,
    engine: Engine | None = None,
    offer: LocalModels | None = None,
    *,
    raw_prompts: bool = False,
) -> None:
    """Serve until a signal ends it. Raises SettingsError, EngineMissing.

    Args:
        port: the port on 127.0.0.1; 0 for any free one.
        token_file: the file that keeps the token; None to make a new token and print it.
        engine: what answers; None for the engine's daemon.
        offer: the models that are offered; None for those on this machine.
        raw_prompts: prompts may have a model's control tokens in them.
    """
    if engine is None and not is_installed():
        raise EngineMissing
    forbid_network()
    token = kept_token(token_file) if token_file else secrets.token_urlsafe(32)
    served = engine or DaemonEngine(client="breadknife engine serve-openai")
    with listening(port) as server, closing(HostedRecipes(served)) as recipes:
        say(f"OPENAI_BASE_URL=http://{HOST}:{server.getsockname()[1]}/v1")
        say(f"OPENAI_API_KEY={token}" if token_file is None else f"# OPENAI_API_KEY is in {token_file}")
        sys.stdout.flush()
        workers = Workers(served)
        app = make_app(workers, offer or LocalModels(), token, recipes, raw_prompts=raw_prompts)
        config = config_of(app)
        try:
            uvicorn.Server(config).run(sockets=[server])
        finally:
            workers.close()


def kept_token(path: Path) -> str:
    """Return the token in a file; if there is no file, make one with a new token, readable by the user only.

    Raises SettingsError if the file can't be used, or others can read it.
    """
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            token = secrets.token_urlsafe(32)
            file.write(token + "\n")
            return token
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(f"--token-file {path}: {error.strerror or error}") from error
    try:
        token = path.read_text("ascii").strip()
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--token-file {path}: can't be read: {error}; remove it to have a new one made") from error
    if sys.platform != "win32" and mode & 0o077:  # on Windows the user's profile is closed to others
        raise SettingsError(f"--token-file {path}: others can read it; `chmod 600 {path}`, or remove it for a new one")
    if not token:
        raise SettingsError(f"--token-file {path}: it is empty; remove it to have a new one made")
    return token


def listening(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine. Raises SettingsError."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise SettingsError(f"--port {port}: {error.strerror or error}; name another one, or 0 for any") from error
