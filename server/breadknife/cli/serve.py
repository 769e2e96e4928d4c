"""`breadknife serve`. Editors wait for it, so it has a parser of its own: typer alone would take 80 ms."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from breadknife.errors import SettingsError
from breadknife.lsp.app import make_server
from breadknife.lsp.boundary.faults import set_up_logging
from breadknife.offline import OFFLINE, is_asked_for
from breadknife.text.printable import escaped

if TYPE_CHECKING:
    from breadknife.host.host import Host
    from breadknife.host.settings import Layer

EXAMPLES = """examples:
  breadknife serve
  breadknife serve --tcp 127.0.0.1:7474
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(escaped(message))  # an argument in the message could hold a terminal's control sequences


def main(arguments: Sequence[str]) -> None:
    """Serve until the client ends the session, then end the process. After an error the exit code is 2."""
    parser = _Parser(
        "breadknife serve",
        description="Run the language server over stdio. Your editor starts it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tcp", metavar="HOST:PORT", help="listen on this local address instead of stdio")
    parser.add_argument(
        "--offline",
        action="store_true",
        default=is_asked_for(),
        help=f"block any use of the network, like {OFFLINE}=1",
    )
    parser.add_argument("--no-learn", action="store_true", help="don't learn from what you accept and reject")
    parser.add_argument(
        "--engine-script",
        metavar="FILE",
        type=Path,
        help="for tests: answer from this JSON file instead of a model",
    )
    parser.add_argument("--log-file", metavar="FILE", type=Path, help="write the server's log here")
    options = parser.parse_args(arguments)
    try:
        run(
            options.tcp,
            offline=options.offline,
            learn=not options.no_learn,
            engine_script=options.engine_script,
            log_file=options.log_file,
        )
    except SettingsError as error:
        parser.exit(2, f"breadknife: {escaped(str(error))}\n")


def run(tcp: str | None, *, offline: bool, learn: bool, engine_script: Path | None, log_file: Path | None) -> None:
    """Serve over stdio, or over the local address `tcp`, then end the process.

    Raises SettingsError for an address that isn't local or can't be listened on.
    """
    set_up_logging(log_file)
    sys.setswitchinterval(0.001)  # a thread that computes gives way to the event loop after 1 ms instead of 5
    if offline:
        from breadknife.offline import forbid_network

        forbid_network()
    server = make_server(lambda: _host(engine_script), lambda: _command_line(offline=offline, learn=learn))
    address = loopback(tcp) if tcp else None
    try:
        code = server.serve_tcp(*address) if address else server.serve_io(sys.stdin.buffer, sys.stdout.buffer)
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        raise SettingsError(f"--tcp {tcp}: {error.strerror or error}") from error
    server.shut_down()
    logging.shutdown()
    os._exit(code)  # a plugin that hangs in its worker would keep the process for ever


def _host(engine_script: Path | None) -> Host:
    from breadknife.cli.assemble import make_host  # imported here, because the server must start fast

    return make_host(engine_script)


def _command_line(*, offline: bool, learn: bool) -> Layer:
    from breadknife.cli.assemble import command_line

    return command_line(offline=offline, learn=learn)


def loopback(address: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`. Raises SettingsError for an address that other machines could reach."""
    import ipaddress

    host, _, port = address.rpartition(":")
    name = host.strip("[]") or "127.0.0.1"  # an IPv6 address is in brackets
    try:
        local = name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        local = False
    if not local:
        raise SettingsError(f"--tcp {address}: only a loopback address is served (127.0.0.1 or [::1])")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError(f"--tcp {address}: a port is a number from 1 to 65535, as in 127.0.0.1:7474")
    return name, int(port)
