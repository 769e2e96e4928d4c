"""Makes the network impossible for this process, whatever a library tries."""

from __future__ import annotations

import ipaddress
import os
import sys
from functools import cache
from typing import cast

from breadknife.errors import NetworkForbidden

OFFLINE = "BREADKNIFE_OFFLINE"
"""The environment variable that says the same as `--offline`."""


def is_asked_for() -> bool:
    """Tell whether the environment asks for it, in any word that isn't a no."""
    return os.environ.get(OFFLINE, "").lower() not in ("", "0", "false", "no", "off")


@cache
def forbid_network() -> None:
    """Make connections and name look-ups that leave this machine raise NetworkForbidden.

    A Python audit hook (PEP 578): it sees what every library does and can't be taken back, so one is enough for a
    process. Loopback and Unix sockets still work; the engine and LanguageTool are reached through them.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1] if len(arguments) > 1 else None
        if isinstance(address, tuple) and address:
            host = str(cast("tuple[object, ...]", address)[0])
            if not is_local(host):
                raise NetworkForbidden(f"offline: a connection to {host} was refused")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name is not None and not is_local(str(name)):
            raise NetworkForbidden(f"offline: looking up {name} was refused")


def is_local(host: str) -> bool:
    """Tell whether a host name or address is this machine's own, said without looking it up."""
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False
