"""`breadknife serve`."""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
from pathlib import Path

from breadknife.cli.assemble import command_line, make_host
from breadknife.errors import SettingsError
from breadknife.lsp.app import make_server
from breadknife.offline import forbid_network


def run(tcp: str | None, *, offline: bool, engine_script: Path | None, log_file: Path | None) -> None:
    if log_file:
        logging.basicConfig(
            filename=log_file, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
        )
    else:
        logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # A request's thread that computes gives way to the event loop after 1 ms instead of 5.
    sys.setswitchinterval(0.001)
    if offline:
        forbid_network()
    server = make_server(lambda: make_host(engine_script), command_line(offline=offline))
    address = loopback(tcp) if tcp else None
    code = 0
    try:
        if address is None:
            server.start_io()
        else:
            server.start_tcp(*address)
    except SystemExit as ended:  # how pygls carries out `exit`
        code = int(ended.code or 0)
    except OSError as error:
        raise SettingsError(f"--tcp {tcp}: {error.strerror or error}") from error
    server.shut_down()
    logging.shutdown()
    os._exit(code)  # a plugin that hangs in its worker would keep the process for ever


def loopback(address: str) -> tuple[str, int]:
    """`HOST:PORT` taken apart. Raises SettingsError for anything that other machines could reach."""
    host, _, port = address.rpartition(":")
    name = host.strip("[]") or "127.0.0.1"
    local = name == "localhost" or (_is_address(name) and ipaddress.ip_address(name).is_loopback)
    if not local:
        raise SettingsError(f"--tcp {address}: only a loopback address is served (127.0.0.1 or [::1])")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError(f"--tcp {address}: a port is a number from 1 to 65535, as in 127.0.0.1:7474")
    return name, int(port)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
