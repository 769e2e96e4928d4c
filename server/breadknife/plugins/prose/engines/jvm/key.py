"""A key of its own for each server, made by Java's `keytool`, so that the server can prove that it is ours.

HashiCorp's go-plugin does the same (AutoMTLS): the parent makes a key for one child and believes nobody else.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from breadknife import children
from breadknife.errors import EngineDied
from breadknife.paths import make_private, write_atomically

_KEYTOOL = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-m", "java.base/sun.security.tools.keytool.Main")
"""The program `keytool` is this; each Java has it, also where no `keytool` lies beside the `java` on the path."""
_STORE, _PASSWORD = "key.p12", "password"
_SELF_SIGNED = (
    "-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=breadknife",
    "-ext", "san=ip:127.0.0.1", "-ext", "bc:critical=ca:true", "-ext", "ku:critical=digitalSignature,keyCertSign",
    "-startdate", "-1d", "-validity", "3650",
)  # fmt: skip
"""The extensions are those that Python 3.13 demands of a certificate that signs itself. It is valid since yesterday, in
case the clock is set back."""
_MAKE_S = 60


@dataclass(frozen=True)
class Key:
    """A key for one start of the server, in a folder that nobody else may read."""

    java: str
    folder: Path
    password: str

    def options(self) -> dict[str, str]:
        """Return what the server is to be told of it. It runs in the folder."""
        return {"keystore": _STORE, "password": self.password}

    def certificate(self) -> Path:
        """Return the file of the only certificate that is to be believed. Raises EngineDied."""
        path = self.folder / "certificate.pem"
        write_atomically(
            path, _keytool(self.java, self.folder, "-exportcert", "-rfc", "-alias", "server"), durable=False
        )
        return path


def make_key(java: str, folder: Path) -> Key:
    """Takes 0.4 s. `folder` is the caller's alone. Raises EngineDied."""
    key = Key(java, folder, secrets.token_hex(16))
    write_atomically(folder / _PASSWORD, key.password.encode("ascii"), durable=False)
    _keytool(java, folder, *_SELF_SIGNED, "-storetype", "PKCS12")
    make_private(folder / _STORE)  # which Java has made
    return key


def _keytool(java: str, folder: Path, *arguments: str) -> bytes:
    command = [java, *_KEYTOOL, *arguments, "-keystore", _STORE, "-storepass:file", _PASSWORD]
    try:
        done = children.run(command, folder=folder, seconds=_MAKE_S)
    except OSError as error:
        raise EngineDied(f"Java made no key for it ({error})") from error
    if done.returncode != 0:
        line = (done.stdout or done.stderr).decode(errors="replace").strip().partition("\n")[0]
        raise EngineDied(f"Java made no key for it ({line or f'exit code {done.returncode}'})")
    return done.stdout
